"""The dashboard: what hurts, what gets better, how good the figures are."""

import datetime as dt
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role, Workspace
from cxmap.workspaces.requests import MemberRequest
from journeys.lanes import Period
from journeys.models import Journey
from kpis.models import Kpi
from kpis.parts import part_of
from kpis.registry import troubles_of
from kpis.selectors.dashboard import SORTS, Filters
from kpis.selectors.dashboard import dashboard as read
from personas.models import Persona
from touchpoints.models import Category


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def periods_offered(today: dt.date) -> list[Period]:
    """Return the periods that a page offers: the last twelve closed weeks, all of them, and a year of weeks."""
    monday = today - dt.timedelta(days=today.weekday())
    weeks = [Period(monday - dt.timedelta(days=7 * n + 7), monday - dt.timedelta(days=7 * n + 1)) for n in range(12)]
    return [*weeks, Period(weeks[-1].start, weeks[0].end), Period(weeks[0].end - dt.timedelta(days=363), weeks[0].end)]


def filters_of(request: MemberRequest, workspace: Workspace) -> Filters:
    """Read the filters of the address; what does not belong to the workspace filters nothing."""
    query = request.GET
    journey_id, persona_id = _uuid(query.get("journey", "")), _uuid(query.get("persona", ""))
    first, _slash, last = query.get("period", "").partition("/")
    try:
        period = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    except ValueError:
        period = None
    return Filters(
        journey=Journey.objects.filter(workspace=workspace, pk=journey_id, deleted_at=None).first()
        if journey_id
        else None,
        persona=Persona.objects.filter(workspace=workspace, pk=persona_id, deleted_at=None).first()
        if persona_id
        else None,
        category=Category.objects.filter(workspace=workspace, code=query.get("category", "")).first(),
        period=period if period and period.start <= period.end and period.end.year <= 2200 else None,
        kpi=Kpi.objects.filter(workspace=workspace, code=query["kpi"]).first() if query.get("kpi") else None,
        part=part_of(workspace, query.get("part", "")),
        sort=query.get("sort", "") if query.get("sort") in SORTS else "stage",
    )


@login_required
@require_safe
def dashboard(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    today = timezone.localdate(timezone=workspace.zone)
    page = read(workspace, filters_of(request, workspace), today=today)
    context = {
        "page": page,
        "notices": troubles_of(workspace),
        "periods": periods_offered(today),
        "today": today,
        "section": "dashboard",
        "part": "overview",
        "can_edit": can(request.membership, Role.EDITOR),
        "can_analyse": can(request.membership, Role.ANALYST),
    }
    return render(request, "kpis/dashboard.html", context)
