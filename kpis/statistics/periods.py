"""Closed periods, and the days (or months) that a batch of series is laid out on."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from .kinds import BoolArray, DayArray, IntArray

BASELINE_PERIODS = 8  # weeks for daily and weekly rhythms, months for monthly ones


class Rhythm(StrEnum):
    """How often a state is decided. A week begins on Monday."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Period:
    """One period; both days belong to it."""

    first_day: date
    last_day: date


def _month_start(day: date, months: int = 0) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def period_of(rhythm: Rhythm, day: date) -> Period:
    """Return the period of the rhythm that day lies in."""
    if rhythm is Rhythm.DAILY:
        return Period(day, day)
    if rhythm is Rhythm.WEEKLY:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    return Period(_month_start(day), _month_start(day, 1) - timedelta(days=1))


def last_closed_period(rhythm: Rhythm, today: date, *, restatement_days: int = 0) -> Period:
    """Return the newest period whose days are all over and no longer restated by their source.

    today is the current day in the workspace's time zone; a source that still corrects a day
    during the N days after it has restatement_days = N.
    """
    settled = today - timedelta(days=1 + restatement_days)  # the newest day that no longer changes
    period = period_of(rhythm, settled)
    if period.last_day <= settled:
        return period
    return period_of(rhythm, period.first_day - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The axis of a batch: the points of the first baseline, then those of the K tested periods.

    A point is a day for daily and weekly rhythms, a month for monthly ones: T = 56 + K, 56 + 7 K or
    8 + K points without gaps. Days without data are points with zeros.
    """

    rhythm: Rhythm
    periods: tuple[Period, ...]

    @classmethod
    def through(cls, rhythm: Rhythm, last: Period, *, periods: int = 2) -> "Calendar":
        """Return the calendar of the last `periods` periods, the newest being last.

        Raises ValueError for fewer than two periods, or when last is no period of the rhythm.
        """
        if periods < 2:
            raise ValueError("A state rests on two consecutive periods: at least 2 are needed.")
        if last != period_of(rhythm, last.first_day):
            raise ValueError(f"{last} is not a {rhythm} period.")
        found = [last]
        while len(found) < periods:
            found.append(period_of(rhythm, found[-1].first_day - timedelta(days=1)))
        return cls(rhythm, tuple(reversed(found)))

    @property
    def points_per_period(self) -> int:
        return 7 if self.rhythm is Rhythm.WEEKLY else 1

    @property
    def baseline_points(self) -> int:
        """Points of one baseline: 8 weeks of days, or 8 months."""
        return BASELINE_PERIODS if self.rhythm is Rhythm.MONTHLY else 7 * BASELINE_PERIODS

    @property
    def size(self) -> int:
        """Number of points T."""
        return self.baseline_points + len(self.periods) * self.points_per_period

    @property
    def first_day(self) -> date:
        """The first day to read: the first one of the first period's baseline."""
        return self.baseline_first_day(self.periods[0].first_day)

    @property
    def last_day(self) -> date:
        """The last day to read."""
        return self.periods[-1].last_day

    def baseline_first_day(self, before: date) -> date:
        """Return the first day of the baseline that ends the day before `before`."""
        if self.rhythm is Rhythm.MONTHLY:
            return _month_start(before, -BASELINE_PERIODS)
        return before - timedelta(days=self.baseline_points)

    def period_columns(self, index: int) -> slice:
        """Return the columns of the tested period index (0 is the oldest)."""
        start = self.baseline_points + index * self.points_per_period
        return slice(start, start + self.points_per_period)

    def sliding_baseline_columns(self, index: int) -> slice:
        """Return the columns of the baseline that ends before the tested period index."""
        end = self.period_columns(index).start
        return slice(end - self.baseline_points, end)

    def weekdays(self) -> IntArray:
        """Return the season label of each point, (T,): 0 is Monday; all 0 for months."""
        if self.rhythm is Rhythm.MONTHLY:
            return np.zeros(self.size, dtype=np.int64)
        return (self.first_day.weekday() + np.arange(self.size)) % 7

    def columns(self, days: npt.ArrayLike, *, first_day: date | None = None) -> IntArray:
        """Return the point of each day (datetime64[D], ISO text or dates), outside 0…T−1 when off the axis.

        first_day replaces the axis' own start, for a baseline that lies elsewhere.
        """
        asked: DayArray = np.asarray(days, dtype="datetime64[D]")
        start = np.datetime64(first_day or self.first_day, "D")
        if self.rhythm is Rhythm.MONTHLY:
            months = asked.astype("datetime64[M]") - start.astype("datetime64[M]")
            return np.asarray(months.astype(np.int64))
        return np.asarray((asked - start).astype(np.int64))

    def closed(self, today: date, restatement_days: npt.ArrayLike) -> BoolArray:
        """Return which periods are closed for sources with these restatement days: (B,) in, (B, K) out."""
        last = np.array([period.last_day for period in self.periods], dtype="datetime64[D]")
        wait = np.asarray(restatement_days, dtype=np.int64).astype("timedelta64[D]")
        return np.asarray(last[None, :] + wait[:, None] < np.datetime64(today, "D"))
