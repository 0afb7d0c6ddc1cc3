"""Lanes: the rows of a map."""

from cxmap.workspaces.models import User
from journeys import lanes as registry
from journeys.errors import LaneAlreadyThere
from journeys.models import Card, Journey, Lane
from journeys.services.board import edit, fresh, place, remove, save
from journeys.services.copies import copy_of


def live_lanes(journey: Journey) -> list[Lane]:
    return list(Lane.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id"))


def lane_add(*, journey: Journey, actor: User | None, kind: str, name: str = "", index: int | None = None) -> Lane:
    """Add a lane of a registered kind, at index among the lanes (0-based; None: at the end). Raises LaneAlreadyThere."""
    with edit(journey, actor=actor, action="lane.added", kind=kind, name=name) as record:
        siblings = live_lanes(journey)
        if registry.kind_of(kind).single and any(lane.kind == kind for lane in siblings):
            raise LaneAlreadyThere
        rank = place(record, siblings, len(siblings) if index is None else index)
        lane = Lane.objects.create(workspace_id=journey.workspace_id, journey=journey, kind=kind, name=name, rank=rank)
        record.created(lane)
    return lane


def lane_rename(*, lane: Lane, actor: User, name: str, expected_revision: int | None = None) -> Lane:
    """An empty name gives the label of its kind back. Raises StaleRevision."""
    with edit(lane.journey, actor=actor, action="lane.renamed", target=lane, before=lane.name, name=name) as record:
        lane = fresh(lane, expected_revision)
        record.watch(lane)
        lane.name = name
        save(lane, "name")
    return lane


def lane_set_hidden(*, lane: Lane, actor: User, hidden: bool) -> Lane:
    action = "lane.hidden" if hidden else "lane.shown"
    with edit(lane.journey, actor=actor, action=action, target=lane, name=lane.name, kind=lane.kind) as record:
        lane = fresh(lane)
        record.watch(lane)
        lane.hidden = hidden
        save(lane, "hidden")
    return lane


def lane_move(*, lane: Lane, actor: User, index: int) -> Lane:
    """Put the lane at index among the others (0-based)."""
    with edit(lane.journey, actor=actor, action="lane.moved", target=lane, name=lane.name, kind=lane.kind) as record:
        lane = fresh(lane)
        siblings = [other for other in live_lanes(lane.journey) if other.pk != lane.pk]
        record.watch(lane)
        lane.rank = place(record, siblings, index)
        save(lane, "rank")
    return lane


def lane_delete(*, lane: Lane, actor: User) -> None:
    """Take a lane with its cards off the map."""
    with edit(lane.journey, actor=actor, action="lane.deleted", target=lane, name=lane.name, kind=lane.kind) as record:
        remove(record, fresh(lane))


def lane_duplicate(*, lane: Lane, actor: User, name: str) -> Lane:
    """Copy a lane with its cards, right below it. Raises LaneAlreadyThere for kinds that stand once."""
    with edit(lane.journey, actor=actor, action="lane.duplicated", target=lane, name=name, kind=lane.kind) as record:
        if registry.kind_of(lane.kind).single:
            raise LaneAlreadyThere
        siblings = live_lanes(lane.journey)
        index = next(number for number, other in enumerate(siblings) if other.pk == lane.pk)
        copy = copy_of(lane, name=name, rank=place(record, siblings, index + 1))
        copy.save()
        cards = [copy_of(card, lane=copy, until_lane=None) for card in Card.objects.filter(lane=lane, deleted_at=None)]
        Card.objects.bulk_create(cards)
        record.created(copy, *cards)
    return copy


def lane_look(*, lane: Lane, actor: User, pinned: bool | None = None, height: int | None = -1) -> Lane:
    """Pin a lane under the headers or let it go, set its least height in pixels (None: what the text needs)."""
    with edit(lane.journey, actor=actor, action="lane.look", target=lane, name=lane.name, kind=lane.kind) as record:
        lane = fresh(lane)
        record.watch(lane)
        if pinned is not None:
            lane.pinned = pinned
        if height != -1:
            lane.height = height
        save(lane, "pinned", "height")
    return lane
