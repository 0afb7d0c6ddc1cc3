"""What the writes of all parts of a map have in common: locking, ranks, the change log."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import F
from django.utils import timezone

from cxmap.history.services import Recording, recording
from cxmap.lib import ranks
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import User
from journeys import live
from journeys.errors import ElsewhereOnMap
from journeys.models import Journey, MapRow

Row = TypeVar("Row", bound=MapRow)


@contextmanager
def edit(
    journey: Journey,
    *,
    actor: User | None,
    action: str,
    target: models.Model | None = None,
    gesture: UUID | None = None,
    **summary: Any,
) -> Iterator[Recording]:
    """Lock the map, record one change of it and move its board revision on.

    Everybody locks the journey first, so writers of one map wait for each other and never deadlock.
    """
    with recording(
        actor=actor, action=action, target=target or journey, scope=journey, gesture=gesture, **summary
    ) as record:
        Journey.objects.select_for_update().only("pk").get(pk=journey.pk)
        yield record
        move_on(journey, actor=actor, places=live.places_of(record))


def move_on(journey: Journey, *, actor: User | None, places: Collection[live.Place] | None = None) -> None:
    """Give the board its next revision and tell the pages that show it. Within the transaction that changed it.

    `places` are the cells concerned; None: more than cells.
    """
    Journey.objects.filter(pk=journey.pk).update(board_revision=F("board_revision") + 1, updated_at=timezone.now())
    # Nobody else can have moved it: this transaction holds the row.
    journey.board_revision = Journey.objects.values_list("board_revision", flat=True).get(pk=journey.pk)
    live.board_changed(journey, revision=journey.board_revision, actor=actor, places=places)


def fresh(row: Row, expected_revision: int | None = None) -> Row:
    """Return the row as it is now, locked. Raises StaleRevision when it moved on from what the writer had seen."""
    current = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if current.deleted_at is not None or (expected_revision is not None and current.revision != expected_revision):
        raise StaleRevision(current=current)
    return current


def save(row: MapRow, *fields: str) -> None:
    """Write some columns, and the revision with them."""
    row.revision += 1
    row.save(update_fields=[*fields, "revision", "updated_at"])


def place(record: Recording, siblings: Sequence[Any], index: int, *, step: float = ranks.STEP) -> float:
    """Return the rank at index among sorted siblings, spacing them anew when there is no room."""
    rank = ranks.at_index([sibling.rank for sibling in siblings], index)
    if rank is not None:
        return rank
    record.watch(*siblings)
    for number, sibling in enumerate(siblings, 1):
        sibling.rank = number * step
        save(sibling, "rank")
    rank = ranks.at_index([sibling.rank for sibling in siblings], index)
    if rank is None:
        raise ElsewhereOnMap
    return rank


def remove(record: Recording, *rows: MapRow) -> None:
    """Take rows off the screen; they stay in their table for undo."""
    now = timezone.now()
    record.watch(*rows)
    for row in rows:
        row.deleted_at = now
        save(row, "deleted_at")
