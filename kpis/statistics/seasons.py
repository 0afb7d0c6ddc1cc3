"""Season-aware comparison of a period with the days before it, for thousands of series at once.

Every model here has one term per weekday and one for "in the tested period". Days with the same
weekday and the same side share their fitted value, so a series of two months comes down to 14
cells; only the residuals need the days. That makes the batch fast and keeps it exact.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from .kinds import BoolArray, CodeArray, FloatArray, IntArray
from .targets import student_p

MOST_STEPS = 80
WIDEST_EFFECT = 50.0  # log odds; counts under 1e10 on both sides stay within


class Fit(IntEnum):
    """How the p value of a series came about."""

    UNKNOWN = 0  # no common weekday, no degree of freedom left, or no variance to judge by: p is NaN
    FITTED = 1  # the model's own t statistic
    SEPARATED = 2  # all or nothing in the period: no finite estimate exists; p is NaN
    SCORE = 3  # separated, judged by the score statistic instead
    CONSTANT = 4  # the period equals its baseline and neither varies: no change, p is 1


@dataclass(frozen=True, slots=True)
class SeasonTest:
    """One comparison per series, arrays of shape (S,); NaN where unknown.

    effect: tested period minus baseline at equal weekdays (log odds, or the unit of the mean);
    standard_error: of effect, dispersion included; dispersion: Pearson χ²/df floored at 1, or the
    residual variance of one answer; t: the statistic, negative when lower than before; df: its
    degrees of freedom; p: two-sided; expected: what the baseline gives on the weekdays of the
    tested period, in the values' unit; fit: `Fit` codes.
    """

    effect: FloatArray
    standard_error: FloatArray
    dispersion: FloatArray
    t: FloatArray
    df: FloatArray
    p: FloatArray
    expected: FloatArray
    fit: CodeArray


@dataclass(frozen=True, slots=True)
class Cells:
    """Sums by weekday (S, G), baseline (b) and tested period (c): y of values, n of weights."""

    y_b: FloatArray
    n_b: FloatArray
    y_c: FloatArray
    n_c: FloatArray
    one_hot: FloatArray  # (T, G)

    @classmethod
    def of(cls, y: FloatArray, n: FloatArray, weekday: IntArray, current: BoolArray) -> "Cells":
        one_hot = (weekday[:, None] == np.unique(weekday)[None, :]).astype(np.float64)
        base, tested = one_hot * ~current[:, None], one_hot * current[:, None]
        # Sums of counts are exact in floating point, so the order of a matrix product is harmless.
        return cls(y @ base, n @ base, y @ tested, n @ tested, one_hot)

    def only(self, rows: IntArray, keep: BoolArray | None = None) -> "Cells":
        """Return the given series; with keep (S, G), the other cells emptied."""
        y_b, n_b, y_c, n_c = (part if keep is None else np.where(keep, part, 0.0) for part in _sums(self))
        return Cells(y_b[rows], n_b[rows], y_c[rows], n_c[rows], self.one_hot)

    def expected(self) -> FloatArray:
        """Return the baseline on the tested period's weekdays; its total where a weekday lacks."""
        with np.errstate(invalid="ignore", divide="ignore"):
            overall = self.y_b.sum(1, keepdims=True) / self.n_b.sum(1, keepdims=True)
            by_weekday = np.where(self.n_b > 0, self.y_b / self.n_b, overall)
            return np.asarray(np.where(self.n_c > 0, self.n_c * by_weekday, 0.0).sum(1) / self.n_c.sum(1))

    def by_day(self, base: FloatArray, tested: FloatArray, current: BoolArray) -> FloatArray:
        """Spread one figure per cell (S, G) over the days (S, T)."""
        column = self.one_hot.argmax(axis=1)
        return np.where(current[None, :], tested[:, column], base[:, column])


def checked(
    y: npt.ArrayLike, n: npt.ArrayLike, weekday: npt.ArrayLike, current: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, IntArray, BoolArray]:
    values, weights = np.asarray(y, dtype=np.float64), np.asarray(n, dtype=np.float64)
    days, tested = np.asarray(weekday, dtype=np.int64), np.asarray(current, dtype=bool)
    if values.ndim != 2 or values.shape != weights.shape or not days.shape == tested.shape == values.shape[1:]:
        raise ValueError("Series are (S, T) arrays of one shape; weekday and current are (T,).")
    if not (np.all(np.isfinite(values)) and np.all(np.isfinite(weights)) and np.all(weights >= 0)):
        raise ValueError("Days need finite values and weights of 0 or more; an empty day is 0 and 0.")
    return values, weights, days, tested


def season_proportions(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    weekday: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    score_when_separated: bool = False,
) -> SeasonTest:
    """Compare the days marked current with the others: binomial GLM, logit p = weekday + current.

    successes, trials: (S, T), trials 0 where a day has no data. weekday: (T,), any labels, one
    label for all when the season is not modelled. current: (T,) bool. Dispersion is Pearson χ²/df
    floored at 1 and the reference is Student's t. Equals statsmodels' GLM(successes / trials,
    Binomial(), var_weights=trials) with that scale, day rows without trials left out.

    Weekdays on which everything failed (or succeeded) on both sides fit perfectly whatever the
    effect is, so they are left out, their days and their term alike. Where the period is all or
    nothing in such a way that the effect has no finite estimate, p is NaN (`Fit.SEPARATED`); with
    score_when_separated the score statistic takes over, with the baseline's dispersion: it needs no
    estimate of the effect, and a conversion that breaks down to zero must not read "unknown".
    Raises ValueError for shapes that do not fit and days that are not numbers.
    Source: P. McCullagh, J. A. Nelder, "Generalized Linear Models", 2nd ed. (1989), § 4.5.
    """
    y, n, days, tested = checked(successes, trials, weekday, current)
    if np.any(y < 0) or np.any(y > n):
        raise ValueError("Successes lie between 0 and the trials of their day.")
    cells = Cells.of(y, n, days, tested)
    failures_b, failures_c = cells.n_b - cells.y_b, cells.n_c - cells.y_c
    informative = (cells.y_b + cells.y_c > 0) & (failures_b + failures_c > 0)
    shared = (cells.n_b > 0) & (cells.n_c > 0)
    identified = (informative & shared).any(axis=1)
    # The effect runs away when, on every weekday, the period has no failure or the baseline no success …
    upwards = np.all(~informative | (failures_c == 0) | (cells.y_b == 0), axis=1)
    downwards = np.all(~informative | (cells.y_c == 0) | (failures_b == 0), axis=1)
    separated = identified & (upwards | downwards)

    kept = cells.one_hot.argmax(axis=1)
    used = informative[:, kept] & (n > 0)  # (S, T)
    df = used.sum(axis=1) - informative.sum(axis=1) - 1.0
    rows = identified & ~separated & (df >= 1)
    fit = np.where(separated, Fit.SEPARATED, np.where(rows, Fit.FITTED, Fit.UNKNOWN)).astype(np.int8)

    effect, error, dispersion, t = (np.full(len(y), np.nan) for _ in range(4))
    picked = np.flatnonzero(rows)
    if picked.size:
        part = cells.only(picked, informative)
        effect[picked], base, period, information = _fit_log_odds(part)
        residual = _pearson(y[picked], np.where(used, n, 0.0)[picked], part.by_day(base, period, tested))
        dispersion[picked] = np.maximum(residual.sum(axis=1) / df[picked], 1.0)
        error[picked] = np.sqrt(dispersion[picked] / information)
        t[picked] = effect[picked] / error[picked]
    if score_when_separated and separated.any():
        picked = np.flatnonzero(separated)
        t[picked], dispersion[picked], df[picked] = _score(y[picked], n[picked], cells.only(picked), tested)
        fit[picked] = np.where(np.isnan(t[picked]), Fit.UNKNOWN, Fit.SCORE)
    p = np.where(np.isnan(t), np.nan, student_p(np.nan_to_num(t), np.maximum(df, 1.0), "two-sided"))
    constant = np.asarray(shared.any(axis=1) & ~identified)
    return with_constant(SeasonTest(effect, error, dispersion, t, df, p, cells.expected(), fit), constant)


def _sums(cells: Cells) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    return cells.y_b, cells.n_b, cells.y_c, cells.n_c


def with_constant(found: SeasonTest, constant: BoolArray) -> SeasonTest:
    """Say "no change" where period and baseline are the same and nothing ever varied."""
    return SeasonTest(
        np.where(constant, 0.0, found.effect),
        np.where(constant, np.nan, found.standard_error),
        np.where(constant, np.nan, found.dispersion),
        np.where(constant, 0.0, found.t),
        np.where(np.isnan(found.t) | constant, np.nan, found.df),
        np.where(constant, 1.0, found.p),
        found.expected,
        np.where(constant, Fit.CONSTANT, found.fit).astype(np.int8),
    )


def _pearson(y: FloatArray, n: FloatArray, share: FloatArray) -> FloatArray:
    """Return each day's part of Pearson's χ² (S, T); 0 where the share leaves nothing to chance."""
    variance = n * share * (1.0 - share)
    return np.where(variance > 0, (y - n * share) ** 2 / np.where(variance > 0, variance, 1.0), 0.0)


def _fit_log_odds(cells: Cells) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Maximise the likelihood; return effect (S,), shares by cell (S, G) twice, information (S,).

    For a given effect each weekday's own term has a closed form (a quadratic), which leaves one
    unknown per series. Its score falls monotonically, so Newton's steps are kept inside a bracket
    and always arrive. The maximum is the one that iteratively reweighted least squares finds.
    """
    y_b, n_b, y_c, n_c = _sums(cells)
    successes = y_b + y_c
    failures = n_b + n_c - successes
    # Weekdays that were left out have no successes and no failures: keep their algebra finite.
    empty = successes + failures == 0
    safe_failures = np.where(empty, 1.0, failures)
    safe_successes = np.where(empty, 1.0, successes)
    effect = np.zeros(len(y_b))
    low, high = np.full(len(y_b), -WIDEST_EFFECT), np.full(len(y_b), WIDEST_EFFECT)
    moving = np.ones(len(y_b), dtype=bool)
    share_b, share_c, information = y_b, y_c, effect
    for _ in range(MOST_STEPS):
        odds_ratio = np.exp(effect)[:, None]
        linear = (n_b - successes) + odds_ratio * (n_c - successes)
        root = np.sqrt(linear * linear + 4.0 * odds_ratio * safe_failures * safe_successes)
        odds = np.where(
            linear > 0,
            2.0 * safe_successes / (root + np.abs(linear)),
            (root + np.abs(linear)) / (2.0 * odds_ratio * safe_failures),
        )
        share_b = odds / (1.0 + odds)
        share_c = odds_ratio * odds / (1.0 + odds_ratio * odds)
        weight_b, weight_c = n_b * share_b * (1.0 - share_b), n_c * share_c * (1.0 - share_c)
        both = weight_b + weight_c
        information = np.where(both > 0, weight_b * weight_c / np.where(both > 0, both, 1.0), 0.0).sum(axis=1)
        if not moving.any():
            break
        score = (y_c - n_c * share_c).sum(axis=1)
        low, high = np.where(score > 0, effect, low), np.where(score < 0, effect, high)
        step = score / np.maximum(information, np.finfo(float).tiny)
        proposed = effect + step
        outside = (proposed < low) | (proposed > high)
        proposed = np.where(outside, (low + high) / 2.0, proposed)
        change = np.abs(proposed - effect)
        effect = np.where(moving, proposed, effect)
        moving &= change > 1e-13 * (1.0 + np.abs(effect))
    return effect, share_b, share_c, information


def _score(y: FloatArray, n: FloatArray, cells: Cells, current: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (t, dispersion, df) of Rao's score test of "no effect", stratified by weekday.

    The dispersion is the baseline's own, floored at 1: measured over all days it would take a
    break-down for noise. A baseline without any variation has none to add.
    Source: W. G. Cochran, "Some methods for strengthening the common χ² tests", Biometrics 10 (1954).
    """
    y_b, n_b, y_c, n_c = _sums(cells)
    total = n_b + n_c
    safe = np.where(total > 0, total, 1.0)
    share = (y_b + y_c) / safe
    surprise = (y_c - n_c * share).sum(axis=1)
    variance = (share * (1.0 - share) * n_b * n_c / safe).sum(axis=1)
    base_share = np.where(n_b > 0, y_b / np.where(n_b > 0, n_b, 1.0), 0.0)
    varies = (y_b > 0) & (y_b < n_b)
    column = cells.one_hot.argmax(axis=1)
    base_days = (n > 0) & ~current[None, :]
    residual = np.where(base_days, _pearson(y, n, base_share[:, column]), 0.0).sum(axis=1)
    df_varying = (base_days & varies[:, column]).sum(axis=1) - varies.sum(axis=1)
    dispersion = np.where(df_varying >= 1, np.maximum(residual / np.maximum(df_varying, 1), 1.0), 1.0)
    df = base_days.sum(axis=1) - (n_b > 0).sum(axis=1).astype(np.float64)
    usable = (df >= 1) & (variance > 0)
    t = np.where(usable, surprise / np.sqrt(dispersion * np.where(usable, variance, 1.0)), np.nan)
    return t, dispersion, np.where(usable, df, np.nan)


def season_means(
    totals: npt.ArrayLike,
    n: npt.ArrayLike,
    weekday: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    variance_floor: npt.ArrayLike = 0.0,
) -> SeasonTest:
    """Compare the days marked current with the others: weekday-adjusted weighted least squares.

    The model is daily mean = weekday + current, daily means weighted by their number of answers,
    residual variance σ² = weighted residual sum of squares / df (σ² belongs to one answer), Student's
    t. Equals statsmodels' WLS(totals / n, weights=n), day rows without answers left out. An NPS is
    compared through its answers of −1, 0 and 1: totals = promoters − detractors.

    totals, n: (S, T), both 0 where a day has no answers. weekday, current: (T,), as in
    `season_proportions`. variance_floor: (S,) or scalar, the least σ² believed; the variance of
    answers within days (`within_day_variance`) is to a mean what dispersion 1 is to a proportion.
    Without any variance p is NaN, or 1 where the period equals its baseline.
    Raises ValueError for shapes that do not fit and days that are not numbers.
    """
    y, weights, days, tested = checked(totals, n, weekday, current)
    floor = np.broadcast_to(np.asarray(variance_floor, dtype=np.float64), (len(y),))
    cells = Cells.of(y, weights, days, tested)
    y_b, n_b, y_c, n_c = _sums(cells)
    both = n_b + n_c
    safe = np.where(both > 0, both, 1.0)
    # Weight of a weekday in the effect: the harmonic one, as in any stratified difference.
    harmonic = n_b * n_c / safe
    precision = harmonic.sum(axis=1)
    identified = precision > 0
    mean_b = y_b / np.where(n_b > 0, n_b, 1.0)
    mean_c = y_c / np.where(n_c > 0, n_c, 1.0)
    difference = np.where(harmonic > 0, mean_c - mean_b, 0.0)
    effect = (harmonic * difference).sum(axis=1) / np.where(identified, precision, 1.0)
    level = (y_b + y_c - n_c * effect[:, None]) / safe
    fitted = cells.by_day(level, level + effect[:, None], tested)
    present = weights > 0
    daily = np.where(present, y / np.where(present, weights, 1.0), 0.0)
    residual = np.where(present, weights * (daily - fitted) ** 2, 0.0).sum(axis=1)
    size = (weights * daily**2).sum(axis=1)
    residual = np.where(residual <= 1e-20 * size, 0.0, residual)
    df = present.sum(axis=1) - (both > 0).sum(axis=1) - 1.0
    usable = identified & (df >= 1)
    variance = np.where(usable, np.maximum(residual / np.where(usable, df, 1.0), floor), np.nan)
    same = np.abs(effect) <= 1e-12 * np.sqrt(size / np.maximum(weights.sum(axis=1), 1.0))
    constant = usable & (variance == 0) & same
    known = usable & (variance > 0)
    error = np.where(known, np.sqrt(variance / np.where(known, precision, 1.0)), np.nan)
    t = effect / error
    p = np.where(known, student_p(np.nan_to_num(t), np.maximum(df, 1.0), "two-sided"), np.nan)
    fit = np.where(known, Fit.FITTED, Fit.UNKNOWN).astype(np.int8)
    effect = np.where(identified, effect, np.nan)
    variance = np.where(known, variance, np.nan)
    return with_constant(SeasonTest(effect, error, variance, t, df, p, cells.expected(), fit), constant)


def within_day_ratio_variance(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    sum_squares: npt.ArrayLike,
    denominator_squares: npt.ArrayLike,
    cross_product: npt.ArrayLike,
    units: npt.ArrayLike,
) -> FloatArray:
    """Return the variance of a ratio around that of its day, per unit of the denominator: (S, T) in, (S,) out.

    The counterpart of `within_day_variance`: a day of denominator D has this variance over D. Days of a
    single unit or with unknown sums add nothing; 0 when none is left.
    """
    m, d, mm, dd, md, n = (
        np.asarray(part, dtype=np.float64)
        for part in (numerator, denominator, sum_squares, denominator_squares, cross_product, units)
    )
    usable = (n > 1) & (d > 0) & np.isfinite(mm) & np.isfinite(dd) & np.isfinite(md)
    value = np.where(usable, m / np.where(usable, d, 1.0), 0.0)
    parts = mm - 2.0 * value * md + value * value * dd
    deviation = np.where(usable, parts, 0.0).sum(axis=1)
    size = np.where(usable, np.abs(mm) + value * value * np.abs(dd), 0.0).sum(axis=1)
    weight = np.where(usable, d * (n - 1.0) / np.where(usable, n, 1.0), 0.0).sum(axis=1)
    usable_rows = (weight > 0) & (deviation > 1e-10 * size)
    return np.where(usable_rows, deviation / np.where(usable_rows, weight, 1.0), 0.0)


def within_day_variance(totals: npt.ArrayLike, n: npt.ArrayLike, sum_squares: npt.ArrayLike) -> FloatArray:
    """Return the pooled variance of answers around the mean of their day, (S, T) in, (S,) out.

    Days with an unknown sum of squares (NaN) or a single answer add nothing; 0 when none is left.
    """
    y, count, ss = (np.asarray(part, dtype=np.float64) for part in (totals, n, sum_squares))
    usable = (count > 1) & np.isfinite(ss)
    deviation = np.where(usable, ss - y * y / np.where(usable, count, 1.0), 0.0).sum(axis=1)
    answers = np.where(usable, count - 1.0, 0.0).sum(axis=1)
    rounding = 1e-10 * np.where(usable, np.abs(ss), 0.0).sum(axis=1)
    return np.where((answers > 0) & (deviation > rounding), deviation / np.maximum(answers, 1.0), 0.0)
