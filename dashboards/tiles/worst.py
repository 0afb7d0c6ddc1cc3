"""What hurts: touchpoints with an open signal, ranked by customers touched × gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from dashboards.models import Tile
from dashboards.selectors.context import Context
from dashboards.tiles.registry import Block, Loaded, TileForm, TileKind, register
from kpis.models import Flag, State
from kpis.selectors.dashboard import Hurt, hurts_of


class WorstForm(TileForm):
    rows = forms.TypedChoiceField(
        label=_("How many"), coerce=int, choices=[(number, str(number)) for number in (3, 5, 7, 10, 20)], initial=5
    )


@dataclass(frozen=True, slots=True)
class WorstTile:
    """`dismissed` counts signals that someone refused, `watching` and `unknown` KPIs without one: no proof that all is well."""

    head: Loaded
    rows: Sequence[Hurt] = ()
    more: int = 0
    dismissed: int = 0
    watching: int = 0
    unknown: int = 0
    public: bool = False

    @property
    def rest_text(self) -> str:
        parts = []
        if self.more:
            parts.append(ngettext("%(n)s more signal", "%(n)s more signals", self.more) % {"n": self.more})
        if self.dismissed:
            text = ngettext("%(n)s dismissed signal", "%(n)s dismissed signals", self.dismissed)
            parts.append(text % {"n": self.dismissed})
        if self.watching:
            parts.append(gettext("%(n)s to watch") % {"n": self.watching})
        if self.unknown:
            parts.append(gettext("%(n)s without enough data") % {"n": self.unknown})
        return " · ".join(parts)


def load(context: Context, tiles: Sequence[Tile]) -> Mapping[UUID, WorstTile]:
    hurts = hurts_of(context.views, context.stages, today=context.today)
    codes = [view.code for view in context.views]
    watching, unknown = codes.count(State.WATCH), codes.count(State.NO_DATA)
    dismissed = sum(1 for view in context.views if view.flag and view.flag.status == Flag.Status.REFUSED)
    found: dict[UUID, WorstTile] = {}
    for tile in tiles:
        number = tile.settings.get("rows", 5)
        empty = ""
        if not codes:
            empty = gettext("No KPI is bound here: open a touchpoint and bind one, or take a filter off.")
        elif not hurts and unknown == len(codes):
            empty = gettext("No KPI has enough data yet: nothing can be said of what hurts. Bring data first.")
        found[tile.pk] = WorstTile(
            head=Loaded(
                title=gettext("What hurts"),
                note=gettext("ranked by customers touched × gap"),
                href="" if context.public else context.workspace.get_absolute_url(),
                empty=empty,
            ),
            rows=hurts[:number],
            more=max(0, len(hurts) - number),
            dismissed=dismissed,
            watching=watching,
            unknown=unknown,
            public=context.public,
        )
    return found


def blocks(data: WorstTile) -> list[Block]:
    if data.head.empty:
        return [{"k": "note", "text": data.head.empty}]
    if not data.rows:
        return [{"k": "note", "text": " · ".join(filter(None, [gettext("No open signal."), data.rest_text]))}]
    rows: list[list[Any]] = [
        [
            f"{hurt.view.mark} {hurt.view.touchpoint.name} › {hurt.view.kpi.name}",
            hurt.stage,
            hurt.change_text,
            hurt.view.base_text,
            hurt.flag.owner or "—",
        ]
        for hurt in data.rows
    ]
    head = [
        gettext("Touchpoint › KPI"),
        gettext("Stage"),
        gettext("Change of the value"),
        gettext("Base"),
        gettext("In charge"),
    ]
    found: list[Block] = [{"k": "table", "head": head, "rows": rows, "right": []}]
    if data.rest_text:
        found.append({"k": "note", "text": data.rest_text})
    return found


register(
    TileKind(
        key="worst",
        label=_("Worst touchpoints"),
        hint=_("Open signals, ranked by customers touched × gap."),
        form=WorstForm,
        load=load,
        template="dashboards/tiles/_worst.html",
        blocks=blocks,
        width=6,
        rank=50,
    )
)
