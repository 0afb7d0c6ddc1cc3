"""How new the data of every source are."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from dashboards.models import Tile
from dashboards.selectors.context import Context
from dashboards.tiles.registry import Block, Loaded, TileForm, TileKind, register
from kpis.freshness import stale
from kpis.models import Source

# The newest observation of every series, found through the end of one index; the series are few.
NEWEST = """
SELECT newest.source_id, max(newest.last_day), count(*)
  FROM kpis_series AS series
 CROSS JOIN LATERAL (
       SELECT last_day, source_id FROM kpis_observation AS row
        WHERE row.workspace_id = %s AND row.series_id = series.id
        ORDER BY row.workspace_id, row.series_id, row.first_day DESC LIMIT 1) AS newest
 WHERE series.workspace_id = %s
 GROUP BY newest.source_id
"""


@dataclass(frozen=True, slots=True)
class FreshnessRow:
    source: Source
    newest: dt.date | None  # None: no number rests on it
    late: bool
    today: dt.date
    href: str = ""

    @property
    def age_text(self) -> str:
        if self.newest is None:
            return gettext("no data yet")
        days = (self.today - self.newest).days
        return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": formats.whole(days)}

    @property
    def rhythm_text(self) -> str:
        days = self.source.rhythm_days
        return ngettext("every day", "every %(n)s days", days) % {"n": days}

    @property
    def state_text(self) -> str:
        if self.newest is None:
            return gettext("unknown")
        return gettext("late") if self.late else gettext("up to date")


@dataclass(frozen=True, slots=True)
class FreshnessTile:
    head: Loaded
    rows: Sequence[FreshnessRow] = ()


def load(context: Context, tiles: Sequence[Tile]) -> Mapping[UUID, FreshnessTile]:
    sources = list(Source.objects.filter(workspace=context.workspace, deleted_at=None))
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [context.workspace.pk, context.workspace.pk])
        newest = {source: day for source, day, _series in cursor.fetchall()}
    rows = [
        FreshnessRow(
            source=source,
            newest=newest.get(source.pk),
            late=stale(newest.get(source.pk), rhythm_days=source.rhythm_days, today=context.today),
            today=context.today,
            href="" if context.public else reverse("sources:source", args=[source.public_id]),
        )
        for source in sources
    ]
    rows.sort(key=lambda row: (row.newest is not None, row.newest or context.today, row.source.sort_key))
    empty = "" if rows else gettext("No source yet: bring an export, use the API or type a measure.")
    data = FreshnessTile(
        head=Loaded(
            title=gettext("Freshness of the data"),
            href="" if context.public else reverse("sources:list", args=[context.workspace.slug]),
            empty=empty,
        ),
        rows=rows,
    )
    return {tile.pk: data for tile in tiles}


def blocks(data: FreshnessTile) -> list[Block]:
    if data.head.empty:
        return [{"k": "note", "text": data.head.empty}]
    rows = [[row.source.name, formats.short_date(row.newest), row.age_text, row.state_text] for row in data.rows]
    head = [gettext("Source"), gettext("Newest day"), gettext("Age"), gettext("State")]
    return [{"k": "table", "head": head, "rows": rows, "right": []}]


register(
    TileKind(
        key="freshness",
        label=_("Freshness"),
        hint=_("The newest day of every source, and which is late."),
        form=TileForm,
        load=load,
        template="dashboards/tiles/_freshness.html",
        blocks=blocks,
        width=6,
        rank=70,
    )
)
