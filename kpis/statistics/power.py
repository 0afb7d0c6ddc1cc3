"""How large a difference from a target must be to be found: the power of the tests against a target."""

import numpy as np
import numpy.typing as npt
from scipy import special

from .intervals import linear_variance, spread
from .kinds import ALPHA, FloatArray, Kind, floats

POWER = 0.8  # how often a true difference of that size is established


def detectable_difference(
    kind: npt.ArrayLike,
    higher_is_better: npt.ArrayLike,
    target: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    deviation: npt.ArrayLike = np.nan,
    power: float = POWER,
) -> FloatArray:
    """Return the smallest true difference from target that its one-sided test at 5 % finds this often; all broadcast.

    Positive, in the KPI's unit, on the side that is worse: one period of base n (trials, exposure, answers, units)
    is established as worse than target with probability `power` when its true value lies that far from it.
    deviation: of one answer or unit in the KPI's unit (`unit_deviation`), for means, NPS and ratios. The exact binomial
    and Poisson tests and the t test are inverted exactly, the score test of an NPS by its normal approximation.
    NaN where n is too small for any difference, for what is unknown, and for quantiles and formulas.
    Source: J. L. Fleiss, B. Levin, M. C. Paik, "Statistical Methods for Rates and Proportions", 3rd ed. (2003), ch. 4.
    """
    kinds, higher, goal, base, sd = np.broadcast_arrays(
        np.asarray(kind), np.asarray(higher_is_better, dtype=bool), *floats(target, n, deviation)
    )
    found = np.full(kinds.shape, np.nan)
    for one, invert in (
        (Kind.PROPORTION, _proportion),
        (Kind.COUNT, _count),
        (Kind.MEAN, _mean),
        (Kind.RATIO, _mean),
        (Kind.NPS, _nps),
    ):
        rows = (kinds == one) & np.isfinite(goal) & (base > 0)
        if rows.any():
            found[rows] = invert(higher[rows], goal[rows], np.floor(base[rows]), sd[rows], power)
    return found


def unit_deviation(
    kind: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    sum_squares: npt.ArrayLike,
    denominator_squares: npt.ArrayLike = np.nan,
    cross_product: npt.ArrayLike = np.nan,
    units: npt.ArrayLike = np.nan,
) -> FloatArray:
    """Return the standard deviation of one answer (mean, NPS in points) or unit (ratio) from additive values.

    That of a ratio is the one of m − target · d over the mean of d. NaN for other kinds and where it is unknown.
    """
    kinds = np.asarray(kind)
    goal, y, d, ss, dd, md, count = floats(
        target, numerator, denominator, sum_squares, denominator_squares, cross_product, units
    )
    of_answers = np.sqrt(spread(d, y, ss)) * np.where(kinds == Kind.NPS, 100.0, 1.0)
    usable = (count >= 2) & (d > 0)
    linear = linear_variance(count, y, d, ss, dd, md, goal)
    of_units = np.sqrt(np.where(linear >= 0, linear, np.nan)) * count / np.where(usable, d, np.nan)
    return np.select([(kinds == Kind.MEAN) | (kinds == Kind.NPS), kinds == Kind.RATIO], [of_answers, of_units], np.nan)


def _at_most(x: FloatArray, n: FloatArray, p: FloatArray) -> FloatArray:
    """Return P(X ≤ x) of a binomial for 0 ≤ x < n; 0 below."""
    inside = x >= 0
    return np.where(inside, special.betainc(np.where(inside, n - x, 1.0), np.where(inside, x + 1.0, 1.0), 1.0 - p), 0.0)


def _proportion(
    higher: npt.NDArray[np.bool_], p: FloatArray, n: FloatArray, sd: FloatArray, power: float
) -> FloatArray:
    # "Lower is better" is the same question asked of the failures.
    share = np.where(higher, p, 1.0 - p)
    inside = (share > 0) & (share < 1) & (n >= 1)
    share, size = np.where(inside, share, 0.5), np.where(inside, n, 1.0)
    # The largest count that is still significant: bisection between one that always is and one that never is.
    low, high = np.full(size.shape, -1.0), size.copy()
    for _ in range(int(np.ceil(np.log2(float(size.max(initial=1.0)) + 2.0))) + 1):
        middle = np.floor((low + high) / 2.0)
        significant = _at_most(middle, size, share) <= ALPHA
        open_ = high - low > 1.0
        low = np.where(open_ & significant, middle, low)
        high = np.where(open_ & ~significant, middle, high)
    reachable = inside & (low >= 0)
    critical = np.where(reachable, low, 0.0)
    true = 1.0 - special.betaincinv(np.maximum(size - critical, 1.0), critical + 1.0, power)
    return np.where(reachable, share - true, np.nan)


def _count(higher: npt.NDArray[np.bool_], rate: FloatArray, n: FloatArray, sd: FloatArray, power: float) -> FloatArray:
    known = rate > 0
    expected = np.where(known, rate * n, 1.0)
    # Continuous inverses of both tails, then the whole count beside them that is significant.
    below = np.floor(np.nan_to_num(special.pdtrik(ALPHA, expected)))
    below = np.where(special.pdtr(below, expected) <= ALPHA, below, below - 1.0)
    above = np.ceil(special.pdtrik(1.0 - ALPHA, expected))
    above = np.where(special.gammainc(np.maximum(above, 1.0), expected) <= ALPHA, above, above + 1.0)
    fewest = special.pdtri(np.maximum(below, 0.0), power)  # the expectation under which so few are that frequent
    most = special.gammaincinv(np.maximum(above, 1.0), power)
    difference = np.where(higher, expected - fewest, most - expected) / n
    return np.where(known & (~higher | (below >= 0)), difference, np.nan)


def _mean(higher: npt.NDArray[np.bool_], goal: FloatArray, n: FloatArray, sd: FloatArray, power: float) -> FloatArray:
    usable = (n >= 2) & (sd > 0)
    df = np.where(usable, n, 2.0) - 1.0
    away = special.nctdtrinc(df, 1.0 - power, special.stdtrit(df, 1.0 - ALPHA))
    return np.where(usable, away * sd / np.sqrt(df + 1.0), np.nan)


def _nps(higher: npt.NDArray[np.bool_], goal: FloatArray, n: FloatArray, sd: FloatArray, power: float) -> FloatArray:
    usable = (n >= 2) & (sd > 0)
    size = np.where(usable, n, 2.0)
    z = special.ndtri(1.0 - ALPHA) + special.ndtri(power)
    difference = z * np.where(usable, sd, np.nan) / np.sqrt(size)
    room = np.where(higher, goal + 100.0, 100.0 - goal)
    return np.where(difference <= room, difference, np.nan)
