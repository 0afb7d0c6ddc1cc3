"""One KPI over some touchpoints, period by period: counts of the same KPI are added, averages never averaged."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from cxmap.workspaces.models import Workspace
from kpis.models import Kpi, Rhythm
from kpis.statistics import estimate, kind_codes

UNITS = {Rhythm.DAILY: "day", Rhythm.WEEKLY: "week", Rhythm.MONTHLY: "month"}
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Ask:
    """A line to read: one KPI, its touchpoints, the days (both included), by day, week or month, or in total."""

    key: Any
    kpi: Kpi
    touchpoints: Sequence[UUID]
    first: dt.date
    last: dt.date
    unit: str  # day, week, month or total


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a line; values in the unit of storage, None where unknown."""

    start: dt.date
    end: dt.date
    n: int
    numerator: float
    denominator: float
    sum_squares: float | None
    excluded: int
    value: float | None
    low: float | None
    high: float | None
    running: bool = False


def _end(start: dt.date, ask: Ask) -> dt.date:
    if ask.unit == "day":
        return start
    if ask.unit == "week":
        return start + dt.timedelta(days=6)
    if ask.unit == "month":
        return (start.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return ask.last


SUMS = """
SELECT line.key, CASE line.unit WHEN 'total' THEN line.first ELSE date_trunc(line.unit, r.day)::date END AS start,
       sum(r.n), sum(r.numerator), sum(r.denominator),
       CASE WHEN bool_or(r.sum_squares IS NULL) THEN NULL ELSE sum(r.sum_squares) END, sum(r.excluded)
  FROM unnest(%(keys)s::int[], %(touchpoints)s::uuid[], %(kpis)s::uuid[], %(units)s::text[], %(firsts)s::date[],
              %(lasts)s::date[]) AS line(key, touchpoint, kpi, unit, first, last)
  JOIN kpis_series s ON s.touchpoint_id = line.touchpoint AND s.kpi_id = line.kpi AND s.workspace_id = %(workspace)s
  JOIN kpis_rollup r ON r.workspace_id = s.workspace_id AND r.series_id = s.id AND r.day BETWEEN line.first AND line.last
 GROUP BY 1, 2 ORDER BY 1, 2
"""


def lines_read(workspace: Workspace, asks: Sequence[Ask], *, today: dt.date) -> dict[Any, list[Point]]:
    """Return the periods with data of every line by its key, oldest first; one query for all of them."""
    found: dict[Any, list[Point]] = {ask.key: [] for ask in asks}
    parts = [(number, pk) for number, ask in enumerate(asks) for pk in ask.touchpoints]
    if not parts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            SUMS,
            {
                "workspace": workspace.pk,
                "keys": [number for number, _pk in parts],
                "touchpoints": [str(pk) for _number, pk in parts],
                "kpis": [str(asks[number].kpi.pk) for number, _pk in parts],
                "units": [asks[number].unit for number, _pk in parts],
                "firsts": [asks[number].first for number, _pk in parts],
                "lasts": [asks[number].last for number, _pk in parts],
            },
        )
        rows = cursor.fetchall()
    if not rows:
        return found
    sums = np.array([[np.nan if part is None else float(part) for part in row[3:6]] for row in rows])
    codes = kind_codes([asks[row[0]].kpi.kind for row in rows], durations_as_means=True)
    figures = estimate(codes, sums[:, 0], sums[:, 1], sums[:, 2])
    for place, row in enumerate(rows):
        ask = asks[row[0]]
        end = _end(row[1], ask)
        known = bool(row[2])
        found[ask.key].append(
            Point(
                start=row[1],
                end=end,
                n=int(row[2]),
                numerator=float(row[3]),
                denominator=float(row[4]),
                sum_squares=None if row[5] is None else float(row[5]),
                excluded=int(row[6]),
                value=_known(figures.value[place]) if known else None,
                low=_known(figures.low[place]) if known else None,
                high=_known(figures.high[place]) if known else None,
                running=ask.unit != TOTAL and end >= today,
            )
        )
    return found


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def filled(points: Sequence[Point], ask: Ask) -> list[float | None]:
    """Return the values of all closed periods between the ends of a line: a period without data is a gap."""
    by_start = {point.start: point.value for point in points if not point.running}
    values: list[float | None] = []
    start = ask.first
    while start <= ask.last:
        values.append(by_start.get(start))
        start = _end(start, ask) + dt.timedelta(days=1)
    return values


SCORES = """
SELECT line.key, score.key::int, sum(score.value::bigint)
  FROM unnest(%(keys)s::int[], %(touchpoints)s::uuid[], %(kpis)s::uuid[], %(firsts)s::date[], %(lasts)s::date[])
       AS line(key, touchpoint, kpi, first, last)
  JOIN kpis_series s ON s.touchpoint_id = line.touchpoint AND s.kpi_id = line.kpi AND s.workspace_id = %(workspace)s
  JOIN kpis_rollup r ON r.workspace_id = s.workspace_id AND r.series_id = s.id AND r.day BETWEEN line.first AND line.last
 CROSS JOIN LATERAL jsonb_each_text(coalesce(r.histogram, '{}'::jsonb)) AS score
 GROUP BY 1, 2
"""


def scores_read(workspace: Workspace, asks: Sequence[Ask]) -> dict[Any, dict[int, int]]:
    """Return how many answers each score got, by the key of the line; one query for all."""
    found: dict[Any, dict[int, int]] = defaultdict(dict)
    parts = [(number, pk) for number, ask in enumerate(asks) for pk in ask.touchpoints]
    if not parts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            SCORES,
            {
                "workspace": workspace.pk,
                "keys": [number for number, _pk in parts],
                "touchpoints": [str(pk) for _number, pk in parts],
                "kpis": [str(asks[number].kpi.pk) for number, _pk in parts],
                "firsts": [asks[number].first for number, _pk in parts],
                "lasts": [asks[number].last for number, _pk in parts],
            },
        )
        for number, score, count in cursor.fetchall():
            found[asks[number].key][score] = int(count)
    return found
