"""The ways of looking at one journey, as tabs on all of its pages. Apps above `journeys` add theirs here.

All show the same data; what narrows it (persona, period) and how the map is laid out goes along from tab to tab.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from journeys.models import Journey

MAP_VIEWS = frozenset({"map", "table", "curve", "evidence"})  # drawn by the page of the map itself
KEPT = ("persona", "period", "hidden", "fold", "zoom", "as")


@dataclass(frozen=True, slots=True)
class TabKind:
    """A view of journeys. `address` gives its address without what is kept from tab to tab."""

    key: str
    label: Any
    address: Callable[[Journey], str]
    rank: int
    shared: bool = False  # also for whoever has the map's read-only link: nothing else of the workspace is needed


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: str
    href: str
    current: bool


_kinds: dict[str, TabKind] = {}


def register_tab(kind: TabKind) -> None:
    _kinds[kind.key] = kind


def tabs_of(journey: Journey, *, current: str, query: QueryDict) -> list[Tab]:
    """Return the tabs of a journey in their order; V and a number open them."""
    return [_tab(kind, kind.address(journey), current, query) for kind in _in_order()]


def shared_tabs_of(address: str, *, current: str, query: QueryDict) -> list[Tab]:
    """Return the tabs of a map's read-only link, which has this address."""
    return [_tab(kind, f"{address}?view={kind.key}", current, query) for kind in _in_order() if kind.shared]


def _in_order() -> list[TabKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.rank)


def _tab(kind: TabKind, address: str, current: str, query: QueryDict) -> Tab:
    kept = {name: query[name] for name in KEPT if query.get(name)}
    if kept:
        address += ("&" if "?" in address else "?") + urlencode(kept)
    return Tab(kind.key, str(kind.label), address, kind.key == current)


def address_of(journey: Journey, query: QueryDict) -> str:
    """Return the address of `?view=` with the rest of the query, for views that have a page of their own; else empty."""
    kind = _kinds.get(query.get("view", ""))
    if kind is None:
        return ""
    address, _mark, own = kind.address(journey).partition("?")
    if address == journey.get_absolute_url():
        return ""
    params = QueryDict(own, mutable=True)
    for name in query.keys() - {"view", *params}:
        params.setlist(name, query.getlist(name))
    return f"{address}?{params.urlencode()}" if params else address


def _view(key: str) -> Callable[[Journey], str]:
    return lambda journey: f"{reverse('journeys:detail', args=[journey.pk])}?view={key}"


register_tab(TabKind("map", pgettext_lazy("view", "Map"), _view("map"), 10, shared=True))
register_tab(TabKind("table", pgettext_lazy("view", "Table"), _view("table"), 20, shared=True))
register_tab(TabKind("curve", pgettext_lazy("view", "Curve"), _view("curve"), 40, shared=True))
register_tab(TabKind("evidence", pgettext_lazy("view", "Evidence"), _view("evidence"), 50))
register_tab(
    TabKind(
        "present",
        pgettext_lazy("view", "Present"),
        lambda journey: reverse("journeys:present", args=[journey.pk]),
        60,
        shared=True,
    )
)
