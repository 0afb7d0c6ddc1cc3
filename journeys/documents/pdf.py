"""The map as one A3 sheet, or more when it does not fit: tiles break at column borders and repeat the labels."""

from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext

from cxmap.lib import formats, typesetting
from journeys.curve import HEIGHT, Curve
from journeys.lanes import PrintLine
from journeys.selectors import Board, LaneRow

TEMPLATE = Path(__file__).parent / "map.typ"
COLUMNS_PER_SHEET = 12  # on A3 landscape each column then has 30 mm, which 7-point text needs


def _line(line: PrintLine) -> dict[str, str]:
    return {"text": line.text, "style": line.style, "tone": line.tone, "svg": line.svg}


def curve_svg(curve: Curve, first: int, last: int) -> str:
    """Return the slice of the curve over some columns as an SVG of its own; dash and markers survive greyscale."""
    width = curve.column * (last - first)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{first * curve.column} 0 {width} {HEIGHT}"'
        f' width="{width}" height="{HEIGHT}">'
    ]
    for level, y in curve.levels:
        dash = "" if level == 0 else ' stroke-dasharray="3 4"'
        parts.append(f'<line x1="0" x2="{curve.width}" y1="{y}" y2="{y}" stroke="#d5d9df"{dash}/>')
    parts += [f'<path d="{path}" fill="#0072b2" fill-opacity=".18"/>' for path in curve.ribbons]
    parts += [
        f'<path d="{path}" fill="none" stroke="#5b6472" stroke-width="2" stroke-dasharray="5 4"/>'
        for path in curve.believed_paths
    ]
    parts += [f'<path d="{path}" fill="none" stroke="#0072b2" stroke-width="3"/>' for path in curve.measured_paths]
    for point in curve.points[first:last]:
        if point.measured:
            parts.append(f'<circle cx="{point.x}" cy="{point.measured_y}" r="5" fill="#0072b2"/>')
        if point.believed is not None:
            parts.append(
                f'<circle cx="{point.x}" cy="{point.believed_y}" r="4.5" fill="#fff" stroke="#5b6472" stroke-width="1.8"/>'
            )
    return "".join([*parts, "</svg>"])


def _lane(row: LaneRow, board: Board, first: int, last: int) -> dict[str, Any]:
    data: dict[str, Any] = {"label": row.label, "hint": str(row.kind.hint)}
    if row.curve:
        data["hint"] = gettext("dashed: believed by the team; solid: measured among customers, with 95% interval")
        data["svg"] = curve_svg(row.curve, first, last)
        return data
    data["cells"] = [
        [_line(line) for line in row.kind.lines(row.cells.get(column.step.pk))] for column in board.columns[first:last]
    ]
    return data


def map_data(board: Board) -> dict[str, Any]:
    """Return what the template sets: sheets of columns, each with the labels again."""
    journey = board.journey
    count = len(board.columns)
    sheets = []
    for first in range(0, max(count, 1), COLUMNS_PER_SHEET):
        last = min(first + COLUMNS_PER_SHEET, count)
        stages = []
        for band in board.stages:
            inside = [column for column in band.columns if first <= column.index < last]
            if inside:
                stages.append({"name": band.stage.name, "span": len(inside)})
        sheets.append(
            {
                "stages": stages,
                "steps": [
                    {
                        "number": column.number,
                        "name": column.step.name,
                        "mark": column.badge.mark if column.badge else "",
                        "tone": column.badge.tone if column.badge else "",
                        "truth": column.step.moment_of_truth,
                    }
                    for column in board.columns[first:last]
                ],
                "lanes": [_lane(row, board, first, last) for row in board.lanes],
            }
        )
    chips = [", ".join(filter(None, [persona.name, persona.tagline])) for persona in board.personas] or [
        gettext("no persona yet")
    ]
    chips += [str(journey.get_horizon_display()), str(journey.get_status_display())]
    if journey.owner:
        chips.append(gettext("Owner: %(owner)s") % {"owner": journey.owner})
    footer = [
        gettext("cxmap · printed on %(day)s") % {"day": formats.short_date(timezone.localdate())},
        gettext("map revision %(number)s") % {"number": journey.board_revision},
    ]
    if journey.workspace.fictional:
        footer.append(gettext("fictional company, made-up figures"))
    return {
        "language": (get_language() or "en")[:2],
        "title": journey.name,
        "chips": chips,
        "facts": [{"value": fact.value, "label": str(fact.label)} for fact in board.facts],
        "scenario": journey.scenario,
        "sheets": sheets,
        "footer": " · ".join(footer),
        "legend": gettext(
            "▼ getting worse   ■ target missed, stable   ◆ to watch   ● on target   ▲ getting better   ○ not enough data"
        ),
        "stages_label": gettext("Stages"),
    }


def map_pdf(board: Board) -> bytes:
    """Return the map as PDF, A3 landscape, vectors and real text."""
    return typesetting.pdf(TEMPLATE, map_data(board))
