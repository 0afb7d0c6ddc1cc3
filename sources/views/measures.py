"""A measure typed by hand."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxmap.workspaces import access as workspaces_access
from kpis.models import Binding
from kpis.services.observations import today_of
from sources.forms import MeasureChoiceForm, MeasureForm
from sources.services.measures import measure_add, measures_of


@login_required
def measure_add_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask first what was measured, then for the numbers that this KPI is made of."""
    workspace = workspaces_access.workspace_for_analysis(request, slug)
    data = request.POST if request.method == "POST" else request.GET
    asked = "kpi" in data and "touchpoint" in data
    choice = MeasureChoiceForm(
        data if asked else None, workspace=workspace, initial={name: data.get(name) for name in ("touchpoint", "kpi")}
    )
    context: dict[str, Any] = {"choice": choice, "section": "sources"}
    status = 200
    if asked and choice.is_valid():
        touchpoint, kpi = choice.cleaned_data["touchpoint"], choice.cleaned_data["kpi"]
        is_bound = Binding.objects.filter(touchpoint=touchpoint, kpi=kpi, deleted_at=None).exists()
        user = cast(Any, request.user)
        initial = {"first_day": today_of(workspace), "who": user.name or user.email}
        form = MeasureForm(workspace=workspace, kpi=kpi, is_bound=is_bound, initial=initial)
        if request.method == "POST":
            status = 422
            form = MeasureForm(request.POST, workspace=workspace, kpi=kpi, is_bound=is_bound)
            if form.is_valid():
                found = form.cleaned_data
                days = {"first_day": found["first_day"], "last_day": found["last_day"]}
                same = measures_of(touchpoint=touchpoint, kpi=kpi, **days)
                if same:
                    form = MeasureForm(request.POST, workspace=workspace, kpi=kpi, is_bound=is_bound, has_same=True)
                    context["same"] = same
                if form.is_valid():
                    import_ = measure_add(
                        touchpoint=touchpoint,
                        kpi=kpi,
                        actor=user,
                        **days,
                        amounts=form.cleaned_data["amounts"],
                        who=found["who"],
                        note=found["note"],
                        entered=_entered(form),
                        direction=found.get("direction", ""),
                        replace=same if form.cleaned_data.get("same") == "replace" else (),
                    )
                    messages.success(request, _("The measure is noted."))
                    return redirect(import_)
        context |= {"form": form, "touchpoint": touchpoint, "kpi": kpi, "is_bound": is_bound}
    elif asked:
        status = 422
    return render(request, "sources/measure_form.html", context, status=status)


def _entered(form: MeasureForm) -> list[tuple[str, str]]:
    """Return what was typed, with its labels, as it is shown later."""
    return [
        (str(field.label), str(form.data.get(field.html_name)))
        for field in form.numbers
        if str(form.data.get(field.html_name) or "")
    ]
