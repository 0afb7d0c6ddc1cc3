"""Quantiles of durations from additive log-scale histograms, with order-statistic intervals and tests."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from .histograms import duration_bin, duration_bin_edges, duration_of_bin
from .intervals import Estimate
from .kinds import LEVEL, BoolArray, FloatArray, IntArray, floats
from .targets import binomial_test


@dataclass(frozen=True, slots=True)
class Histograms:
    """Histograms of many series on many points, sparse: one entry (E,) per bin that holds anything.

    row: position of the series; column: its point; bin: `duration_bin`; count: durations in it.
    """

    row: IntArray
    column: IntArray
    bin: IntArray
    count: FloatArray

    @classmethod
    def of(
        cls, row: npt.ArrayLike = (), column: npt.ArrayLike = (), bin_: npt.ArrayLike = (), count: npt.ArrayLike = ()
    ) -> "Histograms":
        rows, columns, bins = (np.asarray(part, dtype=np.int64) for part in (row, column, bin_))
        return cls(rows, columns, bins, np.asarray(count, dtype=np.float64))

    def only(self, keep: BoolArray | npt.NDArray[np.intp] | slice) -> "Histograms":
        return Histograms(self.row[keep], self.column[keep], self.bin[keep], self.count[keep])

    def between(self, columns: slice) -> "Histograms":
        """Return the entries of these points, counted from the first of them."""
        found = self.only((self.column >= columns.start) & (self.column < columns.stop))
        return Histograms(found.row, found.column - columns.start, found.bin, found.count)

    def joined(self, other: "Histograms") -> "Histograms":
        parts = ((self.row, other.row), (self.column, other.column), (self.bin, other.bin))
        row, column, bins = (np.concatenate(pair) for pair in parts)
        return Histograms(row, column, bins, np.concatenate([self.count, other.count]))

    def totals(self, size: int) -> FloatArray:
        """Return how many durations each of size series holds."""
        return np.bincount(self.row, weights=self.count, minlength=size).astype(np.float64)

    def at_ranks(self, ranks: FloatArray) -> IntArray:
        """Return the bin of the durations of these ranks (1 is the shortest), (S, R) in and out; −1 outside."""
        size = len(ranks)
        order = np.lexsort((self.bin, self.row))
        row, reached = self.row[order], np.cumsum(self.count[order])
        total = self.totals(size)
        before = np.cumsum(total) - total
        inside = (ranks >= 1) & (ranks <= total[:, None])
        if not len(row):
            return np.full(ranks.shape, -1, dtype=np.int64)
        place = np.searchsorted(reached, before[:, None] + np.where(inside, ranks, 1.0), side="left")
        return np.where(inside, self.bin[order][np.minimum(place, len(row) - 1)], -1)

    def above(self, bins: IntArray, shape: tuple[int, int]) -> FloatArray:
        """Return how many durations of each series and point lie in bins beyond the series' own, (S, T)."""
        found = self.only(self.bin > bins[self.row])
        flat = np.bincount(found.row * shape[1] + found.column, weights=found.count, minlength=shape[0] * shape[1])
        return flat.astype(np.float64).reshape(shape)


def estimate_quantiles(found: Histograms, quantile: npt.ArrayLike, size: int, *, level: float = LEVEL) -> Estimate:
    """Return the quantile (0 to 1) of each of size series, in seconds, with Conover's interval; points are added up.

    The value stands for the bin of the order statistic of rank ⌈q n⌉. The ends are those of the bins of
    the order statistics between which the quantile lies with at least the level, so that rounding to
    bins never narrows the interval; NaN where n is too small for one of them (n < 6 for a median).
    Source: W. J. Conover, "Practical Nonparametric Statistics", 3rd ed. (1999), § 3.2.
    """
    share = np.broadcast_to(np.asarray(quantile, dtype=np.float64), (size,))
    n = found.totals(size)
    known = (n > 0) & (share > 0) & (share < 1)
    safe_n, safe_q = np.where(known, n, 1.0), np.where(known, share, 0.5)
    middle = np.ceil(safe_n * safe_q - 1e-9)
    tail = (1.0 - level) / 2.0
    lower = _binomial_quantile(tail, safe_n, safe_q)
    upper = _binomial_quantile(1.0 - tail, safe_n, safe_q) + 1.0
    bins = found.at_ranks(np.stack([np.maximum(middle, 1.0), lower, upper], axis=1))
    bins = np.where(known[:, None], bins, -1)
    safe = np.maximum(bins, 0)
    value, low, high = duration_of_bin(safe[:, 0]), duration_bin_edges(safe[:, 1])[0], duration_bin_edges(safe[:, 2])[1]
    return Estimate(*(np.where(bins[:, i] >= 0, part, np.nan) for i, part in enumerate((value, low, high))))


def _at_most(k: FloatArray, n: FloatArray, p: FloatArray) -> FloatArray:
    """Return P(X ≤ k) of a binomial."""
    inner = (k >= 0) & (k < n)
    tail = special.betainc(np.where(inner, n - k, 1.0), np.where(inner, k + 1.0, 1.0), 1.0 - p)
    return np.where(inner, tail, np.where(k < 0, 0.0, 1.0))


def _binomial_quantile(probability: float, n: FloatArray, p: FloatArray) -> FloatArray:
    """Return the smallest k with P(X ≤ k) ≥ probability, by bisection over 0…n."""
    low, high = np.full(n.shape, -1.0), n.copy()
    for _ in range(int(np.ceil(np.log2(float(n.max(initial=1.0)) + 2.0))) + 1):
        middle = np.floor((low + high) / 2.0)
        enough = _at_most(middle, n, p) >= probability
        open_ = high - low > 1.0
        high = np.where(open_ & enough, middle, high)
        low = np.where(open_ & ~enough, middle, low)
    return high


def quantile_test(
    found: Histograms, quantile: npt.ArrayLike, target: npt.ArrayLike, higher_is_better: npt.ArrayLike, size: int
) -> FloatArray:
    """Return the one-sided p for "the quantile is worse than target (seconds)", (size,): Conover's quantile test.

    Durations on the wrong side of target are counted; were the quantile at target, at most a share of
    1 − q (q when higher is better) would lie there. Those in the target's own bin count as on the right
    side. NaN without durations or target.
    """
    share, goal = floats(np.broadcast_to(quantile, (size,)), np.broadcast_to(target, (size,)))
    higher = np.broadcast_to(np.asarray(higher_is_better, dtype=bool), (size,))
    known = (goal >= 0) & np.isfinite(goal)
    own = duration_bin(np.where(known, goal, 0.0))
    beyond = found.above(own, (size, int(found.column.max(initial=0)) + 1)).sum(axis=1)
    within = np.bincount(found.row, weights=found.count * (found.bin == own[found.row]), minlength=size)
    n = found.totals(size)
    wrong = np.where(higher, n - beyond - within, beyond)
    p = binomial_test(wrong, n, np.where(higher, share, 1.0 - share), alternative="greater")
    return np.where(known, p, np.nan)
