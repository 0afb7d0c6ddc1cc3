"""The list of KPIs by type of touchpoint (artefact 4), beside what the workspace has bound already."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from kpis.models import Binding, Direction, Kpi
from kpis.suggestions import REASONS, TYPES, Family, TouchpointType, type_of
from kpis.target_examples import EXAMPLES
from touchpoints.models import Category, Channel, Touchpoint


@dataclass(frozen=True, slots=True)
class TypeFilters:
    """Codes; empty: every one."""

    category: str = ""
    channel: str = ""
    sector: str = ""
    family: str = ""

    @property
    def any(self) -> bool:
        return bool(self.category or self.channel or self.sector or self.family)


@dataclass(frozen=True, slots=True)
class Example:
    """An example of the guide, in words: a value, or a change of what is measured then."""

    code: str
    text: str
    source: str
    value: float | None  # in the unit of storage; None: a change, which needs a measured value first


@dataclass(frozen=True, slots=True)
class TypeCell:
    """A KPI that fits a type. `bound`: on how many of the workspace's own touchpoints of that type it is."""

    kpi: Kpi
    why: str
    family: Family
    guide: bool
    direction: str  # what is usual here; the KPI's own where it has one
    asked: bool  # the KPI has no direction of its own
    examples: Sequence[Example]
    bound_on: frozenset[UUID] = frozenset()

    @property
    def bound(self) -> int:
        return len(self.bound_on)

    @property
    def direction_text(self) -> str:
        return str(Direction(self.direction).label) if self.direction else ""


@dataclass(frozen=True, slots=True)
class TypeRow:
    kind: TouchpointType
    category: Category | None  # the usual one
    channels: Sequence[Channel]
    cells: Sequence[TypeCell]
    touchpoints: Sequence[Touchpoint] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.kind.name)

    def aligned(self, kpis: Sequence[Kpi]) -> list[TypeCell | None]:
        """Return the cells under these columns; None where a KPI does not fit."""
        cells = {cell.kpi.pk: cell for cell in self.cells}
        return [cells.get(kpi.pk) for kpi in kpis]


@dataclass(frozen=True, slots=True)
class TypeGroup:
    category: Category
    rows: Sequence[TypeRow]


@dataclass(frozen=True, slots=True)
class TypeList:
    workspace: Workspace
    filters: TypeFilters
    groups: Sequence[TypeGroup]
    columns: Sequence[tuple[Family, Sequence[Kpi]]]  # the KPIs of what is shown, by where their figures come from
    categories: Sequence[Category]
    channels: Sequence[Channel]
    unrecognised: int  # own touchpoints that are of no type

    @property
    def rows(self) -> list[TypeRow]:
        return [row for group in self.groups for row in group.rows]

    @property
    def kpis(self) -> list[Kpi]:
        return [kpi for _family, kpis in self.columns for kpi in kpis]

    @property
    def matrix(self) -> list[tuple[TypeGroup, list[tuple[TypeRow, list[TypeCell | None]]]]]:
        """The groups with their rows, each with one cell a column."""
        kpis = self.kpis
        return [(group, [(row, row.aligned(kpis)) for row in group.rows]) for group in self.groups]


def examples_for(kpi: Kpi, categories: Sequence[str], direction: str) -> list[Example]:
    """Return the guide's examples of targets for a KPI on touchpoints of these categories (codes).

    A change that would point the wrong way for the direction is left out.
    """
    found = []
    for example in EXAMPLES:
        if kpi.code not in example.kpis or (example.categories and not set(example.categories) & set(categories)):
            continue
        if example.change is not None and (example.change > 0) != (direction == Direction.HIGHER):
            continue
        amount = (
            formats.kpi_value(example.value, kpi.unit, digits=0) if example.change is None else _change(example.change)
        )
        found.append(Example(example.code, amount, str(example.source), example.value))
    return found


def _change(share: float) -> str:
    gap = formats.NBSP if formats.locale() == "fr_FR" else ""
    return f"{formats.decimal(share * 100, signed=True)}{gap}%"


def _cells(
    kind: TouchpointType, kpis: dict[str, Kpi], family: str, bound: dict[UUID, frozenset[UUID]]
) -> list[TypeCell]:
    found = []
    for fit in kind.kpis:
        source, reason = REASONS[fit.kpi]
        kpi = kpis.get(fit.kpi)
        if kpi is None or (family and source != family):
            continue
        direction = kpi.direction or fit.direction
        found.append(
            TypeCell(
                kpi=kpi,
                why=str(fit.why or reason),
                family=source,
                guide=fit.guide,
                direction=direction,
                asked=not kpi.direction,
                examples=examples_for(kpi, kind.categories, direction),
                bound_on=bound.get(kpi.pk, frozenset()),
            )
        )
    return found


def _wanted(kind: TouchpointType, filters: TypeFilters) -> bool:
    return (
        (not filters.category or filters.category in kind.categories)
        and (not filters.channel or filters.channel in kind.channels)
        and (not filters.sector or not kind.sectors or filters.sector in kind.sectors)
    )


def _own(workspace: Workspace) -> tuple[dict[str, list[Touchpoint]], int]:
    """Return the workspace's touchpoints by the code of their type, and how many are of none; one query."""
    found: dict[str, list[Touchpoint]] = defaultdict(list)
    strange = 0
    rows = Touchpoint.objects.filter(workspace=workspace, deleted_at=None).select_related("category", "channel")
    for touchpoint in rows.order_by("sort_key", "id"):
        kind = type_of(touchpoint.name, category=touchpoint.category.code, channel=touchpoint.channel.code)
        if kind is None:
            strange += 1
        else:
            found[kind.code].append(touchpoint)
    return found, strange


def _bound(touchpoints: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Return (touchpoint, KPI) of what is bound; one query."""
    live = Binding.objects.filter(touchpoint__in=touchpoints, deleted_at=None)
    return list(live.values_list("touchpoint_id", "kpi_id"))


def _offered(workspace: Workspace) -> dict[str, Kpi]:
    return {kpi.code: kpi for kpi in Kpi.objects.filter(workspace=workspace, archived_at=None)}


def kpis_by_type(workspace: Workspace, filters: TypeFilters) -> TypeList:
    """Return the types that the filters leave, with their KPIs and the workspace's own touchpoints; five queries."""
    categories = list(Category.objects.filter(workspace=workspace))
    channels = list(Channel.objects.filter(workspace=workspace))
    by_channel = {channel.code: channel for channel in channels}
    kpis = _offered(workspace)
    own, strange = _own(workspace)
    bound = Binding.objects.filter(workspace=workspace, deleted_at=None, touchpoint__deleted_at=None)
    by_touchpoint: dict[UUID, set[UUID]] = defaultdict(set)
    for touchpoint_id, kpi_id in bound.values_list("touchpoint_id", "kpi_id"):
        by_touchpoint[touchpoint_id].add(kpi_id)
    rows: dict[str, list[TypeRow]] = defaultdict(list)
    for kind in TYPES:
        if not _wanted(kind, filters):
            continue
        places = own.get(kind.code, [])
        on_kpi: dict[UUID, set[UUID]] = defaultdict(set)
        for place in places:
            for kpi_id in by_touchpoint.get(place.pk, ()):
                on_kpi[kpi_id].add(place.pk)
        cells = _cells(kind, kpis, filters.family, {key: frozenset(value) for key, value in on_kpi.items()})
        if not cells:
            continue
        usual = filters.category or kind.categories[0]
        rows[usual].append(
            TypeRow(
                kind=kind,
                category=next((one for one in categories if one.code == usual), None),
                channels=[by_channel[code] for code in kind.channels if code in by_channel],
                cells=cells,
                touchpoints=places,
            )
        )
    groups = [TypeGroup(category, rows[category.code]) for category in categories if rows.get(category.code)]
    shown = {cell.kpi.pk: cell for group in groups for row in group.rows for cell in row.cells}
    columns = []
    for source in Family:
        of = sorted(
            (cell.kpi for cell in shown.values() if cell.family == source), key=lambda kpi: (kpi.rank, kpi.code)
        )
        if of:
            columns.append((source, of))
    return TypeList(
        workspace=workspace,
        filters=filters,
        groups=groups,
        columns=columns,
        categories=categories,
        channels=channels,
        unrecognised=strange,
    )


def type_row(workspace: Workspace, kind: TouchpointType) -> TypeRow:
    """Return one type with its KPIs and the workspace's own touchpoints of it; a constant number of queries."""
    categories = {row.code: row for row in Category.objects.filter(workspace=workspace)}
    channels = {row.code: row for row in Channel.objects.filter(workspace=workspace)}
    places = _own(workspace)[0].get(kind.code, [])
    on_kpi: dict[UUID, set[UUID]] = defaultdict(set)
    for touchpoint_id, kpi_id in _bound([place.pk for place in places]):
        on_kpi[kpi_id].add(touchpoint_id)
    return TypeRow(
        kind=kind,
        category=categories.get(kind.categories[0]),
        channels=[channels[code] for code in kind.channels if code in channels],
        cells=_cells(kind, _offered(workspace), "", {key: frozenset(value) for key, value in on_kpi.items()}),
        touchpoints=places,
    )


def suggested_for(touchpoint: Touchpoint) -> TypeRow | None:
    """Return what is suggested for one touchpoint (category and channel selected) and not bound yet; two queries.

    None where its type is unknown.
    """
    kind = type_of(touchpoint.name, category=touchpoint.category.code, channel=touchpoint.channel.code)
    if kind is None:
        return None
    taken = {kpi_id for _place, kpi_id in _bound([touchpoint.pk])}
    workspace = touchpoint.workspace
    cells = [cell for cell in _cells(kind, _offered(workspace), "", {}) if cell.kpi.pk not in taken]
    return TypeRow(
        kind=kind, category=touchpoint.category, channels=[touchpoint.channel], cells=cells, touchpoints=[touchpoint]
    )
