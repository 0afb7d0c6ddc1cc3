"""What can be found: every app registers what it holds; nobody below knows what that is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from cxmap.search.texts import NOTHING
from cxmap.workspaces.models import User, Workspace


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one kind, as people see them. rank: their order where nothing fits better than the rest."""

    key: str
    label: Any  # lazy text
    rank: int


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that can be found.

    rows returns those of a workspace that a person may see, by their keys only: the statement is kept and used for
    other people. A migration of their table says what of them is searched (texts.search_columns); columns says it for
    a table that has none, whose rows are few. title, context and body are shown and depend on the language ("fr" or "en");
    key is what href makes an address of.
    """

    group: Group
    rows: Callable[[Workspace, User | None], QuerySet[Any]]
    title: Callable[[str], Combinable]
    key: Combinable
    href: Callable[[Workspace, str], str]
    context: Callable[[str], Combinable] = lambda _language: NOTHING
    body: Callable[[str], Combinable] = lambda _language: NOTHING
    columns: Sequence[str] = ()


_sources: list[Source] = []


def register(*sources: Source) -> None:
    """Add what an app holds."""
    for source in sources:
        if source not in _sources:
            _sources.append(source)


def sources() -> Sequence[Source]:
    return tuple(_sources)


def groups() -> list[Group]:
    """Return the groups in their order."""
    return sorted({source.group for source in _sources}, key=lambda group: group.rank)
