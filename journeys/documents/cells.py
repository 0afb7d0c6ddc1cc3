"""The inside of a cell on paper: lines become blocks of known height, then shapes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cxmap.lib.fonts import wrap
from journeys.documents.shapes import Picture, Rect, Shape, Text
from journeys.documents.style import (
    CARD_STROKE,
    CATEGORIES,
    IDEA,
    IDEA_FILL,
    INK,
    MUTED,
    PAIN,
    PAIN_FILL,
    PAPER,
    TONES,
)
from journeys.lanes import PrintLine

LEADING = 1.22  # of the size


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a cell, broken to a width: a card with a border, or plain text."""

    lines: Sequence[str]
    size: float
    weight: int
    italic: bool
    fill: str
    height: float
    boxed: bool = False
    box_fill: str = PAPER
    bar: str = ""  # colour of the left edge
    svg: str = ""
    text: str = ""  # before it was broken into lines

    @property
    def pad(self) -> float:
        return self.size * 0.45 if self.boxed else 0


def block(line: PrintLine, *, size: float, limit: float, smallest: float) -> Block:
    """Return a line set at a size for a width in points; no text is smaller than `smallest`."""
    small = max(smallest, size * 0.88)
    if line.svg:
        return Block((), size, 400, italic=False, fill=INK, height=size * 2.2, svg=line.svg)
    styles: dict[str, tuple[float, int, bool, str]] = {
        "quote": (size, 400, True, INK),
        "name": (size, 500, False, INK),
        "value": (size * 1.35, 700, False, INK),
        "meta": (small, 400, False, MUTED),
        "state": (small, 600, False, TONES.get(line.tone, INK)),
    }
    points, weight, italic, fill = styles.get(line.style, (size, 400, False, INK))
    boxed = line.style in {"text", "quote", "pain", "idea"} or (line.style == "name" and line.tone in CATEGORIES)
    bar, box_fill = "", PAPER
    if line.style == "pain":
        bar, box_fill = PAIN, PAIN_FILL
    elif line.style == "idea":
        bar, box_fill = IDEA, IDEA_FILL
    elif boxed and line.style == "name":
        bar = TONES[line.tone]
    pad = points * 0.45 if boxed else 0
    inner = limit - 2 * pad - (points * 0.3 if bar else 0)
    lines = wrap(line.text, points, max(inner, points), weight=weight, italic=italic)
    height = len(lines) * points * LEADING + 2 * pad
    return Block(lines, points, weight, italic, fill, height, boxed, box_fill, bar, text=line.text)


def gap_after(first: Block, second: Block) -> float:
    """Return the space between two blocks: cards stand apart, lines of one figure close together."""
    return first.size * (0.4 if first.boxed or second.boxed else 0.08)


def stack_height(blocks: Sequence[Block]) -> float:
    if not blocks:
        return 0
    gaps = sum(gap_after(a, b) for a, b in pairwise(blocks))
    return sum(entry.height for entry in blocks) + gaps


def stack_shapes(blocks: Sequence[Block], x: float, y: float, w: float) -> Iterator[Shape]:
    """Yield the shapes of blocks one below the other, from a top left corner."""
    for number, entry in enumerate(blocks):
        if entry.svg:
            yield Picture(x, y, min(w, entry.size * 9.5), entry.height, entry.svg)
        else:
            yield from _block_shapes(entry, x, y, w)
        y += entry.height
        if number + 1 < len(blocks):
            y += gap_after(entry, blocks[number + 1])


def _block_shapes(entry: Block, x: float, y: float, w: float) -> Iterator[Shape]:
    left = x
    if entry.boxed:
        yield Rect(
            x, y, w, entry.height, fill=entry.box_fill, stroke=CARD_STROKE, thickness=0.4, radius=entry.size * 0.25
        )
        left += entry.pad
    if entry.bar:
        yield Rect(x, y, entry.size * 0.26, entry.height, fill=entry.bar)
        left += entry.size * 0.3
    base = y + entry.pad + entry.size * 0.95
    for number, line in enumerate(entry.lines):
        yield Text(left, base + number * entry.size * LEADING, line, entry.size, entry.weight, entry.italic, entry.fill)
