"""The history of one binding for its chart and table: closed periods of its rhythm, and the running one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from cxmap.lib import formats
from kpis.charts import history_figure
from kpis.figures import Sums, Wanted, figures_of, histograms_read, last_day_of, shows_quantile, sums_sql
from kpis.formula_figures import versioned_figures
from kpis.marks import MARKS
from kpis.models import Binding, Kpi, KpiKind, KpiState, Rhythm, State
from kpis.selectors.bindings import BindingView
from kpis.versions import Former, former_versions, kpi_on, version_on

# rhythm: (SQL unit, periods shown)
SHOWN = {Rhythm.DAILY: ("day", 90), Rhythm.WEEKLY: ("week", 53), Rhythm.MONTHLY: ("month", 25)}
COLOURS = {State.WORSE: "#A34F05", State.OFF_TARGET: "#755B00", State.BETTER: "#2166AC"}


@dataclass(frozen=True, slots=True)
class PeriodValue:
    """One period of a binding; values in the unit of storage, None where unknown."""

    start: dt.date
    end: dt.date
    n: int
    numerator: float | None  # None: a formula
    denominator: float | None
    excluded: int
    value: float | None
    low: float | None
    high: float | None
    quantile: float | None
    running: bool
    version: int | None = None  # of the definition in force at its end; None: there is only one


def period_values(binding: Binding, *, today: dt.date) -> list[PeriodValue]:
    """Return the periods with data of the last year or so, oldest first; one query, one more for the histograms of a quantile and for
    the versions of a definition that changed; three for a formula.
    """
    former = former_versions(binding.kpi, binding.workspace)
    find = _formula_values if binding.kpi.kind == KpiKind.FORMULA else _measured_values
    values = find(binding, former, today=today)
    if not former:
        return values
    return [replace(value, version=version_on(binding.kpi, former, value.end)) for value in values]


def _measured_values(binding: Binding, former: Sequence[Former], *, today: dt.date) -> list[PeriodValue]:
    unit, count = SHOWN[Rhythm(binding.rhythm)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT date_trunc('{unit}', r.day)::date AS start, {sums_sql("r")}
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
    sums = [Sums(*row[1:]) for row in rows]
    of_days = [kpi_on(binding.kpi, former, last_day_of(unit, row[0])) for row in rows]
    bins: dict[Any, Any] = {}
    if any(map(shows_quantile, of_days)):
        wanted = [Wanted(0, binding.touchpoint_id, binding.kpi_id)]
        bins = histograms_read(binding.workspace_id, wanted, first=rows[0][0], last=None, unit=unit)
    figures = figures_of(of_days, sums, [bins.get((0, row[0])) for row in rows])
    return [
        PeriodValue(
            start=start,
            end=last_day_of(unit, start),
            n=own.n,
            numerator=own.numerator,
            denominator=own.denominator,
            excluded=own.excluded,
            value=figure.value,
            low=figure.low,
            high=figure.high,
            quantile=figure.quantile,
            running=last_day_of(unit, start) >= today,
        )
        for (start, *_), own, figure in zip(rows, sums, figures, strict=True)
    ]


def _formula_values(binding: Binding, former: Sequence[Former], *, today: dt.date) -> list[PeriodValue]:
    unit, count = SHOWN[Rhythm(binding.rhythm)]
    days = {"day": 1, "week": 7, "month": 31}[unit]
    found = versioned_figures(
        binding.touchpoint,
        binding.kpi,
        former,
        end_of=lambda start: last_day_of(unit, start or today),
        first=today - dt.timedelta(days=count * days),
        last=None,
        unit=unit,
    )
    values = []
    for start, one in sorted(found.items(), key=lambda pair: pair[0] or today):
        if start is None:
            continue
        end = last_day_of(unit, start)
        figure = one.figure
        values.append(
            PeriodValue(start, end, one.n, None, None, 0, figure.value, figure.low, figure.high, None, end >= today)
        )
    return values


def suffix_of(unit: str) -> str:
    """Return what stands after the numbers of an axis."""
    if unit == "percent":
        return " %" if formats.locale() == "fr_FR" else "%"
    if unit in formats.CURRENCIES:
        return f"{formats.NBSP}{formats.CURRENCIES[unit]}"
    return "\u202f‰" if unit == "per_thousand" else ""


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
        "suffix": suffix_of(kpi.unit),
        "separators": ",\u202f" if french else ".,",
        "date_format": "%d/%m" if french else "%d %b",
    }
