"""What apps above the library add to its pages: blocks of a touchpoint (its KPIs, its pain points), links of the list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from cxmap.workspaces.models import Workspace
from touchpoints.models import Touchpoint


@dataclass(frozen=True, slots=True)
class Panel:
    """One block: a Django template and its variables."""

    template: str
    context: dict[str, Any]
    rank: int = 100


_loaders: list[Callable[[HttpRequest, Touchpoint], Panel | None]] = []


def register(loader: Callable[[HttpRequest, Touchpoint], Panel | None]) -> None:
    """Add a block. The loader gets a request whose membership is checked already (request.membership)."""
    if loader not in _loaders:
        _loaders.append(loader)


def panels(request: HttpRequest, touchpoint: Touchpoint) -> list[Panel]:
    found = [panel for loader in _loaders if (panel := loader(request, touchpoint)) is not None]
    return sorted(found, key=lambda panel: panel.rank)


@dataclass(frozen=True, slots=True)
class Link:
    """A page about the whole library."""

    label: str
    address: str


_linkers: list[Callable[[HttpRequest, Workspace], Link]] = []


def register_link(linker: Callable[[HttpRequest, Workspace], Link]) -> None:
    """Add a page to the head of the library."""
    if linker not in _linkers:
        _linkers.append(linker)


def links(request: HttpRequest, workspace: Workspace) -> list[Link]:
    return [linker(request, workspace) for linker in _linkers]
