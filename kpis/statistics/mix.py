"""Why a total moved: because its parts did, or because their weights did.

A total is a weighted mean of its parts (segments, devices, campaigns). When customers move from a part with good values to one
with poor values, the total worsens though no part does: a mix shift. Nobody should repair a page for that.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .families import benjamini_hochberg
from .kinds import ALPHA, FloatArray, Kind
from .seasons import season_means, season_proportions, within_day_variance

MOSTLY = 0.5  # share of a change from which on the mix is named as its cause


@dataclass(frozen=True, slots=True)
class MixShift:
    """A change of a total between two periods, in the unit of numerator / denominator; within + mix = change.

    rate_before, rate_after, share_before, share_after: (G,), NaN where a part has no base in that period.
    """

    change: float
    within: float  # what the total would have done, had the weights stayed
    mix: float  # … had the values of the parts stayed
    rate_before: FloatArray
    rate_after: FloatArray
    share_before: FloatArray
    share_after: FloatArray


def mix_shift(
    numerator_before: npt.ArrayLike,
    denominator_before: npt.ArrayLike,
    numerator_after: npt.ArrayLike,
    denominator_after: npt.ArrayLike,
) -> MixShift | None:
    """Split the change of Σ numerator / Σ denominator over parts, (G,) each; None when a period is empty.

    Each side is weighted by the mean of the two periods, so that the split does not depend on which comes first. A part that
    exists in one period only has changed its weight, not its value.
    Source: E. M. Kitagawa, "Components of a difference between two rates", JASA 50 (1955).
    """
    y0, n0, y1, n1 = (
        np.asarray(part, dtype=np.float64)
        for part in (numerator_before, denominator_before, numerator_after, denominator_after)
    )
    if not n0.sum() > 0 or not n1.sum() > 0:
        return None
    share0, share1 = n0 / n0.sum(), n1 / n1.sum()
    rate0 = np.where(n0 > 0, y0 / np.where(n0 > 0, n0, 1.0), np.nan)
    rate1 = np.where(n1 > 0, y1 / np.where(n1 > 0, n1, 1.0), np.nan)
    known0 = np.where(np.isnan(rate0), np.nan_to_num(rate1), rate0)
    known1 = np.where(np.isnan(rate1), known0, rate1)
    within = float(((known1 - known0) * (share0 + share1) / 2.0).sum())
    mix = float(((share1 - share0) * (known0 + known1) / 2.0).sum())
    return MixShift(
        change=float(y1.sum() / n1.sum() - y0.sum() / n0.sum()),
        within=within,
        mix=mix,
        rate_before=rate0,
        rate_after=rate1,
        share_before=share0,
        share_after=share1,
    )


def worse_p(
    kind: Kind,
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    sum_squares: npt.ArrayLike,
    weekday: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    higher_is_better: bool,
) -> FloatArray:
    """Return the one-sided p of "worse than before" by part, (G,), NaN where nothing can be said.

    The same season-aware test as a state's (statistics § 3). numerator, denominator, sum_squares: (G, T) by day, both 0 on a day
    without data; weekday: (T,); current: (T,), the days to be judged.
    """
    y, n, squares = (np.asarray(part, dtype=np.float64) for part in (numerator, denominator, sum_squares))
    days, tested = np.asarray(weekday), np.asarray(current, dtype=bool)
    if kind is Kind.PROPORTION:
        found = season_proportions(y, n, days, tested, score_when_separated=True)
    else:
        floor = within_day_variance(y, n, squares)
        found = season_means(y, n, days, tested, variance_floor=floor)
    worse = found.t < 0 if higher_is_better else found.t > 0
    return np.asarray(np.where(np.isnan(found.p), np.nan, np.where(worse, found.p / 2.0, 1.0 - found.p / 2.0)))


def is_mix_shift(shift: MixShift, total_p: float, parts_p: npt.ArrayLike, *, higher_is_better: bool) -> bool:
    """Say whether a total worsens while no part does.

    True when the total is worse than before (p ≤ 5 %), no part is (their tests are one family, Benjamini–Hochberg at 5 %), at
    least two parts can be judged, and the weights explain at least half of the change.
    """
    bad = -shift.change if higher_is_better else shift.change
    bad_mix = -shift.mix if higher_is_better else shift.mix
    raw = np.asarray(parts_p, dtype=np.float64)
    if bad <= 0 or not total_p <= ALPHA or np.count_nonzero(~np.isnan(raw)) < 2:
        return False
    adjusted = benjamini_hochberg(raw)
    return bad_mix >= MOSTLY * bad and not bool(np.any(adjusted <= ALPHA))
