"""The registry of what apps above `journeys` keep on a map: how it enters the document, comes back, and is copied.

`journeys` never imports those apps: `improvements` adds pain points and solutions, `kpis` the KPIs of the touchpoints.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cxmap.history.services import Recording
from cxmap.workspaces.models import User
from journeys.models import Journey, Step
from touchpoints.models import Touchpoint


@dataclass(slots=True)
class DumpContext:
    """What is known while a document is made. `touchpoint` names a touchpoint and takes it into the document."""

    journey: Journey
    steps: Mapping[UUID, str]  # public ids of the steps on the map
    touchpoint: Callable[[UUID | None], str | None]
    touchpoint_codes: Callable[[], Mapping[UUID, str]]  # all that were named so far
    # A part may leave the ids of its rows here under its key, in the order of what it dumps: a published version is
    # drawn with them (journeys/picture.py).
    rows: dict[str, Sequence[UUID]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptContent:
    """What the parts say in a version that is drawn as it was published, with the rows that they describe."""

    parts: Mapping[str, Sequence[Any]]
    rows: Mapping[str, Sequence[UUID]]  # by key of the part, in the order of its entries (DumpContext.rows)
    steps: Mapping[str, UUID]  # by public id

    def of(self, key: str) -> list[tuple[Any, UUID]]:
        """Return the entries of a part with the ids of their rows."""
        return list(zip(self.parts.get(key, ()), self.rows.get(key, ()), strict=True))


@dataclass(slots=True)
class LoadContext:
    """What is known while a document is written. Rows go through `record`, so that undo takes them back."""

    journey: Journey
    actor: User | None
    record: Recording
    steps: Mapping[str, Step]  # by public id
    touchpoints: Mapping[str, Touchpoint]  # by the document's code
    note: Callable[[str], None]  # says what could not be taken over
    # What may happen to the library of the workspace (KPIs of touchpoints): "keep" (a version is restored), "add" what
    # is missing (a new journey), or "set" it as the document says (a document replaces its journey).
    library: str = "add"
    # What one part leaves for the next: pain points by their number in the document, for the solutions.
    shared: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class CopyContext:
    source: Journey
    target: Journey
    steps: Mapping[UUID, Step]  # copies by the original's id


@dataclass(frozen=True, slots=True)
class Difference:
    """One sentence about two documents. Stage is the public id of the stage it belongs to, "" for the whole map."""

    stage: str
    kind: str  # added, removed, changed or moved
    sentence: str
    step: str = ""


@dataclass(slots=True)
class CompareContext:
    """Two documents beside each other; `stage_of` and `step_name` know the steps of both."""

    stage_of: Callable[[str | None], str]
    step_name: Callable[[str | None], str]
    touchpoint_name: Callable[[str | None], str]
    step_of_touchpoint: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class MapContent:
    """One part of the document. `type` is a msgspec type, from which the published schema and the checks come."""

    key: str
    type: Any
    dump: Callable[[DumpContext], Any]
    load: Callable[[LoadContext, Any], None]
    copy: Callable[[CopyContext], None] | None = None
    differences: Callable[[Any, Any, CompareContext], Sequence[Difference]] | None = None
    # Says what should be reached where: [(code of the touchpoint, sentence)].
    goals: Callable[[Any], Sequence[tuple[str, str]]] | None = None
    # Says what is wrong inside: [(path below the part, sentence)]; steps and touchpoints are those of the document.
    check: Callable[[Any, set[str], set[str]], Sequence[tuple[str, str]]] | None = None
    rank: int = 100  # parts are loaded in this order and dumped the other way round


@dataclass(slots=True)
class _Registry:
    parts: dict[str, MapContent] = field(default_factory=dict)


_registry = _Registry()


def register(part: MapContent) -> None:
    """Add a part of the document. The same key twice is an error of the programmer."""
    if part.key in _registry.parts and _registry.parts[part.key] is not part:
        raise ValueError(f"The content {part.key!r} is registered twice.")
    _registry.parts[part.key] = part


def parts() -> list[MapContent]:
    """Return the parts in the order of loading."""
    return sorted(_registry.parts.values(), key=lambda part: (part.rank, part.key))


def content_copy(context: CopyContext) -> None:
    """Copy what all apps keep on a map to another one."""
    for part in parts():
        if part.copy:
            part.copy(context)
