"""How far a target is: the share of the way from the value at its start, with the interval mapped likewise."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from cxmap.lib import formats

BLURRED = 2.0


@dataclass(frozen=True, slots=True)
class Start:
    """The value from which progress is counted, and its closed period."""

    value: float
    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True, slots=True)
class Progress:
    """Shares of the way: 0 at the start, 1 at the target, beyond both where it lies so. None: unknown."""

    share: float | None = None
    low: float | None = None
    high: float | None = None
    is_short: bool = False  # the start reached the target already: there is no way to measure

    @property
    def is_blurred(self) -> bool:
        """True when the interval covers more than twice the way: chance moves the value further than the target asks."""
        return self.low is not None and self.high is not None and self.high - self.low > BLURRED

    @property
    def text(self) -> str:
        """62 % of the way (41–83 %); unknown without data."""
        if self.is_short:
            return gettext("reached at its start already")
        if self.share is None:
            return pgettext("progress", "unknown")
        if self.is_blurred:
            return gettext("not measurable yet: the way is shorter than the interval")
        share = formats.percent(self.share, 0)
        if self.low is None or self.high is None:
            return gettext("%(share)s of the way") % {"share": share}
        interval = formats.kpi_interval(round(self.low, 2), round(self.high, 2), "percent", value=1)
        return gettext("%(share)s of the way (%(interval)s)") % {"share": share, "interval": _whole(interval)}

    @property
    def bar(self) -> int | None:
        """The share for a bar that ends at both ends, in percent."""
        if self.share is None or self.is_blurred:
            return None
        return round(100 * min(max(self.share, 0.0), 1.0))


def _whole(interval: str) -> str:
    """Take the one decimal off that a percentage above 5 % has elsewhere: thirds of a way are no science."""
    return interval.replace(",0", "").replace(".0", "")


def progress(
    *, start: float | None, value: float | None, low: float | None, high: float | None, goal: float, higher: bool
) -> Progress:
    """Return the share of the way from start to goal that value has come; unknown where one of them is."""
    if start is None or value is None:
        return Progress()
    if (start >= goal) if higher else (start <= goal):
        return Progress(is_short=True)

    def along(one: float) -> float:
        return (one - start) / (goal - start)

    if low is None or high is None:
        return Progress(along(value))
    ends = sorted((along(low), along(high)))
    return Progress(along(value), ends[0], ends[1])
