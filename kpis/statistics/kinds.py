"""Kinds of KPI, the array types shared by the package, and the fewest answers each kind needs."""

from collections.abc import Iterable
from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
CodeArray: TypeAlias = npt.NDArray[np.int8]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
DayArray: TypeAlias = npt.NDArray[np.datetime64]

LEVEL = 0.95  # of every interval that is shown
ALPHA = 0.05  # of every test, and the q of Benjamini–Hochberg
MINIMUM_ANSWERS = 10
MINIMUM_ANSWERS_NPS = 30


class Kind(IntEnum):
    """How the additive values of a KPI turn into one figure.

    | kind | numerator | denominator | sum_squares | value |
    |---|---|---|---|---|
    | PROPORTION | successes | trials | not used | share, 0 to 1 |
    | MEAN | sum of answers | answers | sum of squared answers | the answers' unit |
    | NPS | promoters − detractors | answers | promoters + detractors | points, −100 to 100 |
    | RATIO | Σm over units | Σd over units | Σm² | Σm / Σd |
    | COUNT | events | exposure | not used | events per unit of exposure |
    | QUANTILE | sum of durations | durations | not used | quantile of the histogram |
    | FORMULA | linearised daily value | 1 a day | not used | given with the batch |

    A ratio needs Σd², Σmd and the number of units besides, a quantile its histogram (`Histograms`).
    Values, targets, gaps, tolerances and changes are in the unit of the column "value".
    """

    PROPORTION = 0
    MEAN = 1
    NPS = 2
    RATIO = 3
    COUNT = 4
    QUANTILE = 5
    FORMULA = 6

    @classmethod
    def parse(cls, name: str, *, durations_as_means: bool = False) -> "Kind":
        """Return the kind called name ("proportion", "mean", "nps", "ratio", "count"; "duration" on request).

        Raises ValueError for a kind that cannot be evaluated from sums alone: "duration" without the
        flag, whose quantile needs its histogram, included.
        """
        if name == "duration" and durations_as_means:
            return cls.MEAN
        try:
            return {
                "proportion": cls.PROPORTION,
                "mean": cls.MEAN,
                "nps": cls.NPS,
                "ratio": cls.RATIO,
                "count": cls.COUNT,
            }[name]
        except KeyError:
            raise ValueError(f"KPI kind {name!r} has no interval and no test here.") from None


def kind_codes(names: Iterable[str], *, durations_as_means: bool = False) -> CodeArray:
    """Return one code per name, shape (B,). Raises ValueError as `Kind.parse` does."""
    return np.array([Kind.parse(name, durations_as_means=durations_as_means) for name in names], dtype=np.int8)


def floats(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """Return the values as float arrays of one shape, broadcast against each other."""
    return tuple(np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values)))


def scale_of(kind: npt.ArrayLike) -> FloatArray:
    """Return what numerator / denominator is multiplied with for display: 100 for NPS, else 1."""
    return np.where(np.asarray(kind) == Kind.NPS, 100.0, 1.0)


def minimum_n(
    kind: npt.ArrayLike,
    target: npt.ArrayLike,
    higher_is_better: npt.ArrayLike,
    quantile: npt.ArrayLike = np.nan,
) -> IntArray:
    """Return the fewest answers in one period that may carry a state; the arguments broadcast.

    Proportion: the smallest n at which zero successes (higher is better) or zero failures (lower
    is better) would be significant against target (0 to 1), never under 10. A target that is NaN,
    0 or 1 gives no such n, so 10 stands. Count: the smallest exposure at which no event at all
    would be significant against a target that should be exceeded, never under 10. Quantile: the
    smallest n whose interval has two ends (36 for a P90), never under 10. Means and ratios 10, NPS 30.
    Source: statistics.md § 5.
    """
    kinds, targets, higher, share = np.broadcast_arrays(
        np.asarray(kind),
        np.asarray(target, dtype=np.float64),
        np.asarray(higher_is_better, bool),
        np.asarray(quantile, dtype=np.float64),
    )
    chance = np.where(higher, 1.0 - targets, targets)  # of one answer that speaks against a problem
    inside = (chance > 0.0) & (chance < 1.0)
    needed = np.ceil(np.log(ALPHA) / np.log(np.where(inside, chance, 0.5)))
    proportion = np.where(inside, np.maximum(needed, MINIMUM_ANSWERS), MINIMUM_ANSWERS)
    exceeded = higher & (targets > 0)
    count = np.where(exceeded, np.ceil(-np.log(ALPHA) / np.where(exceeded, targets, 1.0)), 0.0)
    larger = np.maximum(share, 1.0 - share)
    ends = np.ceil(np.log(ALPHA / 2.0) / np.log(np.where((larger > 0) & (larger < 1), larger, 0.5)))
    other = np.select(
        [kinds == Kind.NPS, kinds == Kind.COUNT, kinds == Kind.QUANTILE],
        [MINIMUM_ANSWERS_NPS, np.maximum(count, MINIMUM_ANSWERS), np.maximum(ends, MINIMUM_ANSWERS)],
        MINIMUM_ANSWERS,
    )
    return np.where(kinds == Kind.PROPORTION, proportion, other).astype(np.int64)
