"""Laid-out pages as PDF (vectors, real text) and PNG, set by Typst."""

import re
from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import Any

from cxmap.lib import typesetting
from journeys.documents.shapes import Clip, Line, Marker, Page, Path, Picture, Rect, Shape, Text
from journeys.documents.svg import corners

TEMPLATE = FilePath(__file__).parent / "map.typ"
SEGMENT = re.compile(r"([MLCZ])([^MLCZ]*)")
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def _paint(
    fill: str = "", stroke: str = "", thickness: float = 1, dash: Sequence[float] = (), opacity: float = 1
) -> dict[str, Any]:
    return {"fill": fill, "stroke": stroke, "thickness": thickness, "dash": list(dash), "opacity": opacity}


def _r(value: float) -> float:
    return round(value, 2)


def _data(shape: Shape) -> dict[str, Any]:
    if isinstance(shape, Text):
        return {
            "k": "t", "x": _r(shape.x), "y": _r(shape.y), "text": shape.text, "size": _r(shape.size),
            "weight": shape.weight, "italic": shape.italic, "fill": shape.fill, "anchor": shape.anchor,
        }  # fmt: skip
    if isinstance(shape, Rect):
        place = {
            "k": "r",
            "x": _r(shape.x),
            "y": _r(shape.y),
            "w": _r(max(shape.w, 0)),
            "h": _r(max(shape.h, 0)),
            "radius": _r(shape.radius),
        }
        return place | _paint(shape.fill, shape.stroke, shape.thickness)
    if isinstance(shape, Line):
        ends = {"k": "l", "x1": _r(shape.x1), "y1": _r(shape.y1), "x2": _r(shape.x2), "y2": _r(shape.y2)}
        return ends | _paint("", shape.stroke, shape.thickness, shape.dash)
    if isinstance(shape, Path):
        segments = [
            [key, *(float(number) for number in NUMBERS.findall(rest))] for key, rest in SEGMENT.findall(shape.d)
        ]
        return {"k": "p", "segments": segments} | _paint(
            shape.fill, shape.stroke, shape.thickness, shape.dash, shape.opacity
        )
    if isinstance(shape, Marker):
        paint = _paint(shape.fill, shape.stroke, shape.thickness)
        if shape.kind == "circle":
            return {"k": "c", "x": _r(shape.x), "y": _r(shape.y), "r": _r(shape.size)} | paint
        points = corners(shape)
        segments = [["M", *points[0]], *(["L", *point] for point in points[1:]), ["Z"]]
        return {"k": "p", "segments": segments} | paint
    if isinstance(shape, Picture):
        return {"k": "i", "x": _r(shape.x), "y": _r(shape.y), "w": _r(shape.w), "h": _r(shape.h), "svg": shape.svg}
    assert isinstance(shape, Clip)  # noqa: S101 - the last of the kinds
    inside = [_data(entry) for entry in shape.shapes]
    return {"k": "clip", "x": _r(shape.x), "y": _r(shape.y), "w": _r(shape.w), "h": _r(shape.h), "shapes": inside}


def pages_data(pages: Sequence[Page], *, title: str, language: str) -> dict[str, Any]:
    return {
        "title": title,
        "language": language,
        "pages": [
            {"w": _r(page.w), "h": _r(page.h), "shapes": [_data(shape) for shape in page.shapes]} for page in pages
        ],
    }


def pdf_write(pages: Sequence[Page], *, title: str, language: str) -> bytes:
    return typesetting.pdf(TEMPLATE, pages_data(pages, title=title, language=language))


def png_write(page: Page, *, title: str, language: str, scale: float) -> bytes:
    """Return one page as an image, 96 pixels an inch times `scale`."""
    return typesetting.png(TEMPLATE, pages_data([page], title=title, language=language), pixels_per_inch=96 * scale)
