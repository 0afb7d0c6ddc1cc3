"""The answers behind an NPS: promoters, passives, detractors, score by score (B10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from dashboards.charts import scores_figure
from dashboards.drawing import bars_svg
from dashboards.models import Tile
from dashboards.selectors.context import Context
from dashboards.selectors.lines import Ask, Point, lines_read, scores_read
from dashboards.tiles.kpi import empty_text, list_address
from dashboards.tiles.registry import Block, Loaded, TileForm, TileKind, register
from dashboards.tiles.subjects import kpi_choices, uuid_of
from kpis.models import Kpi, KpiKind
from kpis.selectors.history import figure_texts
from kpis.statistics import nps_bucket, wilson

SCORES = range(11)
GROUPS = ("promoter", "passive", "detractor")
PAPER = {"promoter": "#2166AC", "passive": "#9CA3AF", "detractor": "#A34F05"}


def group_label(key: str) -> str:
    return {
        "promoter": gettext("promoters (9 and 10)"),
        "passive": gettext("passives (7 and 8)"),
        "detractor": gettext("detractors (0 to 6)"),
    }[key]


def group_of(score: int) -> str:
    return {1: "promoter", 0: "passive", -1: "detractor"}[int(nps_bucket([score])[0])]


class NpsForm(TileForm):
    kpi = forms.TypedChoiceField(label=_("KPI"), coerce=str)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kpi"].choices = kpi_choices(self.workspace, kind=KpiKind.NPS)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    label: str
    count: int
    share_text: str
    interval_text: str
    shown: bool  # the filter of the address leaves it
    length: float  # of the bar, percent


@dataclass(frozen=True, slots=True)
class Score:
    score: int
    count: int
    group: str
    shown: bool


@dataclass(frozen=True, slots=True)
class NpsTile:
    head: Loaded
    kpi: Kpi | None = None
    value_text: str = "—"
    interval_text: str = ""
    base_text: str = ""
    groups: Sequence[Group] = ()
    scores: Sequence[Score] = ()  # empty: the source gave only sums, the scores are unknown
    unknown: int = 0  # answers whose score is not known
    chosen: str = ""
    figure: dict[str, Any] | None = None
    chart_id: str = ""

    @property
    def unknown_text(self) -> str:
        if not self.unknown:
            return ""
        return gettext("The scores of %(n)s answers are not known: their source gave sums only.") % {
            "n": formats.whole(self.unknown)
        }


def _groups(point: Point, chosen: str) -> list[Group]:
    """Return the three groups from the sums: numerator = promoters − detractors, squares = promoters + detractors."""
    if point.sums is None or point.sums.sum_squares is None:
        return []
    promoters = round((point.sums.sum_squares + point.sums.numerator) / 2)
    detractors = round((point.sums.sum_squares - point.sums.numerator) / 2)
    counts = {"promoter": promoters, "passive": point.n - promoters - detractors, "detractor": detractors}
    found = []
    for key in GROUPS:
        share = wilson(counts[key], point.n)
        found.append(
            Group(
                key=key,
                label=group_label(key),
                count=counts[key],
                share_text=formats.percent(float(share.value), 0),
                interval_text=formats.kpi_interval(float(share.low), float(share.high), "percent", value=0.5),
                shown=chosen in ("", key),
                length=round(100 * float(share.value), 1),
            )
        )
    return found


def _tile(context: Context, tile: Tile, kpi: Kpi, point: Point, scores: Mapping[int, int]) -> NpsTile:
    chosen = context.group
    counts = [scores.get(score, 0) for score in SCORES]
    rows = [Score(score, counts[score], group_of(score), chosen in ("", group_of(score))) for score in SCORES]
    known = sum(counts)
    texts = figure_texts(kpi)
    return NpsTile(
        head=Loaded(
            title=pgettext("tile", "NPS: who answered what"),
            note=formats.period_text(context.days.start, context.days.end),
            href=list_address(context, kpi),
        ),
        kpi=kpi,
        value_text=formats.kpi_value(point.value, kpi.unit),
        interval_text=formats.kpi_interval(point.low, point.high, kpi.unit, value=point.value),
        base_text=f"{formats.whole(point.n)} {kpi.denominator_name}",
        groups=_groups(point, chosen),
        scores=rows if known else (),
        unknown=max(0, point.n - known),
        chosen=chosen,
        figure=scores_figure(counts=counts, groups=[row.group for row in rows], shown=chosen, texts=texts)
        if known
        else None,
        chart_id=f"chart-tile-{tile.pk}",
    )


def load(context: Context, tiles: Sequence[Tile]) -> Mapping[UUID, NpsTile]:
    days = context.days
    asks = []
    for tile in tiles:
        kpi = context.kpis.get(uuid_of(tile.settings.get("kpi")) or UUID(int=0))
        touchpoints = context.touchpoints_with(kpi.pk) if kpi else []
        if kpi is not None and touchpoints:
            asks.append(Ask(tile.pk, kpi, touchpoints, days.start, days.end, "total"))
    points = lines_read(context.workspace, asks, today=context.today)
    scores = scores_read(context.workspace, asks)
    by_tile = {ask.key: ask for ask in asks}
    found: dict[UUID, NpsTile] = {}
    for tile in tiles:
        ask = by_tile.get(tile.pk)
        if ask is None:
            found[tile.pk] = NpsTile(head=Loaded(title="", empty=empty_text(context)))
        elif not points[tile.pk]:
            text = gettext("No answer in %(days)s: choose other days above, or bring the answers of a survey.")
            empty = text % {"days": formats.period_text(days.start, days.end)}
            found[tile.pk] = NpsTile(head=Loaded(title=ask.kpi.name, empty=empty))
        else:
            found[tile.pk] = _tile(context, tile, ask.kpi, points[tile.pk][0], scores.get(tile.pk, {}))
    return found


def blocks(data: NpsTile) -> list[Block]:
    if data.head.empty:
        return [{"k": "note", "text": data.head.empty}]
    found: list[Block] = [
        {
            "k": "figure",
            "value": data.value_text,
            "notes": [" · ".join(filter(None, [data.interval_text, data.base_text])), data.head.note],
            "mark": "",
            "state": "",
            "tone": "",
        }
    ]
    if data.scores:
        found.append(
            {
                "k": "chart",
                "svg": bars_svg(
                    labels=[str(row.score) for row in data.scores],
                    counts=[row.count for row in data.scores],
                    texts=[formats.whole(row.count) for row in data.scores],
                    fills=[PAPER[row.group] if row.shown else "#E5E7EB" for row in data.scores],
                ),
                "alt": data.head.title,
            }
        )
    rows = [[group.label, formats.whole(group.count), group.share_text, group.interval_text] for group in data.groups]
    head = [gettext("Group"), gettext("Answers"), pgettext("of answers", "Share"), gettext("Interval")]
    if rows:
        found.append({"k": "table", "head": head, "rows": rows, "right": [1, 2, 3]})
    if data.unknown_text:
        found.append({"k": "note", "text": data.unknown_text})
    return found


register(
    TileKind(
        key="nps",
        label=_("NPS distribution"),
        hint=_("Promoters, passives and detractors, score by score."),
        form=NpsForm,
        load=load,
        template="dashboards/tiles/_nps.html",
        blocks=blocks,
        width=6,
        rank=30,
    )
)
