"""Texts and drawings that run from one area of a slide to the next: nothing is cut off, nothing stands outside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cxmap.lib.fonts import shortened, wrap
from cxmap.lib.slides import INK, Run, Slide

LINE = 1.25  # line height in text sizes
TRACK, MUTED = "#E5E7EB", "#5B6472"


@dataclass(frozen=True, slots=True)
class Words:
    """One paragraph; those with the same `part` that stand on one area share a text box. Sizes in points."""

    text: str
    size: float
    part: int
    bold: bool = False
    italic: bool = False
    fill: str = INK
    before: float = 0
    with_next: bool = False

    def lines(self, w: float) -> list[str]:
        return wrap(self.text, self.size, w * 0.96, weight=700 if self.bold else 400, italic=self.italic)

    def height(self, w: float) -> float:
        return self.before + max(len(self.lines(w)), 1) * self.size * LINE

    def split(self, w: float, room: float) -> "tuple[Words, Words] | None":
        """Return what fits into the room and the rest; None when not two lines of it fit."""
        lines = self.lines(w)
        fitting = int((room - self.before) / (self.size * LINE))
        if fitting < 2 or fitting >= len(lines):
            return None
        end = 0
        for line in lines[:fitting]:
            end = self.text.index(line, end) + len(line)
        return replace(self, text=self.text[:end]), replace(self, text=self.text[end:].lstrip(" "), before=0)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A value from 0 to 100 as a bar, or as a knob between two poles (`right` is the second one)."""

    left: str
    right: str
    value: int
    shown: str
    colour: str
    part: int
    size: float = 11
    before: float = 5
    with_next: bool = False

    def _label_width(self, w: float) -> float:
        return w / 2 - 6 if self.right else w - 60

    def _label_height(self, w: float) -> float:
        room = self._label_width(w) * 0.96
        return max(len(wrap(text, self.size, room)) for text in (self.left, self.right or " ")) * self.size * LINE

    def height(self, w: float) -> float:
        return self.before + max(self._label_height(w), self.size * LINE) + 14

    def draw(self, slide: Slide, x: float, y: float, w: float) -> None:
        y += self.before
        label, high = self._label_width(w), max(self._label_height(w), self.size * LINE)
        slide.text(self.left, x, y, label, high, Run(self.left, self.size))
        number = Run(self.shown, 9, fill=MUTED)
        if not self.right:
            slide.text(self.shown, x + w - 56, y, 56, high, number, align="r")
            slide.shape(self.left, x, y + high + 2, w, 7, geometry="roundRect", radius=50000, fill=TRACK)
            if self.value:
                filled = max(w * self.value / 100, 3)
                slide.shape(self.left, x, y + high + 2, filled, 7, geometry="roundRect", radius=50000, fill=self.colour)
            return
        slide.text(self.right, x + w - label, y, label, high, Run(self.right, self.size), align="r")
        middle, long = y + high + 6, w - 56
        slide.line(x, middle, x + long, middle, "#9AA3AF", 1.5)
        slide.line(x + long / 2, middle - 4, x + long / 2, middle + 4, "#9AA3AF", 1)
        at = x + 5 + (long - 10) * self.value / 100
        slide.shape(
            f"{self.left} – {self.right}", at - 5, middle - 5, 10, 10,
            geometry="ellipse", fill=self.colour, stroke="#FFFFFF", thickness=1,
        )  # fmt: skip
        slide.text(self.shown, x + w - 52, middle - 6, 52, 12, number, align="r")


Piece = Words | Drawing


def tidy(text: str) -> list[str]:
    """Return the paragraphs of a text without needless spaces, as the measuring of lines wants them."""
    rows = (" ".join(filter(None, row.replace("\t", " ").split(" "))) for row in text.splitlines())
    return [row for row in rows if row]


def flowed(pieces: Sequence[Piece], w: float, h: float) -> list[list[Piece]]:
    """Return the pieces area by area, each `w` wide and `h` high; a title goes with what follows it."""
    areas: list[list[Piece]] = [[]]
    used = 0.0
    waiting = list(reversed(pieces))
    while waiting:
        piece = waiting.pop()
        if not areas[-1]:
            piece = replace(piece, before=0)
        own = piece.height(w)
        follower = min(waiting[-1].height(w), 40) if piece.with_next and waiting else 0
        if used + own + follower <= h:
            areas[-1].append(piece)
            used += own
            continue
        halves = piece.split(w, h - used) if isinstance(piece, Words) and not piece.with_next else None
        if halves is not None:
            areas[-1].append(halves[0])
            waiting.append(halves[1])
        elif not areas[-1]:  # higher than an area and cannot be split: it stands alone
            areas[-1].append(piece)
        else:
            waiting.append(piece)
        if waiting:
            areas.append([])
            used = 0.0
    return [area for area in areas if area] or [[]]


def placed(slide: Slide, pieces: Sequence[Piece], x: float, y: float, w: float) -> float:
    """Put pieces below each other and return where the last ends; paragraphs of one part share a text box."""
    group: list[Words] = []

    def flush(y: float) -> float:
        if not group:
            return y
        y += group[0].before
        high = sum(row.height(w) for row in group) - group[0].before
        runs: list[list[Any]] = [
            [Run(row.text, row.size, bold=row.bold, italic=row.italic, fill=row.fill)] for row in group
        ]
        slide.shape(shortened(group[0].text, 10, 300), x, y, w, high, paragraphs=runs)
        group.clear()
        return y + high

    for piece in pieces:
        if isinstance(piece, Drawing):
            y = flush(y)
            piece.draw(slide, x, y, w)
            y += piece.height(w)
            continue
        if group and (group[0].part != piece.part or piece.before):
            y = flush(y)
        group.append(piece)
    return flush(y)
