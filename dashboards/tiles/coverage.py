"""How much of the library is measured: touchpoints with a KPI, with data, with a target."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from dashboards.models import Tile
from dashboards.selectors.context import Context
from dashboards.tiles.registry import Block, Loaded, TileForm, TileKind, register
from kpis.models import State
from touchpoints.models import Touchpoint


@dataclass(slots=True)
class CoverageRow:
    """Touchpoints of one category, or of all; counts of touchpoints, not of KPIs."""

    name: str
    touchpoints: int = 0
    with_kpi: int = 0
    with_data: int = 0  # enough for a state in the last closed period
    with_target: int = 0

    def _part(self, count: int) -> str:
        share = formats.percent(count / self.touchpoints, 0) if self.touchpoints else "—"
        return f"{formats.whole(count)} ({share})"

    @property
    def kpi_text(self) -> str:
        return self._part(self.with_kpi)

    @property
    def data_text(self) -> str:
        return self._part(self.with_data)

    @property
    def target_text(self) -> str:
        return self._part(self.with_target)


@dataclass(frozen=True, slots=True)
class CoverageTile:
    head: Loaded
    total: CoverageRow | None = None
    rows: Sequence[CoverageRow] = ()


def load(context: Context, tiles: Sequence[Tile]) -> Mapping[UUID, CoverageTile]:
    touchpoints = Touchpoint.objects.filter(workspace=context.workspace, deleted_at=None).select_related("category")
    if context.journey is not None or context.persona is not None:
        touchpoints = touchpoints.filter(pk__in=list(context.stages))
    if context.category is not None:
        touchpoints = touchpoints.filter(category=context.category)
    bound, known, aimed = set(), set(), set()
    for view in context.views:
        bound.add(view.binding.touchpoint_id)
        if view.code != State.NO_DATA:
            known.add(view.binding.touchpoint_id)
        if view.has_target:
            aimed.add(view.binding.touchpoint_id)
    rows: dict[int, CoverageRow] = defaultdict(lambda: CoverageRow(""))
    total = CoverageRow(gettext("All"))
    for touchpoint in touchpoints:
        row = rows[touchpoint.category_id]
        row.name = touchpoint.category.name
        for part in (row, total):
            part.touchpoints += 1
            part.with_kpi += touchpoint.pk in bound
            part.with_data += touchpoint.pk in known
            part.with_target += touchpoint.pk in aimed
    empty = ""
    if not total.touchpoints:
        empty = gettext("No touchpoint here: describe the first one in the library, or take a filter off.")
    data = CoverageTile(
        head=Loaded(
            title=gettext("Coverage of the touchpoints"),
            note=gettext("with data: enough in the last closed period to conclude something"),
            href="" if context.public else f"/w/{context.workspace.slug}/matrix/?mode=coverage",
            empty=empty,
        ),
        total=total,
        rows=[rows[key] for key in sorted(rows)],
    )
    return {tile.pk: data for tile in tiles}


def blocks(data: CoverageTile) -> list[Block]:
    if data.head.empty or data.total is None:
        return [{"k": "note", "text": data.head.empty}]
    rows = [
        [row.name, formats.whole(row.touchpoints), row.kpi_text, row.data_text, row.target_text]
        for row in [*data.rows, data.total]
    ]
    head = [
        gettext("Category"),
        gettext("Touchpoints"),
        gettext("with KPI"),
        gettext("with data"),
        gettext("with target"),
    ]
    return [
        {"k": "table", "head": head, "rows": rows, "right": [1, 2, 3, 4]},
        {"k": "note", "text": data.head.note},
    ]


register(
    TileKind(
        key="coverage",
        label=_("Coverage"),
        hint=_("How many touchpoints have a KPI, data and a target."),
        form=TileForm,
        load=load,
        template="dashboards/tiles/_coverage.html",
        blocks=blocks,
        width=6,
        rank=60,
    )
)
