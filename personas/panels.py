"""Blocks that apps above add to a persona's sheet (the journeys it stands on)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from personas.models import Persona


@dataclass(frozen=True, slots=True)
class Panel:
    """One block: a Django template and its variables."""

    template: str
    context: dict[str, Any]
    rank: int = 100


_loaders: list[Callable[[HttpRequest, Persona], Panel | None]] = []


def register(loader: Callable[[HttpRequest, Persona], Panel | None]) -> None:
    """Add a block. The loader gets a request whose membership is checked already (request.membership)."""
    if loader not in _loaders:
        _loaders.append(loader)


def panels(request: HttpRequest, persona: Persona) -> list[Panel]:
    found = [panel for loader in _loaders if (panel := loader(request, persona)) is not None]
    return sorted(found, key=lambda panel: panel.rank)
