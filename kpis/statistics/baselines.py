"""Comparison of tested periods with their baselines, sliding or frozen, for a whole batch."""

from dataclasses import dataclass

import numpy as np

from .batch import PARTS, Batch, Values
from .families import benjamini_hochberg
from .histograms import duration_bin
from .intervals import Estimate, estimate
from .kinds import BoolArray, DayArray, FloatArray, IntArray, Kind, scale_of
from .periods import BASELINE_PERIODS
from .quantiles import Histograms, estimate_quantiles
from .season_counts import season_counts
from .seasons import season_means, season_proportions, within_day_ratio_variance, within_day_variance


@dataclass(frozen=True, slots=True)
class BaselineTests:
    """Arrays (B, K); NaN where not tested.

    t: the statistic, negative when lower than before; p: two-sided; p_adjusted over the column;
    change: value − expected, in the KPI's unit; expected: what the baseline gives on the weekdays of
    the period; n: answers in the baseline; before: datetime64[D], the day after the baseline, NaT
    when it has fewer than 8 periods with data.
    """

    t: FloatArray
    p: FloatArray
    p_adjusted: FloatArray
    change: FloatArray
    expected: FloatArray
    n: IntArray
    before: DayArray


def compare_with_baseline(batch: Batch, testable: BoolArray, value: FloatArray) -> tuple[BaselineTests, BaselineTests]:
    """Return (current, previous): column k holds the tests of period k, and of period k − 1.

    Both use the baseline that ends before period k − 1, the first of the two that a state of
    period k rests on. Column 0 is not tested. testable: (B, K), periods with enough answers;
    value: (B, K) their figures.
    """
    shape = testable.shape
    found = [tuple(np.full(shape, np.nan) for _ in range(4)) for _ in range(2)]  # t, p, expected, value
    answers = np.zeros(shape, dtype=np.int64)
    before = np.full(shape, np.datetime64("NaT"), dtype="datetime64[D]")
    for k in range(1, shape[1]):
        baseline, before[:, k] = _baseline(batch, k)
        histograms = _baseline_histograms(batch, k)
        labels = batch.calendar.weekdays()[batch.calendar.sliding_baseline_columns(k - 1)]
        answers[:, k] = baseline.n.sum(axis=1)
        for (t, p, expected, figure), period in zip(found, (k, k - 1), strict=True):
            rows = np.flatnonzero(testable[:, period] & ~np.isnat(before[:, k]))
            t[rows, k], p[rows, k], expected[rows, k] = _test(batch, rows, baseline, histograms, labels, period)
            figure[rows, k] = value[rows, period]
    current, previous = (
        BaselineTests(t, p, benjamini_hochberg(p, axis=0), figure - expected, expected, answers, before)
        for t, p, expected, figure in found
    )
    return current, previous


def _baseline(batch: Batch, k: int) -> tuple[Values, DayArray]:
    """Return the baseline of column k, (B, points), and the day after it, NaT where it is too short."""
    calendar = batch.calendar
    columns = calendar.sliding_baseline_columns(k - 1)
    first_tested = calendar.periods[k - 1].first_day
    parts = {name: getattr(batch.values, name)[:, columns] for name in PARTS}
    before = np.full(len(batch.kind), np.datetime64(first_tested, "D"))
    if batch.frozen is not None:
        frozen = batch.frozen
        # A flag opened later says nothing about an earlier period: that one keeps its own baseline.
        held = frozen.before <= np.datetime64(first_tested, "D")
        turned = frozen.aligned_with(calendar, np.datetime64(calendar.baseline_first_day(first_tested), "D"))
        rows = frozen.binding[held]
        before[rows] = frozen.before[held]
        for name in PARTS:
            parts[name] = parts[name].copy()
            parts[name][rows] = getattr(turned, name)[held]
    by_period = parts["denominator"].reshape(
        len(before), BASELINE_PERIODS, calendar.baseline_points // BASELINE_PERIODS
    )
    complete = (by_period.sum(axis=2) > 0).all(axis=1)
    return Values(**parts), np.where(complete, before, np.datetime64("NaT", "D"))


def baseline_figures(batch: Batch) -> Estimate:
    """Return the figure of each binding over the baseline before the first period, (B,), or over its frozen one."""
    columns = batch.calendar.sliding_baseline_columns(0)
    sums = {
        name: getattr(batch.values, name)[:, columns].sum(axis=1) for name in PARTS if name not in {"n", "excluded"}
    }
    if batch.frozen is not None:
        for name, part in sums.items():
            part[batch.frozen.binding] = getattr(batch.frozen.values, name).sum(axis=1)
    found = estimate(batch.kind, **sums)
    rows = batch.quantile_rows()
    if rows.size:
        histograms = (batch.histograms or Histograms.of()).between(columns)
        if batch.frozen is not None and batch.frozen.histograms is not None:
            held = batch.frozen.histograms
            own = Histograms(batch.frozen.binding[held.row], held.column, held.bin, held.count)
            histograms = histograms.only(~np.isin(histograms.row, batch.frozen.binding)).joined(own)
        filled = estimate_quantiles(histograms, batch.quantiles(), len(batch.kind))
        for part, values in ((found.value, filled.value), (found.low, filled.low), (found.high, filled.high)):
            part[rows] = values[rows]
    return found


def _baseline_histograms(batch: Batch, k: int) -> Histograms:
    """Return the histograms of the baseline of column k, on its points."""
    calendar = batch.calendar
    if batch.histograms is None:
        return Histograms.of()
    found = batch.histograms.between(calendar.sliding_baseline_columns(k - 1))
    if batch.frozen is None:
        return found
    first_tested = np.datetime64(calendar.periods[k - 1].first_day, "D")
    held = batch.frozen.before <= first_tested
    start = np.datetime64(calendar.baseline_first_day(calendar.periods[k - 1].first_day), "D")
    turned = batch.frozen.histograms_aligned_with(calendar, start)
    turned = turned.only(held[turned.row])
    own = Histograms(batch.frozen.binding[turned.row], turned.column, turned.bin, turned.count)
    return found.only(~np.isin(found.row, batch.frozen.binding[held])).joined(own)


def _test(
    batch: Batch, rows: IntArray, baseline: Values, histograms: Histograms, labels: IntArray, period: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (t, p, expected) of one tested period against the baseline, for the given bindings.

    histograms: those of the baseline; labels: weekday of each of its points.
    """
    columns = batch.calendar.period_columns(period)
    weekday = np.concatenate([labels, batch.calendar.weekdays()[columns]])
    current = np.arange(len(weekday)) >= len(labels)
    t, p, expected = (np.full(len(rows), np.nan) for _ in range(3))

    def series(name: str, picked: IntArray) -> FloatArray:
        return np.concatenate([getattr(baseline, name)[picked], getattr(batch.values, name)[picked, columns]], axis=1)

    for one in Kind:
        where = np.flatnonzero(batch.kind[rows] == one)
        y, n = series("numerator", rows[where]), series("denominator", rows[where])
        if one is Kind.PROPORTION:
            # More successes than trials on some day (late attribution): no binomial model, so unknown.
            possible = ((y >= 0) & (y <= n)).all(axis=1)
            where, y, n = where[possible], y[possible], n[possible]
        if not where.size:
            continue
        if one is Kind.PROPORTION:
            found = season_proportions(y, n, weekday, current, score_when_separated=True)
        elif one is Kind.COUNT:
            found = season_counts(y, n, weekday, current, score_when_separated=True)
        elif one is Kind.RATIO:
            names = ("sum_squares", "denominator_squares", "cross_product", "units")
            floor = within_day_ratio_variance(y, n, *(series(name, rows[where]) for name in names))
            found = season_means(y, n, weekday, current, variance_floor=floor)
        elif one is Kind.QUANTILE:
            tested = (batch.histograms or Histograms.of()).between(columns)
            above, all_, quantile = _beyond_baseline(batch, rows[where], histograms, tested, len(weekday))
            found = season_proportions(above, all_, weekday, current, score_when_separated=True)
            t[where], p[where], expected[where] = found.t, found.p, quantile
            continue
        else:
            floor = within_day_variance(y, n, series("sum_squares", rows[where]))
            found = season_means(y, n, weekday, current, variance_floor=floor)
        t[where], p[where] = found.t, found.p
        expected[where] = found.expected * scale_of(one)
    return t, p, expected


def _beyond_baseline(
    batch: Batch, rows: IntArray, base: Histograms, tested: Histograms, points: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return, for bindings of kind QUANTILE, durations beyond the baseline's quantile and all, (S, T), and that quantile (S,).

    A quantile has risen when a larger share lies beyond the old one: a comparison of shares (the control
    quantile test), which the binomial model makes at equal weekdays.
    """
    place = np.full(len(batch.kind), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))

    def own(found: Histograms, start: int) -> Histograms:
        kept = found.only(place[found.row] >= 0)
        return Histograms(place[kept.row], kept.column + start, kept.bin, kept.count)

    before = own(base, 0)
    quantile = estimate_quantiles(before, batch.quantiles()[rows], len(rows)).value
    known = ~np.isnan(quantile)
    limit = np.where(known, duration_bin(np.where(known, quantile, 0.0)), 0)
    both = before.joined(own(tested, batch.calendar.baseline_points))
    shape = (len(rows), points)
    return both.above(limit, shape), both.above(np.full(len(rows), -1), shape), quantile
