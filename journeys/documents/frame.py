"""What frames a sheet: title with facts and scenario, and the foot with its legend."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import ngettext

from cxmap.lib.fonts import shortened, width, wrap
from cxmap.lib.formats import NBSP
from journeys.documents.cells import LEADING
from journeys.documents.grid import Grid, Tile
from journeys.documents.model import MapDoc
from journeys.documents.shapes import Page, Text
from journeys.documents.style import (
    MARGIN,
    MUTED,
    Paper,
)


def texts(page: Page, lines: Sequence[str], x: float, y: float, size: float, **style: Any) -> float:
    """Put lines below each other from a top edge; return the bottom."""
    for line in lines:
        page.add(Text(x, y + size * 0.95, line, size, **style))
        y += size * LEADING
    return y


def _title_parts(doc: MapDoc, paper: Paper, size: float) -> tuple[list[str], list[str], list[list[str]], float]:
    """Return the lines of title, chips and scenario, and the width of the facts beside them."""
    facts = sum(_fact_width(fact, size) for fact in doc.facts)
    inner = paper.w - 2 * MARGIN
    beside = inner - facts - (2 * size if facts else 0)
    title = wrap(doc.title, size * 2, beside, weight=700)
    chips = wrap("  ·  ".join(doc.chips), size * 1.05, beside)
    strip = [
        wrap(f"{label}: {text}" if doc.language == "en" else f"{label}\u00a0: {text}", size, inner)
        for label, text in doc.strip
    ]
    return title, chips, strip, facts


def _fact_width(fact: tuple[str, str], size: float) -> float:
    return max(width(fact[0], size * 1.6, weight=700), width(fact[1], size)) + size * 2


def title_height(doc: MapDoc, paper: Paper, size: float) -> float:
    title, chips, strip, _facts = _title_parts(doc, paper, size)
    lines = len(title) * size * 2 * LEADING + len(chips) * size * 1.05 * LEADING
    return lines + sum(len(entry) for entry in strip) * size * LEADING + size * 1.8


def title(page: Page, doc: MapDoc, paper: Paper, size: float) -> float:
    title, chips, strip, facts = _title_parts(doc, paper, size)
    y = texts(page, title, MARGIN, MARGIN, size * 2, weight=700)
    y = texts(page, chips, MARGIN, y + size * 0.3, size * 1.05, fill=MUTED)
    x = paper.w - MARGIN - facts
    for fact in doc.facts:
        own = _fact_width(fact, size)
        page.add(Text(x + own / 2, MARGIN + size * 1.6, fact[0], size * 1.6, 700, anchor="middle"))
        page.add(Text(x + own / 2, MARGIN + size * 2.9, fact[1], size, fill=MUTED, anchor="middle"))
        x += own
    for entry in strip:
        y = texts(page, entry, MARGIN, y + size * 0.2, size)
    return y + size * 0.9


def small_title(page: Page, doc: MapDoc, paper: Paper, grid: Grid, tile: Tile, tiles: int) -> float:
    size = grid.size
    first, last = doc.columns[tile.first].number, doc.columns[tile.last - 1].number
    where = doc.texts["sheet"] % {"number": tile.number, "all": tiles}
    steps = ngettext("step %(first)s", "steps %(first)s to %(last)s", last - first + 1) % {"first": first, "last": last}
    right = f"{where} · {steps}"
    room = paper.w - 2 * MARGIN - width(right, size) - size * 2
    page.add(Text(MARGIN, MARGIN + size * 1.3, shortened(doc.title, size * 1.3, room, weight=700), size * 1.3, 700))
    page.add(Text(paper.w - MARGIN, MARGIN + size * 1.3, right, size, fill=MUTED, anchor="end"))
    return MARGIN + size * 2.6


def _foot_lines(doc: MapDoc, paper: Paper, size: float) -> tuple[list[str], list[str], float]:
    small = max(paper.smallest, min(size, 9.0) * 0.9)
    inner = paper.w - 2 * MARGIN - small * 6
    return (
        wrap(" ".join(f"{entry.replace(' ', NBSP)}\u2003" for entry in doc.legend), small, inner),
        wrap("  ·  ".join(["cxmap", *doc.footer]), small, inner),
        small,
    )


def foot_height(doc: MapDoc, paper: Paper, size: float) -> float:
    legend, footer, small = _foot_lines(doc, paper, size)
    return (len(legend) + len(footer)) * small * LEADING + small * 1.2


def foot(page: Page, doc: MapDoc, paper: Paper, size: float, number: int, total: int) -> None:
    legend, footer, small = _foot_lines(doc, paper, size)
    y = paper.h - MARGIN - (len(legend) + len(footer)) * small * LEADING
    y = texts(page, legend, MARGIN, y, small, fill=MUTED)
    texts(page, footer, MARGIN, y, small, fill=MUTED)
    page.add(
        Text(
            paper.w - MARGIN,
            paper.h - MARGIN - small * 0.25,
            f"{number}\u202f/\u202f{total}",
            small,
            fill=MUTED,
            anchor="end",
        )
    )
