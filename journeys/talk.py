"""How many threads of a map are open, and the signs that say so on its board."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from cxmap.lib.prepared import Prepared
from journeys.comments import Place
from journeys.models import Comment, Journey

_open_roots = Prepared(
    lambda journey: (
        Comment.objects.filter(journey=journey)
        .unresolved()
        .shown_threads()
        .only("target_kind", "target_id", "step_id")
        .order_by()
    )
)


@dataclass(frozen=True, slots=True)
class OpenThreads:
    """How many threads of a map are open: by the id of the row that they are on, of cells by (lane, step)."""

    by_row: Mapping[Any, int] = field(default_factory=dict)
    places: Mapping[Place, int] = field(default_factory=dict)
    total: int = 0

    def as_signs(self) -> dict[str, Any]:
        """Return what a script needs to draw the signs anew: how many, by place as addresses name it."""
        return {"total": self.total, "on": {str(place): number for place, number in self.places.items()}}


def open_label(number: int) -> str:
    """Return what the sign of so many open threads says aloud."""
    return ngettext("%(number)s open thread of comments", "%(number)s open threads of comments", number) % {
        "number": number
    }


def sign_of(journey: Journey, open_by_row: Mapping[Any, int], *, in_grid: bool = True) -> Callable[..., SafeString]:
    """Return what draws the sign of a row that has open threads: sign("step", id), sign("cell", lane, step).

    In the grid of a map the keyboard reaches it by a key on its cell, elsewhere as any link.
    """
    address, icons = reverse("journeys:comments", args=[journey.pk]), static("icons.svg")

    def sign(kind: str, pk: UUID, step: UUID | None = None) -> SafeString:
        number = open_by_row[(pk, step) if step is not None else pk]
        label = open_label(number)
        return format_html(
            '<a class="talk" href="{}?on={}" data-talk{} draggable="false" title="{}" aria-label="{}">'
            '<svg class="icon" aria-hidden="true"><use href="{}#comment"></use></svg>{}</a>',
            address,
            Place(kind, pk, step),
            SafeString(' tabindex="-1"') if in_grid else "",
            label,
            label,
            icons,
            number,
        )

    return sign


def signs_of(journey: Journey, talk: OpenThreads | None, *, in_grid: bool = True) -> dict[str, Any]:
    """Return the variables with which templates of the board draw signs; none where nothing is open."""
    if talk is None or not talk.by_row:
        return {}
    return {"talk": talk.by_row, "sign": sign_of(journey, talk.by_row, in_grid=in_grid)}


def open_threads(journey: Journey) -> OpenThreads:
    """Count the open threads of a map; one query."""
    places: dict[Place, int] = defaultdict(int)
    for root in _open_roots(journey=journey.pk):
        places[Place.of(root)] += 1
    by_row: dict[Any, int] = {}
    for place, number in places.items():
        if place.id is not None:
            by_row[(place.id, place.step) if place.step is not None else place.id] = number
    return OpenThreads(by_row, dict(places), sum(places.values()))
