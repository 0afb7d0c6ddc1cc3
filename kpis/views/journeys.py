"""What the KPIs say of a journey and of one step, beside the map."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cxmap.lib.http import render_page_or_partial
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from journeys import lanes
from journeys.access import journey_for_view
from journeys.picture import picture_for
from journeys.readers import version_for
from journeys.tabs import tabs_of
from journeys.views.maps import period_of, persona_of
from journeys.views.saved import saved_views
from kpis import access
from kpis.selectors.funnel import funnel
from kpis.selectors.steps import step_figures


@login_required
@require_safe
def step_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show behaviour beside opinion at one step."""
    step, touchpoints = access.step_seen(request, pk)
    today = timezone.localdate(timezone=step.journey.workspace.zone)
    context = {
        "step": step,
        "journey": step.journey,
        "figures": step_figures(touchpoints, today=today, period=period_of(request)),
        "can_analyse": can(request.membership, Role.ANALYST),
        "section": "journeys",
    }
    return render_page_or_partial(request, "kpis/step_detail.html", context)


@login_required
@require_safe
def journey_funnel(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = journey_for_view(request, pk)
    today = timezone.localdate(timezone=journey.workspace.zone)
    picture = picture_for(journey, version_for(request, journey))
    personas = picture.personas
    persona = next((own for own in personas if own.pk == persona_of(request)), None)
    context = {
        "journey": journey,
        "funnel": funnel(picture, today=today, period=period_of(request), persona=persona),
        "personas": personas,
        "persona": persona,
        "periods": lanes.periods(journey),
        "tabs": tabs_of(journey, current="funnel", query=request.GET),
        "saved_views": saved_views(request, journey, current="funnel"),
        "can_analyse": can(request.membership, Role.ANALYST),
        "section": "journeys",
    }
    return render(request, "kpis/funnel.html", context)
