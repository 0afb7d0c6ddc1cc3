"""One map for whoever has its link, in the views that need nothing else of the workspace."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cxmap.workspaces.requests import MemberRequest
from journeys import access, selectors
from journeys.services import journeys as services
from journeys.tabs import shared_tabs_of
from journeys.views.maps import board_html, period_of, persona_of
from journeys.views.present import presentation_of


@require_safe
@never_cache
def shared(request: MemberRequest, token: str) -> HttpResponse:
    """Show one map: nothing else of the workspace, nothing to change."""
    link = access.share_link_from(token)
    services.share_link_opened(link)
    journey = link.journey
    timezone.activate(journey.workspace.zone)
    address = reverse("journeys:shared", args=[token])
    tabs = shared_tabs_of(address, current=request.GET.get("view", "map"), query=request.GET)
    view = next((tab.key for tab in tabs if tab.current), "map")
    board = selectors.board(
        journey=journey,
        actor=None,
        can_edit=False,
        period=period_of(request),
        persona_id=persona_of(request),
        alone="emotion" if view == "curve" else "",
    )
    context: dict[str, Any] = {
        "journey": journey,
        "board": board,
        "link": link,
        "view": view,
        "tabs": tabs,
        "fictional": journey.workspace.fictional,
        "readonly": True,
    }
    if view == "present":
        template = "journeys/shared_present.html"
        context |= {**presentation_of(board), "back": tabs[0].href}
    else:
        template = "journeys/shared.html"
        context["board_html"] = board_html(request, board, readonly=True, view=view, token=token)
    response = render(request, template, context)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
