"""One KPI over some touchpoints, period by period: counts of the same KPI are added, averages never averaged."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from kpis.figures import Bins, Figure, Sums, Wanted, figures_of, histograms_read, last_day_of, shows_quantile, sums_read
from kpis.formula_figures import formula_figures
from kpis.models import Kpi, KpiKind, Rhythm

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
    """One period of a line; values in the unit of storage, None where unknown. sums: None of a formula."""

    start: dt.date
    end: dt.date
    n: int
    sums: Sums | None
    figure: Figure
    running: bool = False
    bins: Bins | None = None  # single durations, of a KPI that is a quantile

    @property
    def value(self) -> float | None:
        return self.figure.value

    @property
    def low(self) -> float | None:
        return self.figure.low

    @property
    def high(self) -> float | None:
        return self.figure.high

    @property
    def excluded(self) -> int:
        return self.sums.excluded if self.sums else 0


def _end(start: dt.date, ask: Ask) -> dt.date:
    return ask.last if ask.unit == TOTAL else last_day_of(ask.unit, start)


def lines_read(workspace: Workspace, asks: Sequence[Ask], *, today: dt.date) -> dict[Any, list[Point]]:
    """Return the periods with data of every line by its key, oldest first.

    One query for all lines of the same days and unit, one more where medians are shown, three where formulas are. A formula
    belongs to one touchpoint: over several it has no line.
    """
    found: dict[Any, list[Point]] = {ask.key: [] for ask in asks}
    together: dict[tuple[dt.date, dt.date, str], list[Ask]] = defaultdict(list)
    for ask in asks:
        if ask.touchpoints:
            together[ask.first, ask.last, ask.unit].append(ask)
    for (first, last, unit), alike in together.items():
        span = {"first": first, "last": last, "unit": "" if unit == TOTAL else unit}
        read = [*_plain(workspace, alike, span), *_formulas(workspace, alike, span)]
        for ask, period, n, sums, figure, bins in read:
            start = period or first
            end = _end(start, ask)
            running = unit != TOTAL and end >= today
            found[ask.key].append(Point(start, end, n, sums, figure, running=running, bins=bins))
    for points in found.values():
        points.sort(key=lambda point: point.start)
    return found


Read = tuple[Ask, dt.date | None, int, Sums | None, Figure, Bins | None]


def _plain(workspace: Workspace, asks: Sequence[Ask], span: dict[str, Any]) -> list[Read]:
    own = [ask for ask in asks if ask.kpi.kind != KpiKind.FORMULA]
    wanted = [Wanted(number, pk, ask.kpi.pk) for number, ask in enumerate(own) for pk in ask.touchpoints]
    sums = sums_read(workspace.pk, wanted, **span)
    bins = histograms_read(workspace.pk, [one for one in wanted if shows_quantile(own[one.key].kpi)], **span)
    keys = list(sums)
    figures = figures_of(
        [own[number].kpi for number, _period in keys],
        [sums[key].sums for key in keys],
        [bins.get(key) for key in keys],
    )
    return [
        (own[key[0]], key[1], sums[key].sums.n, sums[key].sums, figure, bins.get(key))
        for key, figure in zip(keys, figures, strict=True)
    ]


def _formulas(workspace: Workspace, asks: Sequence[Ask], span: dict[str, Any]) -> list[Read]:
    own = [ask for ask in asks if ask.kpi.kind == KpiKind.FORMULA and len(ask.touchpoints) == 1]
    if not own:
        return []
    found = formula_figures(workspace.pk, [(ask.touchpoints[0], ask.kpi) for ask in own], **span)
    return [(own[place], period, one.n, None, one.figure, None) for (place, period), one in found.items()]


def value_text(kpi: Kpi, value: float | None, quantile: float | None) -> str:
    """Return a value with its unit. A KPI that is a median or P90 by definition says where it could only be a mean."""
    text = formats.kpi_value(value, kpi.unit, scale_max=kpi.scale_max)
    if value is not None and shows_quantile(kpi) and quantile is None:
        return gettext("%(value)s (mean)") % {"value": text}
    return text


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
