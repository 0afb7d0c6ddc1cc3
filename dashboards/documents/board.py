"""A dashboard on paper: its tiles in the same order and widths, its filters repeated, its days named."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext

from cxmap.lib import formats, typesetting
from dashboards.selectors.page import Page
from dashboards.tiles.registry import Shown

TEMPLATE = Path(__file__).parent / "board.typ"
PIXELS_PER_INCH = 144


def _tile(shown: Shown, x: int, y: int) -> dict[str, Any]:
    if shown.kind is None or shown.data is None:
        blocks: list[Any] = [{"k": "note", "text": gettext("This tile can no longer be shown.")}]
    else:
        blocks = shown.kind.blocks(shown.data)
    title = shown.tile.settings.get("title", "") if shown.tile.kind == "text" else shown.title
    return {"title": title, "width": shown.tile.width, "x": x, "y": y, "blocks": blocks}


def placed(tiles: Sequence[Shown]) -> list[dict[str, Any]]:
    """Return the tiles with column and row (0-based): a line is filled from the left, as on the screen."""
    found, x, y = [], 0, 0
    for shown in tiles:
        if x + shown.tile.width > 12:
            x, y = 0, y + 1
        found.append(_tile(shown, x, y))
        x += shown.tile.width
    return found


def board_data(page: Page, *, paper: bool) -> dict[str, Any]:
    """Return what the template sets; `paper` False: one image as high as it has to be."""
    workspace = page.dashboard.workspace
    printed = gettext("cxmap · printed on %(day)s") % {"day": formats.short_date(timezone.localdate())}
    return {
        "language": (get_language() or "en")[:2],
        "paper": paper,
        "title": page.dashboard.name,
        "lead": page.days_text,
        "filters": page.filters_text,
        "fictional": gettext("Fictional company, made-up figures") if workspace.fictional else "",
        "footer": f"{workspace.name} · {printed}",
        "tiles": placed(page.shown),
        "empty": gettext("This dashboard has no tile yet."),
    }


def board_pdf(page: Page) -> bytes:
    """Return a dashboard as PDF, A4 across, real text."""
    return typesetting.pdf(TEMPLATE, board_data(page, paper=True))


def board_png(page: Page) -> bytes:
    """Return a dashboard as one image."""
    return typesetting.png(TEMPLATE, board_data(page, paper=False), pixels_per_inch=PIXELS_PER_INCH)
