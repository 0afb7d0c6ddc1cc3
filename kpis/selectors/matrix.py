"""The touchpoint matrix: category and channel against stages or phases (journey-map § 10)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cxmap.workspaces.models import Workspace
from journeys.lanes import Period
from journeys.models import Card, Journey, Stage
from kpis.marks import MARKS, worst
from kpis.models import State
from kpis.parts import WHOLE, Part
from kpis.selectors.bindings import BindingView, binding_views, bindings_of
from personas.models import Persona
from touchpoints.models import Category, Channel, Phase, Touchpoint

CHIPS = 4  # touchpoints shown in a cell before "+n"


@dataclass(frozen=True, slots=True)
class MatrixFilters:
    """What the address asks for; no journey: columns are the phases before, during and after the sale."""

    journey: Journey | None = None
    persona: Persona | None = None
    period: Period | None = None
    state: str = ""
    owner: str = ""
    part: Part | None = None
    mode: str = "content"  # content, states or coverage


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    name: str
    position: int
    stage: Stage | None = None


@dataclass(slots=True)
class Chip:
    """A touchpoint in a cell with its worst state; no mark: no KPI is bound."""

    touchpoint: Touchpoint
    views: Sequence[BindingView]

    @property
    def state(self) -> str | None:
        return worst([view.code for view in self.views])

    @property
    def mark(self) -> str:
        return MARKS[self.state] if self.state else ""

    @property
    def label(self) -> str:
        return ", ".join(f"{view.kpi.name}: {view.state_text}" for view in self.views)


@dataclass(slots=True)
class Cell:
    column: Column
    chips: list[Chip] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.chips)

    @property
    def state(self) -> str | None:
        return worst([chip.state for chip in self.chips if chip.state])

    @property
    def mark(self) -> str:
        return MARKS[self.state] if self.state else ""

    @property
    def shown(self) -> list[Chip]:
        return self.chips[:CHIPS]

    @property
    def more(self) -> int:
        return max(0, len(self.chips) - CHIPS)

    @property
    def kind(self) -> str:
        """Three kinds of empty are told apart: nothing, touchpoints without KPI, KPIs without enough data."""
        if not self.chips:
            return "none"
        if self.state is None:
            return "unbound"
        return "few" if self.state == State.NO_DATA else "known"


@dataclass(slots=True)
class ChannelRow:
    category: Category
    channel: Channel
    cells: list[Cell]
    first: bool  # of its category
    span: int  # rows of the category

    @property
    def total(self) -> int:
        return len({chip.touchpoint.pk for cell in self.cells for chip in cell.chips})


@dataclass(frozen=True, slots=True)
class Matrix:
    filters: MatrixFilters
    columns: Sequence[Column]
    rows: Sequence[ChannelRow]
    column_totals: Sequence[int]
    total: int
    journeys: Sequence[Journey]
    personas: Sequence[Persona]
    owners: Sequence[str]
    library_empty: bool


def _phases() -> list[Column]:
    return [Column(key=value, name=str(label), position=place) for place, (value, label) in enumerate(Phase.choices, 1)]


def _stage_columns(journey: Journey) -> list[Column]:
    stages = Stage.objects.filter(journey=journey, deleted_at=None, hidden=False).order_by("rank", "id")
    return [
        Column(key=str(stage.pk), name=stage.name, position=place, stage=stage) for place, stage in enumerate(stages, 1)
    ]


def _places(journey: Journey, columns: Sequence[Column]) -> dict[UUID, list[str]]:
    """Return the columns on which each touchpoint of a map stands, without repeats."""
    found: dict[UUID, list[str]] = defaultdict(list)
    shown = {column.key for column in columns}
    cards = Card.objects.filter(
        journey=journey,
        deleted_at=None,
        touchpoint__isnull=False,
        lane__deleted_at=None,
        step__deleted_at=None,
        step__hidden=False,
    ).order_by("step__stage__rank", "step__rank", "rank", "id")
    for touchpoint, stage in cards.values_list("touchpoint_id", "step__stage_id"):
        if str(stage) in shown and str(stage) not in found[touchpoint]:
            found[touchpoint].append(str(stage))
    return found


def matrix(workspace: Workspace, filters: MatrixFilters, *, today: dt.date) -> Matrix:
    """Return the matrix in a constant number of queries."""
    touchpoints = Touchpoint.objects.filter(workspace=workspace, deleted_at=None).select_related("category", "channel")
    owners = sorted({touchpoint.owner for touchpoint in touchpoints if touchpoint.owner})
    library = {touchpoint.pk: touchpoint for touchpoint in touchpoints}
    library_empty = not library
    if filters.journey is not None:
        columns = _stage_columns(filters.journey)
        places = _places(filters.journey, columns)
    else:
        columns = _phases()
        places = {pk: [touchpoint.phase] for pk, touchpoint in library.items()}
    if filters.persona is not None:
        own = set(
            Card.objects.filter(
                workspace=workspace,
                deleted_at=None,
                touchpoint__isnull=False,
                journey__deleted_at=None,
                journey__persona_links__persona=filters.persona,
                journey__persona_links__deleted_at=None,
            ).values_list("touchpoint_id", flat=True)
        )
        places = {pk: columns_of for pk, columns_of in places.items() if pk in own}
    views: dict[UUID, list[BindingView]] = defaultdict(list)
    for view in binding_views(bindings_of(places), today=today, period=filters.period, part=filters.part or WHOLE):
        views[view.binding.touchpoint_id].append(view)
    cells: dict[tuple[int, int], dict[str, list[Chip]]] = defaultdict(lambda: defaultdict(list))
    for pk, touchpoint in library.items():
        if pk not in places or (filters.owner and touchpoint.owner != filters.owner):
            continue
        chip = Chip(touchpoint, views.get(pk, []))
        if filters.state and (filters.state != (chip.state or "none")):
            continue
        for key in places[pk]:
            cells[touchpoint.category_id, touchpoint.channel_id][key].append(chip)
    categories = list(Category.objects.filter(workspace=workspace).prefetch_related("channels"))
    channels = {channel.pk: channel for channel in Channel.objects.filter(workspace=workspace)}
    rows = []
    for category in categories:
        used = {channel for own_category, channel in cells if own_category == category.pk}
        # Coverage shows every channel that the guides name for the category, so that gaps are seen.
        typical = {channel.pk for channel in category.channels.all()} if filters.mode == "coverage" else set()
        own_channels = sorted((channels[pk] for pk in used | typical), key=lambda channel: (channel.rank, channel.pk))
        for place, channel in enumerate(own_channels):
            rows.append(
                ChannelRow(
                    category=category,
                    channel=channel,
                    cells=[
                        Cell(column, cells[category.pk, channel.pk].get(column.key, []))
                        if (category.pk, channel.pk) in cells
                        else Cell(column)
                        for column in columns
                    ],
                    first=place == 0,
                    span=len(own_channels),
                )
            )
    totals = [len({chip.touchpoint.pk for row in rows for chip in row.cells[i].chips}) for i in range(len(columns))]
    return Matrix(
        filters=filters,
        columns=columns,
        rows=rows,
        column_totals=totals,
        total=len({chip.touchpoint.pk for row in rows for cell in row.cells for chip in cell.chips}),
        journeys=list(Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key", "id")),
        personas=list(Persona.objects.filter(workspace=workspace, deleted_at=None)),
        owners=owners,
        library_empty=library_empty,
    )


TIDY_COLUMNS = (
    "journey",
    "stage",
    "stage_position",
    "touchpoint",
    "touchpoint_id",
    "category",
    "channel",
    "phase",
    "online",
    "persona",
    "owner",
    "kpi",
    "kpi_code",
    "definition_version",
    "unit",
    "direction",
    "period_start",
    "period_end",
    "numerator",
    "denominator",
    "n",
    "excluded",
    "value",
    "low",
    "high",
    "target",
    "state",
    "evidence",
    "fresh_at",
    "repeated",
)


def tidy_rows(found: Matrix) -> Iterator[dict[str, Any]]:
    """Yield one row per journey × stage × touchpoint × KPI × period; a touchpoint without KPI has one row too.

    `repeated` is true from the second stage on at which the same measure stands: leaving those rows out lets a pivot
    table add numerators and denominators. Values are in the unit of storage; unknown is empty, never 0.
    """
    journey = found.filters.journey
    persona = found.filters.persona
    seen: set[tuple[UUID, UUID | None]] = set()
    for column in found.columns:
        for row in found.rows:
            cell = row.cells[column.position - 1]
            for chip in cell.chips:
                views: Sequence[BindingView | None] = chip.views or [None]
                for view in views:
                    key = (chip.touchpoint.pk, view.binding.pk if view else None)
                    yield _tidy_row(journey, persona, column, row, chip, view, repeated=key in seen)
                    seen.add(key)


def _tidy_row(
    journey: Journey | None,
    persona: Persona | None,
    column: Column,
    row: ChannelRow,
    chip: Chip,
    view: BindingView | None,
    *,
    repeated: bool,
) -> dict[str, Any]:
    touchpoint = chip.touchpoint
    data: dict[str, Any] = dict.fromkeys(TIDY_COLUMNS)
    data |= {
        "journey": journey.name if journey else None,
        "stage": column.name,
        "stage_position": column.position,
        "touchpoint": touchpoint.name,
        "touchpoint_id": touchpoint.code,
        "category": row.category.name,
        "channel": row.channel.name,
        "phase": touchpoint.phase,
        "online": touchpoint.presence,
        "persona": persona.name if persona else None,
        "owner": touchpoint.owner or None,
        "evidence": "none",
        "repeated": repeated,
    }
    if view is None:
        return data
    state = view.state
    known = view.n > 0
    return data | {
        "kpi": view.kpi.name,
        "kpi_code": view.kpi.code,
        "definition_version": state.definition_version if state else view.kpi.definition_version,
        "unit": view.kpi.unit,
        "direction": view.binding.direction,
        "period_start": view.start,
        "period_end": view.end,
        "numerator": view.numerator if known else None,
        "denominator": view.denominator if known else None,
        "n": view.n,
        "excluded": view.excluded,
        "value": view.value,
        "low": view.low,
        "high": view.high,
        "target": view.target.value if view.target else None,
        "state": view.code,
        "evidence": ("survey" if view.kpi.opinion else "live_data") if known else "none",
        "fresh_at": state.newest_day if state else None,
    }
