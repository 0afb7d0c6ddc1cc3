"""One KPI in two periods: the difference with its interval, and what may be said of it. No queries.

Days differ among themselves by more than chance: weekdays, weather, campaigns. An interval that knows only how many
answers there were would call ordinary weeks a change (statistics § 3). So it is widened by the dispersion between
days, Pearson's χ² over its degrees of freedom and never under 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboards.selectors.lines import Point
from kpis.figures import figures_of, sums_added
from kpis.models import Direction, Kpi, KpiKind
from kpis.statistics import newcombe_difference, nps_difference, nps_variance

DAYS_MIN = 4  # of data in both periods together: below, dispersion says nothing


@dataclass(frozen=True, slots=True)
class Sums:
    """The additive parts of one period, with the value and interval that they make; None where unknown."""

    n: int
    numerator: float
    denominator: float
    sum_squares: float | None
    value: float | None
    low: float | None
    high: float | None
    quantile: float | None = None  # which one the value is; None: none


@dataclass(frozen=True, slots=True)
class Difference:
    """Now minus before, in the unit of storage (shares 0 to 1, points, scores, seconds); None: cannot be said."""

    value: float | None
    low: float | None = None
    high: float | None = None
    dispersion: float = 1.0

    @property
    def established(self) -> bool:
        """True when the interval leaves no change out."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def added(kpi: Kpi, days: Sequence[Point]) -> Sums | None:
    """Return the days as one period; None without an answer, or where days do not add up (a formula).

    Histograms add up as well: a median stays one where all single durations are known, else it is a mean.
    """
    parts = [day.sums for day in days if day.sums is not None]
    total = sums_added(parts)
    if not total.n:
        return None
    bins: dict[int, int] = {}
    for day in days:
        for bin_, count in (day.bins or {}).items():
            bins[bin_] = bins.get(bin_, 0) + count
    (figure,) = figures_of([kpi], [total], [bins])
    return Sums(
        total.n,
        total.numerator,
        total.denominator,
        total.sum_squares,
        figure.value,
        figure.low,
        figure.high,
        figure.quantile,
    )


def _variance(kind: str, sums: Sums) -> float:
    """Return the variance of one answer; NaN where unknown."""
    share = sums.numerator / sums.denominator if sums.denominator else np.nan
    if kind == KpiKind.PROPORTION:
        return share * (1 - share)
    if kind == KpiKind.COUNT:
        return share  # Poisson, of one unit of exposure
    if kind == KpiKind.RATIO:
        return np.nan  # its squares are those of its units, not of its answers
    if sums.sum_squares is None or sums.n < 2:
        return np.nan
    if kind == KpiKind.NPS:
        promoters = (sums.sum_squares + sums.numerator) / 2
        return float(nps_variance(promoters, sums.sum_squares - promoters, sums.n))
    return (sums.sum_squares - sums.numerator**2 / sums.n) / (sums.n - 1)


def dispersion(kind: str, periods: Sequence[tuple[Sums, Sequence[Point]]]) -> float:
    """Return how much more days differ than answers drawn by chance would make them: χ² / df, at least 1."""
    chi, freedom = 0.0, 0
    for sums, days in periods:
        variance = _variance(kind, sums)
        known = [day.sums for day in days if day.sums is not None and day.sums.denominator > 0]
        if not known or not variance > 0:
            continue
        mean = sums.numerator / sums.denominator
        chi += sum(day.denominator * (day.numerator / day.denominator - mean) ** 2 for day in known) / variance
        freedom += len(known) - 1
    return max(1.0, chi / freedom) if freedom >= DAYS_MIN - len(periods) and freedom > 0 else 1.0


def _plain(kind: str, now: Sums, before: Sums) -> tuple[float, float, float]:
    """Return the difference with the interval that knows the numbers of answers only; NaN where unknown."""
    if kind == KpiKind.PROPORTION:
        found = newcombe_difference(now.numerator, now.denominator, before.numerator, before.denominator)
        return float(found.value), float(found.low), float(found.high)
    if kind == KpiKind.NPS and now.sum_squares is not None and before.sum_squares is not None:
        promoters = (now.sum_squares + now.numerator) / 2
        others = (before.sum_squares + before.numerator) / 2
        found = nps_difference(
            promoters,
            now.sum_squares - promoters,
            now.n,
            other_promoters=others,
            other_detractors=before.sum_squares - others,
            other_n=before.n,
        )
        return float(found.value), float(found.low), float(found.high)
    if now.quantile != before.quantile:
        return np.nan, np.nan, np.nan  # a median and a mean are not compared
    parts = [
        np.nan if part is None else part
        for part in (now.value, now.low, now.high, before.value, before.low, before.high)
    ]
    value, low, high, value2, low2, high2 = parts
    # Zou and Donner 2008: the two intervals are recovered as variances, so their lack of symmetry is kept.
    difference = value - value2
    below = float(np.hypot(value - low, high2 - value2))
    above = float(np.hypot(high - value, value2 - low2))
    return difference, difference - below, difference + above


def difference(
    kind: str, now: Sums | None, before: Sums | None, *, days: Sequence[Point] = (), days_before: Sequence[Point] = ()
) -> Difference:
    """Return now minus before. `days` are the single days of both periods, from which the dispersion comes.

    Shares: Newcombe. NPS: variances added. Means, durations and others: from the two intervals (Zou and Donner 2008).
    Both ends are then drawn away from the difference by the square root of the dispersion.
    """
    if now is None or before is None:
        return Difference(None)
    value, low, high = _plain(kind, now, before)
    factor = dispersion(kind, [(now, days), (before, days_before)]) if days and days_before else 1.0
    if np.isnan(value):
        return Difference(None)
    if np.isnan(low) or np.isnan(high):
        return Difference(value, dispersion=factor)
    wide = float(np.sqrt(factor))
    return Difference(value, value - (value - low) * wide, value + (high - value) * wide, factor)


def verdict(found: Difference, direction: str) -> str:
    """Return better, worse, changed (no direction is set), unproven or unknown."""
    if found.value is None or found.low is None:
        return "unknown"
    if not found.established:
        return "unproven"
    if direction not in (Direction.HIGHER, Direction.LOWER):
        return "changed"
    return "better" if (found.value > 0) == (direction == Direction.HIGHER) else "worse"
