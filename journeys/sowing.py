"""The registry of what a template puts on a new map. Apps above `journeys` add their parts here.

A template (journeys/blueprints/) says KPIs and pain points only in words: the app that owns them says how they are sown
on a new map, shown in the preview, and gathered from a map that is saved as a template.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import User, Workspace
from journeys.blueprints import Blueprint, StepPlan
from journeys.models import Journey, Lane, Step
from touchpoints.models import Touchpoint

# Beside everything that a template puts into the library or the lists, so that nobody takes it for a finding.
HYPOTHESIS = _("Example from the template “%(name)s”: a hypothesis, to be checked with your customers.")
TAKEN_OVER = _("Taken over from your template “%(name)s”: to be checked for this journey.")


@dataclass(slots=True)
class Ground:
    """A new map that parts are sown on. `touchpoints` is filled by the part of that name, by key of the template."""

    journey: Journey
    actor: User | None
    blueprint: Blueprint
    lanes: Mapping[str, Lane]
    steps: Sequence[tuple[StepPlan, Step]]
    touchpoints: dict[str, Touchpoint] = field(default_factory=dict)

    @property
    def note(self) -> str:
        """What says that a sown thing is a hypothesis."""
        text = TAKEN_OVER if self.blueprint.own else HYPOTHESIS
        return str(text) % {"name": self.blueprint.name}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a cell in the preview. Style: text, quote, touchpoint, kpi, pain, opportunity or idea."""

    text: str
    style: str = "text"
    meta: str = ""
    tag: str = ""  # abbreviation of a category
    tone: str = ""  # code of a category


Cells = Sequence[Sequence[Line]]  # one entry for each step


@dataclass(slots=True)
class Harvest:
    """A map that becomes a template. Parts write what they have into the entries of steps and touchpoints.

    Entries follow journeys/blueprints/plan.py; observations, targets, personas and notes have no place in them.
    """

    journey: Journey
    steps: Mapping[UUID, dict[str, Any]]
    touchpoints: Mapping[UUID, dict[str, Any]]  # each with its "key"


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a person may take from a template or leave."""

    key: str
    label: Any  # of the check box
    help_text: Any
    sow: Callable[[Ground], None]
    # What stands in the cells of which kinds of lanes, in a constant number of queries.
    preview: Callable[[Workspace, Blueprint], Mapping[str, Cells]]
    counts: Callable[[Blueprint], Sequence[str]]  # in words: "8 KPIs"
    has: Callable[[Blueprint], bool]
    gather: Callable[[Harvest], None] | None = None
    needs: str = ""  # key of the part that it stands on
    rank: int = 100


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Add a part. The same key twice is an error of the programmer."""
    if part.key in _parts and _parts[part.key] is not part:
        raise ValueError(f"The part {part.key!r} is registered twice.")
    _parts[part.key] = part


def parts() -> list[Part]:
    """Return the parts in the order in which they are sown."""
    return sorted(_parts.values(), key=lambda part: part.rank)


def parts_of(blueprint: Blueprint) -> list[Part]:
    """Return the parts of which a template has something."""
    return [part for part in parts() if part.has(blueprint)]


def counts(blueprint: Blueprint) -> list[str]:
    """Return what a template has, in words: "12 touchpoints", "8 KPIs"."""
    return [text for part in parts_of(blueprint) for text in part.counts(blueprint)]
