"""Outcomes of the workspace, and the manager report."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role, Workspace
from cxmap.workspaces.requests import MemberRequest
from dashboards import access
from dashboards.documents import report_pdf
from dashboards.documents.report import note
from dashboards.forms import OutcomeForm
from dashboards.models import OutcomeJourney
from dashboards.selectors.outcomes import offered, outcomes_page
from dashboards.selectors.page import period_of_text
from dashboards.selectors.periods import last_month
from dashboards.selectors.report import report
from dashboards.services import outcomes as services
from journeys.lanes import Period


def _period(request: MemberRequest, today: dt.date) -> Period:
    """Return the period of the address, else the last closed month. One that is still running ends yesterday."""
    found = period_of_text(request.GET.get("period", ""))
    if found is None or found.start >= today or (found.end - found.start).days > 400:
        return last_month(today)
    return Period(found.start, min(found.end, today - dt.timedelta(days=1)))


def _today(workspace: Workspace) -> dt.date:
    return timezone.localdate(timezone=workspace.zone)


@login_required
@require_safe
def outcome_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    today = _today(workspace)
    context = {
        "page": outcomes_page(workspace, _period(request, today), today=today),
        "periods": offered(today),
        "can_edit": can(request.membership, Role.EDITOR),
        "note": note(),
        "section": "dashboard",
        "part": "outcomes",
    }
    return render(request, "dashboards/outcome_list.html", context)


def _form(request: MemberRequest, form: OutcomeForm, status: int, **context: Any) -> HttpResponse:
    return render(
        request, "dashboards/outcome_form.html", {"form": form, "section": "dashboard", **context}, status=status
    )


@login_required
@require_http_methods(["GET", "POST"])
def outcome_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_edit(request, slug)
    form = OutcomeForm(request.POST or None, workspace=workspace)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data.pop("revision")
        try:
            services.outcome_add(workspace=workspace, actor=request.user, **data)
        except CxmapError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, _("Saved."))
            return redirect("dashboards:outcomes", slug)
    return _form(request, form, status)


@login_required
@require_http_methods(["GET", "POST"])
def outcome_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    outcome = access.outcome_for_edit(request, pk)
    tied = OutcomeJourney.objects.filter(outcome=outcome, deleted_at=None).values_list("journey_id", flat=True)
    initial = {"journeys": list(tied), "revision": outcome.revision}
    form = OutcomeForm(request.POST or None, instance=outcome, workspace=outcome.workspace, initial=initial)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        expected = data.pop("revision")
        try:
            services.outcome_update(
                outcome=access.outcome_for_edit(request, pk), actor=request.user, expected_revision=expected, **data
            )
        except CxmapError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, _("Saved."))
            return redirect("dashboards:outcomes", outcome.workspace.slug)
    return _form(request, form, status, outcome=outcome)


@login_required
@require_POST
def outcome_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    outcome = access.outcome_for_edit(request, pk)
    services.outcome_delete(outcome=outcome, actor=request.user)
    messages.success(request, _("The outcome is taken away; the KPI and its numbers stay."))
    return redirect("dashboards:outcomes", outcome.workspace.slug)


@login_required
@require_safe
def report_detail(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    today = _today(workspace)
    context = {
        "report": report(workspace, _period(request, today), today=today),
        "periods": offered(today),
        "can_edit": can(request.membership, Role.EDITOR),
        "note": note(),
        "section": "dashboard",
        "part": "report",
    }
    return render(request, "dashboards/report.html", context)


@login_required
@require_safe
def report_file(request: MemberRequest, slug: str) -> HttpResponse:
    """The report as PDF, over the period of the address."""
    workspace = workspaces_access.workspace_for_view(request, slug)
    today = _today(workspace)
    found = report(workspace, _period(request, today), today=today)
    response = HttpResponse(report_pdf(found), content_type="application/pdf")
    name = f"{workspace.slug}-{found.period.start}-{found.period.end}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
