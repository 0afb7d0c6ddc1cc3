"""States of bindings: every test of a batch, its adjustment, and the table of statistics.md § 5."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from scipy import special

from .baselines import BaselineTests, compare_with_baseline
from .batch import PARTS, Batch, FormulaFigures
from .families import benjamini_hochberg
from .intervals import Estimate, estimate
from .kinds import ALPHA, LEVEL, BoolArray, CodeArray, DayArray, FloatArray, IntArray, Kind
from .periods import Calendar, Period
from .quantiles import Histograms, estimate_quantiles, quantile_test
from .targets import target_test


class State(IntEnum):
    """State of a binding in one closed period; `label` is the word stored and shown."""

    NO_DATA = 0
    WORSE = 1
    OFF_TARGET = 2
    BETTER = 3
    WATCH = 4
    ON_TARGET = 5

    @property
    def label(self) -> str:
        return self.name.lower()

    @property
    def hurts(self) -> bool:
        """Whether entering this state opens a pain-point flag."""
        return self in (State.WORSE, State.OFF_TARGET)


class Reason(IntEnum):
    """Why a state holds: the sentence that its evidence is told in."""

    NOT_EVALUATED = 0  # first period of the batch: nothing before it to be consecutive with
    NOT_CLOSED = 1
    INCONSISTENT = 2  # sums that cannot be: more successes than trials, …
    TOO_FEW = 3  # fewer answers than the minimum
    UNKNOWN_SPREAD = 4  # no sum of squares, so no interval
    NO_BASELINE = 5  # no target, and fewer than 8 periods with data before
    UNTESTABLE = 6  # no target, and the baseline allows no comparison
    WORSE_THAN_BASELINE = 10
    WORSE_THAN_TARGET = 20
    BETTER_THAN_BASELINE = 30
    WRONG_SIDE = 40  # of the target, not even p ≤ 5 %
    DOUBTFUL_TARGET = 41  # raw p ≤ 5 % against target, but not proven
    DOUBTFUL_BASELINE = 42  # raw p ≤ 5 % for worse than before, but not proven
    ON_TARGET = 50
    STABLE = 51  # no target is set


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything one sentence about one binding and period needs; None where unknown or not set.

    Units are the KPI's own. target_gap and change are signed: value − target, value − baseline.
    The previous_ fields are the period before, compared with the same target and baseline.
    """

    state: State
    reason: Reason
    since: int
    period: Period
    previous_period: Period | None
    value: float | None
    low: float | None
    high: float | None
    n: int
    excluded: int
    minimum_n: int
    target: float | None
    target_gap: float | None
    target_p: float | None
    target_p_adjusted: float | None
    baseline_value: float | None
    baseline_n: int | None
    baseline_first_day: date | None
    baseline_before: date | None
    change: float | None
    baseline_p: float | None
    baseline_p_adjusted: float | None
    previous_value: float | None
    previous_n: int | None
    previous_target_p: float | None
    previous_target_p_adjusted: float | None
    previous_change: float | None
    previous_baseline_p: float | None
    previous_baseline_p_adjusted: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result for B bindings and K periods (oldest first); arrays are (B, K) unless noted.

    state, reason: codes. Column 0 is always NO_DATA / NOT_EVALUATED: a state needs the period
    before it; its value and its target test are there all the same.
    since: consecutive periods that the state has held, this one included. A proven state counts
    from the first of its two periods. It is a lower bound where the batch begins within the run.
    latest: (B,), the newest closed column, 0 where none but the first is closed.
    n, value, low, high, excluded: the period itself. target_p: one-sided "worse than target".
    baseline_p: two-sided; the sign of change tells the side. Adjusted p: families are the columns.
    baseline_value: what the baseline gives on the weekdays of the period; baseline_n: its answers.
    baseline_before: datetime64[D], NaT without a baseline; to be frozen when a flag opens.
    previous: the baseline tests of the period before, against this column's baseline.
    """

    calendar: Calendar
    state: CodeArray
    reason: CodeArray
    since: IntArray
    latest: IntArray
    n: IntArray
    excluded: IntArray
    value: FloatArray
    low: FloatArray
    high: FloatArray
    minimum_n: IntArray  # (B,)
    target: FloatArray  # (B,)
    target_gap: FloatArray
    target_p: FloatArray
    target_p_adjusted: FloatArray
    baseline_value: FloatArray
    baseline_n: IntArray
    baseline_before: DayArray
    change: FloatArray
    baseline_p: FloatArray
    baseline_p_adjusted: FloatArray
    previous: BaselineTests

    def evidence(self, binding: int, period: int | None = None) -> Evidence:
        """Return one binding's state with its evidence, by default of its newest closed period."""
        k = int(self.latest[binding]) if period is None else range(len(self.calendar.periods))[period]
        before = self.baseline_before[binding, k]
        has_baseline = not np.isnat(before)
        before_day: date | None = before.item() if has_baseline else None
        earlier = k - 1 if k > 0 else None

        def known(array: FloatArray, column: int | None = k) -> float | None:
            found = np.nan if column is None else array[binding, column]
            return None if np.isnan(found) else float(found)

        return Evidence(
            state=State(self.state[binding, k]),
            reason=Reason(self.reason[binding, k]),
            since=int(self.since[binding, k]),
            period=self.calendar.periods[k],
            previous_period=None if earlier is None else self.calendar.periods[earlier],
            value=known(self.value),
            low=known(self.low),
            high=known(self.high),
            n=int(self.n[binding, k]),
            excluded=int(self.excluded[binding, k]),
            minimum_n=int(self.minimum_n[binding]),
            target=known(self.target[:, None], 0),
            target_gap=known(self.target_gap),
            target_p=known(self.target_p),
            target_p_adjusted=known(self.target_p_adjusted),
            baseline_value=known(self.baseline_value),
            baseline_n=int(self.baseline_n[binding, k]) if has_baseline else None,
            baseline_first_day=None if before_day is None else self.calendar.baseline_first_day(before_day),
            baseline_before=before_day,
            change=known(self.change),
            baseline_p=known(self.baseline_p),
            baseline_p_adjusted=known(self.baseline_p_adjusted),
            previous_value=known(self.value, earlier),
            previous_n=None if earlier is None else int(self.n[binding, earlier]),
            previous_target_p=known(self.target_p, earlier),
            previous_target_p_adjusted=known(self.target_p_adjusted, earlier),
            previous_change=known(self.previous.change),
            previous_baseline_p=known(self.previous.p),
            previous_baseline_p_adjusted=known(self.previous.p_adjusted),
        )


@dataclass(frozen=True, slots=True)
class _Periods:
    """Sums and figures of the tested periods, arrays (B, K)."""

    sums: dict[str, FloatArray]  # by the name of the part
    found: Estimate
    inconsistent: BoolArray
    target_p: FloatArray  # without regard to closed periods and minimum

    @property
    def n(self) -> FloatArray:
        return self.sums["n"]

    @classmethod
    def of(cls, batch: Batch) -> "_Periods":
        start = batch.calendar.baseline_points
        shape = (len(batch.kind), len(batch.calendar.periods), batch.calendar.points_per_period)
        sums = {name: getattr(batch.values, name)[:, start:].reshape(shape).sum(axis=2) for name in PARTS}
        y, d, ss = sums["numerator"], sums["denominator"], sums["sum_squares"]
        kind = batch.kind[:, None]
        sums["n"] = np.where(kind == Kind.COUNT, d, sums["n"])  # what a count rests on is its exposure
        impossible = np.select(
            [kind == Kind.PROPORTION, kind == Kind.NPS, kind == Kind.COUNT, kind == Kind.RATIO],
            [
                (y < 0) | (y > d),
                (np.abs(y) > d) | (ss > d) | (ss < np.abs(y)),
                (y < 0) | ((d == 0) & (y != 0)),
                False,  # spending without acquisitions: no value, and nothing wrong
            ],
            default=(d == 0) & (y != 0),
        )
        given = {name: part for name, part in sums.items() if name not in {"n", "excluded"}}
        found = estimate(kind, **given)
        p = target_test(kind, batch.higher_is_better[:, None], batch.target[:, None], **given)
        rows = batch.quantile_rows()
        if rows.size:
            found, p = _with_quantiles(batch, rows, found, p)
        if batch.formulas is not None:
            found, p = _with_formulas(batch, batch.formulas, found, p)
        return cls(sums, found, impossible.astype(bool), p)


def period_figures(batch: Batch) -> Estimate:
    """Return the figures of the tested periods alone, (B, K)."""
    return _Periods.of(batch).found


def _with_formulas(
    batch: Batch, formulas: FormulaFigures, found: Estimate, p: FloatArray
) -> tuple[Estimate, FloatArray]:
    """Return figures and one-sided z tests against target, (B, K), with those of formulas filled in."""
    is_formula = (batch.kind == Kind.FORMULA)[:, None]
    half = special.ndtri(0.5 + LEVEL / 2.0) * formulas.error
    sign = np.where(batch.higher_is_better, 1.0, -1.0)[:, None]
    usable = formulas.error > 0
    z = sign * (formulas.value - batch.target[:, None]) / np.where(usable, formulas.error, np.nan)
    low, high = formulas.value - half, formulas.value + half
    parts = ((found.value, formulas.value), (found.low, low), (found.high, high), (p, special.ndtr(z)))
    value, low, high, tested = (np.where(is_formula, own, part) for part, own in parts)
    return Estimate(value, low, high), tested


def _with_quantiles(batch: Batch, rows: IntArray, found: Estimate, p: FloatArray) -> tuple[Estimate, FloatArray]:
    """Return figures and tests of the periods, (B, K), with those of the bindings of kind QUANTILE filled in."""
    periods, start = len(batch.calendar.periods), batch.calendar.baseline_points
    histograms = batch.histograms or Histograms.of()
    kept = histograms.only((histograms.column >= start) & (batch.kind[histograms.row] == Kind.QUANTILE))
    period = (kept.column - start) // batch.calendar.points_per_period
    # Every period of every binding is a series of its own, with one point.
    flat = Histograms(kept.row * periods + period, np.zeros_like(period), kept.bin, kept.count)
    size = len(batch.kind) * periods
    quantile, target, higher = (
        np.repeat(part, periods) for part in (batch.quantiles(), batch.target, batch.higher_is_better)
    )
    own = estimate_quantiles(flat, quantile, size)
    tested = quantile_test(flat, quantile, target, higher, size)
    parts = [(found.value, own.value), (found.low, own.low), (found.high, own.high), (p, tested)]
    for part, filled in parts:
        part[rows] = filled.reshape(-1, periods)[rows]
    return found, p


def evaluate(batch: Batch) -> Evaluation:
    """Return tests and states of every binding in every closed period of the batch.

    A state of period k rests on the periods k − 1 and k, each tested on its own, with the baseline
    that ends before k − 1 (or the frozen one). Benjamini–Hochberg runs over the columns, target and
    baseline tests apart; bindings with fewer answers than the minimum are not tested, and a p that
    is unknown is in no family. The rules are those of statistics.md § 5; nothing here is random and
    nothing is kept, so a second run gives the same result.
    """
    periods = _Periods.of(batch)
    closed = batch.is_closed()
    enough = (periods.n >= batch.minimum_n()[:, None]) & ~periods.inconsistent
    testable = enough & closed
    target = batch.target[:, None]
    sign = np.where(batch.higher_is_better, 1.0, -1.0)[:, None]
    value = periods.found.value

    target_p = np.where(testable, periods.target_p, np.nan)
    target_p_adjusted = benjamini_hochberg(target_p, axis=0)
    current, previous = compare_with_baseline(batch, testable, value)
    off = _proven(target_p_adjusted, -sign * (value - target), batch)
    # Both the pooled change and the model's effect must point to the side that is claimed.
    worse_now, worse_before = (
        _proven(t.p_adjusted, -sign * t.change, batch) & (sign * t.t < 0) for t in (current, previous)
    )
    better_now, better_before = (
        _proven(t.p_adjusted, sign * t.change, batch) & (sign * t.t > 0) for t in (current, previous)
    )
    consecutive_off = off.copy()
    consecutive_off[:, 0] = False
    consecutive_off[:, 1:] &= off[:, :-1]

    has_target = ~np.isnan(target)
    doubtful_baseline = (current.p <= ALPHA) & (sign * current.t < 0)
    # The rows of the table in its order; the first that holds wins. Unknown comes before all else.
    rules: list[tuple[BoolArray, State, Reason]] = [
        (~closed, State.NO_DATA, Reason.NOT_CLOSED),
        (_first_column(closed), State.NO_DATA, Reason.NOT_EVALUATED),
        (periods.inconsistent, State.NO_DATA, Reason.INCONSISTENT),
        (~enough, State.NO_DATA, Reason.TOO_FEW),
        (np.isnan(periods.found.low), State.NO_DATA, Reason.UNKNOWN_SPREAD),
        (~has_target & np.isnat(current.before), State.NO_DATA, Reason.NO_BASELINE),
        (~has_target & np.isnan(current.p), State.NO_DATA, Reason.UNTESTABLE),
        (worse_now & worse_before, State.WORSE, Reason.WORSE_THAN_BASELINE),
        (consecutive_off, State.OFF_TARGET, Reason.WORSE_THAN_TARGET),
        (better_now & better_before, State.BETTER, Reason.BETTER_THAN_BASELINE),
        (target_p <= ALPHA, State.WATCH, Reason.DOUBTFUL_TARGET),
        (doubtful_baseline, State.WATCH, Reason.DOUBTFUL_BASELINE),
        (sign * (value - target) < 0, State.WATCH, Reason.WRONG_SIDE),
    ]
    conditions = [np.broadcast_to(rule[0], closed.shape) for rule in rules]
    state = np.select(conditions, [rule[1] for rule in rules], State.ON_TARGET).astype(np.int8)
    right = np.where(has_target, Reason.ON_TARGET, Reason.STABLE)
    reason = np.select(conditions, [rule[2] for rule in rules], right).astype(np.int8)

    return Evaluation(
        calendar=batch.calendar,
        state=state,
        reason=reason,
        since=_since(state),
        latest=_latest(closed),
        n=periods.n.astype(np.int64),
        excluded=periods.sums["excluded"].astype(np.int64),
        value=value,
        low=periods.found.low,
        high=periods.found.high,
        minimum_n=batch.minimum_n(),
        target=batch.target,
        target_gap=value - target,
        target_p=target_p,
        target_p_adjusted=target_p_adjusted,
        baseline_value=current.expected,
        baseline_n=current.n,
        baseline_before=current.before,
        change=current.change,
        baseline_p=current.p,
        baseline_p_adjusted=current.p_adjusted,
        previous=previous,
    )


def flag_opens(state: npt.ArrayLike) -> BoolArray:
    """Return where a pain-point flag opens unless one is open: the state is worse or off target."""
    return np.isin(np.asarray(state), [one for one in State if one.hurts])


def flag_closes(previous_state: npt.ArrayLike, state: npt.ArrayLike) -> BoolArray:
    """Return where an open flag closes: two consecutive closed periods known to be without it.

    A period without data says nothing: it neither closes a flag nor counts towards it.
    """
    known_good = [one for one in State if not one.hurts and one is not State.NO_DATA]
    return np.isin(np.asarray(previous_state), known_good) & np.isin(np.asarray(state), known_good)


def _proven(p_adjusted: FloatArray, distance: FloatArray, batch: Batch) -> BoolArray:
    """Return where p ≤ 5 % and the distance, positive on the asked side, reaches the tolerance."""
    tolerance = batch.tolerance[:, None]
    # 0.30 − 0.28 is 0.01999…: a distance equal to the tolerance on paper counts as reaching it.
    slack = 1e-9 * np.maximum(tolerance, np.abs(distance))
    return np.asarray((p_adjusted <= ALPHA) & (distance > 0) & (distance >= tolerance - slack))


def _first_column(closed: BoolArray) -> BoolArray:
    first = np.zeros_like(closed)
    first[:, 0] = True
    return first


def _latest(closed: BoolArray) -> IntArray:
    """Return the newest closed column of each row; 0 when there is none."""
    count = closed.shape[1]
    newest = count - 1 - np.argmax(closed[:, ::-1], axis=1)
    return np.where(closed.any(axis=1), newest, 0)


def _since(state: CodeArray) -> IntArray:
    """Return how many consecutive columns, up to each one, share its state."""
    proven = np.isin(state, [State.WORSE, State.OFF_TARGET, State.BETTER])
    run = np.ones(state.shape, dtype=np.int64)
    for k in range(1, state.shape[1]):
        same = (state[:, k] == state[:, k - 1]) & (k > 1)
        run[:, k] += np.where(same, run[:, k - 1], 0)
    return run + proven
