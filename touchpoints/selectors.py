"""One read per page of the library."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Lower, NullIf
from django.utils.translation import gettext as _

from cxmap.workspaces.models import Workspace
from touchpoints.contents import months_before
from touchpoints.examples import Example, examples_of
from touchpoints.models import Category, Channel, ContentItem, Phase, Touchpoint
from touchpoints.querysets import TouchpointQuerySet, per_year

PER_PAGE = 50
UNSAID = "unsaid"  # in the filter: nobody said it yet


# What the list can be sorted by: what is annotated for it, and what it sorts by. Unknown ones always come last.
SORTS: dict[str, str] = {
    "name": "sort_key",
    "category": "category__rank",
    "channel": "channel__rank",
    "phase": "phase_rank",
    "owner": "owner_rank",
    "cost": "year_cost",
    "volume": "year_volume",
    "maps": "journey_count",
    "kpis": "kpi_count",
    "changed": "updated_at",
}
DEFAULT_SORT = "name"


@dataclass(frozen=True, slots=True)
class Library:
    """A page of touchpoints with journey_count, kpi_count and content_count; `old` has the ids of those with old content.

    `total` counts the whole library, unfiltered, `trashed` what can be restored.
    """

    page: Page
    touchpoints: Sequence[Touchpoint]
    old: frozenset[UUID]
    total: int
    trashed: int


def owners_of(workspace: Workspace) -> list[str]:
    """Return the owners named in the library, for the filter and as suggestions in the form."""
    names = Touchpoint.objects.filter(workspace=workspace, deleted_at=None).exclude(owner="")
    return sorted(set(names.values_list("owner", flat=True).order_by().distinct()), key=str.casefold)


def found(workspace: Workspace, filters: dict[str, Any], *, today: dt.date) -> TouchpointQuerySet:
    """Return the touchpoints that the filters of the list leave, in no order yet."""
    everything: Any = Touchpoint.objects.filter(workspace=workspace)
    rows = everything.in_trash() if filters.get("where") == "trash" else everything.live()
    rows = rows.matching(filters.get("q") or "")
    for name in ("category", "channel", "phase", "presence", "owner"):
        if filters.get(name):
            rows = rows.filter(**{name: filters[name]})
    if filters.get("owner_missing"):
        rows = rows.filter(owner="")
    if filters.get("department"):
        rows = rows.filter(department=filters["department"])
    if filters.get("department_missing"):
        rows = rows.filter(Q(department=None) | Q(department__deleted_at__isnull=False))
    if filters.get("personalisation"):
        unsaid = filters["personalisation"] == UNSAID
        rows = rows.filter(personalisation="" if unsaid else filters["personalisation"])
    if filters.get("maps"):
        rows = rows.used(filters["maps"] == "used")
    if filters.get("kpis"):
        rows = rows.measured(filters["kpis"] == "with")
    if filters.get("content") == "old":
        rows = rows.with_old_content(today)
    elif filters.get("content"):
        exists = Exists(ContentItem.objects.filter(touchpoint=OuterRef("pk"), deleted_at=None))
        rows = rows.filter(exists if filters["content"] == "some" else ~exists)
    if filters.get("cost"):
        rows = rows.filter(cost__isnull=filters["cost"] == "unknown")
    return rows


def _sorted(rows: Any, sort: str) -> Any:
    """Return the rows in an order that ends in a unique column."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    column = SORTS.get(name, SORTS[DEFAULT_SORT])
    if name == "phase":
        phases = [When(phase=phase, then=rank) for rank, phase in enumerate(Phase.values)]
        rows = rows.annotate(phase_rank=Case(*phases, default=len(Phase.values)))
    elif name == "owner":
        rows = rows.annotate(owner_rank=NullIf(Lower("owner"), Value("")))
    elif name in {"cost", "volume"}:
        rows = rows.annotate(**{column: per_year(name)})
    elif name in {"maps", "kpis"}:
        rows = rows.counted_for_sorting(column)
    first = F(column).desc(nulls_last=True) if down else F(column).asc(nulls_last=True)
    return rows.order_by(first, "sort_key", "id")


def library(
    workspace: Workspace, filters: dict[str, Any], *, today: dt.date, number: Any = 1, sort: str = DEFAULT_SORT
) -> Library:
    """Return one page of the library; the number of queries does not depend on its size.

    What is counted for each row is counted for the rows of the page only, so that it costs the same in a large library.
    """
    everything: Any = Touchpoint.objects.filter(workspace=workspace)
    page = Paginator(
        _sorted(found(workspace, filters, today=today), sort).values_list("pk", flat=True), PER_PAGE
    ).get_page(number)
    ids = list(page.object_list)
    related = ("category", "channel", "department")
    rows = Touchpoint.objects.filter(pk__in=ids).select_related(*related).with_uses().with_content_facts()
    by_id: dict[UUID, Any] = {row.pk: row for row in rows}
    old = {
        row.pk
        for row in by_id.values()
        if row.content_oldest is not None and row.content_oldest < months_before(today, row.content_months)
    }
    return Library(
        page=page,
        touchpoints=[by_id[pk] for pk in ids if pk in by_id],
        old=frozenset(old),
        total=everything.live().count(),
        trashed=everything.in_trash().count(),
    )


def rows_of(workspace: Workspace, filters: dict[str, Any], *, today: dt.date, sort: str) -> list[Touchpoint]:
    """Return all touchpoints that the filters leave, in the order of the list, with what a file of them says."""
    ids = list(_sorted(found(workspace, filters, today=today), sort).values_list("pk", flat=True))
    rows = Touchpoint.objects.filter(workspace=workspace).select_related("category", "channel").with_uses()
    by_id = {row.pk: row for row in rows.filter(pk__in=ids)}
    return [by_id[pk] for pk in ids if pk in by_id]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the list: what a click on it sorts by, and how the list is sorted now (ascending, descending, "")."""

    label: str
    sort: str
    direction: str = ""
    numeric: bool = False


def columns(sort: str) -> list[Column]:
    """Return the headings; numbers begin with the highest, texts with the first."""
    headings = (
        ("name", _("Touchpoint"), False),
        ("category", _("Category"), False),
        ("channel", _("Channel"), False),
        ("phase", _("Phase"), False),
        ("owner", _("Owner"), False),
        ("cost", _("Cost"), True),
        ("volume", _("Contacts"), True),
        ("maps", _("Maps"), True),
        ("kpis", _("KPIs"), True),
    )
    made = []
    for name, label, numeric in headings:
        now = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        first, other = (f"-{name}", name) if numeric else (name, f"-{name}")
        made.append(Column(label, other if sort == first else first, now, numeric))
    return made


def deleted_one(workspace: Workspace, pk: str) -> Touchpoint | None:
    """Return what was just deleted, by the id in an address; None when it makes no sense."""
    try:
        key = UUID(pk)
    except ValueError:
        return None
    return Touchpoint.objects.in_trash().filter(workspace=workspace, pk=key).first()


@dataclass(frozen=True, slots=True)
class ExampleGroup:
    category: Category
    examples: Sequence[Example]


def example_groups(workspace: Workspace) -> list[ExampleGroup]:
    """Return the examples that can still be added, by category in the order of the guides."""
    groups: dict[int, list[Example]] = {}
    for example in examples_of(workspace):
        groups.setdefault(example.category.pk, []).append(example)
    return [ExampleGroup(found[0].category, found) for found in groups.values()]


def channel_list(workspace: Workspace) -> list[Channel]:
    """Return the channels of a workspace with their categories, and touchpoint_count without the trash."""
    count = Count("touchpoints", filter=Q(touchpoints__deleted_at=None))
    channels = Channel.objects.filter(workspace=workspace).annotate(touchpoint_count=count)
    return list(channels.prefetch_related("categories").order_by("rank", "id"))


def differences(touchpoint: Touchpoint, into: Touchpoint) -> list[str]:
    """Return in what two touchpoints differ that a merge would hide: category, channel and phase, in sentences."""
    pairs = (
        (_("Category"), touchpoint.category.name, into.category.name),
        (_("Channel"), touchpoint.channel.name, into.channel.name),
        (_("Phase"), touchpoint.get_phase_display(), into.get_phase_display()),
    )
    text = _("%(what)s: “%(own)s” becomes “%(other)s”, for all that was measured so far too.")
    return [text % {"what": what, "own": own, "other": other} for what, own, other in pairs if own != other]
