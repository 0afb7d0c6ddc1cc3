"""Words: plain paragraphs, or a figure that a guide cites."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboards import references
from dashboards.models import Tile
from dashboards.selectors.context import Context
from dashboards.tiles.registry import Block, Loaded, TileForm, TileKind, register


class TextForm(TileForm):
    text = forms.CharField(
        label=_("Text"),
        max_length=4000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("Plain text; an empty line begins a new paragraph."),
    )


class ReferenceForm(TileForm):
    figure = forms.ChoiceField(
        label=_("Figure"), help_text=_("Shown as a text with its label; it never becomes a target.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["figure"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((figure.key, figure.title) for figure in references.FIGURES),
        ]


@dataclass(frozen=True, slots=True)
class TextTile:
    head: Loaded
    paragraphs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ReferenceTile:
    head: Loaded
    figure: references.Figure | None = None


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a plain text."""
    parts = text.replace("\r\n", "\n").split("\n\n")
    return [part.strip() for part in parts if part.strip()]


def load(context: Context, tiles: Sequence[Tile]) -> Mapping[UUID, TextTile]:
    return {
        tile.pk: TextTile(head=Loaded(title=""), paragraphs=paragraphs(str(tile.settings.get("text", ""))))
        for tile in tiles
    }


def load_references(context: Context, tiles: Sequence[Tile]) -> Mapping[UUID, ReferenceTile]:
    found: dict[UUID, ReferenceTile] = {}
    for tile in tiles:
        figure = references.BY_KEY.get(str(tile.settings.get("figure", "")))
        if figure is None:
            empty = gettext("This figure is no longer in the library: choose another one, or remove the tile.")
            found[tile.pk] = ReferenceTile(head=Loaded(title="", empty=empty))
            continue
        href = "" if context.public else reverse("dashboards:references", args=[context.workspace.slug])
        found[tile.pk] = ReferenceTile(head=Loaded(title=gettext("Reference figure"), href=href), figure=figure)
    return found


def blocks(data: TextTile) -> list[Block]:
    return [{"k": "text", "paragraphs": list(data.paragraphs)}]


def reference_blocks(data: ReferenceTile) -> list[Block]:
    if data.figure is None:
        return [{"k": "note", "text": data.head.empty}]
    figure = data.figure
    return [
        {"k": "text", "paragraphs": [f"{figure.number} {figure.says}"]},
        {"k": "note", "text": f"{references.label()} · {figure.attribution}"},
    ]


register(
    TileKind(
        key="text",
        label=_("Text"),
        hint=_("Words between the figures: what they mean, what was decided."),
        form=TextForm,
        load=load,
        template="dashboards/tiles/_text.html",
        blocks=blocks,
        width=6,
        rank=80,
    )
)
register(
    TileKind(
        key="reference",
        label=_("Reference figure"),
        hint=_("A figure that a guide cites, labelled as not verified."),
        form=ReferenceForm,
        load=load_references,
        template="dashboards/tiles/_reference.html",
        blocks=reference_blocks,
        width=4,
        rank=90,
    )
)
