"""Slides of native shapes: every text can be changed, every shape moved.

Shapes are written as DrawingML and parsed once a slide: a large document has several thousand of them.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from pptx import Presentation
from pptx.util import Pt

from cxmap.lib.fonts import width

WIDTH, HEIGHT, MARGIN = 960.0, 540.0, 28.0  # points: 16 to 9
INK = "#111827"
FORBIDDEN = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    size: float
    bold: bool = False
    italic: bool = False
    fill: str = INK


@dataclass(slots=True)
class Slide:
    """The shapes of one slide as XML, in order."""

    title: str
    language: str
    parts: list[str] = field(default_factory=list)
    title_room: float = WIDTH - 2 * MARGIN
    pictures: list[tuple[str, bytes, float, float, float, float]] = field(default_factory=list)

    def _head(self, name: str, *, text: bool = False) -> str:
        number = len(self.parts) + 10
        box = ' txBox="1"' if text else ""
        return f'<p:nvSpPr><p:cNvPr id="{number}" name={quoteattr(clean(name))}/><p:cNvSpPr{box}/><p:nvPr/></p:nvSpPr>'

    def shape(
        self,
        name: str,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        geometry: str = "rect",
        fill: str = "",
        stroke: str = "",
        thickness: float = 0.75,
        paragraphs: Sequence[Sequence[Run]] = (),
        align: str = "l",
        anchor: str = "t",
        inset: float = 0,
        radius: float = 0,
    ) -> None:
        """Add a shape with text that can be edited in it."""
        guide = f'<a:avLst><a:gd name="adj" fmla="val {int(radius)}"/></a:avLst>' if radius else "<a:avLst/>"
        body = self._body(paragraphs, align=align, anchor=anchor, inset=inset)
        self.parts.append(
            f"<p:sp>{self._head(name, text=not fill and not stroke)}<p:spPr>{_frame(x, y, w, h)}"
            f'<a:prstGeom prst="{geometry}">{guide}</a:prstGeom>{_paint(fill)}{_line(stroke, thickness)}</p:spPr>{body}</p:sp>'
        )

    def freeform(
        self,
        name: str,
        segments: Sequence[Sequence[Any]],
        *,
        fill: str = "",
        opacity: float = 1,
        stroke: str = "",
        thickness: float = 1,
        dash: str = "solid",
    ) -> None:
        """Add a path with points that can be dragged: ("M", x, y), ("C", x1, y1, x2, y2, x, y), ("L", x, y), ("Z",)."""
        xs = [value for entry in segments for value in entry[1::2]]
        ys = [value for entry in segments for value in entry[2::2]]
        left, top = min(xs), min(ys)
        w, h = max(max(xs) - left, 0.1), max(max(ys) - top, 0.1)
        path = []
        for entry in segments:
            points = "".join(
                f'<a:pt x="{_emu(x - left)}" y="{_emu(y - top)}"/>'
                for x, y in zip(entry[1::2], entry[2::2], strict=True)
            )
            tag = {"M": "moveTo", "L": "lnTo", "C": "cubicBezTo"}.get(entry[0])
            path.append(f"<a:{tag}>{points}</a:{tag}>" if tag else "<a:close/>")
        inside = "norm" if fill else "none"
        geometry = (
            '<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/><a:pathLst>'
            f'<a:path w="{_emu(w)}" h="{_emu(h)}" fill="{inside}">{"".join(path)}</a:path></a:pathLst></a:custGeom>'
        )
        self.parts.append(
            f"<p:sp>{self._head(name)}<p:spPr>{_frame(left, top, w, h)}{geometry}{_paint(fill, opacity)}"
            f"{_line(stroke, thickness, dash)}</p:spPr></p:sp>"
        )

    def picture(self, name: str, content: bytes, x: float, y: float, w: float, h: float) -> None:
        """Add a PNG or JPEG picture; its name is what a screen reader says."""
        self.pictures.append((name, content, x, y, w, h))

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, thickness: float = 0.5) -> None:
        number = len(self.parts) + 10
        self.parts.append(
            f'<p:cxnSp><p:nvCxnSpPr><p:cNvPr id="{number}" name="—"/><p:cNvCxnSpPr/><p:nvPr/></p:nvCxnSpPr>'
            f"<p:spPr>{_frame(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))}"
            f'<a:prstGeom prst="line"><a:avLst/></a:prstGeom>{_line(stroke, thickness)}</p:spPr></p:cxnSp>'
        )

    def text(
        self, name: str, x: float, y: float, w: float, h: float, *runs: Run, align: str = "l", anchor: str = "t"
    ) -> None:
        self.shape(name, x, y, w, h, paragraphs=[list(runs)], align=align, anchor=anchor)

    def _body(self, paragraphs: Sequence[Sequence[Run]], *, align: str, anchor: str, inset: float) -> str:
        edge = _emu(inset)
        head = (
            f'<p:txBody><a:bodyPr wrap="square" lIns="{edge}" tIns="{edge // 2}" rIns="{edge}" bIns="{edge // 2}" '
            f'anchor="{anchor}" rtlCol="0"><a:noAutofit/></a:bodyPr><a:lstStyle/>'
        )
        body = "".join(
            f'<a:p><a:pPr algn="{align}"/>{"".join(self._run(run) for run in paragraph)}</a:p>'
            for paragraph in paragraphs
        )
        return f"{head}{body or '<a:p/>'}</p:txBody>"

    def _run(self, run: Run) -> str:
        style = f'lang="{self.language}" sz="{round(run.size * 100)}"'
        style += ' b="1"' if run.bold else ""
        style += ' i="1"' if run.italic else ""
        lines = escape(clean(run.text)).split("\n")
        properties = f'<a:rPr {style} dirty="0"><a:solidFill><a:srgbClr val="{run.fill[1:]}"/></a:solidFill></a:rPr>'
        return "<a:br/>".join(f"<a:r>{properties}<a:t>{line}</a:t></a:r>" for line in lines)


def clean(text: str) -> str:
    return FORBIDDEN.sub("", text)


def _emu(points: float) -> int:
    return round(points * 12700)


def _frame(x: float, y: float, w: float, h: float) -> str:
    return (
        f'<a:xfrm><a:off x="{_emu(x)}" y="{_emu(y)}"/><a:ext cx="{_emu(max(w, 0))}" cy="{_emu(max(h, 0))}"/></a:xfrm>'
    )


def _paint(fill: str, opacity: float = 1) -> str:
    if not fill:
        return "<a:noFill/>"
    alpha = f'<a:alpha val="{round(opacity * 100_000)}"/>' if opacity < 1 else ""
    return f'<a:solidFill><a:srgbClr val="{fill[1:]}">{alpha}</a:srgbClr></a:solidFill>'


def _line(stroke: str, thickness: float, dash: str = "solid") -> str:
    if not stroke:
        return "<a:ln><a:noFill/></a:ln>"
    return f'<a:ln w="{_emu(thickness)}" cap="rnd">{_paint(stroke)}<a:prstDash val="{dash}"/><a:round/></a:ln>'


def deck_write(slides: Sequence[Slide], *, title: str, language: str) -> bytes:
    """Return the slides as PPTX."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    deck.core_properties.title = clean(title)[:250]
    deck.core_properties.author = "cxmap"
    deck.core_properties.language = language
    for slide in slides:
        _put(deck, slide)
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def _put(deck: Any, slide: Slide) -> None:
    page = deck.slides.add_slide(deck.slide_layouts[5])
    title = page.shapes.title
    title.left, title.top, title.width, title.height = Pt(MARGIN), Pt(14), Pt(slide.title_room), Pt(32)
    title.text_frame.text = clean(slide.title)
    title.text_frame.margin_left = title.text_frame.margin_right = 0
    paragraph = title.text_frame.paragraphs[0]
    fits = (size for size in (20, 17, 14) if width(slide.title, size, weight=700) <= slide.title_room)
    paragraph.font.size, paragraph.font.bold = Pt(next(fits, 13)), True
    paragraph.alignment = 1  # left
    tree = page.shapes._spTree
    for element in etree.fromstring(f"<root {NAMESPACES}>{''.join(slide.parts)}</root>"):
        tree.append(element)
    for name, content, x, y, w, h in slide.pictures:
        shape = page.shapes.add_picture(io.BytesIO(content), Pt(x), Pt(y), Pt(w), Pt(h))
        shape.name = clean(name)
        shape._element._nvXxPr.cNvPr.set("descr", clean(name))
