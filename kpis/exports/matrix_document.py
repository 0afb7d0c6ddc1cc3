"""The matrix as seen, on A3 and as an image: real text, set by Typst."""

from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext

from cxmap.lib import formats, typesetting
from kpis.selectors.matrix import Cell, Matrix, columns_said, filters_said

TEMPLATE = Path(__file__).parent / "matrix.typ"
PIXELS_PER_INCH = 110  # 420 mm are some 1,800 pixels


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "kind": cell.kind,
        "state": cell.state or "",
        "count": f"{cell.mark} {formats.whole(cell.count)}".strip(),
        "chips": [{"mark": chip.mark or "◌", "name": chip.name} for chip in cell.chips],
        "more": f"+{formats.whole(cell.more)}" if cell.more else "",
    }


def matrix_data(found: Matrix, *, image: bool = False) -> dict[str, Any]:
    """Return what the template sets."""
    workspace = found.places.workspace
    day = formats.short_date(timezone.localdate())
    footer = [workspace.name, gettext("cxmap · printed on %(day)s") % {"day": day}]
    if workspace.fictional:
        footer.insert(1, gettext("Fictional company, made-up figures"))
    return {
        "language": (get_language() or "en")[:2],
        "image": image,
        "title": gettext("Touchpoint matrix"),
        "columns_text": columns_said(found.filters),
        "filters": [[one.label, one.value] for one in filters_said(found.filters)],
        "category": gettext("Category"),
        "channel": gettext("Channel"),
        "total": gettext("Total"),
        "columns": [column.name for column in found.columns],
        "groups": [
            {
                "name": group.category.name,
                "rows": [
                    {
                        "name": row.channel.name,
                        "cells": [_cell(cell) for cell in row.cells],
                        "total": formats.whole(row.total),
                    }
                    for row in group.rows
                ],
            }
            for group in found.groups
        ],
        "totals": [formats.whole(total) for total in (*found.column_totals, found.total)],
        "legend": legend(),
        "footer": " · ".join(footer),
    }


def legend() -> str:
    return gettext(
        "– no touchpoint · ◌ touchpoints without KPI · ○ KPIs without enough data · ▼ getting worse · ■ target missed ·"
        " ◆ to watch · ● on target · ▲ getting better · +n: so many more"
    )


def matrix_pdf(found: Matrix) -> bytes:
    """Return the matrix as PDF, A3 landscape, on as many pages as it takes."""
    return typesetting.pdf(TEMPLATE, matrix_data(found))


def matrix_png(found: Matrix) -> bytes:
    """Return the matrix as one image."""
    return typesetting.png(TEMPLATE, matrix_data(found, image=True), pixels_per_inch=PIXELS_PER_INCH)
