"""Tests of one figure against a fixed target, one-sided or two-sided, vectorised."""

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from .intervals import linear_variance, spread, tango_score
from .kinds import FloatArray, Kind, floats

Alternative: TypeAlias = Literal["less", "greater", "two-sided"]


def binomial_test(
    successes: npt.ArrayLike, trials: npt.ArrayLike, target: npt.ArrayLike, *, alternative: Alternative
) -> FloatArray:
    """Return the exact binomial p against the share target (0 to 1); the arguments broadcast.

    "less" asks whether the true share is below target. "two-sided" adds the outcomes of the other
    tail that are no likelier than the observed one. NaN without trials, without target, or with
    successes outside 0…trials. Source: C. J. Clopper, E. S. Pearson, Biometrika 26 (1934).
    """
    x, n, p = floats(successes, trials, target)
    known = (n > 0) & (x >= 0) & (x <= n) & (p >= 0) & (p <= 1)
    x, n, p = (np.where(known, part, other) for part, other in ((x, 0.0), (n, 1.0), (p, 0.5)))
    if alternative == "less":
        result = _at_most(x, n, p)
    elif alternative == "greater":
        result = _at_least(x, n, p)
    else:
        result = _two_sided(x, n, p)
    return np.where(known, result, np.nan)


def _at_most(x: FloatArray, n: FloatArray, p: FloatArray) -> FloatArray:
    """Return P(X ≤ x); 0 below 0."""
    inner = (x >= 0) & (x < n)
    tail = special.betainc(np.where(inner, n - x, 1.0), np.where(inner, x + 1.0, 1.0), 1.0 - p)
    return np.where(inner, tail, np.where(x < 0, 0.0, 1.0))


def _at_least(x: FloatArray, n: FloatArray, p: FloatArray) -> FloatArray:
    """Return P(X ≥ x); 0 above n."""
    inner = (x > 0) & (x <= n)
    tail = special.betainc(np.where(inner, x, 1.0), np.where(inner, n - x + 1.0, 1.0), p)
    return np.where(inner, tail, np.where(x > n, 0.0, 1.0))


def _log_chance(x: FloatArray, n: FloatArray, p: FloatArray) -> FloatArray:
    """Return log P(X = x)."""
    ways = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    return np.asarray(ways + special.xlogy(x, p) + special.xlog1py(n - x, -p))


def _two_sided(x: FloatArray, n: FloatArray, p: FloatArray) -> FloatArray:
    """Return the sum of the chances of all outcomes no likelier than x, up to a relative 1e-7."""
    limit = _log_chance(x, n, p) + 1e-7
    mode = n * p
    below = x < mode
    # Chances fall monotonically from the mode outwards: bisect for the nearest outcome of the
    # other tail that is no likelier than x. `near` is always too likely, `far` never is.
    near = np.where(below, np.ceil(mode) - 1.0, np.floor(mode) + 1.0)
    far = np.where(below, n + 1.0, -1.0)
    for _ in range(int(np.ceil(np.log2(max(float(n.max(initial=1.0)), 1.0) + 2.0))) + 1):
        middle = np.where(below, np.floor((near + far) / 2.0), np.ceil((near + far) / 2.0))
        unlikely = _log_chance(np.clip(middle, 0.0, n), n, p) <= limit
        settled = np.abs(far - near) <= 1.0
        far = np.where(~settled & unlikely, middle, far)
        near = np.where(~settled & ~unlikely, middle, near)
    total = np.where(below, _at_most(x, n, p) + _at_least(far, n, p), _at_least(x, n, p) + _at_most(far, n, p))
    return np.where(x == mode, 1.0, np.minimum(total, 1.0))


def mean_test(
    n: npt.ArrayLike,
    total: npt.ArrayLike,
    sum_squares: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    alternative: Alternative,
) -> FloatArray:
    """Return the p of the one-sample t test of a mean against target; the arguments broadcast.

    NaN with fewer than two answers, an unknown sum of squares, or answers that are all equal: a
    spread of zero says nothing about the answers to come.
    """
    count, s, ss, goal = floats(n, total, sum_squares, target)
    variance = spread(count, s, ss)
    usable = variance > 0
    safe = np.where(usable, count, 2.0)
    t = (s / safe - goal) / np.sqrt(np.where(usable, variance, 1.0) / safe)
    return np.where(usable, student_p(t, safe - 1.0, alternative), np.nan)


def student_p(t: npt.ArrayLike, df: npt.ArrayLike, alternative: Alternative) -> FloatArray:
    """Return the tail probability of a t statistic with df degrees of freedom."""
    statistic = np.asarray(t, dtype=np.float64)
    if alternative == "two-sided":
        return np.asarray(2.0 * special.stdtr(df, -np.abs(statistic)))
    return np.asarray(special.stdtr(df, statistic if alternative == "less" else -statistic))


def nps_test(
    promoters: npt.ArrayLike,
    detractors: npt.ArrayLike,
    n: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    alternative: Alternative,
) -> FloatArray:
    """Return the p of the score test of an NPS against target (points, −100 to 100); all broadcast.

    The statistic is that of the interval, so both always agree. NaN without answers or target.
    """
    b, c, count, points = floats(promoters, detractors, n, target)
    z = tango_score(b, c, count, points / 100.0)
    if alternative == "two-sided":
        return np.asarray(2.0 * special.ndtr(-np.abs(z)))
    return np.asarray(special.ndtr(z if alternative == "less" else -z))


def ratio_test(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    sum_squares: npt.ArrayLike,
    denominator_squares: npt.ArrayLike,
    cross_product: npt.ArrayLike,
    units: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    alternative: Alternative,
) -> FloatArray:
    """Return the p of the test of a ratio Σm / Σd against target, by m − target · d; all broadcast.

    The linearised values have mean zero where the target holds. Their statistic is judged by
    Student's t for the units there are, which is z for many: seven daily rows are no large sample.
    NaN with fewer than two units, unknown sums, or no variation at all.
    """
    m, d, mm, dd, md, n, goal = floats(
        numerator, denominator, sum_squares, denominator_squares, cross_product, units, target
    )
    variance = linear_variance(n, m, d, mm, dd, md, goal)
    usable = (variance > 0) & (d > 0)
    safe = np.where(usable, n, 2.0)
    t = (m - goal * d) / np.sqrt(np.where(usable, variance, 1.0) * safe)
    return np.where(usable, student_p(np.where(usable, t, 0.0), safe - 1.0, alternative), np.nan)


def poisson_test(
    count: npt.ArrayLike, exposure: npt.ArrayLike, target: npt.ArrayLike, *, alternative: Alternative
) -> FloatArray:
    """Return the exact Poisson p against target events per unit of exposure; the arguments broadcast.

    "two-sided" doubles the smaller tail, as the interval does. NaN without exposure or target.
    """
    c, e, rate = floats(count, exposure, target)
    known = (e > 0) & (c >= 0) & (rate >= 0)
    c, expected = np.where(known, c, 0.0), np.where(known, e * rate, 1.0)
    at_most = special.pdtr(np.floor(c), expected)
    at_least = np.where(c > 0, special.gammainc(np.where(c > 0, np.ceil(c), 1.0), expected), 1.0)
    if alternative == "two-sided":
        result = np.minimum(2.0 * np.minimum(at_most, at_least), 1.0)
    else:
        result = at_most if alternative == "less" else at_least
    return np.where(known, result, np.nan)


def target_test(
    kind: npt.ArrayLike,
    higher_is_better: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    sum_squares: npt.ArrayLike,
    denominator_squares: npt.ArrayLike = np.nan,
    cross_product: npt.ArrayLike = np.nan,
    units: npt.ArrayLike = np.nan,
) -> FloatArray:
    """Return the one-sided p for "worse than its target" from additive values; all broadcast.

    kind holds `Kind` codes; target is in the KPI's unit, NaN where none is set. A p that cannot be
    known is NaN, and so is that of a quantile, which needs its histogram (`quantile_test`). Exact
    binomial, one-sample t, NPS score, linearised ratio or exact Poisson by kind (statistics.md § 2).
    """
    kinds, higher, goal, y, n, ss, dd, md, count = np.broadcast_arrays(
        np.asarray(kind),
        np.asarray(higher_is_better, dtype=bool),
        *floats(target, numerator, denominator, sum_squares, denominator_squares, cross_product, units),
    )
    p = np.full(kinds.shape, np.nan)
    sides: tuple[tuple[bool, Alternative], ...] = ((True, "less"), (False, "greater"))
    for direction, alternative in sides:
        for one in Kind:
            rows = (kinds == one) & (higher == direction) & ~np.isnan(goal) & (n > 0)
            if not rows.any():
                continue
            if one is Kind.PROPORTION:
                p[rows] = binomial_test(y[rows], n[rows], goal[rows], alternative=alternative)
            elif one is Kind.MEAN:
                p[rows] = mean_test(n[rows], y[rows], ss[rows], goal[rows], alternative=alternative)
            elif one is Kind.RATIO:
                sums = (part[rows] for part in (y, n, ss, dd, md, count, goal))
                p[rows] = ratio_test(*sums, alternative=alternative)
            elif one is Kind.COUNT:
                p[rows] = poisson_test(y[rows], n[rows], goal[rows], alternative=alternative)
            elif one in (Kind.QUANTILE, Kind.FORMULA):
                continue
            else:
                promoters, detractors = (ss[rows] + y[rows]) / 2.0, (ss[rows] - y[rows]) / 2.0
                p[rows] = nps_test(promoters, detractors, n[rows], goal[rows], alternative=alternative)
    return p
