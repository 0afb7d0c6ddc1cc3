"""Open maps follow each other: what is told after an edit, and who may hear it.

An edit of a few cells brings their new content along, drawn once for each language that is listening; any other edit says
that the board is another one now, and pages ask for it. The revision of the board says who has missed something.
"""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import get_language

from cxmap import live
from cxmap.history.services import Recording
from cxmap.workspaces.models import User
from journeys.models import Card, Journey, Lane, Step
from journeys.talk import open_threads

Place = tuple[UUID, UUID]  # lane, step
CELLS_MAX = 4  # more of them at once: the board is asked for, drawn once for all who ask
COLOURS = 5


def channel_of(journey_id: UUID) -> str:
    return f"map:{journey_id}"


def who(user: User) -> dict[str, Any]:
    """Return what the others on a map are told of a member."""
    return {
        "id": f"u{user.pk}",
        "name": str(user),
        "initials": user.initials,
        "colour": user.pk % COLOURS,
        "language": get_language() or "",
    }


def token(journey: Journey, user: User) -> str:
    """Return what opens the channel of a map. The caller has checked that the person may see it."""
    return live.token(channel_of(journey.pk), who=who(user))


def places_of(record: Recording) -> list[Place] | None:
    """Return the cells that a change concerns; None when it reaches further than the cells of its cards.

    Touchpoints bring badges, KPIs and the curve of their step along, and a card that covers several cells changes the
    table itself.
    """
    found: dict[Place, None] = {}
    for before, row in record.touched():
        if not isinstance(row, Card):
            return None
        if row.touchpoint_id or row.until_step_id or row.until_lane_id:
            return None
        if before is not None:
            if before["touchpoint_id"] or before["until_step_id"] or before["until_lane_id"]:
                return None
            found[UUID(before["lane_id"]), UUID(before["step_id"])] = None
        found[row.lane_id, row.step_id] = None
    return list(found) if 0 < len(found) <= CELLS_MAX else None


def board_changed(
    journey: Journey, *, revision: int, actor: User | None, places: Collection[Place] | None = None
) -> None:
    """Tell the open pages of a map, after the commit, that its board has this revision now."""
    by = who(actor) if actor is not None else None
    transaction.on_commit(lambda: _tell(journey.pk, revision, by, places), robust=True)


def _tell(journey_id: UUID, revision: int, by: dict[str, Any] | None, places: Collection[Place] | None) -> None:
    channel = channel_of(journey_id)
    pages = live.audience(channel)
    if not pages:
        return
    news: dict[str, Any] = {"revision": revision, "by": by}
    # Whoever is alone on the map has the answer to the own edit already.
    if places and len(pages) > 1:
        cells = _cells(journey_id, places, {page["who"].get("language", "") for page in pages})
        if cells is not None:
            news["cells"] = cells
    live.send(channel, "board", news)


def _cells(journey_id: UUID, places: Iterable[Place], languages: Collection[str]) -> list[dict[str, Any]] | None:
    """Return the cells as they are now, in each language; None where a cell does not stand for one place."""
    from journeys.drawing import cell_html  # selectors read what services write

    reaching = Q(until_step__isnull=False) | Q(until_lane__isnull=False)
    if Card.objects.filter(reaching, journey=journey_id, deleted_at=None).exists():
        return None
    lanes = Lane.objects.select_related("journey").filter(journey=journey_id, deleted_at=None)
    lane_of = {lane.pk: lane for lane in lanes}
    steps = Step.objects.filter(journey=journey_id, deleted_at=None).in_bulk([step for _lane, step in places])
    found = []
    for lane_id, step_id in places:
        if lane_id not in lane_of or step_id not in steps:
            continue
        html = {}
        for language in languages:
            with translation.override(language or None):
                html[language] = cell_html(lane_of[lane_id], steps[step_id])
        found.append({"lane": str(lane_id), "step": str(step_id), "html": html})
    return found


def comments_changed(journey: Journey, *, actor: User | None) -> None:
    """Tell the open pages of a map, after the commit, how many threads are open where."""
    by = who(actor) if actor is not None else None
    transaction.on_commit(lambda: _tell_comments(journey, by), robust=True)


def _tell_comments(journey: Journey, by: dict[str, Any] | None) -> None:
    channel = channel_of(journey.pk)
    if live.audience(channel):
        live.send(channel, "comments", {"by": by, "signs": open_threads(journey).as_signs()})
