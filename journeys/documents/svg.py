"""Shapes as SVG with real text: it can be searched, copied and changed in a drawing program."""

import re
from collections.abc import Iterator, Sequence
from math import cos, pi, sin
from xml.sax.saxutils import escape, quoteattr

from cxmap.lib.fonts import width
from journeys.documents.shapes import Clip, Line, Marker, Page, Path, Picture, Rect, Shape, Text

FONT = "'Fira Sans', 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _paint(fill: str, stroke: str, thickness: float, dash: Sequence[float] = ()) -> str:
    text = f' fill="{fill or "none"}"'
    if stroke:
        text += f' stroke="{stroke}" stroke-width="{_n(thickness)}"'
    if dash:
        text += f' stroke-dasharray="{" ".join(_n(part) for part in dash)}"'
    return text


def corners(marker: Marker) -> list[tuple[float, float]]:
    """Return the corners of a marker that has some."""
    turns = {"square": (4, pi / 4), "triangle": (3, -pi / 2), "diamond": (4, 0.0), "hexagon": (6, 0.0)}
    count, start = turns.get(marker.kind, (6, 0.0))
    reach = marker.size * 1.2
    return [
        (
            marker.x + reach * cos(start + 2 * pi * number / count),
            marker.y + reach * sin(start + 2 * pi * number / count),
        )
        for number in range(count)
    ]


def _shape(shape: Shape, clips: list[int]) -> Iterator[str]:
    if isinstance(shape, Rect):
        radius = f' rx="{_n(shape.radius)}"' if shape.radius else ""
        yield (
            f'<rect x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(max(shape.w, 0))}" height="{_n(max(shape.h, 0))}"{radius}'
            f"{_paint(shape.fill, shape.stroke, shape.thickness)}/>"
        )
    elif isinstance(shape, Line):
        ends = f'x1="{_n(shape.x1)}" y1="{_n(shape.y1)}" x2="{_n(shape.x2)}" y2="{_n(shape.y2)}"'
        yield f"<line {ends}{_paint('', shape.stroke, shape.thickness, shape.dash)}/>"
    elif isinstance(shape, Text):
        yield _text(shape)
    elif isinstance(shape, Path):
        opacity = f' fill-opacity="{_n(shape.opacity)}"' if shape.opacity < 1 else ""
        yield f'<path d="{shape.d}"{_paint(shape.fill, shape.stroke, shape.thickness, shape.dash)}{opacity}/>'
    elif isinstance(shape, Marker):
        paint = _paint(shape.fill, shape.stroke, shape.thickness)
        if shape.kind == "circle":
            yield f'<circle cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.size)}"{paint}/>'
        else:
            points = " ".join(f"{_n(x)},{_n(y)}" for x, y in corners(shape))
            yield f'<polygon points="{points}"{paint}/>'
    elif isinstance(shape, Picture):
        inner = re.sub(r"^.*?<svg\b", "", shape.svg, count=1, flags=re.DOTALL)
        attributes, _end, body = inner.partition(">")
        box = re.search(r'viewBox="[^"]*"', attributes)
        place = f'x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.w)}" height="{_n(shape.h)}"'
        yield f'<svg {place} {box[0] if box else ""} preserveAspectRatio="xMinYMid meet">{body}'
    elif isinstance(shape, Clip):
        clips.append(len(clips) + 1)
        name = f"c{clips[-1]}"
        yield (
            f'<clipPath id="{name}"><rect x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.w)}" height="{_n(shape.h)}"/>'
            f'</clipPath><g clip-path="url(#{name})">'
        )
        for inside in shape.shapes:
            yield from _shape(inside, clips)
        yield "</g>"


def _text(shape: Text) -> str:
    style = f' font-weight="{shape.weight}"' if shape.weight != 400 else ""
    style += ' font-style="italic"' if shape.italic else ""
    style += f' text-anchor="{shape.anchor}"' if shape.anchor != "start" else ""
    if len(shape.text) > 8:
        # Another font of the reader's machine must not run over the edge of a card.
        own = width(shape.text, shape.size, weight=shape.weight, italic=shape.italic)
        style += f' textLength="{_n(own)}" lengthAdjust="spacingAndGlyphs"'
    text = escape(FORBIDDEN.sub("", shape.text))
    return f'<text x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}" fill="{shape.fill}"{style}>{text}</text>'


def svg_write(page: Page, *, title: str, language: str) -> bytes:
    """Return one page as an SVG file of the same size in points."""
    clips: list[int] = []
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(page.w)}pt" height="{_n(page.h)}pt"'
        f' viewBox="0 0 {_n(page.w)} {_n(page.h)}" font-family={quoteattr(FONT)} lang="{language}" role="img">',
        f"<title>{escape(FORBIDDEN.sub('', title))}</title>",
        f'<rect width="{_n(page.w)}" height="{_n(page.h)}" fill="#FFFFFF"/>',
    ]
    for shape in page.shapes:
        parts += _shape(shape, clips)
    return "".join([*parts, "</svg>\n"]).encode()
