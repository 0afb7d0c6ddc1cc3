"""One KPI, category by category: counts of the same KPI are added, nothing else is compared."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from dashboards.charts import categories_figure
from dashboards.drawing import dots_svg
from dashboards.models import Tile
from dashboards.selectors.context import Context
from dashboards.selectors.lines import Ask, Point, lines_read, value_text
from dashboards.tiles.kpi import empty_text, list_address
from dashboards.tiles.registry import Block, Loaded, TileForm, TileKind, register
from dashboards.tiles.subjects import kpi_choices, uuid_of
from kpis.models import Kpi
from kpis.selectors.history import figure_texts
from touchpoints.models import Category


class CategoriesForm(TileForm):
    kpi = forms.ChoiceField(label=_("KPI"), help_text=_("Categories are compared by one KPI: its counts are added."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kpi"].choices = kpi_choices(self.workspace)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class CategoryRow:
    category: Category
    touchpoints: int
    point: Point | None  # None: no data in these days
    kpi: Kpi

    @property
    def value_text(self) -> str:
        return value_text(self.kpi, self.point.value, self.point.figure.quantile) if self.point else "—"

    @property
    def interval_text(self) -> str:
        point = self.point
        return formats.kpi_interval(point.low, point.high, self.kpi.unit, value=point.value) if point else ""

    @property
    def base_text(self) -> str:
        return f"{formats.whole(self.point.n)} {self.kpi.denominator_name}" if self.point else gettext("no data")


@dataclass(frozen=True, slots=True)
class CategoriesTile:
    head: Loaded
    kpi: Kpi | None = None
    rows: Sequence[CategoryRow] = ()
    figure: dict[str, Any] | None = None
    chart_id: str = ""


def load(context: Context, tiles: Sequence[Tile]) -> Mapping[UUID, CategoriesTile]:
    days = context.days
    asks: list[Ask] = []
    kpis: dict[UUID, Kpi] = {}
    groups: dict[tuple[UUID, int], list[UUID]] = defaultdict(list)
    categories: dict[int, Category] = {}
    for binding in context.bindings:
        groups[binding.kpi_id, binding.touchpoint.category_id].append(binding.touchpoint_id)
        categories[binding.touchpoint.category_id] = binding.touchpoint.category
    for tile in tiles:
        kpi = context.kpis.get(uuid_of(tile.settings.get("kpi")) or UUID(int=0))
        if kpi is None:
            continue
        kpis[tile.pk] = kpi
        for (kpi_id, category_id), own in groups.items():
            if kpi_id == kpi.pk:
                asks.append(Ask((tile.pk, category_id), kpi, own, days.start, days.end, "total"))
    lines = lines_read(context.workspace, asks, today=context.today)
    found: dict[UUID, CategoriesTile] = {}
    for tile in tiles:
        kpi = kpis.get(tile.pk)
        own_asks = [ask for ask in asks if ask.key[0] == tile.pk]
        if kpi is None or not own_asks:
            found[tile.pk] = CategoriesTile(head=Loaded(title="", empty=empty_text(context)))
            continue
        rows = [
            CategoryRow(categories[ask.key[1]], len(ask.touchpoints), next(iter(lines[ask.key]), None), kpi)
            for ask in own_asks
        ]
        rows.sort(key=lambda row: row.category.pk)
        known = [row for row in rows if row.point and row.point.value is not None]
        figure = categories_figure(
            names=[row.category.name for row in rows],
            values=[row.point.value if row.point else None for row in rows],
            lows=[row.point.low if row.point else None for row in rows],
            highs=[row.point.high if row.point else None for row in rows],
            unit=kpi.unit,
            texts=figure_texts(kpi),
        )
        found[tile.pk] = CategoriesTile(
            head=Loaded(
                title=gettext("%(kpi)s by category") % {"kpi": kpi.name},
                note=formats.period_text(days.start, days.end),
                href=list_address(context, kpi),
            ),
            kpi=kpi,
            rows=rows,
            figure=figure if known else None,
            chart_id=f"chart-tile-{tile.pk}",
        )
    return found


def drawing(data: CategoriesTile) -> str:
    points = [row.point for row in data.rows if row.point and row.point.value is not None]
    if not points or data.kpi is None:
        return ""
    ends = [end for point in points for end in (point.value, point.low, point.high) if end is not None]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.08 or abs(high) * 0.08 or 0.1
    low, high = low - room, high + room
    unit = data.kpi.unit
    return dots_svg(
        labels=[row.category.name for row in data.rows],
        values=[row.point.value if row.point else None for row in data.rows],
        lows=[row.point.low if row.point else None for row in data.rows],
        highs=[row.point.high if row.point else None for row in data.rows],
        extent=(low, high),
        end_labels=(formats.kpi_value(low, unit), formats.kpi_value(high, unit)),
    )


def blocks(data: CategoriesTile) -> list[Block]:
    if data.head.empty:
        return [{"k": "note", "text": data.head.empty}]
    found: list[Block] = []
    picture = drawing(data)
    if picture:
        found.append({"k": "chart", "svg": picture, "alt": data.head.title})
    rows = [[row.category.name, row.value_text, row.interval_text or "—", row.base_text] for row in data.rows]
    head = [gettext("Category"), gettext("Value"), gettext("Interval"), gettext("Base")]
    found.append({"k": "table", "head": head, "rows": rows, "right": [1, 2, 3]})
    found.append({"k": "note", "text": data.head.note})
    return found


register(
    TileKind(
        key="categories",
        label=_("Comparison of categories"),
        hint=_("One KPI in marketing, sales, service and product, with intervals."),
        form=CategoriesForm,
        load=load,
        template="dashboards/tiles/_categories.html",
        blocks=blocks,
        width=6,
        rank=40,
    )
)
