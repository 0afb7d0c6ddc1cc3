"""Personas as slides of native shapes: who it is, the four groups, the empathy map, the sections of the team's own."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from cxmap.lib import typesetting
from cxmap.lib.fonts import shortened
from cxmap.lib.slides import HEIGHT, MARGIN, WIDTH, Run, Slide, deck_write
from personas.documents.flow import MUTED, Drawing, Piece, Words, flowed, placed, tidy
from personas.documents.model import language, paper_data
from personas.models import SectionKind
from personas.selectors import Sheet

PORTRAIT = Path(__file__).parent / "portrait.typ"
TOP, BOTTOM, GAP, PAD = 56.0, 28.0, 10.0, 10.0  # points
ROOM = HEIGHT - TOP - BOTTOM
RULE, SOFT, PAPER = "#D1D5DB", "#374151", "#FFFFFF"
TINTS = {
    "says": "#EAF3FB", "thinks": "#F3EFFA", "does": "#EAF6F1", "feels": "#FDF4E3", "pains": "#FDECEC", "gains": "#EEF6E6",
}  # fmt: skip
SIGNS = {"pains": "▼ ", "gains": "▲ "}
FACE = 84.0  # the face in the middle of an empathy map
Area = tuple[float, float, float, float]  # x, y, width, height


@lru_cache(maxsize=128)
def _portrait_png(svg: str) -> bytes:
    return typesetting.png(PORTRAIT, {"svg": svg}, pixels_per_inch=300)


def pptx_write(sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets of some personas of one workspace as PPTX, each from a new slide on."""
    data = paper_data(sheets)
    locale = "fr-FR" if language() == "fr" else "en-GB"
    slides = [slide for sheet in data["sheets"] for slide in _Deck(sheet, data, locale).slides()]
    for number, slide in enumerate(slides, 1):
        text = shortened(" · ".join(filter(None, [data["footer"], data["fictional"]])), 8, WIDTH - 2 * MARGIN - 60)
        slide.text("footer", MARGIN, HEIGHT - 20, WIDTH - 2 * MARGIN - 50, 12, Run(text, 8, fill=MUTED))
        page = Run(f"{number} / {len(slides)}", 8, fill=MUTED)
        slide.text("page", WIDTH - MARGIN - 50, HEIGHT - 20, 50, 12, page, align="r")
    return deck_write(slides, title=data["title"], language=locale)


class _Deck:
    """The slides of one persona."""

    def __init__(self, sheet: dict[str, Any], data: dict[str, Any], locale: str) -> None:
        self.sheet, self.texts, self.locale = sheet, data["texts"], locale
        self.colour: str = sheet["colour"].upper()
        self.parts = count()

    def slides(self) -> Iterator[Slide]:
        yield from self._head()
        yield from self._groups()
        if self.sheet["empathy"]:
            yield from self._empathy()
        yield from self._sections()

    def _slide(self, title: str = "") -> Slide:
        name = shortened(self.sheet["name"], 20, 480, weight=700)
        return Slide(f"{name} · {title}" if title else name, self.locale)

    def _numbered(self, slides: list[Slide]) -> list[Slide]:
        for place, slide in enumerate(slides, 1):
            if len(slides) > 1:
                slide.title += f" ({place}/{len(slides)})"
        return slides

    # What a thing says, as pieces

    def _words(self, text: str, size: float, part: int, *, before: float = 0, **style: Any) -> list[Piece]:
        rows = tidy(text)
        return [Words(row, size, part, before=0 if place else before, **style) for place, row in enumerate(rows)]

    def _proofs(self, rows: Sequence[dict[str, str]], part: int, before: float = 0) -> list[Piece]:
        if not rows:
            return self._words(f"○ {self.texts['no_evidence']}", 9, part, italic=True, fill=MUTED, before=before)
        pieces: list[Piece] = []
        for row in rows:
            text = " · ".join(filter(None, [f"✓ {row['kind']}", row["title"], row["details"], row["link"]]))
            pieces += self._words(text, 9, part, fill=SOFT, before=0 if pieces else before)
        return pieces

    def _field(self, row: dict[str, Any]) -> list[Piece]:
        part = next(self.parts)
        pieces = self._words(row["label"], 10, part, bold=True, fill=SOFT, before=6, with_next=True)
        if not row["text"]:
            return pieces + self._words(self.texts["empty"], 11, part, italic=True, fill=MUTED)
        return pieces + self._words(row["text"], 12, part) + self._proofs(row["evidence"], part)

    def _content(self, row: dict[str, Any]) -> list[Piece]:
        kind, items = row["kind"], row["items"]
        part = next(self.parts)
        if row["text"]:
            return self._words(row["text"], 12, part)
        if not items:
            return self._words(self.texts["empty"], 11, part, italic=True, fill=MUTED)
        if kind == SectionKind.SLIDERS:
            return [
                Drawing(item["left"], item["right"], item["value"], f"{item['value']} / 100", self.colour, part)
                for item in items
            ]
        pieces: list[Piece] = []
        if kind in (SectionKind.BARS, SectionKind.CHANNELS):
            for item in items:
                if item["value"] is None:
                    text = f"{item['label']} · {item['shown']}"
                    pieces += self._words(text, 11, next(self.parts), fill=MUTED, before=5)
                else:
                    pieces.append(Drawing(item["label"], "", item["value"], item["shown"], self.colour, part))
            return pieces
        if kind == SectionKind.JOBS:
            for item in items:
                part = next(self.parts)
                rows = [(self.texts[key], item[key]) for key in ("when", "want", "so") if item[key]]
                for place, (label, text) in enumerate(rows):
                    pieces += self._words(f"{label} {text}", 12, part, before=0 if place else 5)
            return pieces
        if kind in (SectionKind.TAGS, SectionKind.BRANDS):
            return self._words("   ·   ".join(item["text"] for item in items), 12, part)
        mark = "☐" if kind == SectionKind.QUESTIONS else "•"
        for item in items:
            pieces += self._words(f"{mark} {item['text']}", 12, part)
        return pieces

    def _section(self, row: dict[str, Any], *, before: float = 0) -> list[Piece]:
        title = SIGNS.get(row["key"], "") + row["title"]
        pieces = self._words(title, 13, next(self.parts), bold=True, before=before, with_next=True)
        pieces += self._content(row)
        return pieces + (self._proofs(row["evidence"], next(self.parts), before=3) if row["claims"] else [])

    # The slides

    def _head(self) -> list[Slide]:
        sheet = self.sheet
        side, x = 190.0, MARGIN + 216
        w = WIDTH - MARGIN - x
        pieces: list[Piece] = []
        if sheet["name"] != shortened(sheet["name"], 20, 480, weight=700):
            pieces += self._words(sheet["name"], 14, next(self.parts), bold=True)
        pieces += self._words(sheet["tagline"], 18, next(self.parts), fill=MUTED)
        pieces += self._words(sheet["quote"], 24, next(self.parts), italic=True, before=14)
        pieces += self._words(sheet["summary"], 16, next(self.parts), before=14)
        facts: list[Piece] = []
        for label, text in sheet["facts"]:
            part = next(self.parts)
            facts += self._words(label, 9, part, fill=MUTED, before=8, with_next=True)
            facts += self._words(text, 12, part, bold=True)
        columns = (flowed(pieces, w, ROOM), flowed(facts, side, ROOM - side - GAP))
        slides = []
        for number in range(max(map(len, columns))):
            slide = self._slide()
            if not number:
                slide.picture(
                    f"{self.texts['kind']} · {sheet['name']}", _portrait_png(sheet["portrait"]), MARGIN, TOP, side, side
                )
                slide.shape("—", x - 14, TOP, 3, ROOM, fill=self.colour)
            for column, (left, top, wide) in zip(columns, ((x, TOP, w), (MARGIN, TOP + side + GAP, side)), strict=True):
                if number < len(column):
                    placed(slide, column[number], left, top, wide)
            slides.append(slide)
        return self._numbered(slides)

    def _boxes(
        self, title: str, boxes: Sequence[tuple[str, Area, Area, str, list[Piece]]], *, line: bool
    ) -> list[Slide]:
        """Return slides of boxes (name, frame, room for text, fill, pieces); what a box cannot hold stands on the next."""
        runs = [flowed(pieces, room[2], room[3]) for _name, _frame, room, _fill, pieces in boxes]
        slides = []
        for number in range(max(map(len, runs))):
            slide = self._slide(title)
            for (name, (x, y, w, h), room, fill, _pieces), run in zip(boxes, runs, strict=True):
                if number >= len(run):
                    continue
                slide.shape(name, x, y, w, h, fill=fill, stroke=RULE if line else "")
                if line:
                    slide.shape("—", x, y, w, 3, fill=self.colour)
                placed(slide, run[number], room[0], room[1], room[2])
            slides.append(slide)
        return self._numbered(slides)

    def _groups(self) -> list[Slide]:
        w, h = (WIDTH - 2 * MARGIN - GAP) / 2, (ROOM - GAP) / 2
        boxes = []
        for place, group in enumerate(self.sheet["groups"]):
            x, y = MARGIN + place % 2 * (w + GAP), TOP + place // 2 * (h + GAP)
            pieces = self._words(group["label"], 14, next(self.parts), bold=True, with_next=True)
            for row in group["fields"]:
                pieces += self._field(row)
            room = (x + PAD, y + PAD, w - 2 * PAD, h - 2 * PAD)
            boxes.append((group["label"], (x, y, w, h), room, PAPER, pieces))
        return self._boxes(gettext("Description"), boxes, line=True)

    def _empathy(self) -> list[Slide]:
        w, gap = (WIDTH - 2 * MARGIN - 4) / 2, 4.0
        low = 120.0
        high = (ROOM - low - 2 * gap) / 2
        boxes = []
        for place, row in enumerate(self.sheet["empathy"]):
            x = MARGIN + place % 2 * (w + gap)
            y, h = TOP + place // 2 * (high + gap), high if place < 4 else low
            inner = FACE / 2 if place < 4 else 0.0  # the face takes it
            left = x + PAD + (inner if place % 2 else 0)
            room = (left, y + PAD / 2, w - 2 * PAD - inner, h - PAD)
            boxes.append((row["title"], (x, y, w, h), room, TINTS[row["key"]], self._section(row)))
        slides = self._boxes(self.texts["empathy"], boxes, line=False)
        middle = TOP + high + gap / 2 - FACE / 2
        name = f"{self.texts['kind']} · {self.sheet['name']}"
        slides[0].picture(name, _portrait_png(self.sheet["portrait"]), (WIDTH - FACE) / 2, middle, FACE, FACE)
        return slides

    def _sections(self) -> list[Slide]:
        pieces: list[Piece] = []
        for row in [*self.sheet["questions"], *self.sheet["sections"]]:
            pieces += self._section(row, before=16)
        if not pieces:
            return []
        w = (WIDTH - 2 * MARGIN - 3 * GAP) / 2
        areas = flowed(pieces, w, ROOM)
        slides = []
        for number in range(0, len(areas), 2):
            slide = self._slide(gettext("Sections"))
            for place, area in enumerate(areas[number : number + 2]):
                placed(slide, area, MARGIN + place * (w + 3 * GAP), TOP, w)
            slide.line(WIDTH / 2, TOP, WIDTH / 2, TOP + ROOM, RULE)
            slides.append(slide)
        return self._numbered(slides)
