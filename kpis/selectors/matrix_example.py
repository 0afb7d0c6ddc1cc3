"""The example matrix (A20): the guides' channels per stage, with what templates of a sector add; a start, not a model."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from cxmap.workspaces.models import Sector, Workspace
from journeys.blueprints import DEFAULT, Blueprint, Text, TouchpointPlan, blueprints
from journeys.models import JourneyKind
from journeys.services.beginnings import Library
from touchpoints.examples import EXAMPLES
from touchpoints.models import Category, Channel, Phase, Touchpoint

# Where the guides' channels, which know only before, during and after the sale, stand among the stages of a template:
# on the first of these that it has, else at its beginning, its middle, its end.
STAGES_OF = {
    Phase.BEFORE: ("awareness", "evaluation", "need"),
    Phase.DURING: ("purchase", "booking", "application", "report", "contact", "arrival"),
    Phase.AFTER: ("use", "settlement", "repair", "leaving", "loyalty"),
}


@dataclass(frozen=True, slots=True)
class ExampleEntry:
    """One touchpoint that may be added. `known`: the library has it already, so it is not offered again."""

    key: str
    plan: TouchpointPlan
    name: str
    stage: str  # key of the column
    stage_name: str
    known: Touchpoint | None


@dataclass(frozen=True, slots=True)
class ExampleRow:
    category: Category
    channel: Channel
    cells: Sequence[Sequence[ExampleEntry]]


@dataclass(frozen=True, slots=True)
class ExampleGroup:
    category: Category
    rows: Sequence[ExampleRow]


@dataclass(frozen=True, slots=True)
class ExampleChoice:
    """A template whose stages and touchpoints make an example matrix."""

    key: str
    name: str
    sector: str  # in words; empty: every sector
    chosen: bool


@dataclass(frozen=True, slots=True)
class ExampleMatrix:
    blueprint: Blueprint
    choices: Sequence[ExampleChoice]
    columns: Sequence[tuple[str, str]]  # key and name of each stage
    groups: Sequence[ExampleGroup]
    entries: Sequence[ExampleEntry] = field(default=())

    @property
    def offered(self) -> list[ExampleEntry]:
        return [entry for entry in self.entries if entry.known is None]


def _choices() -> list[Blueprint]:
    return [plan for plan in blueprints() if plan.kind == JourneyKind.CUSTOMER and plan.touchpoints]


def _chosen(workspace: Workspace, key: str) -> Blueprint:
    """Return the template that is asked for, else one of the workspace's sector, else the guide's six stages."""
    plans = {plan.key: plan for plan in _choices()}
    own = next((plan for plan in plans.values() if plan.sector == workspace.sector), plans[DEFAULT])
    return plans.get(key, own)


def _place(phase: str, stages: Sequence[str]) -> str:
    usual = next((key for key in STAGES_OF[Phase(phase)] if key in stages), "")
    at = {Phase.BEFORE: 0, Phase.DURING: len(stages) // 2, Phase.AFTER: -1}[Phase(phase)]
    return usual or stages[at]


def _planned(plan: Blueprint) -> list[tuple[str, str, TouchpointPlan]]:
    """Return key, stage and touchpoint: those of the template where they stand, then the guides' other channels."""
    found: list[tuple[str, str, TouchpointPlan]] = []
    for stage in plan.stages:
        for key in dict.fromkeys(key for step in stage.steps for key in step.touchpoints):
            found.append((f"{stage.key}:{key}", stage.key, plan.touchpoints[key]))
    used = {(own.category, own.channel) for _key, _stage, own in found}
    stages = [stage.key for stage in plan.stages]
    for example in EXAMPLES:
        if (example.category, example.channel) not in used:
            name = str(example.name)
            own = TouchpointPlan(example.key, Text(name, name), example.category, example.channel, str(example.phase))
            found.append((f"guides:{example.key}", _place(own.phase, stages), own))
    return found


def example_matrix(workspace: Workspace, key: str = "") -> ExampleMatrix:
    """Return the example matrix of a template; a constant number of queries."""
    plan = _chosen(workspace, key)
    library = Library(workspace)
    columns = [(stage.key, str(stage.name)) for stage in plan.stages]
    names = dict(columns)
    entries = []
    for name, stage, own in _planned(plan):
        if not library.knows(own):
            continue
        known, free = library.find(own)
        entries.append(ExampleEntry(name, own, known.name if known else free, stage, names[stage], known))
    cells: dict[tuple[str, str], dict[str, list[ExampleEntry]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        cells[entry.plan.category, entry.plan.channel][entry.stage].append(entry)
    groups = []
    for category in sorted(library.categories.values(), key=lambda row: (row.rank, row.pk)):
        own_channels = [library.channels[channel] for own, channel in cells if own == category.code]
        rows = [
            ExampleRow(
                category, channel, [cells[category.code, channel.code].get(stage, []) for stage, _name in columns]
            )
            for channel in sorted(own_channels, key=lambda row: (row.pk is None, row.rank, row.code))
        ]
        if rows:
            groups.append(ExampleGroup(category, rows))
    return ExampleMatrix(
        blueprint=plan,
        choices=[
            ExampleChoice(
                one.key,
                str(one.name),
                str(Sector(one.sector).label) if one.sector else "",
                one.key == plan.key,
            )
            for one in _choices()
        ],
        columns=columns,
        groups=groups,
        entries=entries,
    )
