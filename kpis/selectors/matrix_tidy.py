"""The matrix as a table of measures, one row each, read in pieces so that memory does not grow with the library."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from journeys.lanes import Period
from journeys.models import Stage
from kpis.models import KpiState
from kpis.parts import WHOLE, Part
from kpis.selectors.bindings import BindingView, binding_views, bindings_of
from kpis.selectors.matrix import MatrixFilters
from kpis.selectors.matrix_cells import Places, touchpoints_in_order
from touchpoints.departments import department_name
from touchpoints.models import Touchpoint

PIECE = 400  # touchpoints read at a time

TIDY_COLUMNS = (
    "journey",
    "stage",
    "stage_position",
    "touchpoint",
    "touchpoint_id",
    "category",
    "channel",
    "phase",
    "online",
    "persona",
    "owner",
    "kpi",
    "kpi_code",
    "definition_version",
    "unit",
    "direction",
    "period_start",
    "period_end",
    "numerator",
    "denominator",
    "n",
    "excluded",
    "value",
    "low",
    "high",
    "target",
    "state",
    "evidence",
    "fresh_at",
    "repeated",
    "department",
)
Row = tuple[Any, ...]
Standing = tuple[str | None, str, int]  # journey, stage, its position


def tidy_rows(places: Places, filters: MatrixFilters, *, today: dt.date) -> Iterator[Row]:
    """Yield the values of TIDY_COLUMNS, a row per journey × stage × touchpoint × KPI; a touchpoint without KPI has one too.

    Rows of a touchpoint follow each other, in the order of the matrix. `repeated` is true from the second stage on at
    which the same measure stands: leaving those rows out lets a pivot table add numerators and denominators. Values are
    in the unit of storage; unknown is empty, never 0.
    """
    persona = filters.persona.name if filters.persona else None
    positions = _positions(places)
    everything = touchpoints_in_order(places)
    for start in range(0, len(everything), PIECE):
        piece = everything[start : start + PIECE]
        facts = _facts(piece, period=filters.period, part=filters.part or WHOLE, today=today)
        standings = _standings(piece, places, positions) if places.journeys else {}
        found = Touchpoint.objects.select_related("category", "channel", "department").in_bulk(piece)
        for pk in piece:
            touchpoint = found.get(pk)
            if touchpoint is None:  # deleted while the file was being sent
                continue
            phase = next((column for column in places.columns if column.key == touchpoint.phase), None)
            phases: list[Standing] = [(None, phase.name, phase.position)] if phase else []
            of_touchpoint = (
                touchpoint.name,
                touchpoint.code,
                touchpoint.category.name,
                touchpoint.channel.name,
                touchpoint.phase,
                touchpoint.presence,
                persona,
                touchpoint.owner or None,
            )
            for number, standing in enumerate(standings.get(pk, ()) if places.journeys else phases):
                for measure in facts.get(pk, UNMEASURED):
                    yield (*standing, *of_touchpoint, *measure, number > 0, department_name(touchpoint))


# Of a touchpoint without KPI: nothing is made up.
UNMEASURED: Sequence[Row] = [(*[None] * 16, "none", None)]


def _facts(touchpoints: Sequence[UUID], *, period: Period | None, part: Part, today: dt.date) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for view in binding_views(bindings_of(touchpoints), today=today, period=period, part=part):
        found[view.binding.touchpoint_id].append(_measure(view, view.state))
    return found


def _measure(view: BindingView, state: KpiState | None) -> Row:
    kpi, known = view.kpi, view.n > 0
    return (
        kpi.name,
        kpi.code,
        state.definition_version if state else kpi.definition_version,
        kpi.unit,
        view.binding.direction,
        view.start,
        view.end,
        view.numerator if known else None,
        view.denominator if known else None,
        view.n,
        view.excluded,
        view.value,
        view.low,
        view.high,
        view.target.value if view.target else None,
        view.code,
        ("survey" if kpi.opinion else "live_data") if known else "none",
        state.newest_day if state else None,
    )


def _positions(places: Places) -> dict[UUID, Standing]:
    """Return journey, stage and position of each stage by its id, in the order of the rows.

    A stage has the name and the position that its own map gives it, whatever column it shares with others.
    """
    by_journey: dict[UUID, list[Stage]] = defaultdict(list)
    for column in places.columns:
        for stage in column.stages:
            by_journey[stage.journey_id].append(stage)
    found: dict[UUID, Standing] = {}
    for journey in places.journeys:
        own = sorted(by_journey[journey.pk], key=lambda stage: (stage.rank, stage.pk))
        found |= {stage.pk: (journey.name, stage.name, position) for position, stage in enumerate(own, 1)}
    return found


def _standings(
    touchpoints: Sequence[UUID], places: Places, positions: Mapping[UUID, Standing]
) -> dict[UUID, list[Standing]]:
    """Return the stages on which touchpoints stand, by journey in the order asked for; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT card.touchpoint_id, step.stage_id
              FROM journeys_card AS card
              JOIN journeys_step AS step ON step.id = card.step_id AND step.deleted_at IS NULL AND NOT step.hidden
              JOIN journeys_lane AS lane ON lane.id = card.lane_id AND lane.deleted_at IS NULL
             WHERE card.workspace_id = %(workspace)s AND card.touchpoint_id = ANY(%(touchpoints)s::uuid[])
               AND card.deleted_at IS NULL AND step.stage_id = ANY(%(stages)s::uuid[])
            """,
            {
                "workspace": places.workspace.pk,
                "touchpoints": [str(pk) for pk in touchpoints],
                "stages": [str(pk) for pk in positions],
            },
        )
        rows = cursor.fetchall()
    order = {pk: number for number, pk in enumerate(positions)}
    found: dict[UUID, list[Standing]] = defaultdict(list)
    for touchpoint, stage in sorted(rows, key=lambda row: order[row[1]]):
        found[touchpoint].append(positions[stage])
    return found
