"""The journeys around one: those that it is a part of, its parts, its as-is journey and its to-be ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.urls import reverse

from cxmap.lib.text import sort_key
from journeys.models import Journey

DEPTH_MAX = 20  # levels of a hierarchy that are followed; a longer one is nobody's wish

# Every journey around one in one read; the depth ends a circle, should there ever be one.
AROUND = """
WITH RECURSIVE above(id, parent_id, level) AS (
    SELECT id, parent_id, 0 FROM journeys_journey WHERE id = %(journey)s
    UNION ALL
    SELECT j.id, j.parent_id, above.level + 1 FROM journeys_journey j JOIN above ON j.id = above.parent_id
    WHERE above.level < %(depth)s
)
SELECT 'above', j.id, j.name, above.level FROM above JOIN journeys_journey j ON j.id = above.id
    WHERE above.level > 0 AND j.workspace_id = %(workspace)s AND j.deleted_at IS NULL
UNION ALL
SELECT 'part', j.id, j.name, 0 FROM journeys_journey j
    WHERE j.parent_id = %(journey)s AND j.workspace_id = %(workspace)s AND j.deleted_at IS NULL
UNION ALL
SELECT 'to_be', j.id, j.name, 0 FROM journeys_journey j
    WHERE j.as_is_id = %(journey)s AND j.workspace_id = %(workspace)s AND j.deleted_at IS NULL
UNION ALL
SELECT 'as_is', j.id, j.name, 0 FROM journeys_journey j
    WHERE j.id = %(as_is)s AND j.workspace_id = %(workspace)s AND j.deleted_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Relative:
    """Another journey, as a link needs it."""

    pk: UUID
    name: str

    def get_absolute_url(self) -> str:
        return reverse("journeys:detail", args=[self.pk])


@dataclass(frozen=True, slots=True)
class Family:
    """The journeys around one that are not in the trash."""

    above: Sequence[Relative] = ()  # from the top down to the parent
    parts: Sequence[Relative] = ()
    as_is: Relative | None = None
    to_bes: Sequence[Relative] = ()


def family_of(journey: Journey) -> Family:
    """Return the journeys around one; one query."""
    values = {
        "journey": journey.pk,
        "as_is": journey.as_is_id,
        "workspace": journey.workspace_id,
        "depth": DEPTH_MAX,
    }
    with connection.cursor() as cursor:
        cursor.execute(AROUND, values)
        rows = cursor.fetchall()
    found: dict[str, list[tuple[int, Relative]]] = {"above": [], "part": [], "to_be": [], "as_is": []}
    for role, pk, name, level in rows:
        found[role].append((level, Relative(pk, name)))
    above = {relative.pk: relative for _level, relative in sorted(found["above"], key=lambda row: -row[0])}
    above.pop(journey.pk, None)
    by_name = {role: sorted((own for _level, own in found[role]), key=lambda own: sort_key(own.name)) for role in found}
    return Family(
        above=list(above.values()),
        parts=by_name["part"],
        as_is=by_name["as_is"][0] if by_name["as_is"] else None,
        to_bes=by_name["to_be"],
    )


def is_within(journey_id: UUID, above_id: UUID | None) -> bool:
    """True when a journey is `above_id` itself or stands somewhere above it: as its part it would close a circle."""
    seen: set[UUID] = set()
    while above_id is not None and above_id not in seen:
        if above_id == journey_id:
            return True
        seen.add(above_id)
        above_id = Journey.objects.filter(pk=above_id).values_list("parent", flat=True).first()
    return False


def in_tree_order(journeys: Sequence[Journey]) -> list[tuple[Journey, int]]:
    """Return journeys with their depth, each below the one that it is a part of; a parent that is not among them is left out."""
    there = {journey.pk for journey in journeys}
    children: dict[UUID | None, list[Journey]] = {}
    for journey in journeys:
        children.setdefault(journey.parent_id if journey.parent_id in there else None, []).append(journey)
    found: list[tuple[Journey, int]] = []
    waiting = [(journey, 0) for journey in reversed(children.get(None, []))]
    seen: set[UUID] = set()
    while waiting:
        journey, depth = waiting.pop()
        seen.add(journey.pk)
        found.append((journey, depth))
        waiting += [(part, depth + 1) for part in reversed(children.get(journey.pk, []))]
    return found + [(journey, 0) for journey in journeys if journey.pk not in seen]
