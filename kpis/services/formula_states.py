"""Formulas among the bindings of an evaluation: figures of periods, and one linearised value a day for the baseline.

Near the values that the parts have over the baseline a formula is a plane: a day's value is that of the plane at the parts of the
day. So a day on which a small denominator would throw a ratio far away weighs no more than the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from kpis.figures import Wanted, histogram_rows, kind_of, shows_quantile, sums_read
from kpis.formula_figures import Plan, errors_of, plans_of
from kpis.formulas import evaluated, with_errors
from kpis.models import Binding, Kpi
from kpis.parts import WHOLE, Part
from kpis.statistics import (
    Batch,
    Calendar,
    FormulaFigures,
    FrozenBaselines,
    Histograms,
    Kind,
    Values,
    estimate,
    estimate_quantiles,
    period_figures,
)
from kpis.statistics.batch import PARTS

NAMES = ("n", "numerator", "denominator", "sum_squares", "excluded", "denominator_squares", "cross_product", "units")


@dataclass(slots=True)
class Formulas:
    """The parts of all formulas among some bindings, and their days. Row r of the arrays is part rows[r]; they are sorted by row."""

    plans: Mapping[int, Plan]  # by position of the binding
    own: Mapping[int, Mapping[str, int]]  # by position of the binding: its rows by code of the part, next to each other
    rows: Sequence[tuple[int, str, Kpi]]  # position of the binding, code of the part, the part
    row: Any
    day: Any
    parts: Mapping[str, Any]
    histograms: Histograms
    start: Any

    @classmethod
    def read(
        cls, workspace_id: int, bindings: Sequence[Binding], first: date, last: date, part: Part = WHOLE
    ) -> "Formulas | None":
        """Return the formulas with their days between first and last; None without any."""
        found = plans_of(workspace_id, [binding.kpi for binding in bindings])
        if not found:
            return None
        plans = {place: found[one.kpi_id] for place, one in enumerate(bindings) if one.kpi_id in found}
        rows = [(place, code, part) for place, plan in plans.items() for code, part in plan.parts.items()]
        wanted = [Wanted(row, bindings[place].touchpoint_id, part.pk) for row, (place, _, part) in enumerate(rows)]
        span: dict[str, Any] = {"first": first, "last": last, "unit": "day", "part": part}
        sums = sums_read(workspace_id, wanted, **span)
        table = np.array(
            [[np.nan if part is None else float(part) for part in one.sums] for one in sums.values()], dtype=np.float64
        ).reshape(-1, len(NAMES))
        own: dict[int, dict[str, int]] = {place: {} for place in plans}
        for number, (place, code, _) in enumerate(rows):
            own[place][code] = number
        quantiles = [one for one, (_, _, part) in zip(wanted, rows, strict=True) if shows_quantile(part)]
        entries = histogram_rows(workspace_id, quantiles, **span)
        row, day, bins, counts = zip(*entries, strict=True) if entries else ((), (), (), ())
        start = np.datetime64(first, "D")
        column = (np.array(day, dtype="datetime64[D]") - start).astype(np.int64)
        # By row, so that those of one formula lie together.
        order = np.argsort(np.array([key for key, _ in sums], dtype=np.int64), kind="stable")
        bins_of = Histograms.of(row, column, bins, counts)
        return cls(
            plans=plans,
            own=own,
            rows=rows,
            row=np.array([key for key, _ in sums], dtype=np.int64)[order],
            day=np.array([day for _, day in sums], dtype="datetime64[D]")[order],
            parts={name: table[order, place] for place, name in enumerate(NAMES)},
            histograms=bins_of.only(np.argsort(bins_of.row, kind="stable")),
            start=start,
        )

    def _laid_out(self, columns_of: Callable[[Any], Any], points: int) -> tuple[Values, Histograms, Any]:
        """Return the parts on an axis with the kinds of their rows: a quantile is one where all durations are known."""
        shape = (len(self.rows), points)
        values = Values.from_rows(shape, row=self.row, column=columns_of(self.day), **self.parts)
        found = self.histograms
        column = columns_of(self.start + found.column)
        inside = (column >= 0) & (column < points)
        histograms = Histograms(found.row, column, found.bin, found.count).only(inside)
        kinds = np.array([kind_of(part) for _, _, part in self.rows], dtype=np.int8)
        whole = histograms.totals(len(kinds)) == values.n.sum(axis=1)
        return values, histograms, np.where((kinds == Kind.QUANTILE) & ~whole, Kind.MEAN, kinds).astype(np.int8)

    def fill(self, values: Values, calendar: Calendar) -> tuple[Values, FormulaFigures, "Planes"]:
        """Return the values of all bindings with those of formulas filled in, the figures, and the planes to freeze with."""
        laid, histograms, kinds = self._laid_out(calendar.columns, calendar.size)
        size, quantile = len(kinds), self._quantiles(kinds)
        batch = Batch(
            calendar=calendar,
            kind=kinds,
            higher_is_better=np.ones(size, dtype=bool),
            target=np.full(size, np.nan),
            tolerance=np.zeros(size),
            values=laid,
            quantile=quantile,
            histograms=histograms,
        )
        of_periods = period_figures(batch)
        shape = (len(values.n), len(calendar.periods))
        value, error = np.full(shape, np.nan), np.full(shape, np.nan)
        errors = errors_of(of_periods.low, of_periods.high)
        base = laid.map(lambda part: part[:, calendar.sliding_baseline_columns(0)].sum(axis=1, keepdims=True))
        before = histograms.between(calendar.sliding_baseline_columns(0))
        centres = self._values(base, replace(before, column=np.zeros_like(before.column)), kinds, quantile)[:, 0]
        planes: dict[int, tuple[float, dict[str, float], dict[str, float]]] = {}
        for position, plan in self.plans.items():
            own = self.own[position]
            of = {code: of_periods.value[row] for code, row in own.items()}
            value[position], error[position] = with_errors(
                plan.node, of, {code: errors[row] for code, row in own.items()}
            )
            centre = {code: float(centres[row]) for code, row in own.items()}
            level, slopes = evaluated(plan.node, {code: np.array([one]) for code, one in centre.items()})
            planes[position] = (float(level[0]), {code: float(slope[0]) for code, slope in slopes.items()}, centre)
        filled = self._daily(Planes(planes), values, laid, histograms, kinds, quantile)
        for position in self.plans:
            for period in range(len(calendar.periods)):
                columns = calendar.period_columns(period)
                # The base of a period is that of its scarcest part, whose days need not be those of the others.
                scarcest = min(laid.n[row, columns].sum() for row in self.own[position].values())
                filled.n[position, columns] = 0.0
                filled.n[position, columns.start] = scarcest
        return filled, FormulaFigures(value, error), Planes(planes)

    def frozen(self, values: Values, held: Sequence[tuple[int, date]], calendar: Calendar, planes: "Planes") -> Values:
        """Return the values of frozen baselines, (F, points), with those of formulas filled in by the same planes."""
        for place, (position, before) in enumerate(held):
            if position not in self.plans:
                continue
            columns_of = partial(FrozenBaselines.columns, calendar, before)
            alone = self._alone(position)
            laid, histograms, kinds = alone._laid_out(columns_of, calendar.baseline_points)
            nothing = np.zeros((1, calendar.baseline_points))
            whole = Values(nothing, nothing, nothing, nothing)
            plane = Planes({0: planes.by_position[position]})
            own = alone._daily(plane, whole, laid, histograms, kinds, alone._quantiles(kinds))
            for name in ("numerator", "denominator", "n"):
                getattr(values, name)[place] = getattr(own, name)[0]
        return values

    def _alone(self, position: int) -> "Formulas":
        """Return one formula, at position 0, with the days of its own parts."""
        rows = self.own[position]
        first, end = min(rows.values()), max(rows.values()) + 1
        days = slice(*np.searchsorted(self.row, (first, end)))
        found = self.histograms.only(slice(*np.searchsorted(self.histograms.row, (first, end))))
        return Formulas(
            plans={0: self.plans[position]},
            own={0: {code: row - first for code, row in rows.items()}},
            rows=[(0, code, part) for _, code, part in self.rows[first:end]],
            row=self.row[days] - first,
            day=self.day[days],
            parts={name: part[days] for name, part in self.parts.items()},
            histograms=replace(found, row=found.row - first),
            start=self.start,
        )

    def _quantiles(self, kinds: Any) -> Any:
        asked = [part.quantile or np.nan for _, _, part in self.rows]
        return np.where(kinds == Kind.QUANTILE, asked, np.nan)

    def _values(self, laid: Values, histograms: Histograms, kinds: Any, quantile: Any) -> Any:
        """Return the figure of every part on every point, (R, points); NaN where it is not known."""
        points = laid.n.shape[1]
        found = estimate(kinds[:, None], laid.numerator, laid.denominator, laid.sum_squares).value
        if (kinds == Kind.QUANTILE).any():
            flat = Histograms(
                histograms.row * points + histograms.column,
                np.zeros_like(histograms.row),
                histograms.bin,
                histograms.count,
            )
            own = estimate_quantiles(flat, np.repeat(quantile, points), len(kinds) * points).value.reshape(-1, points)
            found = np.where((kinds == Kind.QUANTILE)[:, None], own, found)
        return found

    def _daily(
        self, planes: "Planes", values: Values, laid: Values, histograms: Histograms, kinds: Any, quantile: Any
    ) -> Values:
        daily = self._values(laid, histograms, kinds, quantile)
        changed = {name: np.array(getattr(values, name)) for name in PARTS}  # copies: parts may be views of one zero
        for position, (level, slopes, centre) in planes.by_position.items():
            linear = np.full(daily.shape[1], level)
            for code, row in self.own[position].items():
                linear = linear + slopes[code] * (daily[row] - centre[code])
            known = np.isfinite(linear)
            changed["numerator"][position] = np.where(known, linear, 0.0)
            changed["denominator"][position] = known
            changed["n"][position] = known
        return Values(**changed)


@dataclass(frozen=True, slots=True)
class Planes:
    """By position of the binding: the formula's value at the centre, its slopes and the centre by code of the part."""

    by_position: Mapping[int, tuple[float, dict[str, float], dict[str, float]]]
