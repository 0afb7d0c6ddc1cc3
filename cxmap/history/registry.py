"""What apps say of their rows in the feed: names and addresses of scopes, links to what was changed, words that were said.

The change log itself knows nothing of the apps above it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scope:
    """What changes belong to on a screen: a map. `href` is empty when it is in the trash."""

    id: str
    name: str
    href: str


# Rows of a workspace by id; all of them that are on the screen without ids. One query.
ScopeLoader = Callable[[int, Collection[str] | None], Mapping[str, Scope]]
# The address of what was changed, from the change and the address of its scope; empty: nowhere to go. No query.
Link = Callable[[Any, str], str]
# Words to quote, by id of the target; what is deleted is left out. One query.
QuoteLoader = Callable[[int, Collection[str]], Mapping[str, str]]

_scopes: dict[str, ScopeLoader] = {}
_links: dict[str, Link] = {}
_quotes: dict[str, QuoteLoader] = {}


def register_scope(label: str, loader: ScopeLoader) -> None:
    """Name the rows of a model ("journeys.journey") that changes are filtered and grouped by."""
    _scopes[label] = loader


def register_link(label: str, link: Link) -> None:
    """Say where a changed row of a model can be looked at."""
    _links[label] = link


def register_quotes(label: str, loader: QuoteLoader) -> None:
    """Say what is quoted of the rows of a model in the feed."""
    _quotes[label] = loader


def scope_labels() -> list[str]:
    return list(_scopes)


def scopes_of(label: str, workspace_id: int, ids: Collection[str] | None = None) -> Mapping[str, Scope]:
    return _scopes[label](workspace_id, ids) if label in _scopes else {}


def link_of(change: Any, scope_href: str) -> str:
    link = _links.get(change.target_type)
    return link(change, scope_href) if link else ""


def quotes_of(workspace_id: int, targets: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the words of targets (label, id); one query for each kind of row that is quoted."""
    found = {}
    for label, loader in _quotes.items():
        ids = {pk for own, pk in targets if own == label}
        if ids:
            found.update({(label, pk): text for pk, text in loader(workspace_id, ids).items()})
    return found
