"""How many go on from step to step of one journey (A16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from dashboards.models import Tile
from dashboards.selectors.context import Context
from dashboards.tiles.registry import Block, Loaded, TileForm, TileKind, register
from dashboards.tiles.subjects import uuid_of
from journeys.models import Journey
from kpis.selectors.funnel import Funnel, funnels


class FunnelForm(TileForm):
    journey = forms.ChoiceField(label=_("Journey"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        journeys = Journey.objects.filter(workspace=self.workspace, deleted_at=None).order_by("sort_key", "id")
        self.fields["journey"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((str(journey.pk), journey.name) for journey in journeys),
        ]


@dataclass(frozen=True, slots=True)
class FunnelTile:
    head: Loaded
    funnel: Funnel | None = None


def load(context: Context, tiles: Sequence[Tile]) -> Mapping[UUID, FunnelTile]:
    wanted = {tile.pk: uuid_of(tile.settings.get("journey")) for tile in tiles}
    journeys = Journey.objects.filter(
        workspace=context.workspace, deleted_at=None, pk__in=[pk for pk in wanted.values() if pk]
    ).in_bulk()
    read = funnels(list(journeys.values()), today=context.today, period=context.days, persona=context.persona)
    found: dict[UUID, FunnelTile] = {}
    for tile in tiles:
        journey = journeys.get(wanted[tile.pk] or UUID(int=0))
        if journey is None:
            text = gettext("The journey of this tile is gone: choose another one in its settings, or remove it.")
            found[tile.pk] = FunnelTile(head=Loaded(title="", empty=text))
            continue
        funnel = read[journey.pk]
        empty = ""
        if funnel.counted < 2:
            empty = gettext(
                "No funnel to draw yet: two steps at least must be counted in the same unit, by a rate whose base is visits."
            )
        days = formats.period_text(context.days.start, context.days.end)
        found[tile.pk] = FunnelTile(
            head=Loaded(
                title=gettext("Funnel: %(name)s") % {"name": journey.name},
                note=f"{days} · {gettext('in %(unit)s') % {'unit': funnel.unit}}",
                href="" if context.public else reverse("kpis:funnel", args=[journey.pk]),
                empty=empty,
            ),
            funnel=funnel,
        )
    return found


def blocks(data: FunnelTile) -> list[Block]:
    if data.head.empty or data.funnel is None:
        return [{"k": "note", "text": data.head.empty}]
    rows = [
        [
            f"{row.number}. {row.name}" if row.number else f"= {row.name}",
            formats.whole(row.count) if row.count is not None else gettext("not counted"),
            row.kept_text or "—",
            formats.whole(row.lost) if row.lost is not None else "—",
        ]
        for row in data.funnel.rows
    ]
    head = [gettext("Step"), data.funnel.unit, gettext("Go on"), pgettext("funnel", "Lost")]
    found: list[Block] = []
    if data.funnel.sentence:
        found.append({"k": "text", "paragraphs": [data.funnel.sentence]})
    found.append({"k": "table", "head": head, "rows": rows, "right": [1, 2, 3]})
    found.append({"k": "note", "text": data.head.note})
    return found


register(
    TileKind(
        key="funnel",
        label=_("Funnel"),
        hint=_("How many go on from step to step of a journey, and where most are lost."),
        form=FunnelForm,
        load=load,
        template="dashboards/tiles/_funnel.html",
        blocks=blocks,
        width=6,
        rank=35,
    )
)
