"""The history of one binding for its chart and table: closed periods of its rhythm, and the running one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext

from cxmap.lib import formats
from kpis.charts import history_figure
from kpis.marks import MARKS
from kpis.models import Binding, Kpi, KpiKind, KpiState, Rhythm, State
from kpis.selectors.bindings import BindingView
from kpis.statistics import estimate, kind_codes

# rhythm: (SQL unit, periods shown)
SHOWN = {Rhythm.DAILY: ("day", 90), Rhythm.WEEKLY: ("week", 53), Rhythm.MONTHLY: ("month", 25)}
COLOURS = {State.WORSE: "#A34F05", State.OFF_TARGET: "#755B00", State.BETTER: "#2166AC"}


@dataclass(frozen=True, slots=True)
class PeriodValue:
    """One period of a binding; values in the unit of storage, None where unknown."""

    start: dt.date
    end: dt.date
    n: int
    numerator: float
    denominator: float
    excluded: int
    value: float | None
    low: float | None
    high: float | None
    running: bool


def _last_day(start: dt.date, rhythm: str) -> dt.date:
    if rhythm == Rhythm.DAILY:
        return start
    if rhythm == Rhythm.WEEKLY:
        return start + dt.timedelta(days=6)
    return (start.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def period_values(binding: Binding, *, today: dt.date) -> list[PeriodValue]:
    """Return the periods with data of the last year or so, oldest first; one query."""
    unit, count = SHOWN[Rhythm(binding.rhythm)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT date_trunc('{unit}', r.day)::date AS start, sum(r.n), sum(r.numerator), sum(r.denominator),
                   CASE WHEN bool_or(r.sum_squares IS NULL) THEN NULL ELSE sum(r.sum_squares) END, sum(r.excluded)
              FROM kpis_series s
              JOIN kpis_rollup r ON r.workspace_id = s.workspace_id AND r.series_id = s.id
             WHERE s.workspace_id = %s AND s.touchpoint_id = %s AND s.kpi_id = %s
               AND r.day > %s::date - %s * interval '1 {unit}'
             GROUP BY 1 ORDER BY 1
            """,  # noqa: S608 - the unit is one of three words of ours
            [binding.workspace_id, binding.touchpoint_id, binding.kpi_id, today, count],
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    kind = "mean" if binding.kpi.kind == KpiKind.DURATION else binding.kpi.kind
    sums = np.array([[np.nan if part is None else float(part) for part in row[2:5]] for row in rows])
    found = estimate(kind_codes([kind] * len(rows)), sums[:, 0], sums[:, 1], sums[:, 2])

    def known(part: Any) -> float | None:
        return None if np.isnan(part) else float(part)

    return [
        PeriodValue(
            start=row[0],
            end=_last_day(row[0], binding.rhythm),
            n=int(row[1]),
            numerator=float(row[2]),
            denominator=float(row[3]),
            excluded=int(row[5]),
            value=known(found.value[place]) if row[1] else None,
            low=known(found.low[place]) if row[1] else None,
            high=known(found.high[place]) if row[1] else None,
            running=_last_day(row[0], binding.rhythm) >= today,
        )
        for place, row in enumerate(rows)
    ]


def figure_of(view: BindingView, values: Sequence[PeriodValue], judged: Sequence[KpiState]) -> dict[str, Any] | None:
    """Return the Plotly figure of a binding, judged periods marked; None without two periods to draw."""
    closed = [value for value in values if not value.running]
    if len([value for value in closed if value.value is not None]) < 2:
        return None
    running = next((value for value in values if value.running and value.value is not None), None)
    state = view.state
    target = view.target.value if view.target else None
    marks = [
        (entry.period_start, entry.value, MARKS[entry.state], COLOURS[State(entry.state)])
        for entry in judged
        if entry.state in COLOURS and entry.value is not None
    ]
    return history_figure(
        days=[value.start for value in closed],
        values=[value.value for value in closed],
        lows=[value.low for value in closed],
        highs=[value.high for value in closed],
        unit=view.kpi.unit,
        target=target,
        band=(state.baseline_low, state.baseline_high) if state else (None, None),
        band_days=(state.baseline_start, state.baseline_end) if state else (None, None),
        marks=marks,
        running=(running.start, running.value) if running and running.value is not None else None,
        running_end=running.end if running else None,
        texts=figure_texts(view.kpi, target=view.target_text),
    )


def figure_texts(kpi: Kpi, *, target: str = "") -> dict[str, str]:
    """Return the words of a figure in the reader's language, and how its numbers and days are written."""
    french = formats.locale() == "fr_FR"
    return {
        "value": kpi.name,
        "interval": gettext("95% interval"),
        "target": target,
        "baseline": gettext("reference"),
        "running": gettext("running period"),
        "suffix": (" %" if french else "%") if kpi.unit == "percent" else "",
        "separators": ",\u202f" if french else ".,",
        "date_format": "%d/%m" if french else "%d %b",
    }
