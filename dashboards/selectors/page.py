"""One dashboard as a page, a document or a mail: its tiles over the days and filters of its address."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext

from cxmap.lib import formats
from cxmap.workspaces.models import User, Workspace
from dashboards import tiles as registry
from dashboards.access import visible_to
from dashboards.models import DELETED_FOR, Dashboard, PeriodChoice, Tile
from dashboards.selectors.context import Context
from dashboards.selectors.periods import period_chosen
from dashboards.tiles.nps import GROUPS, group_label
from dashboards.tiles.registry import Shown
from journeys.lanes import Period
from journeys.models import Journey
from personas.models import Persona
from touchpoints.models import Category

ALL = "all"  # in an address: without the filter that the dashboard itself has


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that holds, in words, and the query of the same page without it."""

    text: str
    query: str
    is_period: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    dashboard: Dashboard
    shown: Sequence[Shown]
    context: Context
    chips: Sequence[Chip]
    days_text: str
    query: str  # of this page, for its files

    @property
    def filters_text(self) -> str:
        """The filters in words, as documents and mails repeat them beside the days."""
        return " · ".join(chip.text for chip in self.chips if not chip.is_period)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def period_of_text(text: str) -> Period | None:
    """Return the days of "2026-11-16/2026-11-22"; None for anything else."""
    first, _slash, last = text.partition("/")
    try:
        period = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    except ValueError:
        return None
    return period if period.start <= period.end and period.start.year >= 1990 and period.end.year <= 2200 else None


def context_of(dashboard: Dashboard, query: Mapping[str, str], *, today: dt.date, public: bool = False) -> Context:
    """Return days and filters: those of the address, else the dashboard's own.

    Whoever comes by a link sees the dashboard as it was made; what the address adds is a group of answers only.
    """
    given = {} if public else query
    workspace = dashboard.workspace
    context = Context(
        workspace=workspace,
        today=today,
        period=period_chosen(dashboard.period, today),
        journey=dashboard.journey if dashboard.journey and dashboard.journey.deleted_at is None else None,
        persona=dashboard.persona if dashboard.persona and dashboard.persona.deleted_at is None else None,
        category=dashboard.category,
        group=query.get("nps", "") if query.get("nps") in GROUPS else "",
        public=public,
    )
    if given.get("period"):
        context.period = (
            None if given["period"] == PeriodChoice.CLOSED else (period_of_text(given["period"]) or context.period)
        )
    if given.get("journey"):
        pk = _uuid(given["journey"])
        context.journey = Journey.objects.filter(workspace=workspace, pk=pk, deleted_at=None).first() if pk else None
    if given.get("persona"):
        pk = _uuid(given["persona"])
        context.persona = Persona.objects.filter(workspace=workspace, pk=pk, deleted_at=None).first() if pk else None
    if given.get("category"):
        context.category = Category.objects.filter(workspace=workspace, code=given["category"]).first()
    return context


def _chips(dashboard: Dashboard, context: Context, query: Mapping[str, str]) -> list[Chip]:
    kept = {name: query[name] for name in ("period", "journey", "persona", "category", "nps") if query.get(name)}

    def without(name: str, *, own: bool) -> str:
        rest = {key: value for key, value in kept.items() if key != name}
        if own:  # taken off against the dashboard's own setting, for this look only
            rest[name] = PeriodChoice.CLOSED if name == "period" else ALL
        return urlencode(rest)

    chips = []
    if context.journey:
        text = gettext("journey: %(name)s") % {"name": context.journey.name}
        chips.append(Chip(text, without("journey", own=dashboard.journey_id is not None)))
    if context.persona:
        text = gettext("persona: %(name)s") % {"name": context.persona.name}
        chips.append(Chip(text, without("persona", own=dashboard.persona_id is not None)))
    if context.category:
        text = gettext("category: %(name)s") % {"name": context.category.name}
        chips.append(Chip(text, without("category", own=dashboard.category_id is not None)))
    if context.period:
        text = formats.period_text(context.period.start, context.period.end)
        chips.append(Chip(text, without("period", own=dashboard.period != PeriodChoice.CLOSED), is_period=True))
    if context.group:
        chips.append(Chip(group_label(context.group), without("nps", own=False)))
    return chips


def page_of(dashboard: Dashboard, context: Context, query: Mapping[str, str]) -> Page:
    """Return a dashboard with everything that its tiles show; a constant number of queries a kind of tile."""
    tiles = list(Tile.objects.filter(dashboard=dashboard, deleted_at=None).order_by("rank", "id"))
    kept = {name: query[name] for name in ("period", "journey", "persona", "category", "nps") if query.get(name)}
    days = context.period
    return Page(
        dashboard=dashboard,
        shown=registry.load(context, tiles),
        context=context,
        chips=_chips(dashboard, context, query),
        days_text=formats.period_text(days.start, days.end) if days else gettext("last closed period of each KPI"),
        query=urlencode(kept),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    dashboard: Dashboard
    tiles: int
    mine: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    own: Sequence[Entry]
    shared: Sequence[Entry]  # by others
    trash: Sequence[Dashboard]


def list_page(workspace: Workspace, user: User) -> ListPage:
    """Return the dashboards that a member may see, and their own of the last days' trash; two queries."""
    rows = Dashboard.objects.filter(visible_to(user), workspace=workspace).select_related("owner", "workspace")
    since = timezone.now() - DELETED_FOR
    counts: dict[UUID, int] = {}
    for pk in (
        Tile.objects.filter(workspace=workspace, deleted_at=None).values_list("dashboard_id", flat=True).order_by()
    ):
        counts[pk] = counts.get(pk, 0) + 1
    found = list(rows)
    live = [Entry(row, counts.get(row.pk, 0), row.owner_id == user.pk) for row in found if row.deleted_at is None]
    return ListPage(
        own=[entry for entry in live if entry.mine],
        shared=[entry for entry in live if not entry.mine],
        trash=[row for row in found if row.deleted_at is not None and row.deleted_at > since],
    )


def offered_values(workspace: Workspace) -> dict[str, Any]:
    """Return what the filters of a page can be set to; three queries."""
    return {
        "journeys": list(Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key", "id")),
        "personas": list(Persona.objects.filter(workspace=workspace, deleted_at=None)),
        "categories": list(Category.objects.filter(workspace=workspace)),
    }
