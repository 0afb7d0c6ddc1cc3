"""A KPI on a touchpoint: bound, adjusted, taken off; its target."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cxmap.lib import formats
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial, safe_next
from cxmap.workspaces.requests import MemberRequest
from journeys.views.maps import answer_board, answer_error
from kpis import access
from kpis.forms import BindingForm
from kpis.models import Kpi
from kpis.services import bindings as services


@login_required
def binding_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    touchpoint = access.touchpoint_for_analysis(request, pk)
    back = safe_next(request, touchpoint.get_absolute_url())
    form = BindingForm(request.POST or None, touchpoint=touchpoint)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        binding = services.binding_create(
            touchpoint=touchpoint,
            kpi=data["kpi"],
            actor=request.user,
            direction=data["direction"],
            rhythm=data["rhythm"],
            tolerance=data["tolerance"],
        )
        messages.success(request, _("%(name)s is bound. Now its target.") % {"name": binding.kpi})
        return redirect(f"/kpi-bindings/{binding.pk}/target/?{urlencode({'next': back})}")
    context = {"form": form, "touchpoint": touchpoint, "next": back, "section": "touchpoints"}
    return render_page_or_partial(request, "kpis/binding_form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def binding_quick(request: MemberRequest) -> HttpResponse:
    """Bind a KPI at a step of a map by its name, as it is typed into the cell; GET tells the names."""
    source = request.POST if request.method == "POST" else request.GET
    try:
        step = access.step_for_analysis(request, UUID(source.get("step", "")))
    except ValueError as error:
        raise Http404 from error
    if request.method == "GET":
        return JsonResponse(
            {"names": [kpi.name for kpi in Kpi.objects.filter(workspace=step.workspace_id, archived_at=None)]}
        )
    try:
        binding = services.binding_create_named(step=step, name=source.get("text", ""), actor=request.user)
    except CxmapError as error:
        return answer_error(request, step.journey, error)
    said = _("%(kpi)s is bound to %(touchpoint)s. Open it to set a target.") % {
        "kpi": binding.kpi.name,
        "touchpoint": binding.touchpoint.name,
    }
    return answer_board(request, step.journey, said=said)


@login_required
def binding_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    binding = access.binding_for_analysis(request, pk)
    back = safe_next(request, binding.touchpoint.get_absolute_url())
    shown = formats.shown(binding.tolerance, binding.kpi.unit)
    initial = {
        "direction": binding.direction,
        "rhythm": binding.rhythm,
        "tolerance": f"{shown:g}" if shown else "",
        "revision": binding.revision,
    }
    form = BindingForm(request.POST or None, touchpoint=binding.touchpoint, binding=binding, initial=initial)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.binding_update(
                binding=binding,
                actor=request.user,
                direction=data["direction"],
                rhythm=data["rhythm"],
                tolerance=data["tolerance"],
                expected_revision=data["revision"],
            )
        except CxmapError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {
        "form": form,
        "binding": binding,
        "touchpoint": binding.touchpoint,
        "next": back,
        "section": "touchpoints",
    }
    return render_page_or_partial(request, "kpis/binding_form.html", context, status=status)


@login_required
@require_POST
def binding_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    binding = access.binding_for_analysis(request, pk)
    services.binding_delete(binding=binding, actor=request.user)
    messages.success(request, _("The KPI is taken off; its numbers stay and come back when it is bound again."))
    return redirect(safe_next(request, binding.touchpoint.get_absolute_url()))
