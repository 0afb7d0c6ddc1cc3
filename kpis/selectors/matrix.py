"""The touchpoint matrix: category and channel against stages or phases (journey-map § 10)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext, ngettext

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from journeys.lanes import Period
from journeys.models import Journey
from kpis.marks import MARKS, WORST_FIRST, state_label
from kpis.models import State
from kpis.parts import WHOLE, Part
from kpis.selectors.bindings import BindingView, binding_views, bindings_of
from kpis.selectors.matrix_cells import CHIPS, UNBOUND, Count, Places, counts
from kpis.selectors.matrix_columns import Column, phase_columns, stage_columns
from personas.models import Persona
from touchpoints.departments import departments_of
from touchpoints.models import Category, Channel, Department, Touchpoint
from touchpoints.selectors import owners_of

# Up to so many touchpoints on the page their KPIs are spelt out; a larger matrix counts states.
SPELT_OUT = 160


@dataclass(frozen=True, slots=True)
class MatrixFilters:
    """What the address asks for; no journeys: columns are the phases before, during and after the sale."""

    journeys: Sequence[Journey] = ()
    persona: Persona | None = None
    period: Period | None = None
    state: str = ""  # one of State, or "none": no KPI is bound
    owner: str = ""
    department: Department | None = None
    part: Part | None = None
    mode: str = "content"  # content, states or coverage

    @property
    def journey(self) -> Journey | None:
        """The one journey whose stages are the columns; None for phases and for several."""
        return self.journeys[0] if len(self.journeys) == 1 else None


@dataclass(slots=True)
class Chip:
    """A touchpoint in a cell with its worst state; no state: no KPI is bound."""

    pk: UUID
    name: str
    state: str | None
    views: Sequence[BindingView] = ()  # of a small matrix in the mode that shows states

    @property
    def mark(self) -> str:
        return MARKS[self.state] if self.state else ""

    @property
    def label(self) -> str:
        """What the mark says, read aloud."""
        return state_words(self.state) if self.state else ""


def state_words(state: str) -> str:
    return str(state_label(state, has_target=True))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many touchpoints of a cell are in one state; no state: without KPI."""

    state: str | None
    count: int

    @property
    def mark(self) -> str:
        return MARKS[self.state] if self.state else "◌"

    @property
    def label(self) -> str:
        return state_words(self.state) if self.state else ""


@dataclass(slots=True)
class Cell:
    column: Column
    count: int = 0
    by_severity: Sequence[int] = ()
    chips: list[Chip] = field(default_factory=list)
    dismissed: bool = False  # somebody said that nothing is missing here

    @property
    def state(self) -> str | None:
        known = [number for number, count in enumerate(self.by_severity[: UNBOUND - 1]) if count]
        return WORST_FIRST[known[0]] if known else None

    @property
    def mark(self) -> str:
        return MARKS[self.state] if self.state else ""

    @property
    def label(self) -> str:
        return state_words(self.state) if self.state else ""

    @property
    def more(self) -> int:
        return max(0, self.count - CHIPS)

    @property
    def unbound(self) -> int:
        return self.by_severity[UNBOUND - 1] if self.by_severity else 0

    @property
    def tallies(self) -> list[Tally]:
        found = [Tally(state, count) for state, count in zip(WORST_FIRST, self.by_severity, strict=False) if count]
        return [*found, Tally(None, self.unbound)] if self.unbound else found

    @property
    def text(self) -> str:
        """The cell of a spreadsheet: its touchpoints with their marks, and how many more there are."""
        names = [f"{chip.mark or '◌'} {chip.name}" for chip in self.chips]
        return " | ".join([*names, f"+{self.more}"] if self.more else names)

    @property
    def kind(self) -> str:
        """Three kinds of empty are told apart: nothing, touchpoints without KPI, KPIs without enough data."""
        if not self.count:
            return "none"
        if self.state is None:
            return "unbound"
        return "few" if self.state == State.NO_DATA else "known"


@dataclass(slots=True)
class ChannelRow:
    category: Category
    channel: Channel
    cells: list[Cell]
    total: int  # touchpoints, each once


@dataclass(slots=True)
class CategoryGroup:
    """The rows of one category. total, totals: its touchpoints, each once, in all and by column."""

    category: Category
    rows: list[ChannelRow]
    totals: list[Cell]
    total: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole matrix, with what its filters offer."""

    filters: MatrixFilters
    places: Places
    columns: Sequence[Column]
    groups: Sequence[CategoryGroup]
    column_totals: Sequence[int]
    total: int
    journeys: Sequence[Journey]
    personas: Sequence[Persona]
    owners: Sequence[str]
    departments: Sequence[Department]
    library_empty: bool
    today: dt.date

    @property
    def rows(self) -> list[ChannelRow]:
        return [row for group in self.groups for row in group.rows]

    @property
    def spelt_out(self) -> bool:
        return any(chip.views for row in self.rows for cell in row.cells for chip in cell.chips)


def matrix_places(workspace: Workspace, filters: MatrixFilters, *, today: dt.date) -> Places:
    """Return what stands where, before it is counted; one query for stages, more for a part of the customers."""
    return Places(
        workspace=workspace,
        columns=stage_columns(filters.journeys) if filters.journeys else phase_columns(),
        journeys=filters.journeys,
        persona=filters.persona,
        owner=filters.owner,
        department=filters.department,
        state=filters.state,
        severities=_severities_of_part(workspace, filters.part, today=today) if filters.part else None,
    )


def _severities_of_part(workspace: Workspace, part: Part, *, today: dt.date) -> Mapping[UUID, int]:
    library = Touchpoint.objects.filter(workspace=workspace, deleted_at=None, bindings__deleted_at=None)
    found: dict[UUID, int] = {}
    touchpoints = library.order_by().distinct().values_list("pk", flat=True)
    for view in binding_views(bindings_of(touchpoints), today=today, part=part):
        severity = WORST_FIRST.index(view.code) + 1
        key = view.binding.touchpoint_id
        found[key] = min(severity, found.get(key, severity))
    return found


def matrix(workspace: Workspace, filters: MatrixFilters, *, today: dt.date) -> Matrix:
    """Return the matrix in a constant number of queries."""
    places = matrix_places(workspace, filters, today=today)
    found = counts(places, worst_first=filters.mode == "states")
    groups = _groups(workspace, filters, places.columns, found)
    if filters.mode == "states":
        _spell_out(groups, filters, today=today)
    totals = [sum(group.totals[place].count for group in groups) for place in range(len(places.columns))]
    return Matrix(
        filters=filters,
        places=places,
        columns=places.columns,
        groups=groups,
        column_totals=totals,
        total=sum(group.total for group in groups),
        journeys=list(Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key", "id")),
        personas=list(Persona.objects.filter(workspace=workspace, deleted_at=None)),
        owners=owners_of(workspace),
        departments=departments_of(workspace.pk),
        library_empty=not Touchpoint.objects.filter(workspace=workspace, deleted_at=None).exists(),
        today=today,
    )


def _groups(
    workspace: Workspace, filters: MatrixFilters, columns: Sequence[Column], found: Sequence[Count]
) -> list[CategoryGroup]:
    cells = {(count.category, count.channel, count.place): count for count in found}
    channels = {channel.pk: channel for channel in Channel.objects.filter(workspace=workspace)}
    groups = []
    for category in Category.objects.filter(workspace=workspace).prefetch_related("channels"):
        used = {count.channel for count in found if count.category == category.pk and count.channel is not None}
        # Coverage shows every channel that the guides name for the category, so that gaps are seen.
        typical = {channel.pk for channel in category.channels.all()} if filters.mode == "coverage" else set()
        own = sorted((channels[pk] for pk in used | typical), key=lambda channel: (channel.rank, channel.pk))
        rows = [
            ChannelRow(
                category=category,
                channel=channel,
                cells=[_cell(column, cells.get((category.pk, channel.pk, column.position))) for column in columns],
                total=_count(cells.get((category.pk, channel.pk, 0))),
            )
            for channel in own
        ]
        if rows:
            totals = [_sum(column, [row.cells[place] for row in rows]) for place, column in enumerate(columns)]
            groups.append(CategoryGroup(category, rows, totals, _count(cells.get((category.pk, None, 0)))))
    return groups


def _count(found: Count | None) -> int:
    return found.count if found else 0


def _cell(column: Column, found: Count | None) -> Cell:
    if found is None:
        return Cell(column)
    chips = [
        Chip(pk, name, None if severity == UNBOUND else WORST_FIRST[severity - 1]) for pk, name, severity in found.chips
    ]
    return Cell(column, found.count, found.by_severity, chips)


def _sum(column: Column, cells: Sequence[Cell]) -> Cell:
    """Add the cells of a column: a touchpoint has one category and one channel, so none is counted twice."""
    severities = [
        sum(numbers) for numbers in zip(*(cell.by_severity for cell in cells if cell.by_severity), strict=True)
    ]
    return Cell(column, sum(cell.count for cell in cells), severities)


def _spell_out(groups: Sequence[CategoryGroup], filters: MatrixFilters, *, today: dt.date) -> None:
    """Give the touchpoints of a small matrix their KPIs."""
    chips = [chip for group in groups for row in group.rows for cell in row.cells for chip in cell.chips]
    shown = {chip.pk for chip in chips}
    views: dict[UUID, list[BindingView]] = defaultdict(list)
    if len(shown) > SPELT_OUT:
        return
    for view in binding_views(bindings_of(shown), today=today, period=filters.period, part=filters.part or WHOLE):
        views[view.binding.touchpoint_id].append(view)
    for chip in chips:
        chip.views = views.get(chip.pk, ())


@dataclass(frozen=True, slots=True)
class Said:
    """One filter in words, with the parameter of the address that holds it."""

    parameter: str
    label: str
    value: str


def filters_said(filters: MatrixFilters) -> list[Said]:
    """Return what narrows the matrix, for the page and for every file that is made of it."""
    found = []
    if filters.persona:
        found.append(Said("persona", gettext("Persona"), filters.persona.name))
    if filters.period:
        found.append(Said("period", gettext("Period"), formats.period_text(filters.period.start, filters.period.end)))
    if filters.state:
        state = gettext("no KPI bound") if filters.state == "none" else state_words(filters.state)
        found.append(Said("state", gettext("State"), state))
    if filters.department:
        found.append(Said("department", gettext("Department"), filters.department.name))
    if filters.owner:
        found.append(Said("owner", gettext("Owner"), filters.owner))
    if filters.part:
        found.append(Said("part", gettext("Customers"), str(filters.part)))
    return found


def columns_said(filters: MatrixFilters) -> str:
    """Return what the columns are, in words."""
    if not filters.journeys:
        return gettext("before, during, after the sale")
    if filters.journey:
        return gettext("stages of “%(journey)s”") % {"journey": filters.journey.name}
    number = len(filters.journeys)
    return ngettext("stages of %(number)s journey", "stages of %(number)s journeys lined up", number) % {
        "number": formats.whole(number)
    }
