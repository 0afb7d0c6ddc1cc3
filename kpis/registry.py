"""What apps above the KPIs add: solutions, what happened at the time of a signal, who is told of an evaluation, failing sources."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from cxmap.workspaces.models import Workspace
from kpis.models import Binding, Flag, Kpi, KpiState


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that may explain a change: an import, a solution done, a new definition."""

    day: dt.date
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is being done about a signal."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """Where a KPI is used beside touchpoints: a tile of a dashboard, a survey, an improvement."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source whose newest data are missing: what is shown are the last good values of the touchpoints that it feeds."""

    text: str  # which source, what failed, since when the values are
    touchpoints: frozenset[UUID] = frozenset()
    href: str = ""


_troubles: list[Callable[[Workspace], Sequence[Trouble]]] = []
_uses: list[Callable[[Kpi], Sequence[Use]]] = []


class Turn(Enum):
    """What became of a flag."""

    OPENED = "opened"
    WORSENED = "worsened"  # it was off target, now it is also getting worse
    DEEPENED = "deepened"  # two closed periods whose whole intervals lie beyond the one that opened it
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Transition:
    """What became of a flag by one evaluation; state is its newest closed period, None when it has none."""

    turn: Turn
    flag: Flag
    state: KpiState | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one evaluation of a workspace came to. evaluated_on is the day of the one before, None at the first."""

    workspace: Workspace
    at: dt.datetime
    today: dt.date
    evaluated_on: dt.date | None
    transitions: Sequence[Transition] = field(default_factory=tuple)


_answers: list[Callable[[Sequence[Flag]], Mapping[UUID, Answer]]] = []
_happenings: list[Callable[[Binding, dt.date, dt.date], Sequence[Happening]]] = []

_listeners: list[Callable[[Judgement], None]] = []


def register_listener(listener: Callable[[Judgement], None]) -> None:
    """Have a function called inside the transaction of every evaluation, once, at its end."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(judgement: Judgement) -> None:
    """Call the listeners; one that fails takes the evaluation back with it, so that nothing is decided and not told."""
    for listener in _listeners:
        listener(judgement)


def register_answers(loader: Callable[[Sequence[Flag]], Mapping[UUID, Answer]]) -> None:
    """Add a loader of answers by flag; one call for all flags of a page."""
    if loader not in _answers:
        _answers.append(loader)


def register_happenings(loader: Callable[[Binding, dt.date, dt.date], Sequence[Happening]]) -> None:
    """Add a loader of what happened around some days (both included) to one binding."""
    if loader not in _happenings:
        _happenings.append(loader)


def register_uses(loader: Callable[[Kpi], Sequence[Use]]) -> None:
    """Add a loader of what uses a KPI, for the KPI's page."""
    if loader not in _uses:
        _uses.append(loader)


def register_troubles(loader: Callable[[Workspace], Sequence[Trouble]]) -> None:
    """Add a loader of the sources that fail; a constant number of queries for a workspace."""
    if loader not in _troubles:
        _troubles.append(loader)


def troubles_of(workspace: Workspace, touchpoints: Collection[UUID] | None = None) -> list[Trouble]:
    """Return what fails in a workspace, or only what feeds some of these touchpoints."""
    found = [trouble for loader in _troubles for trouble in loader(workspace)]
    return [one for one in found if touchpoints is None or not one.touchpoints.isdisjoint(touchpoints)]


def uses_of(kpi: Kpi) -> list[Use]:
    return [use for loader in _uses for use in loader(kpi)]


def answers_of(flags: Sequence[Flag]) -> dict[UUID, Answer]:
    found: dict[UUID, Answer] = {}
    for loader in _answers:
        found.update(loader(flags))
    return found


def happenings(binding: Binding, first: dt.date, last: dt.date) -> list[Happening]:
    found = [entry for loader in _happenings for entry in loader(binding, first, last)]
    return sorted(found, key=lambda entry: entry.day, reverse=True)
