"""Blocks that apps above the library add to the page and drawer of a touchpoint (its KPIs, its pain points)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

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
