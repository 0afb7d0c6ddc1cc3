"""What an evaluation is given: bindings, their values per day, and frozen baselines."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from .kinds import BoolArray, CodeArray, DayArray, FloatArray, IntArray, Kind, minimum_n
from .periods import Calendar, Rhythm


@dataclass(frozen=True, slots=True)
class Values:
    """Additive values, arrays (series, points); `Kind` says what each holds.

    A point without data is 0 everywhere. sum_squares is NaN where a point has data but its sum of
    squares is not known. excluded (dismissed, empty, out of scale) is only added up for display.
    """

    numerator: FloatArray
    denominator: FloatArray
    sum_squares: FloatArray
    excluded: FloatArray

    def __post_init__(self) -> None:
        """Raise ValueError for arrays that do not fit together or are not finite counts."""
        shapes = {part.shape for part in (self.numerator, self.denominator, self.sum_squares, self.excluded)}
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

        return cls(laid_out(numerator), laid_out(denominator), laid_out(sum_squares), laid_out(excluded))


@dataclass(frozen=True, slots=True)
class FrozenBaselines:
    """Baselines that an open flag keeps in place; F of them, at most one per binding.

    binding: (F,) positions in the batch. before: (F,) datetime64[D], the first day after each
    baseline, as `Evaluation.baseline_before` gave it when the flag opened. values: (F, 56 or 8)
    points in order, the last one just before `before`. A flag that opened without a baseline has
    nothing to freeze and is not listed.
    """

    binding: IntArray
    before: DayArray
    values: Values

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
        shift = (self.before - first_day).astype(np.int64) % 7  # a baseline is whole weeks, so its start serves
        source = (np.arange(7)[None, :] - shift[:, None]) % 7

        def turned(part: FloatArray) -> FloatArray:
            weeks = part.reshape(len(part), -1, 7)
            return np.take_along_axis(weeks, source[:, None, :], axis=2).reshape(part.shape)

        found = self.values
        return Values(*(turned(p) for p in (found.numerator, found.denominator, found.sum_squares, found.excluded)))


@dataclass(frozen=True, slots=True)
class Batch:
    """All bindings of one rhythm in one workspace: its columns are the families of tests.

    Pass every binding, also those whose data did not change: a family is the whole workspace.
    calendar: the axis, K tested periods. kind: (B,) codes. higher_is_better: (B,). target: (B,),
    NaN where none is set; tolerance: (B,) ≥ 0; both in the KPI's unit (shares 0 to 1, NPS points).
    values: (B, T). closed: (B, K), False where a source may still restate the period; all closed
    when left out. least_n: (B,), by default `minimum_n`.
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
        return minimum_n(self.kind, self.target, self.higher_is_better)

    def is_closed(self) -> BoolArray:
        """Return which periods may be evaluated, (B, K)."""
        if self.closed is not None:
            return self.closed
        return np.ones((len(self.kind), len(self.calendar.periods)), dtype=bool)
