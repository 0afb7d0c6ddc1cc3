"""Figures of formulas: read from the roll-ups of their parts, never stored."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from scipy import special

from kpis.figures import Dated, Figure, Wanted, figures_of, histograms_read, shows_quantile, sums_read
from kpis.formulas import FormulaError, Node, expand, parts_of, with_errors
from kpis.models import Kpi, KpiKind
from kpis.statistics import LEVEL
from kpis.versions import Former, kpi_on, version_on
from touchpoints.models import Touchpoint

Z = float(special.ndtri(0.5 + LEVEL / 2.0))


@dataclass(frozen=True, slots=True)
class Plan:
    """A formula with all others in their places, and the KPIs that it is computed from by code."""

    node: Node
    parts: Mapping[str, Kpi]


@dataclass(frozen=True, slots=True)
class FormulaFigure:
    """A figure, how many cases its scarcest part rests on, and the days that its parts have numbers of."""

    n: int
    figure: Figure
    first_day: dt.date
    last_day: dt.date


def plans_of(workspace_id: int, kpis: Sequence[Kpi]) -> dict[UUID, Plan]:
    """Return the plan of each formula among the KPIs; one that can no longer be read has none. One query, or none."""
    formulas = [kpi for kpi in kpis if kpi.kind == KpiKind.FORMULA]
    if not formulas:
        return {}
    known = {kpi.code: kpi for kpi in Kpi.objects.filter(workspace=workspace_id)}
    expressions = {kpi.code: kpi.expression for kpi in known.values() if kpi.kind == KpiKind.FORMULA}
    found = {}
    for kpi in formulas:
        try:
            node = expand(kpi.expression, expressions, inside=(kpi.code,))
            found[kpi.pk] = Plan(node, {code: known[code] for code in parts_of(node)})
        except (FormulaError, KeyError):
            continue
    return found


def errors_of(low: Any, high: Any) -> Any:
    """Return standard errors from 95 % intervals, whatever their kind: a quarter of their width, nearly."""
    return (np.asarray(high, dtype=np.float64) - np.asarray(low, dtype=np.float64)) / (2.0 * Z)


def combined(plan: Plan, figures: Mapping[str, Figure]) -> Figure:
    """Return the formula of figures by code; unknown where one of them is."""
    if any(figures[code].value is None for code in plan.parts):
        return Figure()

    def column(name: str) -> dict[str, Any]:
        return {code: np.array([getattr(figures[code], name)], dtype=np.float64) for code in plan.parts}

    lows, highs = column("low"), column("high")
    errors = {code: errors_of(lows[code], highs[code]) for code in plan.parts}
    with np.errstate(over="ignore", invalid="ignore"):
        value, error = with_errors(plan.node, column("value"), errors)
    if not np.isfinite(value[0]):
        return Figure()
    if not np.isfinite(error[0]):
        return Figure(float(value[0]))
    half = Z * float(error[0])
    return Figure(float(value[0]), float(value[0]) - half, float(value[0]) + half)


def formula_figures(
    workspace_id: int, asked: Sequence[tuple[UUID, Kpi]], **span: Any
) -> dict[tuple[int, dt.date | None], FormulaFigure]:
    """Return the figures of formulas on touchpoints, by their place in asked and the period; for span see histogram_rows.

    A period in which one part has nothing is left out: it is unknown. Three queries, none where nothing is asked.
    """
    plans = plans_of(workspace_id, [kpi for _touchpoint, kpi in asked])
    places = [
        (place, code, Wanted(number, touchpoint_id, part.pk), part)
        for number, (place, touchpoint_id, code, part) in enumerate(
            (place, touchpoint_id, code, part)
            for place, (touchpoint_id, kpi) in enumerate(asked)
            if kpi.pk in plans
            for code, part in plans[kpi.pk].parts.items()
        )
    ]
    wanted = [one for _place, _code, one, _part in places]
    sums = sums_read(workspace_id, wanted, **span)
    bins = histograms_read(workspace_id, [one for *_, one, part in places if shows_quantile(part)], **span)
    keys = list(sums)
    parts = [places[key][3] for key, _period in keys]
    figures = figures_of(parts, [sums[key].sums for key in keys], [bins.get(key) for key in keys])
    gathered: dict[tuple[int, dt.date | None], dict[str, tuple[Dated, Figure]]] = {}
    for (key, period), figure in zip(keys, figures, strict=True):
        place, code, *_ = places[key]
        gathered.setdefault((place, period), {})[code] = (sums[key, period], figure)
    found = {}
    for (place, period), own in gathered.items():
        plan = plans[asked[place][1].pk]
        if set(own) == set(plan.parts):
            figure = combined(plan, {code: one for code, (_dated, one) in own.items()})
            dated = [one for one, _figure in own.values()]
            found[place, period] = FormulaFigure(
                n=min(one.sums.n for one in dated),
                figure=figure,
                first_day=min(one.first_day for one in dated),
                last_day=max(one.last_day for one in dated),
            )
    return found


def versioned_figures(
    touchpoint: Touchpoint,
    kpi: Kpi,
    former: Sequence[Former],
    *,
    end_of: Callable[[dt.date | None], dt.date],
    **span: Any,
) -> dict[dt.date | None, FormulaFigure]:
    """Return the figures of one formula by period, each by the expression in force at its end (end_of gives that day).

    As many queries as formula_figures, once for each version of the definition.
    """
    versions = {one.version: kpi_on(kpi, former, one.replaced_on - dt.timedelta(days=1)) for one in former}
    versions[kpi.definition_version] = kpi
    found: dict[dt.date | None, FormulaFigure] = {}
    for version, as_then in versions.items():
        for (_place, period), figure in formula_figures(
            touchpoint.workspace_id, [(touchpoint.pk, as_then)], **span
        ).items():
            if version_on(kpi, former, end_of(period)) == version:
                found[period] = figure
    return found
