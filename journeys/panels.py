"""Where a persona or a touchpoint stands on maps: blocks for the pages of the two lower apps."""

from django.db.models import Q
from django.http import HttpRequest

from cxmap.workspaces.models import Workspace
from journeys.models import Card, Journey
from journeys.readers import is_reader, unchanged
from personas import channels as persona_channels
from personas import panels as persona_panels
from personas.models import Persona
from touchpoints import panels as touchpoint_panels
from touchpoints.models import Channel, Touchpoint

LAST = 900  # rank: where something is used stands after what it is


def persona_panel(request: HttpRequest, persona: Persona) -> persona_panels.Panel:
    """The maps told for a persona."""
    journeys = Journey.objects.filter(
        workspace=persona.workspace_id,
        deleted_at=None,
        persona_links__persona=persona,
        persona_links__deleted_at=None,
    ).order_by("sort_key", "id")
    return persona_panels.Panel("journeys/_persona_panel.html", {"journeys": list(journeys)}, rank=LAST)


def touchpoint_panel(request: HttpRequest, touchpoint: Touchpoint) -> touchpoint_panels.Panel:
    """The maps and steps on which a touchpoint stands; for those who only read maps, as far as that was published."""
    seen = unchanged("", "step__", "step__stage__") if is_reader(request) else Q()
    cards = (
        Card.objects.filter(
            seen,
            workspace=touchpoint.workspace_id,
            touchpoint=touchpoint,
            deleted_at=None,
            journey__deleted_at=None,
            step__deleted_at=None,
            step__stage__deleted_at=None,
            lane__deleted_at=None,
        )
        .select_related("journey", "step__stage")
        .order_by("journey__sort_key", "journey", "step__stage__rank", "step__rank", "id")
    )
    return touchpoint_panels.Panel("journeys/_touchpoint_panel.html", {"cards": list(cards)}, rank=LAST)


def channel_names(workspace: Workspace) -> list[tuple[str, str]]:
    """The channels of the library, which personas can prefer."""
    return [(channel.code, str(channel)) for channel in Channel.objects.filter(workspace=workspace)]


persona_channels.register(channel_names)
persona_panels.register(persona_panel)
touchpoint_panels.register(touchpoint_panel)
