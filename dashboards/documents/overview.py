"""The overview on paper: the same parts as on the screen, in the order in which they are read."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext

from cxmap.lib import formats, typesetting
from cxmap.workspaces.models import Workspace
from dashboards.documents.board import PIXELS_PER_INCH, TEMPLATE
from kpis.selectors.bindings import BindingView
from kpis.selectors.dashboard import Dashboard


def _figure(title: str, value: str, *notes: str, x: int) -> dict[str, Any]:
    block = {
        "k": "figure",
        "value": value,
        "notes": [note for note in notes if note],
        "mark": "",
        "state": "",
        "tone": "",
    }
    return {"title": title, "width": 3, "x": x, "y": 0, "blocks": [block]}


def _tiles(page: Dashboard) -> list[dict[str, Any]]:
    head = page.headline
    oldest = page.oldest.state.newest_day if page.oldest and page.oldest.state else None
    return [
        _figure(
            head.kpi.name if head else gettext("Satisfaction"),
            head.value_text if head else "—",
            " · ".join(filter(None, [head.interval_text, head.base_text])) if head else gettext("no data yet"),
            formats.period_text(head.start, head.end) if head else "",
            x=0,
        ),
        _figure(
            gettext("Open signals"),
            formats.whole(page.open_signals),
            ngettext("of which %(number)s new this week", "of which %(number)s new this week", page.new_signals)
            % {"number": page.new_signals},
            x=3,
        ),
        _figure(
            gettext("Targets met"),
            gettext("%(met)s of %(all)s") % {"met": page.targets_met, "all": page.targets_set},
            gettext("%(n)s without enough data") % {"n": page.targets_unknown} if page.targets_unknown else "",
            x=6,
        ),
        _figure(
            gettext("Oldest data"),
            formats.day_month(oldest) if oldest else "—",
            f"{page.oldest.touchpoint.name} › {page.oldest.kpi.name}" if page.oldest else gettext("no data yet"),
            page.oldest.stale_text if page.oldest else "",
            x=9,
        ),
    ]


def _hurts(page: Dashboard) -> dict[str, Any]:
    rows = [
        [
            f"{hurt.view.mark} {hurt.view.touchpoint.name} › {hurt.view.kpi.name}",
            hurt.stage,
            hurt.change_text,
            hurt.view.state_text,
            " · ".join(filter(None, [hurt.flag.owner, hurt.answer.text if hurt.answer else ""])) or "—",
        ]
        for hurt in page.hurts
    ]
    head = [
        gettext("Touchpoint › KPI"),
        gettext("Stage"),
        gettext("Change of the value"),
        gettext("State"),
        gettext("In charge"),
    ]
    blocks: list[dict[str, Any]] = [{"k": "table", "head": head, "rows": rows, "right": []}]
    if not rows:
        empty = (
            gettext("No KPI has enough data yet: nothing can be said of what hurts. Bring data first.")
            if page.no_data or page.nothing_bound
            else gettext("No open signal.")
        )
        blocks = [{"k": "note", "text": empty}]
    return {"title": gettext("What hurts"), "width": 8, "x": 0, "y": 1, "blocks": blocks}


def _named(view: BindingView) -> str:
    return f"{view.mark} {view.touchpoint.name} › {view.kpi.name} · {view.value_text}"


def _sides(page: Dashboard) -> dict[str, Any]:
    better = [_named(view) for view in page.better] or [gettext("No established improvement.")]
    watching = [_named(view) for view in page.watching] or [gettext("Nothing to watch.")]
    return {
        "title": gettext("What gets better"),
        "width": 4,
        "x": 8,
        "y": 1,
        "blocks": [
            {"k": "text", "paragraphs": better},
            {"k": "heading", "text": gettext("To watch")},
            {"k": "text", "paragraphs": watching},
        ],
    }


def _all(page: Dashboard) -> dict[str, Any]:
    rows = [
        [
            f"{row.view.touchpoint.name} › {row.view.kpi.name}",
            row.stage,
            row.view.value_text,
            row.view.interval_text or "—",
            formats.whole(row.view.n),
            row.view.target_text or "—",
            row.change_text or "—",
            f"{row.view.mark} {row.view.state_text}",
        ]
        for row in page.rows
    ]
    head = [
        gettext("Touchpoint › KPI"),
        gettext("Stage"),
        gettext("Value"),
        gettext("Interval"),
        pgettext("sample", "Base"),
        gettext("Target"),
        pgettext("of a value", "Change"),
        gettext("State"),
    ]
    table = {"k": "table", "head": head, "rows": rows, "right": [2, 3, 4]}
    return {"title": gettext("All KPIs by stage"), "width": 12, "x": 0, "y": 2, "blocks": [table]}


def overview_data(workspace: Workspace, page: Dashboard, *, paper: bool) -> dict[str, Any]:
    """Return what the template of dashboards sets; filters are named as on the screen."""
    chosen = [page.filters.journey, page.filters.persona, page.filters.category, page.filters.kpi, page.filters.part]
    printed = gettext("cxmap · printed on %(day)s") % {"day": formats.short_date(timezone.localdate())}
    tiles = [*_tiles(page), _hurts(page), _sides(page), _all(page)] if not page.nothing_bound else []
    return {
        "language": (get_language() or "en")[:2],
        "paper": paper,
        "title": gettext("Overview of %(name)s") % {"name": workspace.name},
        "lead": formats.period_text(page.period.start, page.period.end) if page.period else "",
        "filters": " · ".join(str(one) for one in chosen if one is not None),
        "fictional": gettext("Fictional company, made-up figures") if workspace.fictional else "",
        "footer": f"{workspace.name} · {printed}",
        "tiles": tiles,
        "empty": gettext("No KPI is bound to a touchpoint here"),
    }


def overview_pdf(workspace: Workspace, page: Dashboard) -> bytes:
    """Return the overview as PDF, A4 across, real text."""
    return typesetting.pdf(TEMPLATE, overview_data(workspace, page, paper=True))


def overview_png(workspace: Workspace, page: Dashboard) -> bytes:
    """Return the overview as one image."""
    data = overview_data(workspace, page, paper=False)
    return typesetting.png(TEMPLATE, data, pixels_per_inch=PIXELS_PER_INCH)
