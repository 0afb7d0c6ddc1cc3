"""Targets: the guided form with what is known beside each question, and the list of all targets."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cxmap.lib import formats
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial, safe_next, wants_partial
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from kpis import access
from kpis.errors import TargetOutOfScale
from kpis.forms import AmountField, TargetForm, typed
from kpis.models import Binding, Target
from kpis.selectors.bindings import least_n
from kpis.selectors.target_hints import TargetHints, target_hints
from kpis.selectors.targets import answered_text, target_list
from kpis.services import targets as services


@login_required
@require_safe
def targets(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    today = timezone.localdate(timezone=workspace.zone)
    found = target_list(workspace, shown=request.GET.get("show", ""), number=request.GET.get("page", ""), today=today)
    context = {"list": found, "section": "kpis", "can_analyse": can(request.membership, Role.ANALYST)}
    return render(request, "kpis/target_list.html", context)


def _typed_value(binding: Binding, text: str) -> tuple[float | None, str]:
    """Return the value of storage of a typed target, or None and what is wrong with it."""
    try:
        number = AmountField(required=False).clean(text[:60])
        value = None if number is None else formats.stored(number, binding.kpi.unit)
        services.target_check(binding.kpi, value)
    except ValidationError as error:
        return None, str(error.messages[0])
    except TargetOutOfScale as error:
        return None, str(error)
    return value, ""


@login_required
@require_safe
def target_check(request: MemberRequest, pk: UUID) -> HttpResponse:
    """What is known about a value that is being typed; nothing is saved. Opened as a page it is the form with that value."""
    binding = access.binding_for_analysis(request, pk)
    text = request.GET.get("value", "")
    if not wants_partial(request):
        return redirect(f"{reverse('kpis:target-set', args=[pk])}?{urlencode({'value': text})}")
    value, wrong = _typed_value(binding, text)
    hints = target_hints(binding, value, today=timezone.localdate(timezone=binding.workspace.zone))
    response = render(request, "kpis/_target_hints.html", {"hints": hints, "wrong": wrong})
    patch_vary_headers(response, ["HX-Request", "X-Requested-With"])
    return response


def _shortened(value: float, unit: str) -> str:
    """Return a computed value as people would type it: three digits say enough of a target."""
    return typed(formats.stored(float(f"{formats.shown(value, unit):.3g}"), unit), unit)


def _with_example(data: QueryDict, hints: TargetHints) -> QueryDict:
    """Return the form as typed, with the value of the chosen example; answers that are given already stay."""
    filled = data.copy()
    chosen, unit = data["example"], hints.view.kpi.unit
    if chosen == "best-quarter" and hints.best is not None:
        filled["value"] = _shortened(hints.best.value, unit)
    for draft in hints.drafts:
        if draft.code == chosen:
            filled["value"] = _shortened(draft.value, unit)
            for name, text in draft.answers.items():
                filled[name] = filled.get(name) or text
    filled.pop("later", None)
    return filled


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def target_set(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The form; the buttons "check" and those of the examples show it again as it would be, without saving."""
    binding = access.binding_for_analysis(request, pk)
    today = timezone.localdate(timezone=binding.workspace.zone)
    back = safe_next(request, binding.touchpoint.get_absolute_url())
    current = Target.objects.filter(binding=binding, ended_at=None).first()
    initial: dict[str, Any] = {}
    if current is not None:
        initial = {"later": current.value is None}
        if current.value is not None:
            initial |= {"value": typed(current.value, binding.kpi.unit), "starts_on": services.start_of(current)}
    if request.GET.get("value"):
        initial |= {"value": request.GET["value"][:60], "later": False}
    data: QueryDict | None = request.POST if request.method == "POST" else None
    if data is not None and "example" in data:
        data = _with_example(data, target_hints(binding, None, today=today))
    form = TargetForm(data, binding=binding, today=today, instance=current, initial=initial)
    is_try = data is not None and ("check" in data or "example" in data)
    status = 200
    if data is not None and not is_try:
        status = 422
        if form.is_valid():
            try:
                target = services.target_set(binding=binding, actor=request.user, **form.values())
            except CxmapError as error:
                form.add_error(None, [text for texts in error.fields.values() for text in texts] or str(error))
            else:
                if target.value is not None:
                    needed = least_n(binding.kpi, target.value, binding.direction)
                    messages.success(
                        request,
                        _("Target saved; states follow within a minute. A conclusion needs a base of at least %(n)s.")
                        % {"n": formats.whole(needed)},
                    )
                return redirect(back)
    value, wrong = _typed_value(binding, str(form["value"].value() or ""))
    context = {
        "form": form,
        "binding": binding,
        "hints": target_hints(binding, value, today=today),
        "wrong": wrong,
        "answered": answered_text(form.answered()),
        "next": back,
        "section": "touchpoints",
    }
    return render_page_or_partial(request, "kpis/target_form.html", context, status=status)
