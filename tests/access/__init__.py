"""Who may open what: one row for every named address and for every method of the API.

Each app has a module here with its ROWS; a new module is found by itself. An address without a row fails tests/test_access.py.

    ROWS = [
        Row("personas:edit", lambda world: {"pk": persona(world).pk}, Role.EDITOR),
        Row("personas:delete", lambda world: {"pk": persona(world).pk}, Role.EDITOR, method="post"),
        ApiRow("api:persona-detail", lambda world: {"pk": persona(world).pk}, Role.EDITOR, method="patch"),
    ]

What is expected follows from the needed role: strangers are sent to sign in (the API answers 401), members of another
workspace find nothing (404), members without the role are refused (403), all others get through: any answer that is
neither a refusal nor an error of ours. Every call is rolled back, so rows do not disturb each other.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from cxmap.workspaces.models import Role


class Open(Enum):
    """Pages that ask for less than a role."""

    ANYONE = "anyone"
    SIGNED_IN = "whoever is signed in"


@dataclass
class World:
    """The cast, and what rows have made for it: `world.once("persona", make)` makes it the first time."""

    cast: Any
    made: dict[str, Any] = field(default_factory=dict)

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]


Kwargs = Callable[[World], dict[str, Any]]
Query = str | Callable[[World], str]


def nothing(world: World) -> dict[str, Any]:
    return {}


def in_workspace(world: World) -> dict[str, Any]:
    """The address of something of the whole workspace."""
    return {"slug": world.cast.workspace.slug}


@dataclass(frozen=True)
class Row:
    """One page or action. `needs` is the lowest role, or Open; `ok` the one status that counts as getting through.

    A query that is a function names something of the workspace, as the keyword arguments do.
    """

    name: str
    kwargs: Kwargs
    needs: Role | Open
    method: str = "get"
    data: dict[str, Any] | Kwargs = field(default_factory=dict)
    query: Query = ""
    ok: int | None = None


@dataclass(frozen=True)
class ApiRow:
    """One method of one address of the API, called with a token that has all rights of its member."""

    name: str
    kwargs: Kwargs
    needs: Role | Open
    method: str = "get"
    data: Any = None
    query: Query = ""


def all_rows() -> list[Row | ApiRow]:
    """Return the rows of all modules of this package."""
    found: list[Row | ApiRow] = []
    for module in pkgutil.iter_modules(__path__):
        found += importlib.import_module(f"{__name__}.{module.name}").ROWS
    return found


def named_patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every address of the project with its full name; one without a name gets its path."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from named_patterns(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield f"{prefix}{pattern.name or pattern.pattern}", pattern
