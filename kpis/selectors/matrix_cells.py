"""What stands where in the touchpoint matrix, counted by PostgreSQL: a library of thousands never passes through Python."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from cxmap.workspaces.models import Workspace
from journeys.models import Journey
from kpis.marks import WORST_FIRST
from kpis.selectors.matrix_columns import Column
from personas.models import Persona
from touchpoints.models import Department, Phase

CHIPS = 4  # touchpoints shown in a cell before "+n"
UNBOUND = len(WORST_FIRST) + 1  # severity of a touchpoint without KPI, after every state

# Where each touchpoint stands, once a column. The names belong to Places.params.
_PLACED_BY_STAGE = """
    SELECT DISTINCT card.touchpoint_id, given.place
      FROM unnest(%(stages)s::uuid[], %(places)s::int[]) AS given(stage_id, place)
      JOIN journeys_step AS step ON step.stage_id = given.stage_id AND step.deleted_at IS NULL AND NOT step.hidden
      JOIN journeys_card AS card ON card.step_id = step.id AND card.deleted_at IS NULL AND card.touchpoint_id IS NOT NULL
      JOIN journeys_lane AS lane ON lane.id = card.lane_id AND lane.deleted_at IS NULL
     WHERE card.workspace_id = %(workspace)s
"""
_PLACED_BY_PHASE = """
    SELECT id AS touchpoint_id, array_position(%(phases)s::text[], phase::text) AS place
      FROM touchpoints_touchpoint WHERE workspace_id = %(workspace)s AND deleted_at IS NULL
"""
# The worst state of each touchpoint as its place in WORST_FIRST; a KPI that was never judged has not enough data.
_JUDGED = """
    SELECT binding.touchpoint_id, min(coalesce(array_position(%(states)s::text[], state.state::text), %(no_data)s)) AS severity
      FROM kpis_binding AS binding
      LEFT JOIN LATERAL (
           SELECT state FROM kpis_kpistate WHERE binding_id = binding.id ORDER BY period_start DESC LIMIT 1
           ) AS state ON true
     WHERE binding.workspace_id = %(workspace)s AND binding.deleted_at IS NULL
       AND binding.touchpoint_id IN (SELECT touchpoint_id FROM placed)
     GROUP BY binding.touchpoint_id
"""
# The same, decided on reading for a part of the customers.
_JUDGED_OF_PART = "SELECT * FROM unnest(%(judged)s::uuid[], %(severities)s::int[]) AS judged(touchpoint_id, severity)"
_NOT_JUDGED = "SELECT NULL::uuid AS touchpoint_id, NULL::int AS severity WHERE false"
_OF_PERSONA = """
      AND EXISTS (
          SELECT 1 FROM journeys_card AS card
            JOIN journeys_journey AS journey ON journey.id = card.journey_id AND journey.deleted_at IS NULL
            JOIN journeys_lane AS lane ON lane.id = card.lane_id AND lane.deleted_at IS NULL
            JOIN journeys_step AS step ON step.id = card.step_id AND step.deleted_at IS NULL
            JOIN journeys_stage AS stage ON stage.id = step.stage_id AND stage.deleted_at IS NULL
            JOIN journeys_journeypersona AS link ON link.journey_id = journey.id AND link.deleted_at IS NULL
           WHERE card.touchpoint_id = touchpoint.id AND card.deleted_at IS NULL AND link.persona_id = %(persona)s)
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Which touchpoints stand in which column, narrowed by what the reader asks for.

    `severities`: of a part of the customers, the place in WORST_FIRST by touchpoint; None: the states of all customers.
    """

    workspace: Workspace
    columns: Sequence[Column]
    journeys: Sequence[Journey]
    persona: Persona | None = None
    owner: str = ""
    department: Department | None = None
    state: str = ""  # one of State, or "none": no KPI is bound
    severities: Mapping[UUID, int] | None = None

    @property
    def with_clause(self) -> str:
        """`placed` (touchpoint, place of the column) and `library` (what a touchpoint is, with its severity)."""
        return self._clause(_JUDGED if self.severities is None else _JUDGED_OF_PART)

    @property
    def lean_clause(self) -> str:
        """The same for those who do not look at severities: states are read only where they narrow the library."""
        return self.with_clause if self.state else self._clause(_NOT_JUDGED)

    def _clause(self, judged: str) -> str:
        placed = _PLACED_BY_STAGE if self.journeys else _PLACED_BY_PHASE
        narrowed = ""
        if self.owner:
            narrowed += " AND touchpoint.owner = %(owner)s"
        if self.department is not None:
            narrowed += " AND touchpoint.department_id = %(department)s"
        if self.persona is not None:
            narrowed += _OF_PERSONA
        if self.state:
            narrowed += " AND coalesce(judged.severity, %(unbound)s) = %(severity)s"
        return f"""
            WITH placed AS MATERIALIZED ({placed}),
                 judged AS MATERIALIZED ({judged}),
                 library AS MATERIALIZED (
                     SELECT touchpoint.id, touchpoint.category_id, touchpoint.channel_id, touchpoint.name, touchpoint.sort_key,
                            coalesce(judged.severity, %(unbound)s) AS severity
                       FROM touchpoints_touchpoint AS touchpoint
                       LEFT JOIN judged ON judged.touchpoint_id = touchpoint.id
                      WHERE touchpoint.workspace_id = %(workspace)s AND touchpoint.deleted_at IS NULL{narrowed})
        """  # noqa: S608 - constants

    @property
    def params(self) -> dict[str, Any]:
        stages = [(str(stage.pk), column.position) for column in self.columns for stage in column.stages]
        severity = UNBOUND if self.state == "none" or not self.state else WORST_FIRST.index(self.state) + 1
        judged = self.severities or {}
        return {
            "workspace": self.workspace.pk,
            "stages": [stage for stage, _place in stages],
            "places": [place for _stage, place in stages],
            "phases": list(Phase.values),
            "states": [str(state) for state in WORST_FIRST],
            "no_data": len(WORST_FIRST),
            "unbound": UNBOUND,
            "severity": severity,
            "owner": self.owner,
            "department": self.department.pk if self.department else None,
            "persona": self.persona.pk if self.persona else None,
            "judged": [str(pk) for pk in judged],
            "severities": list(judged.values()),
        }


@dataclass(frozen=True, slots=True)
class Count:
    """The touchpoints of one cell, row or of all: each counted once. `place` 0: whatever the column.

    by_severity: how many by worst state, in the order of WORST_FIRST, those without KPI last.
    chips: (id, name, severity) of the first CHIPS.
    """

    category: int | None
    channel: int | None
    place: int
    count: int
    by_severity: tuple[int, ...]
    chips: Sequence[tuple[UUID, str, int]] = ()


_SEVERITIES = ", ".join(f"count(*) FILTER (WHERE severity = {number})" for number in range(1, UNBOUND + 1))


def counts(places: Places, *, worst_first: bool = False) -> list[Count]:
    """Return the cells that hold something, and the totals of rows and of all; two queries.

    A touchpoint that stands in several columns counts in each of them, and once in the totals.
    """
    order = "severity, sort_key, id" if worst_first else "sort_key, id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {places.with_clause},
            ordered AS MATERIALIZED (
                SELECT id, category_id, channel_id, severity, (row_number() OVER (ORDER BY {order}))::int AS number
                  FROM library)
            SELECT category_id, channel_id, place, count(*), {_SEVERITIES},
                   (array_agg(id::text ORDER BY number))[1:{CHIPS}], (array_agg(severity ORDER BY number))[1:{CHIPS}]
              FROM placed JOIN ordered ON ordered.id = placed.touchpoint_id
             GROUP BY category_id, channel_id, place
             UNION ALL
            SELECT category_id, channel_id, 0, count(*), {_SEVERITIES}, NULL, NULL
              FROM ordered WHERE id IN (SELECT touchpoint_id FROM placed)
             GROUP BY GROUPING SETS ((category_id, channel_id), (category_id), ())
            """,  # noqa: S608 - constants
            places.params,
        )
        rows = cursor.fetchall()
    names = _names(pk for row in rows for pk in row[-2] or ())
    found = []
    for category, channel, place, count, *severities, ids, marks in rows:
        chips = [(*names[pk], mark) for pk, mark in zip(ids or (), marks or (), strict=True) if pk in names]
        found.append(Count(category, channel, place, count, tuple(severities), chips))
    return found


def _names(ids: Iterable[str]) -> dict[str, tuple[UUID, str]]:
    wanted = list(set(ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM touchpoints_touchpoint WHERE id = ANY(%s::uuid[])", [wanted])
        return {str(pk): (pk, name) for pk, name in cursor.fetchall()}


def touchpoints_at(
    places: Places, *, category: int | None, channel: int | None, place: int | None, limit: int, offset: int
) -> tuple[list[UUID], int]:
    """Return the ids of the touchpoints of a cell, row or column, the worst first, and how many there are; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {places.with_clause}
            SELECT library.id, count(*) OVER ()
              FROM library
             WHERE (%(category)s::bigint IS NULL OR category_id = %(category)s)
               AND (%(channel)s::bigint IS NULL OR channel_id = %(channel)s)
               AND library.id IN (SELECT touchpoint_id FROM placed WHERE %(place)s::int IS NULL OR place = %(place)s)
             ORDER BY severity, sort_key, id LIMIT %(limit)s OFFSET %(offset)s
            """,  # noqa: S608 - constants
            {
                **places.params,
                "category": category,
                "channel": channel,
                "place": place,
                "limit": limit,
                "offset": offset,
            },
        )
        rows = cursor.fetchall()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def touchpoints_in_order(places: Places) -> list[UUID]:
    """Return every touchpoint that stands somewhere, as the rows of the matrix are ordered: category, channel, name."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {places.lean_clause}
            SELECT library.id
              FROM library
              JOIN touchpoints_category AS category ON category.id = library.category_id
              JOIN touchpoints_channel AS channel ON channel.id = library.channel_id
             WHERE library.id IN (SELECT touchpoint_id FROM placed)
             ORDER BY category.rank, category.id, channel.rank, channel.id, library.sort_key, library.id
            """,  # noqa: S608 - constants
            places.params,
        )
        return [row[0] for row in cursor.fetchall()]


def touchpoints_unbound(places: Places, *, limit: int) -> tuple[list[UUID], int]:
    """Return the ids of the first touchpoints without KPI that stand somewhere, and how many there are; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {places.lean_clause}
            SELECT library.id, count(*) OVER ()
              FROM library
             WHERE library.id IN (SELECT touchpoint_id FROM placed)
               AND NOT EXISTS (
                   SELECT 1 FROM kpis_binding AS binding
                    WHERE binding.touchpoint_id = library.id AND binding.deleted_at IS NULL)
             ORDER BY sort_key, id LIMIT %(limit)s
            """,  # noqa: S608 - constants
            {**places.params, "limit": limit},
        )
        rows = cursor.fetchall()
    return [row[0] for row in rows], rows[0][1] if rows else 0
