"""How many contacts are measured at a touchpoint: apps above the library know it, the library shows it beside what was typed."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Measured:
    """The base of one measure over its last closed period, both days included."""

    n: int
    unit: str  # "visits"
    kpi: str
    start: dt.date
    end: dt.date

    @property
    def per_year(self) -> float:
        """As many in a year, if every period were like this one."""
        return self.n * 365.25 / ((self.end - self.start).days + 1)

    @property
    def text(self) -> str:
        """14 000 visites, semaine du 16 au 22 nov."""
        return f"{formats.whole(self.n)} {self.unit}, {formats.period_sentence(self.start, self.end)}"


Loader = Callable[[Workspace, Sequence[UUID]], Mapping[UUID, Measured]]
_loaders: list[Loader] = []


def register(loader: Loader) -> None:
    """Add who measures. The loader runs a constant number of queries."""
    if loader not in _loaders:
        _loaders.append(loader)


def measured_volumes(workspace: Workspace, touchpoints: Sequence[UUID]) -> dict[UUID, Measured]:
    """Return the widest measured base of each touchpoint that has one."""
    found: dict[UUID, Measured] = {}
    for loader in _loaders:
        for pk, measured in loader(workspace, touchpoints).items():
            if pk not in found or measured.per_year > found[pk].per_year:
                found[pk] = measured
    return found
