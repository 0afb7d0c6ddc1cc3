"""Who owns what: touchpoints, signals and pain points of each department, by journey or by stage of one (A13)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from cxmap.workspaces.models import Workspace
from improvements.models import Pain
from journeys.models import Card, Journey, Stage
from kpis.models import Flag
from touchpoints.departments import departments_of
from touchpoints.models import Department, Touchpoint

ELSEWHERE = "elsewhere"  # the column of what stands on no map, or on no stage of this one


@dataclass(frozen=True, slots=True)
class Column:
    key: str  # id of a journey or stage, or ELSEWHERE
    name: str


@dataclass(slots=True)
class Cell:
    """What one department has at one place, each counted once."""

    touchpoints: set[UUID] = field(default_factory=set)
    pains: set[UUID] = field(default_factory=set)
    signals: set[UUID] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.touchpoints or self.pains or self.signals)


@dataclass(frozen=True, slots=True)
class Row:
    department: Department | None  # None: nobody
    cells: Sequence[Cell]
    total: Cell


@dataclass(frozen=True, slots=True)
class Ownership:
    columns: Sequence[Column]
    rows: Sequence[Row]
    journeys: Sequence[Journey]
    journey: Journey | None

    @property
    def nobody(self) -> Row | None:
        return next((row for row in self.rows if row.department is None), None)


def ownership(workspace: Workspace, journey: Journey | None = None) -> Ownership:
    """Return who owns what, over all maps or over the stages of one; a constant number of queries."""
    journeys = list(Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key", "id"))
    if journey is None:
        columns = [Column(str(row.pk), row.name) for row in journeys]
    else:
        stages = Stage.objects.filter(journey=journey, deleted_at=None, hidden=False).order_by("rank", "id")
        columns = [Column(str(stage.pk), stage.name) for stage in stages]
    known = {column.key for column in columns}
    cells: dict[UUID | None, dict[str, Cell]] = defaultdict(lambda: defaultdict(Cell))
    total: dict[UUID | None, Cell] = defaultdict(Cell)
    departments = departments_of(workspace.pk)
    live = {department.pk for department in departments}

    library = Touchpoint.objects.filter(workspace=workspace, deleted_at=None).order_by()
    owner_of = {pk: owner if owner in live else None for pk, owner in library.values_list("pk", "department")}
    places: dict[UUID, set[str]] = defaultdict(set)
    cards = Card.objects.filter(
        workspace=workspace,
        deleted_at=None,
        touchpoint__deleted_at=None,
        step__deleted_at=None,
        step__stage__deleted_at=None,
        journey__deleted_at=None,
    ).exclude(touchpoint=None)
    column = "journey" if journey is None else "step__stage"
    if journey is not None:
        cards = cards.filter(journey=journey)
    for touchpoint, place in cards.order_by().values_list("touchpoint", column).distinct():
        if str(place) in known:
            places[touchpoint].add(str(place))
    for touchpoint, owner in owner_of.items():
        if journey is not None and touchpoint not in places:
            continue
        total[owner].touchpoints.add(touchpoint)
        for place in places.get(touchpoint) or {ELSEWHERE}:
            cells[owner][place].touchpoints.add(touchpoint)

    flags = Flag.objects.filter(workspace=workspace, binding__deleted_at=None).exclude(
        status__in=[Flag.Status.CLOSED, Flag.Status.REFUSED]
    )
    for flag, touchpoint in flags.order_by().values_list("pk", "binding__touchpoint"):
        if touchpoint not in owner_of or (journey is not None and touchpoint not in places):
            continue
        owner = owner_of[touchpoint]
        total[owner].signals.add(flag)
        for place in places.get(touchpoint) or {ELSEWHERE}:
            cells[owner][place].signals.add(flag)

    pains = pains_in_charge(workspace).filter(kind=Pain.Kind.PAIN)
    if journey is not None:
        pains = pains.filter(journey=journey)
    for pain, named, at in pains.order_by().values_list("pk", "owner_id", column):
        owner = named if named in live else None
        total[owner].pains.add(pain)
        cells[owner][str(at) if str(at) in known else ELSEWHERE].pains.add(pain)

    if any(ELSEWHERE in of_owner for of_owner in cells.values()):
        name = gettext("on no map") if journey is None else gettext("at no stage")
        columns.append(Column(ELSEWHERE, name))
    rows = [
        Row(department, [cells[department.pk][one.key] for one in columns], total[department.pk])
        for department in departments
    ]
    if total[None]:
        rows.append(Row(None, [cells[None][one.key] for one in columns], total[None]))
    return Ownership(columns=columns, rows=rows, journeys=journeys, journey=journey)


def pains_in_charge(workspace: Workspace) -> Any:
    """Return the pain points and opportunities with owner_id: their own department, else that of the touchpoint."""
    return Pain.objects.filter(workspace=workspace, deleted_at=None).annotate(
        owner_id=Coalesce("department", "touchpoint__department")
    )


def of_department(workspace: Workspace, department: Department | None) -> set[UUID]:
    """Return the pain points and opportunities of a department; None: of nobody."""
    rows = pains_in_charge(workspace)
    if department is not None:
        return set(rows.filter(owner_id=department.pk).values_list("pk", flat=True))
    live = Department.objects.filter(workspace=workspace, deleted_at=None)
    unowned = Q(owner_id=None) | ~Q(owner_id__in=live.values("pk"))
    return set(rows.filter(unowned).values_list("pk", flat=True))
