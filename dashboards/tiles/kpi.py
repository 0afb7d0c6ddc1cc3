"""One figure: value, interval, base, target, state, since when, sparkline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from dashboards.models import Tile
from dashboards.selectors.context import Context
from dashboards.selectors.lines import Ask, Point, filled, lines_read, value_text
from dashboards.selectors.periods import weeks
from dashboards.tiles.registry import Block, Loaded, TileKind, register
from dashboards.tiles.subjects import Subject, SubjectForm, name_of, subjects_of
from kpis.charts import Spark, spark
from kpis.marks import MARKS, WORST_FIRST
from kpis.models import State

WEEKS = 12  # behind the sparkline of a pooled figure


@dataclass(frozen=True, slots=True)
class KpiTile:
    """What a KPI tile shows. Texts are localised; an unknown value is a dash and its state says why."""

    head: Loaded
    value_text: str = "—"
    interval_text: str = ""
    base_text: str = ""
    target_text: str = ""
    code: str = State.NO_DATA
    state_text: str = ""
    stale_text: str = ""
    spark: Spark | None = None

    @property
    def mark(self) -> str:
        return MARKS[self.code]


def of_view(subject: Subject, *, public: bool) -> KpiTile:
    """Return the tile of one KPI on one touchpoint, as every screen shows it."""
    view = subject.views[0]
    note = view.period_text
    if view.chosen_period and view.state is not None:
        state_days = formats.period_text(view.state.period_start, view.state.period_end)
        note += gettext(" · state of %(days)s") % {"days": state_days}
    return KpiTile(
        head=Loaded(
            title=subject.title,
            note=note,
            href="" if public else view.touchpoint.get_absolute_url(),
            drawer=True,
        ),
        value_text=view.value_text,
        interval_text=view.interval_text,
        base_text=view.base_text,
        target_text=view.target_text,
        code=view.code,
        state_text=view.state_text,
        stale_text=view.stale_text,
        spark=view.spark,
    )


def pooled_states(subject: Subject) -> tuple[str, str]:
    """Return the worst state of the touchpoints and how many have it: a sum of counts has no state of its own."""
    codes = [view.code for view in subject.views]
    code = min(codes, key=WORST_FIRST.index)
    number = codes.count(code)
    words = ngettext(
        "%(state)s on %(n)s touchpoint of %(all)s", "%(state)s on %(n)s touchpoints of %(all)s", number
    ) % {"state": State(code).label, "n": number, "all": len(codes)}
    return code, words


def of_points(subject: Subject, point: Point | None, line: Sequence[float | None], days: str, *, href: str) -> KpiTile:
    """Return the tile of a KPI over all its touchpoints."""
    kpi = subject.kpi
    code, words = pooled_states(subject)
    with_target = [view for view in subject.views if view.has_target]
    met = sum(1 for view in with_target if view.meets_target)
    target = gettext("targets met: %(met)s of %(all)s") % {"met": met, "all": len(with_target)} if with_target else ""
    return KpiTile(
        head=Loaded(title=subject.title, note=days, href=href),
        value_text=value_text(kpi, point.value, point.figure.quantile) if point else "—",
        interval_text=formats.kpi_interval(point.low, point.high, kpi.unit, value=point.value) if point else "",
        base_text=f"{formats.whole(point.n)} {kpi.denominator_name}" if point else gettext("no data in this period"),
        target_text=target,
        code=code,
        state_text=words,
        spark=spark(line),
    )


def list_address(context: Context, kpi: Any) -> str:
    """Return where all touchpoints of a KPI stand one below the other."""
    if context.public:
        return ""
    query = [("kpi", kpi.code)]
    if context.journey is not None:
        query.append(("journey", str(context.journey.pk)))
    if context.persona is not None:
        query.append(("persona", str(context.persona.pk)))
    if context.category is not None:
        query.append(("category", context.category.code))
    if context.period is not None:
        query.append(("period", f"{context.period.start}/{context.period.end}"))
    return f"{context.workspace.get_absolute_url()}?{urlencode(query)}#all"


def empty_text(context: Context) -> str:
    if context.journey or context.persona or context.category:
        return gettext("Nothing of this is left by the filters: take one of them off above.")
    return gettext("What this tile showed is no longer bound: choose something else in its settings, or remove it.")


def load(context: Context, tiles: Sequence[Tile]) -> Mapping[UUID, KpiTile]:
    subjects = subjects_of(context, tiles)
    days = context.days
    history = weeks(context.today, WEEKS)
    asks: list[Ask] = []
    for tile_id, own in subjects.items():
        if not own.single:
            asks.append(Ask((tile_id, "total"), own.kpi, own.touchpoints, days.start, days.end, "total"))
            asks.append(Ask((tile_id, "line"), own.kpi, own.touchpoints, history.start, history.end, "week"))
    lines = lines_read(context.workspace, asks, today=context.today)
    by_key = {ask.key: ask for ask in asks}
    found = {}
    for tile in tiles:
        subject = subjects.get(tile.pk)
        if subject is None:
            found[tile.pk] = KpiTile(head=Loaded(title=name_of(context, tile), empty=empty_text(context)))
        elif subject.single:
            found[tile.pk] = of_view(subject, public=context.public)
        else:
            total = next(iter(lines[tile.pk, "total"]), None)
            line = filled(lines[tile.pk, "line"], by_key[tile.pk, "line"])
            words = formats.period_text(days.start, days.end)
            found[tile.pk] = of_points(subject, total, line, words, href=list_address(context, subject.kpi))
    return found


def blocks(data: KpiTile) -> list[Block]:
    if data.head.empty:
        return [{"k": "note", "text": data.head.empty}]
    notes = [
        " · ".join(filter(None, [data.interval_text, data.base_text])),
        data.head.note,
        data.target_text,
        data.stale_text,
    ]
    return [
        {
            "k": "figure",
            "value": data.value_text,
            "notes": [note for note in notes if note],
            "mark": data.mark,
            "state": data.state_text,
            "tone": str(data.code),
        }
    ]


register(
    TileKind(
        key="kpi",
        label=_("KPI"),
        hint=_("One figure with its interval, base, target, state and last weeks."),
        form=SubjectForm,
        load=load,
        template="dashboards/tiles/_kpi.html",
        blocks=blocks,
        width=3,
        rank=10,
    )
)
