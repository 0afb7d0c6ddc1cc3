"""The registry of tile kinds: a form for the settings, one loader for all tiles of a page, a template, blocks for paper."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from dashboards.models import Tile
from dashboards.selectors.context import Context

Block = dict[str, Any]  # what a document sets: see dashboards/documents/board.typ


class TileForm(forms.Form):
    """What every tile has. Kinds add their fields; what they hold is what `settings` keeps."""

    title = forms.CharField(
        label=_("Title"), max_length=120, required=False, help_text=_("Empty: what the tile shows names it.")
    )
    width = forms.TypedChoiceField(label=_("Width"), coerce=int, choices=Tile.Width.choices)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order: Sequence[str] | None = None

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace = workspace
        own = [name for name in self.fields if name not in TileForm.base_fields]
        self.order_fields([*own, "title", "width", "revision"])

    def settings(self) -> dict[str, Any]:
        """Return what is kept of a valid form, as JSON values."""
        return {
            name: str(value) if isinstance(value, UUID) else value
            for name, value in self.cleaned_data.items()
            if name not in {"width", "revision"} and value not in ("", None)
        }


@dataclass(frozen=True, slots=True)
class TileKind:
    """One kind of tile. `load` reads all tiles of the kind on a page in a constant number of queries."""

    key: str
    label: Any
    hint: Any
    form: type[TileForm]
    load: Callable[[Context, Sequence[Tile]], Mapping[UUID, Any]]
    template: str
    blocks: Callable[[Any], list[Block]]
    width: int = 4
    rank: int = 100


@dataclass(slots=True)
class _Registry:
    kinds: dict[str, TileKind] = field(default_factory=dict)


_registry = _Registry()


def register(kind: TileKind) -> None:
    """Add a kind. The same key twice is an error of the programmer."""
    if kind.key in _registry.kinds:
        raise ValueError(f"The kind of tile {kind.key!r} is registered twice.")
    _registry.kinds[kind.key] = kind


def kind_of(key: str) -> TileKind | None:
    return _registry.kinds.get(key)


def kinds() -> list[TileKind]:
    return sorted(_registry.kinds.values(), key=lambda kind: (kind.rank, kind.key))


@dataclass(frozen=True, slots=True)
class Loaded:
    """Common to all kinds: what stands in the head of a tile, and what to do when there is nothing to show."""

    title: str
    note: str = ""  # days and base in words
    href: str = ""  # where a click leads; empty: nowhere
    drawer: bool = False  # the address answers with a fragment for the drawer
    empty: str = ""  # what to do; the tile then shows nothing else


@dataclass(frozen=True, slots=True)
class Shown:
    """A tile with what its kind has read. `data` None: the kind or what the settings name is gone."""

    tile: Tile
    kind: TileKind | None
    data: Any

    @property
    def title(self) -> str:
        own = self.tile.settings.get("title", "")
        return own or (self.data.head.title if self.data else "") or (str(self.kind.label) if self.kind else "")


def load(context: Context, tiles: Sequence[Tile]) -> list[Shown]:
    """Return the tiles of a page with their data, order kept; a constant number of queries a kind."""
    found: dict[UUID, Any] = {}
    for kind in kinds():
        own = [tile for tile in tiles if tile.kind == kind.key]
        if own:
            found.update(kind.load(context, own))
    return [Shown(tile, kind_of(tile.kind), found.get(tile.pk)) for tile in tiles]
