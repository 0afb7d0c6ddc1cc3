"""The values of one KPI on one touchpoint over time, for programs: additive parts, figure, interval, state, target."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import connection

from kpis.figures import PERIODS, Sums, Wanted, figures_of, histograms_read, last_day_of, shows_quantile, sums_sql
from kpis.formula_figures import versioned_figures
from kpis.models import Binding, Kpi, KpiKind, KpiState, Target
from kpis.parts import CONDITION, WHOLE, Part
from kpis.versions import former_versions, kpi_on, version_on
from touchpoints.models import Touchpoint

Grain = Literal["day", "week", "month", "total"]

ROLLUPS = """
SELECT {period} AS period, min(kept.day), max(kept.day), max(kept.computed_at), {sums}
  FROM kpis_series AS series JOIN kpis_rollup AS kept ON kept.workspace_id = %(workspace)s AND kept.series_id = series.id
 WHERE series.workspace_id = %(workspace)s AND series.touchpoint_id = %(touchpoint)s AND series.kpi_id = %(kpi)s
   AND {condition}
   AND kept.day BETWEEN coalesce(%(first)s, '-infinity'::date) AND coalesce(%(last)s, 'infinity'::date)
 GROUP BY 1 ORDER BY 1
"""

# A total over a span is shown for that very span, and for no other.
SPAN = """
SELECT NULL::date, min(row.first_day), max(row.last_day), NULL, sum(row.n)::bigint, sum(row.numerator), sum(row.denominator),
       CASE WHEN count(*) = count(row.sum_squares) THEN sum(row.sum_squares) END, sum(row.excluded)::bigint
  FROM kpis_series AS series
  JOIN kpis_observation AS row ON row.workspace_id = %(workspace)s AND row.series_id = series.id
 WHERE series.workspace_id = %(workspace)s AND series.touchpoint_id = %(touchpoint)s AND series.kpi_id = %(kpi)s
   AND {condition}
   AND row.first_day = %(first)s AND row.last_day = %(last)s AND row.first_day < row.last_day
HAVING count(*) > 0
"""


@dataclass(frozen=True, slots=True)
class Value:
    """One period; first_day and last_day are its ends inside the asked days. None is unknown, never zero."""

    period: date | None
    first_day: date
    last_day: date
    numerator: float | None  # None: a formula has none of its own
    denominator: float | None
    n: int
    excluded: int
    value: float | None
    low: float | None
    high: float | None
    quantile: float | None
    definition_version: int  # in force at the end of the period
    state: str | None
    target: float | None
    fresh_at: datetime | None


def values_read(
    *,
    touchpoint: Touchpoint,
    kpi: Kpi,
    first: date | None = None,
    last: date | None = None,
    grain: Grain = "day",
    part: Part = WHOLE,
) -> list[Value]:
    """Return the periods that have data, oldest first, from days between first and last (both included, None: no end).

    All segments and dimensions are added up unless a part is given. The state is that of the very same closed period, so only where the grain is
    the binding's rhythm, for the whole touchpoint and for whole periods; the target is the state's, else today's.
    """
    params: dict[str, Any] = {
        "workspace": touchpoint.workspace_id,
        "touchpoint": touchpoint.pk,
        "kpi": kpi.pk,
        **part.params,
        "first": first,
        "last": last,
    }
    if kpi.kind == KpiKind.FORMULA:
        return _formula_values(touchpoint, kpi, first, last, grain, part)
    with connection.cursor() as cursor:
        cursor.execute(
            ROLLUPS.format(period=PERIODS.get(grain, "NULL::date"), sums=sums_sql("kept"), condition=CONDITION), params
        )
        rows = cursor.fetchall()
        if not rows and grain == "total" and first and last:
            cursor.execute(SPAN.format(condition=CONDITION), params)
            rows = cursor.fetchall()
    if not rows:
        return []
    judged = _Judged.read(touchpoint, kpi, grain, part)
    former = former_versions(kpi, touchpoint.workspace)
    sums = [Sums(*row[4:]) for row in rows]
    ends = [min(one for one in (last_day_of(grain, row[0]) if row[0] else row[2], last) if one) for row in rows]
    of_days = [kpi_on(kpi, former, end) for end in ends]
    bins: dict[Any, Any] = {}
    if any(map(shows_quantile, of_days)):
        wanted = [Wanted(0, touchpoint.pk, kpi.pk)]
        span = {"first": first, "last": last, "part": part}
        bins = histograms_read(touchpoint.workspace_id, wanted, unit="" if grain == "total" else grain, **span)
    figures = figures_of(of_days, sums, [bins.get((0, row[0])) for row in rows])
    values = []
    for (period, first_day, last_day, fresh_at, *_), own, figure in zip(rows, sums, figures, strict=True):
        start, end = (period, last_day_of(grain, period)) if period else (first or first_day, last or last_day)
        state, target = judged.of(period, inside=(first is None or first <= start) and (last is None or end <= last))
        values.append(
            Value(
                period=period,
                first_day=max(start, first) if first else start,
                last_day=min(end, last) if last else end,
                numerator=own.numerator,
                denominator=own.denominator,
                n=own.n,
                excluded=own.excluded,
                value=figure.value,
                low=figure.low,
                high=figure.high,
                quantile=figure.quantile,
                definition_version=version_on(kpi, former, min(end, last) if last else end),
                state=state,
                target=target,
                fresh_at=fresh_at,
            )
        )
    return values


@dataclass(frozen=True, slots=True)
class _Judged:
    """States by first day, where the grain is the binding's rhythm, and today's target."""

    states: dict[date, KpiState]
    target: float | None

    @classmethod
    def read(cls, touchpoint: Touchpoint, kpi: Kpi, grain: Grain, part: Part) -> "_Judged":
        binding = Binding.objects.filter(touchpoint=touchpoint, kpi=kpi, deleted_at=None).first()
        if binding is None:
            return cls({}, None)
        states: dict[date, KpiState] = {}
        target = Target.objects.filter(binding=binding, ended_at=None).values_list("value", flat=True).first()
        rhythm = {"day": "daily", "week": "weekly", "month": "monthly"}.get(grain)
        if rhythm == binding.rhythm and part == WHOLE:
            states = {state.period_start: state for state in KpiState.objects.filter(binding=binding)}
        return cls(states, target)

    def of(self, period: date | None, *, inside: bool) -> tuple[str | None, float | None]:
        state = self.states.get(period) if period and inside else None
        return (state.state, state.target) if state else (None, self.target)


def _formula_values(
    touchpoint: Touchpoint, kpi: Kpi, first: date | None, last: date | None, grain: Grain, part: Part
) -> list[Value]:
    former = former_versions(kpi, touchpoint.workspace)

    def end_of(period: date | None) -> date:
        found = last_day_of(grain, period) if period else last or date.max
        return min(found, last) if last else found

    found = versioned_figures(
        touchpoint,
        kpi,
        former,
        end_of=end_of,
        first=first,
        last=last,
        unit="" if grain == "total" else grain,
        part=part,
    )
    judged = _Judged.read(touchpoint, kpi, grain, part)
    values = []
    for period, one in sorted(found.items(), key=lambda pair: pair[0] or date.min):
        start, end = (period, last_day_of(grain, period)) if period else (first or one.first_day, last or one.last_day)
        state, target = judged.of(period, inside=(first is None or first <= start) and (last is None or end <= last))
        figure = one.figure
        values.append(
            Value(
                period=period,
                first_day=max(start, first) if first else start,
                last_day=min(end, last) if last else end,
                numerator=None,
                denominator=None,
                n=one.n,
                excluded=0,
                value=figure.value,
                low=figure.low,
                high=figure.high,
                quantile=None,
                definition_version=version_on(kpi, former, min(end, last) if last else end),
                state=state,
                target=target,
                fresh_at=None,
            )
        )
    return values
