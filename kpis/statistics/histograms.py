"""Additive log-scale histogram of durations: bin from seconds and back, relative error ≤ 1 %.

Bins grow by 2 %, so that the middle of a bin is within 1 % of everything in it, whatever the size:
1 ms to 30 years need 1,400 bins, few of them ever used. Counts per bin add up over days.
Source: C. Masson, J. Rim, H. Lee, "DDSketch", VLDB 12 (2019).
"""

import numpy as np
import numpy.typing as npt

from .kinds import FloatArray, IntArray

GROWTH = 1.02
SMALLEST_SECONDS = 0.001


def duration_bin(seconds: npt.ArrayLike) -> IntArray:
    """Return the bin of each duration: 0 for less than 1 ms, then 1, 2, … on the log scale.

    Bin i ≥ 1 holds 1 ms · 1.02^(i−1) ≤ seconds < 1 ms · 1.02^i. The numbers are stored: they never
    change meaning. Raises ValueError for negative, infinite or missing durations.
    """
    values = np.asarray(seconds, dtype=np.float64)
    if not np.all(np.isfinite(values) & (values >= 0)):
        raise ValueError("A duration is a finite number of seconds, 0 or more.")
    size = np.maximum(values, SMALLEST_SECONDS) / SMALLEST_SECONDS
    bins = np.floor(np.log(size) / np.log(GROWTH)).astype(np.int64) + 1
    return np.where(values < SMALLEST_SECONDS, 0, bins)


def duration_bin_edges(index: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper end of each bin in seconds. Raises ValueError below bin 0."""
    bins = np.asarray(index, dtype=np.int64)
    if np.any(bins < 0):
        raise ValueError("Bins are numbered from 0.")
    upper = SMALLEST_SECONDS * GROWTH ** bins.astype(np.float64)
    return np.where(bins == 0, 0.0, upper / GROWTH), upper


def duration_of_bin(index: npt.ArrayLike) -> FloatArray:
    """Return the seconds that stand for each bin: within 1 % of all it holds, 0 for bin 0.

    Raises ValueError below bin 0.
    """
    low, high = duration_bin_edges(index)
    # The harmonic mean of the ends has the same relative error at both.
    return np.where(low == 0.0, 0.0, 2.0 * low * high / (low + high))
