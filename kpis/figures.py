"""From stored sums to figures: the one way for every screen, whatever the kind of KPI."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection

from kpis.models import Kpi, KpiKind
from kpis.parts import CONDITION, WHOLE, Part
from kpis.statistics import Estimate, Histograms, Kind, Rhythm, estimate, estimate_quantiles, period_of


class Sums(NamedTuple):
    """What adds up over days, series and touchpoints; None is unknown. Its columns: `sums_sql`."""

    n: int
    numerator: float
    denominator: float
    sum_squares: float | None = None
    excluded: int = 0
    denominator_squares: float | None = None
    cross_product: float | None = None
    units: int | None = None


def sums_added(parts: Sequence[Sums]) -> Sums:
    """Return the sum of sums; unknown in one part is unknown."""

    def total(name: str) -> Any:
        values = [getattr(part, name) for part in parts]
        return None if None in values or not values else sum(values)

    if not parts:
        return Sums(0, 0.0, 0.0)
    return Sums(**{name: total(name) for name in Sums._fields})


Bins = Mapping[int, int]  # how many durations by log-scale bin


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its interval in the unit of storage; None is unknown. quantile: which one the value is, None: none."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    quantile: float | None = None


def sums_sql(row: str) -> str:
    """Return the columns of Sums over rows of roll-ups (or of what has their columns); unknown in one part is unknown."""
    known = ", ".join(
        f"CASE WHEN count(*) = count({row}.{name}) THEN sum({row}.{name}) END"
        for name in ("denominator_squares", "cross_product", "units")
    )
    return (
        f"sum({row}.n)::bigint, sum({row}.numerator), sum({row}.denominator), "
        f"CASE WHEN count(*) = count({row}.sum_squares) THEN sum({row}.sum_squares) END, sum({row}.excluded)::bigint, {known}"
    )


def kind_of(kpi: Kpi) -> Kind:
    """Return how a KPI is tested where all that it asks for is known."""
    if kpi.kind == KpiKind.FORMULA:
        return Kind.FORMULA
    if kpi.kind == KpiKind.DURATION and kpi.quantile is not None:
        return Kind.QUANTILE
    return Kind.parse(kpi.kind, durations_as_means=True)


def shows_quantile(kpi: Kpi) -> bool:
    return kind_of(kpi) is Kind.QUANTILE


def figures_of(kpis: Sequence[Kpi], sums: Sequence[Sums | None], bins: Sequence[Bins | None] = ()) -> list[Figure]:
    """Return the figure of each KPI over the sums beside it; all unknown without any answer.

    bins: the histograms of those that show a quantile. One that does not hold every duration makes it a mean.
    """
    kinds = [kind_of(kpi) for kpi in kpis]
    means = [Kind.MEAN if kind is Kind.QUANTILE else kind for kind in kinds]
    empty = Sums(0, np.nan, np.nan)
    table = np.array(
        [[np.nan if part is None else part for part in (one if one and one.n else empty)] for one in sums],
        dtype=np.float64,
    ).reshape(-1, len(Sums._fields))
    _, y, d, ss, _, dd, md, units = table.T
    found = estimate(np.array(means, dtype=np.int8), y, d, ss, denominator_squares=dd, cross_product=md, units=units)
    rows = [
        number
        for number, kind in enumerate(kinds)
        if kind is Kind.QUANTILE and number < len(bins) and complete(sums[number], bins[number])
    ]
    if rows:
        own = [bins[number] or {} for number in rows]
        entries = [(place, 0, bin_, count) for place, one in enumerate(own) for bin_, count in one.items()]
        quantiles = np.array([kpis[number].quantile for number in rows], dtype=np.float64)
        filled = estimate_quantiles(Histograms.of(*zip(*entries, strict=True)), quantiles, len(rows))
        for part, values in ((found.value, filled.value), (found.low, filled.low), (found.high, filled.high)):
            part[rows] = values
    filled_rows = set(rows)
    return [
        Figure(*figure_parts(found, number), kpis[number].quantile if number in filled_rows else None)
        for number in range(len(kpis))
    ]


def figure_parts(found: Estimate, number: int) -> tuple[float | None, float | None, float | None]:
    value, low, high = (
        None if np.isnan(part[number]) else float(part[number]) for part in (found.value, found.low, found.high)
    )
    return value, low, high


def complete(sums: Sums | None, bins: Bins | None) -> bool:
    """Return whether the histogram holds every single duration."""
    return sums is not None and bool(bins) and sum((bins or {}).values()) == sums.n


class Wanted(NamedTuple):
    """A KPI on a touchpoint whose histogram is wanted, added up under a key of the caller's."""

    key: int
    touchpoint_id: UUID
    kpi_id: UUID


PERIODS = {
    "day": "kept.day",
    "week": "date_trunc('week', kept.day)::date",
    "month": "date_trunc('month', kept.day)::date",
    "quarter": "date_trunc('quarter', kept.day)::date",
}

RHYTHMS = {"day": Rhythm.DAILY, "week": Rhythm.WEEKLY, "month": Rhythm.MONTHLY}


def last_day_of(unit: str, start: dt.date) -> dt.date:
    """Return the last day of the period of a unit (day, week, month) that begins on start."""
    return period_of(RHYTHMS[unit], start).last_day


WANTED = f"""
  FROM unnest(%(keys)s::int[], %(touchpoints)s::uuid[], %(kpis)s::uuid[]) AS wanted (key, touchpoint_id, kpi_id)
  JOIN kpis_series AS series ON series.workspace_id = %(workspace)s AND series.touchpoint_id = wanted.touchpoint_id
   AND series.kpi_id = wanted.kpi_id AND {CONDITION}
  JOIN kpis_rollup AS kept ON kept.workspace_id = %(workspace)s AND kept.series_id = series.id
   AND kept.day BETWEEN coalesce(%(first)s, '-infinity'::date) AND coalesce(%(last)s, 'infinity'::date)
"""
HISTOGRAMS = f"""
SELECT wanted.key, {{period}}, bins.key::integer, sum(bins.value::bigint)::bigint
{WANTED}
 CROSS JOIN LATERAL jsonb_each_text(kept.histogram) AS bins
 WHERE kept.histogram IS NOT NULL
 GROUP BY 1, 2, 3
"""
SUMS = f"SELECT wanted.key, {{period}}, min(kept.day), max(kept.day), {sums_sql('kept')} {WANTED} GROUP BY 1, 2"


def _rows(
    statement: str,
    workspace_id: int,
    wanted: Sequence[Wanted],
    *,
    first: dt.date | None,
    last: dt.date | None,
    unit: str = "",
    part: Part = WHOLE,
) -> list[Any]:
    """Run one of the two statements; nothing is asked where nothing is wanted."""
    if not wanted:
        return []
    params: dict[str, Any] = {
        "workspace": workspace_id,
        "keys": [one.key for one in wanted],
        "touchpoints": [str(one.touchpoint_id) for one in wanted],
        "kpis": [str(one.kpi_id) for one in wanted],
        "first": first,
        "last": last,
        **part.params,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement.format(period=PERIODS.get(unit, "NULL::date")), params)
        return cursor.fetchall()


def histogram_rows(
    workspace_id: int, wanted: Sequence[Wanted], **span: Any
) -> list[tuple[int, dt.date | None, int, int]]:
    """Return (key, first day of the period, bin, durations) of days first to last; one query.

    unit is day, week or month; without one the period is None. part: whose rows count.
    """
    return _rows(HISTOGRAMS, workspace_id, wanted, **span)


class Dated(NamedTuple):
    """Sums with the first and last day that they are of."""

    sums: Sums
    first_day: dt.date
    last_day: dt.date


def sums_read(workspace_id: int, wanted: Sequence[Wanted], **span: Any) -> dict[tuple[int, dt.date | None], Dated]:
    """Return the sums by key and period, as histogram_rows has them; one query."""
    rows = _rows(SUMS, workspace_id, wanted, **span)
    return {(key, period): Dated(Sums(*sums), first, last) for key, period, first, last, *sums in rows}


def histograms_read(workspace_id: int, wanted: Sequence[Wanted], **span: Any) -> dict[tuple[int, dt.date | None], Bins]:
    """Return the rows of histogram_rows as histograms by key and period."""
    found: dict[tuple[int, dt.date | None], dict[int, int]] = defaultdict(dict)
    for key, period, bin_, count in histogram_rows(workspace_id, wanted, **span):
        found[key, period][bin_] = count
    return dict(found)
