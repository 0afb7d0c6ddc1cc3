"""What an evaluation is given: bindings, their values per day, and frozen baselines."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from .kinds import BoolArray, CodeArray, DayArray, FloatArray, IntArray, Kind, minimum_n
from .periods import Calendar, Rhythm
from .quantiles import Histograms

PARTS = (
    "numerator",
    "denominator",
    "sum_squares",
    "excluded",
    "n",
    "denominator_squares",
    "cross_product",
    "units",
)


@dataclass(frozen=True, slots=True)
class Values:
    """Additive values, arrays (series, points); `Kind` says what each holds.

    A point without data is 0 everywhere. sum_squares is NaN where a point has data but its sum of
    squares is not known. excluded (dismissed, empty, out of scale) is only added up for display.
    n: answers, the denominators when left out. The last three are those of ratios, 0 when left out.
    """

    numerator: FloatArray
    denominator: FloatArray
    sum_squares: FloatArray
    excluded: FloatArray
    n: FloatArray = None  # type: ignore[assignment]  # filled in below
    denominator_squares: FloatArray = None  # type: ignore[assignment]
    cross_product: FloatArray = None  # type: ignore[assignment]
    units: FloatArray = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Raise ValueError for arrays that do not fit together or are not finite counts."""
        nothing = np.broadcast_to(np.float64(0.0), self.numerator.shape)  # a view: other kinds pay no memory
        for name in PARTS[4:]:
            if getattr(self, name) is None:
                object.__setattr__(self, name, self.denominator if name == "n" else nothing)
        shapes = {getattr(self, name).shape for name in PARTS}
        if len(shapes) != 1 or self.numerator.ndim != 2:
            raise ValueError(f"Values are (series, points) arrays of one shape, not {sorted(shapes)}.")
        if not (np.all(np.isfinite(self.numerator)) and np.all(np.isfinite(self.denominator))):
            raise ValueError("Numerators and denominators are finite; a point without data is 0.")
        if np.any(self.denominator < 0):
            raise ValueError("Denominators are 0 or more.")

    @classmethod
    def from_rows(
        cls,
        shape: tuple[int, int],
        *,
        row: npt.ArrayLike,
        column: npt.ArrayLike,
        numerator: npt.ArrayLike,
        denominator: npt.ArrayLike,
        sum_squares: npt.ArrayLike,
        excluded: npt.ArrayLike = 0.0,
        n: npt.ArrayLike | None = None,
        denominator_squares: npt.ArrayLike | None = None,
        cross_product: npt.ArrayLike | None = None,
        units: npt.ArrayLike | None = None,
    ) -> "Values":
        """Lay out stored rows, one per series and day, on an array of shape (series, points).

        row: position of the series; column: its point (`Calendar.columns`). Rows that fall on one
        point are added (days of a month); columns outside the array are left out.
        """
        rows, columns = np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64)
        inside = (columns >= 0) & (columns < shape[1])
        flat = (rows * shape[1] + columns)[inside]

        def laid_out(values: npt.ArrayLike) -> FloatArray:
            weights = np.broadcast_to(np.asarray(values, dtype=np.float64), rows.shape)[inside]
            laid = np.bincount(flat, weights=weights, minlength=shape[0] * shape[1])
            return laid.astype(np.float64).reshape(shape)

        given = (numerator, denominator, sum_squares, excluded, n, denominator_squares, cross_product, units)
        return cls(**{name: laid_out(part) for name, part in zip(PARTS, given, strict=True) if part is not None})

    def map(self, change: Callable[[FloatArray], FloatArray]) -> "Values":
        """Return the values with one change made to every array."""
        return Values(**{name: change(getattr(self, name)) for name in PARTS})


@dataclass(frozen=True, slots=True)
class FormulaFigures:
    """Values of formulas in the tested periods and their standard errors, (B, K); NaN where unknown or no formula."""

    value: FloatArray
    error: FloatArray


@dataclass(frozen=True, slots=True)
class FrozenBaselines:
    """Baselines that an open flag keeps in place; F of them, at most one per binding.

    binding: (F,) positions in the batch. before: (F,) datetime64[D], the first day after each
    baseline, as `Evaluation.baseline_before` gave it when the flag opened. values: (F, 56 or 8)
    points in order, the last one just before `before`. A flag that opened without a baseline has
    nothing to freeze and is not listed. histograms: those of quantiles, rows counted in F.
    """

    binding: IntArray
    before: DayArray
    values: Values
    histograms: Histograms | None = None

    @staticmethod
    def columns(calendar: Calendar, before: date, days: npt.ArrayLike) -> IntArray:
        """Return the point of each day in the baseline that ends before `before`, for `Values.from_rows`."""
        return calendar.columns(days, first_day=calendar.baseline_first_day(before))

    def aligned_with(self, calendar: Calendar, first_day: np.datetime64) -> Values:
        """Return the values turned so that their weekdays match a baseline beginning on first_day.

        Every baseline holds whole weeks, and order within it does not matter to any test.
        """
        if calendar.rhythm is Rhythm.MONTHLY:
            return self.values
        source = (np.arange(7)[None, :] - self._shift(first_day)[:, None]) % 7

        def turned(part: FloatArray) -> FloatArray:
            weeks = part.reshape(len(part), -1, 7)
            return np.take_along_axis(weeks, source[:, None, :], axis=2).reshape(part.shape)

        return self.values.map(turned)

    def histograms_aligned_with(self, calendar: Calendar, first_day: np.datetime64) -> Histograms:
        """Return the histograms turned in the same way."""
        found = self.histograms or Histograms.of()
        if calendar.rhythm is Rhythm.MONTHLY:
            return found
        week, day = np.divmod(found.column, 7)
        column = week * 7 + (day + self._shift(first_day)[found.row]) % 7
        return Histograms(found.row, column, found.bin, found.count)

    def _shift(self, first_day: np.datetime64) -> IntArray:
        return (self.before - first_day).astype(np.int64) % 7  # a baseline is whole weeks, so its start serves


@dataclass(frozen=True, slots=True)
class Batch:
    """All bindings of one rhythm in one workspace: its columns are the families of tests.

    Pass every binding, also those whose data did not change: a family is the whole workspace.
    calendar: the axis, K tested periods. kind: (B,) codes. higher_is_better: (B,). target: (B,),
    NaN where none is set; tolerance: (B,) ≥ 0; both in the KPI's unit (shares 0 to 1, NPS points).
    values: (B, T). closed: (B, K), False where a source may still restate the period; all closed
    when left out. least_n: (B,), by default `minimum_n`. quantile: (B,), 0 to 1, of the kind QUANTILE, with
    the histograms of such bindings on the points of values; NaN elsewhere. formulas: the figures of those of
    kind FORMULA, whose values hold one linearised value a point, of denominator 1 where it is known.
    """

    calendar: Calendar
    kind: CodeArray
    higher_is_better: BoolArray
    target: FloatArray
    tolerance: FloatArray
    values: Values
    closed: BoolArray | None = None
    least_n: IntArray | None = None
    frozen: FrozenBaselines | None = None
    quantile: FloatArray | None = None
    histograms: Histograms | None = None
    formulas: "FormulaFigures | None" = None

    def __post_init__(self) -> None:
        """Raise ValueError for unknown kinds, shapes that do not fit, and targets out of scale."""
        size = len(self.kind)
        per_binding = (self.kind, self.higher_is_better, self.target, self.tolerance, self.minimum_n())
        if any(part.shape != (size,) for part in per_binding):
            raise ValueError("kind, higher_is_better, target, tolerance and least_n are (B,) arrays.")
        if self.values.numerator.shape != (size, self.calendar.size):
            raise ValueError(f"values are {(size, self.calendar.size)} arrays for this calendar.")
        if self.is_closed().shape != (size, len(self.calendar.periods)):
            raise ValueError("closed is a (B, K) array.")
        if not np.isin(self.kind, list(Kind)).all():
            raise ValueError("Unknown KPI kind; parse names with kind_codes().")
        if not np.all(self.tolerance >= 0):
            raise ValueError("A tolerance is 0 or more.")
        ends = {Kind.PROPORTION: (0.0, 1.0), Kind.NPS: (-100.0, 100.0)}
        for kind, (low, high) in ends.items():
            wrong = (self.kind == kind) & ((self.target < low) | (self.target > high))
            if wrong.any():
                where = np.flatnonzero(wrong).tolist()
                raise ValueError(f"Targets of kind {kind.name} lie in {low:g}…{high:g}; not so for bindings {where}.")
        if np.isnan(self.quantiles()[self.quantile_rows()]).any():
            raise ValueError("A binding of kind QUANTILE says which one.")
        if self.frozen is not None:
            self._check_frozen(self.frozen)

    def _check_frozen(self, frozen: FrozenBaselines) -> None:
        count = len(frozen.binding)
        if frozen.before.shape != (count,) or frozen.values.numerator.shape != (count, self.calendar.baseline_points):
            raise ValueError(f"Frozen baselines are (F, {self.calendar.baseline_points}) arrays with F dates.")
        if len(np.unique(frozen.binding)) != count or np.isnat(frozen.before).any():
            raise ValueError("A binding has at most one frozen baseline, and it has a date.")

    def minimum_n(self) -> IntArray:
        """Return the fewest answers that carry a state, (B,)."""
        if self.least_n is not None:
            return self.least_n
        return minimum_n(self.kind, self.target, self.higher_is_better, self.quantiles())

    def quantiles(self) -> FloatArray:
        """Return which quantile each binding shows, (B,); NaN where it is none."""
        return np.full(len(self.kind), np.nan) if self.quantile is None else self.quantile

    def quantile_rows(self) -> IntArray:
        return np.flatnonzero(self.kind == Kind.QUANTILE)

    def is_closed(self) -> BoolArray:
        """Return which periods may be evaluated, (B, K)."""
        if self.closed is not None:
            return self.closed
        return np.ones((len(self.kind), len(self.calendar.periods)), dtype=bool)
