"""Values with their intervals: proportions, means, NPS, ratios, counts, and differences of two of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from .kinds import LEVEL, FloatArray, Kind, floats

# Sums of squares lose about 1e-13 of their size to rounding; a spread below this share of them
# is rounding, not variation (it would be a coefficient of variation under 0.001 %).
ROUNDING = 1e-10


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its interval, arrays of one shape; NaN where unknown, never 0."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


def _quantile(level: float) -> float:
    return float(special.ndtri(0.5 + level / 2.0))


def wilson(successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Return shares (0 to 1) with Wilson score intervals; the arguments broadcast.

    NaN without trials, or with successes outside 0…trials.
    Source: E. B. Wilson, "Probable inference…", JASA 22 (1927).
    """
    x, n = floats(successes, trials)
    z = _quantile(level)
    known = (n > 0) & (x >= 0) & (x <= n)
    n = np.where(known, n, np.nan)
    value = x / n
    centre = (x + z * z / 2.0) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(np.where(known, x * (n - x) / n, np.nan) + z * z / 4.0)
    # The ends are exact by the formula; rounding would give −1e-18 or 1 + 1e-16.
    low = np.where(known & (x == 0), 0.0, centre - half)
    high = np.where(known & (x == n), 1.0, centre + half)
    return Estimate(value, low, high)


def spread(n: npt.ArrayLike, total: npt.ArrayLike, sum_squares: npt.ArrayLike) -> FloatArray:
    """Return the sample variance of n answers from their sum and sum of squares.

    0 when all answers are equal up to rounding; NaN with fewer than 2 answers, with an unknown
    (NaN) sum of squares, or with one too small to be true.
    """
    count, s, ss = floats(n, total, sum_squares)
    several = count >= 2
    safe = np.where(several, count, 2.0)
    deviation = ss - s * s / safe
    tiny = ROUNDING * np.abs(ss)
    deviation = np.where(np.abs(deviation) <= tiny, 0.0, deviation)
    return np.where(several & (deviation >= 0), deviation / (safe - 1.0), np.nan)


def student(n: npt.ArrayLike, total: npt.ArrayLike, sum_squares: npt.ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Return means with Student t intervals from n, sum and sum of squares; they broadcast.

    The interval is NaN where `spread` is; it has no width where all answers are equal.
    """
    count, s, ss = floats(n, total, sum_squares)
    answered = count > 0
    safe = np.where(answered, count, 1.0)
    value = np.where(answered, s / safe, np.nan)
    half = student_quantile(0.5 + level / 2.0, count - 1.0) * np.sqrt(spread(n, s, ss) / safe)
    return Estimate(value, value - half, value + half)


def student_quantile(p: float, df: npt.ArrayLike) -> FloatArray:
    """Return the t quantile for df degrees of freedom; NaN below one."""
    degrees = np.asarray(df, dtype=np.float64)
    # The quantile is slow and degrees of freedom repeat: compute every one once.
    unique, position = np.unique(degrees, return_inverse=True)
    quantiles = np.where(unique >= 1.0, special.stdtrit(np.where(unique >= 1.0, unique, 1.0), p), np.nan)
    return quantiles[position].reshape(degrees.shape)


def tango_score(
    promoters: npt.ArrayLike, detractors: npt.ArrayLike, n: npt.ArrayLike, difference: npt.ArrayLike
) -> FloatArray:
    """Return Tango's statistic T(d) for the hypothesis (P − D)/n = d, −1 ≤ d ≤ 1; all broadcast.

    It falls as d grows and is asymptotically standard normal. ±inf where the hypothesis allows
    no variance and is contradicted, 0 where it is met exactly; NaN without answers.
    Source: T. Tango, "Equivalence test and confidence interval for the difference in proportions
    for the paired-sample design", Statistics in Medicine 17 (1998).
    """
    b, c, count, d = floats(promoters, detractors, n, difference)
    known = (count > 0) & (b >= 0) & (c >= 0) & (b + c <= count)
    count = np.where(known, count, np.nan)
    linear = -b - c + (2.0 * count - b + c) * d
    constant = -c * d * (1.0 - d)
    root = np.sqrt(np.maximum(linear * linear - 8.0 * count * constant, 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        # Both forms are the same root; each loses digits to cancellation where the other is used.
        q = np.where(linear > 0, -2.0 * constant / (root + linear), (root - linear) / (4.0 * count))
        distance = b - c - count * d
        variance = np.maximum(count * (2.0 * q + d * (1.0 - d)), 0.0)
        return np.where(distance == 0, 0.0 * count, distance / np.sqrt(variance))


def tango(promoters: npt.ArrayLike, detractors: npt.ArrayLike, n: npt.ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Return (P − D)/n, −1 to 1, with Tango's score interval; the arguments broadcast.

    Multiply by 100 for NPS points. NaN without answers, or with more promoters and detractors
    than answers. Source: as `tango_score`; statistics.md § 2.
    """
    b, c, count = floats(promoters, detractors, n)
    known = (count > 0) & (b >= 0) & (c >= 0) & (b + c <= count)
    value = np.where(known, (b - c) / np.where(known, count, 1.0), np.nan)
    z = _quantile(level)
    low = _tango_root(b, c, count, value, z, upper=False)
    high = _tango_root(b, c, count, value, z, upper=True)
    return Estimate(value, low, high)


def _tango_root(b: FloatArray, c: FloatArray, n: FloatArray, value: FloatArray, z: float, *, upper: bool) -> FloatArray:
    """Return d with T(d) = −z above the value, or T(d) = z below it, by bisection."""
    low = np.where(np.isnan(value), np.nan, value if upper else -1.0)
    high = np.where(np.isnan(value), np.nan, 1.0 if upper else value)
    goal = -z if upper else z
    for _ in range(53):  # halves the range down to the last digit
        middle = (low + high) / 2.0
        above = tango_score(b, c, n, middle) > goal  # T falls, so the root lies to the right
        low = np.where(above, middle, low)
        high = np.where(above, high, middle)
    return (low + high) / 2.0


def nps_variance(promoters: npt.ArrayLike, detractors: npt.ArrayLike, n: npt.ArrayLike) -> FloatArray:
    """Return the variance of one answer in {−1, 0, 1}; divided by n, that of (P − D)/n."""
    b, c, count = floats(promoters, detractors, n)
    safe = np.where(count > 0, count, np.nan)
    return np.asarray((b + c) / safe - ((b - c) / safe) ** 2)


WEAK_DENOMINATOR = 0.05  # D. J. Finney: below this g, delta method and Fieller agree


def linear_variance(
    n: npt.ArrayLike,
    m: npt.ArrayLike,
    d: npt.ArrayLike,
    mm: npt.ArrayLike,
    dd: npt.ArrayLike,
    md: npt.ArrayLike,
    slope: npt.ArrayLike,
) -> FloatArray:
    """Return the sample variance of m_i − slope · d_i over n units, from their sums; all broadcast.

    NaN with fewer than 2 units or unknown sums; 0 when all are equal up to rounding.
    """
    count, y, x, yy, xx, yx, r = floats(n, m, d, mm, dd, md, slope)
    squares = yy - 2.0 * r * yx + r * r * xx
    size = yy + 2.0 * np.abs(r * yx) + r * r * xx
    total = y - r * x
    several = count >= 2
    safe = np.where(several, count, 2.0)
    deviation = squares - total * total / safe
    deviation = np.where(np.abs(deviation) <= ROUNDING * size, 0.0, deviation)
    return np.where(several & (deviation >= 0), deviation / (safe - 1.0), np.nan)


def ratio(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    sum_squares: npt.ArrayLike,
    denominator_squares: npt.ArrayLike,
    cross_product: npt.ArrayLike,
    units: npt.ArrayLike,
    *,
    level: float = LEVEL,
) -> Estimate:
    """Return Σm / Σd over units (orders, days, campaigns) with its interval; the arguments broadcast.

    Delta method; Fieller where the denominator is weak (g ≥ 0.05), and NaN where it may be zero
    (g ≥ 1). The quantile is Student's for the number of units, that of the normal for many: a week
    of daily rows has seven. NaN without a denominator; the interval also without the sums.
    Source: E. C. Fieller, JRSS B 16 (1954); W. G. Cochran, "Sampling Techniques" (1977), § 6.
    """
    m, d, mm, dd, md, n = floats(numerator, denominator, sum_squares, denominator_squares, cross_product, units)
    known = d > 0
    safe_d = np.where(known, d, 1.0)
    value = np.where(known, m / safe_d, np.nan)
    residual = linear_variance(n, m, d, mm, dd, md, value)
    t = student_quantile(0.5 + level / 2.0, n - 1.0)
    several = n >= 2
    safe_n = np.where(several, n, 2.0)
    mean_d = safe_d / safe_n
    half = t * np.sqrt(residual / safe_n) / mean_d
    v_dd = linear_variance(n, d, m, dd, mm, md, 0.0) / safe_n
    v_mm = linear_variance(n, m, d, mm, dd, md, 0.0) / safe_n
    v_md = np.where(several, (md - m * d / safe_n) / (safe_n - 1.0), np.nan) / safe_n
    g = t * t * v_dd / mean_d**2
    weak = (g >= WEAK_DENOMINATOR) & (g < 1.0)
    shrunk = np.where(weak, 1.0 - g, 1.0)
    slope = np.where(v_dd > 0, v_md / np.where(v_dd > 0, v_dd, 1.0), 0.0)
    centre = (value - g * slope) / shrunk
    inside = np.maximum(residual / safe_n - g * (v_mm - slope * v_md), 0.0)
    fieller = t / mean_d * np.sqrt(inside) / shrunk
    low, high = np.where(weak, centre - fieller, value - half), np.where(weak, centre + fieller, value + half)
    bounded = g < 1.0
    return Estimate(value, np.where(bounded, low, np.nan), np.where(bounded, high, np.nan))


def poisson(count: npt.ArrayLike, exposure: npt.ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Return events per unit of exposure with exact Poisson intervals; the arguments broadcast.

    NaN without exposure or with a negative count.
    Source: F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936).
    """
    c, e = floats(count, exposure)
    known = (e > 0) & (c >= 0)
    safe_c, safe_e = np.where(known, c, 0.0), np.where(known, e, np.nan)
    tail = (1.0 - level) / 2.0
    positive = safe_c > 0
    low = np.where(positive, special.gammaincinv(np.where(positive, safe_c, 1.0), tail), 0.0)
    high = special.gammaincinv(safe_c + 1.0, 1.0 - tail)
    return Estimate(safe_c / safe_e, low / safe_e, high / safe_e)


def newcombe_difference(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    other_successes: npt.ArrayLike,
    other_trials: npt.ArrayLike,
    *,
    level: float = LEVEL,
) -> Estimate:
    """Return first share minus other share (−1 to 1) with Newcombe's interval; all broadcast.

    NaN where either share is unknown. Source: R. G. Newcombe, "Interval estimation for the
    difference between independent proportions", Statistics in Medicine 17 (1998), method 10.
    """
    first = wilson(successes, trials, level=level)
    other = wilson(other_successes, other_trials, level=level)
    value = np.asarray(first.value - other.value)
    below = np.hypot(first.value - first.low, other.high - other.value)
    above = np.hypot(first.high - first.value, other.value - other.low)
    return Estimate(value, value - below, value + above)


def nps_difference(
    promoters: npt.ArrayLike,
    detractors: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    other_promoters: npt.ArrayLike,
    other_detractors: npt.ArrayLike,
    other_n: npt.ArrayLike,
    level: float = LEVEL,
) -> Estimate:
    """Return first NPS minus other NPS in points (−200 to 200), variances added; all broadcast.

    Source: statistics.md § 2.
    """
    b, c, count = floats(promoters, detractors, n)
    b2, c2, count2 = floats(other_promoters, other_detractors, other_n)
    safe = np.where(count > 0, count, np.nan)
    safe2 = np.where(count2 > 0, count2, np.nan)
    value = np.asarray((b - c) / safe - (b2 - c2) / safe2)
    variance = nps_variance(b, c, safe) / safe + nps_variance(b2, c2, safe2) / safe2
    half = _quantile(level) * np.sqrt(np.maximum(variance, 0.0))
    return Estimate(100.0 * value, 100.0 * (value - half), 100.0 * (value + half))


def estimate(
    kind: npt.ArrayLike,
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    sum_squares: npt.ArrayLike,
    *,
    denominator_squares: npt.ArrayLike = np.nan,
    cross_product: npt.ArrayLike = np.nan,
    units: npt.ArrayLike = np.nan,
    level: float = LEVEL,
) -> Estimate:
    """Return values and intervals from additive values (`Kind`); the arguments broadcast.

    kind holds codes; the three sums by keyword are those of ratios. Sum the additive values over any
    days or touchpoints first: that is how figures are pooled. Unknown parts are NaN; quantiles come
    from `estimate_quantiles` and are NaN here.
    """
    kinds, y, n, ss, dd, md, count = np.broadcast_arrays(
        np.asarray(kind), *floats(numerator, denominator, sum_squares, denominator_squares, cross_product, units)
    )
    value, low, high = (np.full(kinds.shape, np.nan) for _ in range(3))
    for one in Kind:
        rows = kinds == one
        if not rows.any():
            continue
        if one is Kind.PROPORTION:
            part = wilson(y[rows], n[rows], level=level)
        elif one is Kind.MEAN:
            part = student(n[rows], y[rows], ss[rows], level=level)
        elif one is Kind.RATIO:
            part = ratio(y[rows], n[rows], ss[rows], dd[rows], md[rows], count[rows], level=level)
        elif one is Kind.COUNT:
            part = poisson(y[rows], n[rows], level=level)
        elif one in (Kind.QUANTILE, Kind.FORMULA):
            continue
        else:
            part = _nps_points(y[rows], n[rows], ss[rows], level)
        value[rows], low[rows], high[rows] = part.value, part.low, part.high
    return Estimate(value, low, high)


def _nps_points(y: FloatArray, n: FloatArray, ss: FloatArray, level: float) -> Estimate:
    """Return NPS points; the value needs no sum of squares, the interval does."""
    part = tango((ss + y) / 2.0, (ss - y) / 2.0, n, level=level)
    plausible = (n > 0) & (np.abs(y) <= n)
    value = np.where(plausible, y / np.where(plausible, n, 1.0), np.nan)
    return Estimate(100.0 * value, 100.0 * part.low, 100.0 * part.high)


def pooled(
    kind: Kind,
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    sum_squares: npt.ArrayLike,
    *,
    axis: int | tuple[int, ...] = -1,
) -> Estimate:
    """Return the figure of several parts of the same KPI: counts are added along axis first.

    Averages are never averaged: a part with many answers weighs more. One part without a known
    sum of squares (NaN) leaves the interval of a mean unknown.
    """
    y, n, ss = floats(numerator, denominator, sum_squares)
    return estimate(int(kind), y.sum(axis=axis), n.sum(axis=axis), ss.sum(axis=axis))


def interval(
    kind: str | Kind,
    n: float | None,
    numerator: float | None,
    denominator: float | None,
    sum_squares: float | None = None,
    denominator_squares: float | None = None,
    cross_product: float | None = None,
    units: float | None = None,
) -> tuple[float | None, float | None, float | None]:
    """Return (value, low, high) of one figure from its stored sums; None for what is unknown.

    kind is a `Kind` or its name; n is the count of answers, which for proportions, means and NPS
    equals the denominator: n stands in when denominator is None. NPS comes in points.
    Raises ValueError for an unknown kind.
    """
    code = kind if isinstance(kind, Kind) else Kind.parse(kind)
    trials = n if denominator is None else denominator
    sums = (numerator, trials, sum_squares, denominator_squares, cross_product, units)
    y, d, ss, dd, md, count = (np.nan if part is None else float(part) for part in sums)
    found = estimate(int(code), y, d, ss, denominator_squares=dd, cross_product=md, units=count)
    parts = (float(found.value), float(found.low), float(found.high))
    value, low, high = (None if np.isnan(part) else part for part in parts)
    return value, low, high
