"""Where everything of a map stands on paper: how large the text is, how many sheets, what is on each.

Sheets break at column borders only, unless lanes may go on further sheets. Nothing is ever set smaller than the paper
allows: a map that does not fit is refused with what would help.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext

from cxmap.lib.errors import CxmapError
from cxmap.lib.formats import NBSP
from journeys.documents import curves
from journeys.documents.cells import LEADING, Block, block, stack_height, stack_shapes
from journeys.documents.fonts import shortened, width, wrap
from journeys.documents.model import LEVELS, Column, Curve, LaneDoc, MapDoc, Series
from journeys.documents.shapes import Clip, Line, Marker, Page, Path, Rect, Shape, Text
from journeys.documents.style import (
    DASHES,
    DECISIVE,
    INK,
    LABEL_FILL,
    MARGIN,
    MUTED,
    PAPER,
    PAPERS,
    RULE,
    STAGE_FILL,
    TONES,
    Paper,
)

LABEL = 11.5  # widths in text sizes
COMFORTABLE, TIGHT, SEVERAL, WIDEST = 10.5, 7.5, 11.0, 30.0
CURVE_HEIGHT, SMALL_CURVE_HEIGHT = 15.0, 6.0
LOOP = 1.2  # height of the arc under a step that is repeated, in text sizes
STEP = 0.5  # points between two text sizes that are tried


class DoesNotFit(CxmapError):
    """The map does not fit on this paper with readable text."""

    code = "does_not_fit"
    message = gettext_lazy("The map does not fit on this paper with readable text.")
    status = 422

    def __init__(self, *, paper: Paper, papers: Sequence[str], lanes: int) -> None:
        names = {"paper": paper.key.upper(), "size": f"{paper.smallest:g}"}
        super().__init__(
            gettext("The map does not fit on %(paper)s: at %(size)s points its lanes are higher than the sheet.")
            % names
        )
        self.papers = papers  # on which it fits
        self.lanes = lanes  # how many of its lanes fit on this one, from the top


@dataclass(frozen=True, slots=True)
class Tile:
    """The columns and the lanes (with the lines of their cells) of one sheet."""

    first: int
    last: int
    lanes: Sequence["Row"]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A lane with its blocks by column and its height."""

    lane: LaneDoc
    cells: Sequence[Sequence[Block]]
    height: float
    index: int
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """One way to set the map: text size, widths, heights of everything."""

    size: float
    label: float
    column: float
    band: float
    head: float
    rows: Sequence[Row]
    ways: float = 0  # height of the brackets over branches; 0 where there is none

    @property
    def top(self) -> float:
        """Height of the stage band with the brackets and the step headers."""
        return self.band + self.ways + self.head

    @property
    def height(self) -> float:
        return self.top + sum(row.height for row in self.rows)


@dataclass(slots=True)
class Layout:
    """The finished sheets, and how they came about."""

    pages: list[Page]
    size: float
    sheets: int  # without the overview
    paper: Paper


def grid_of(doc: MapDoc, *, size: float, column: float, smallest: float, curve_height: float = CURVE_HEIGHT) -> Grid:
    """Set everything at a size for columns of a width; both in points."""
    label = LABEL * size
    inner = column - size
    band = max(
        (len(wrap(entry.name, size * 1.1, entry.count * column - size, weight=600)) for entry in doc.bands), default=1
    )
    head = max((_head_height(entry, size, inner, smallest) for entry in doc.columns), default=size)
    rows = []
    for number, lane in enumerate(doc.lanes):
        label_height = _label_height(lane, size, label - size, smallest)
        if lane.curve is not None:
            wanted = SMALL_CURVE_HEIGHT if lane.curve.small else curve_height
            rows.append(Row(lane, [], max(wanted * size, label_height), number))
            continue
        cells = [[block(line, size=size, limit=inner, smallest=smallest) for line in cell] for cell in lane.cells]
        height = max((stack_height(cell) for cell in cells), default=0) + size
        rows.append(Row(lane, cells, max(height, label_height, size * 3), number))
    ways = max(smallest, size * 0.85) * LEADING * 2 + size if any(entry.place.way for entry in doc.columns) else 0
    return Grid(size, label, column, band * size * 1.1 * LEADING + size * 0.7, head, rows, ways)


def _head_height(column: Column, size: float, inner: float, smallest: float) -> float:
    lines = len(wrap(_head_text(column), size, inner - size * 1.2, weight=600))
    height = lines * size * LEADING + size
    if column.flags:
        small = max(smallest, size * 0.85)
        height += len(wrap(column.flags, small, inner)) * small * LEADING
    return height + (size * LOOP if column.loop else 0)


def _head_text(column: Column) -> str:
    return f"{column.number}\u00a0 {column.name}"


def _label_height(lane: LaneDoc, size: float, inner: float, smallest: float) -> float:
    small = max(smallest, size * 0.85)
    height = len(wrap(lane.label, size, inner, weight=600)) * size * LEADING + size
    height += len(wrap(lane.hint, small, inner)) * small * LEADING
    if lane.curve is not None:
        for series in lane.curve.series:
            height += len(wrap(series.name, small, inner - size * 2.2)) * small * LEADING + size * 0.2
    return height


# Finding a way


def _column(paper: Paper, columns: int, size: float) -> float:
    """Return the width of so many columns side by side."""
    return min((paper.w - 2 * MARGIN - LABEL * size) / max(columns, 1), WIDEST * size)


def _sizes(paper: Paper) -> list[float]:
    return [paper.smallest + STEP * number for number in range(int((paper.largest - paper.smallest) / STEP) + 1)]


def _room(doc: MapDoc, paper: Paper, size: float, *, whole: bool) -> float:
    """Return how high the grid of a sheet may be; the whole head stands on the only sheet or on the overview."""
    head = _title_height(doc, paper, size) if whole else size * 2.6
    return paper.h - 2 * MARGIN - head - _foot_height(doc, paper, size)


def _largest(doc: MapDoc, paper: Paper, columns: int, ratio: float, *, whole: bool) -> Grid | None:
    """Return the grid with the largest text for so many columns on a sheet; None when none fits."""
    sizes = [size for size in _sizes(paper) if _column(paper, columns, size) >= ratio * size]
    best: Grid | None = None
    low, high = 0, len(sizes) - 1
    while low <= high:
        middle = (low + high) // 2
        size = sizes[middle]
        grid = grid_of(doc, size=size, column=_column(paper, columns, size), smallest=paper.smallest)
        if grid.height <= _room(doc, paper, size, whole=whole):
            best, low = grid, middle + 1
        else:
            high = middle - 1
    return best


def _parts(doc: MapDoc, columns: int, most: int) -> list[tuple[int, int]]:
    """Cut the columns into sheets of at most so many, at the ends of stages where that leaves no sheet half empty."""
    ends = {band.first + band.count for band in doc.bands}
    found, first = [], 0
    while first < columns:
        last = min(first + most, columns)
        if last < columns:
            better = [end for end in ends if first + most * 0.6 <= end <= last]
            last = max(better, default=last)
        found.append((first, last))
        first = last
    even = ceil(columns / most)
    if len(found) > even:
        size = ceil(columns / even)
        return [(number * size, min((number + 1) * size, columns)) for number in range(even) if number * size < columns]
    return found


def lay_out(doc: MapDoc, paper_key: str, *, split: bool = False) -> Layout:
    """Set a map on a paper. Raises DoesNotFit, unless lanes may go on further sheets (split)."""
    paper = PAPERS[paper_key]
    columns = len(doc.columns)
    for ratio in (COMFORTABLE, TIGHT):
        grid = _largest(doc, paper, columns, ratio, whole=True)
        if grid is not None:
            return _drawn(doc, paper, grid, [(0, columns)])
    most = columns
    for sheets in range(2, columns + 1):
        if ceil(columns / sheets) == most and sheets > 2:
            continue
        most = ceil(columns / sheets)
        grid = _largest(doc, paper, most, SEVERAL, whole=False)
        if grid is not None:
            return _drawn(doc, paper, grid, _parts(doc, columns, most))
        if _column(paper, most, paper.smallest) >= WIDEST * paper.smallest:
            break
    if split:
        return _split(doc, paper)
    raise DoesNotFit(paper=paper, papers=_fitting(doc, paper), lanes=_lanes_fitting(doc, paper))


def _split(doc: MapDoc, paper: Paper) -> Layout:
    """Set the columns comfortably and let the lanes run on to further sheets."""
    columns = len(doc.columns)
    size = min(paper.smallest + 1, paper.largest)
    most = max(1, min(columns, int((paper.w - 2 * MARGIN - LABEL * size) / (SEVERAL * size))))
    grid = grid_of(doc, size=size, column=_column(paper, most, size), smallest=paper.smallest)
    return _drawn(doc, paper, grid, _parts(doc, columns, most))


def _fitting(doc: MapDoc, paper: Paper) -> list[str]:
    """Return the larger papers on which the map fits."""
    found = []
    for key, other in PAPERS.items():
        if other.w <= paper.w:
            continue
        try:
            lay_out(doc, key)
        except DoesNotFit:
            continue
        found.append(key)
    return found


def _lanes_fitting(doc: MapDoc, paper: Paper) -> int:
    """Return how many lanes fit on a sheet with the widest columns, from the top."""
    size = paper.smallest
    grid = grid_of(doc, size=size, column=WIDEST * size, smallest=size)
    room = _room(doc, paper, size, whole=False) - grid.top
    count = 0
    for row in grid.rows:
        room -= row.height
        if room < 0:
            break
        count += 1
    return count


def canvas(doc: MapDoc) -> Layout:
    """Set the whole map on one sheet that is as large as it needs, for screens."""
    size = 10.0
    columns = max(len(doc.columns), 1)
    column = 16 * size if columns <= 12 else 14 * size
    wide = Paper("canvas", 2 * MARGIN + LABEL * size + columns * column, 10_000, 8, 10)
    wide = replace(wide, w=max(wide.w, 640))
    grid = grid_of(doc, size=size, column=column, smallest=wide.smallest)
    height = grid.height + _title_height(doc, wide, size) + _foot_height(doc, wide, size) + 2 * MARGIN
    return _drawn(doc, replace(wide, h=height), grid, [(0, len(doc.columns))])


# Drawing


def _tiles(doc: MapDoc, paper: Paper, grid: Grid, parts: Sequence[tuple[int, int]]) -> list[Tile]:
    single = len(parts) == 1 and grid.height <= _room(doc, paper, grid.size, whole=True) + 0.1
    room = _room(doc, paper, grid.size, whole=single) - grid.top + 0.1
    groups: list[list[Row]] = [[]]
    left = room
    for row in grid.rows:
        for piece in row_pieces(row, room, grid.size):
            if piece.height > left and groups[-1]:
                groups.append([])
                left = room
            groups[-1].append(piece)
            left -= piece.height
    tiles = [Tile(first, last, rows) for first, last in parts for rows in groups]
    return [replace(tile, number=number) for number, tile in enumerate(tiles, 1)]


def row_pieces(row: Row, room: float, size: float) -> Iterator[Row]:
    """Cut a lane that is higher than a whole sheet between its cards."""
    if row.height <= room or not row.cells:
        yield row
        return
    rest = [list(cell) for cell in row.cells]
    continued = False
    while any(rest):
        taken: list[list[Block]] = []
        for cell in rest:
            own: list[Block] = []
            while cell and (stack_height([*own, cell[0]]) + size <= room or not own):
                own.append(cell.pop(0))
            taken.append(own)
        height = max(stack_height(cell) for cell in taken) + size
        yield replace(row, cells=taken, height=min(max(height, size * 3), room), continued=continued)
        continued = True


def _drawn(doc: MapDoc, paper: Paper, grid: Grid, parts: Sequence[tuple[int, int]]) -> Layout:
    tiles = _tiles(doc, paper, grid, parts)
    pages = []
    total = len(tiles) + (len(tiles) > 1)
    if len(tiles) > 1:
        page = Page(paper.w, paper.h)
        larger = max(grid.size, paper.largest * 0.75)
        y = _title(page, doc, paper, larger)
        _overview(page, doc, replace(grid, size=larger, label=LABEL * larger), tiles, y, paper)
        pages.append(page)
    for tile in tiles:
        page = Page(paper.w, paper.h)
        y = (
            _title(page, doc, paper, grid.size)
            if len(tiles) == 1
            else _small_title(page, doc, paper, grid, tile, len(tiles))
        )
        _sheet(page, doc, grid, tile, y, paper.smallest)
        pages.append(page)
    for number, page in enumerate(pages, 1):
        _foot(page, doc, paper, grid.size, number, total)
    return Layout(pages, grid.size, len(tiles), paper)


def _texts(page: Page, lines: Sequence[str], x: float, y: float, size: float, **style: Any) -> float:
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


def _title_height(doc: MapDoc, paper: Paper, size: float) -> float:
    title, chips, strip, _facts = _title_parts(doc, paper, size)
    lines = len(title) * size * 2 * LEADING + len(chips) * size * 1.05 * LEADING
    return lines + sum(len(entry) for entry in strip) * size * LEADING + size * 1.8


def _title(page: Page, doc: MapDoc, paper: Paper, size: float) -> float:
    title, chips, strip, facts = _title_parts(doc, paper, size)
    y = _texts(page, title, MARGIN, MARGIN, size * 2, weight=700)
    y = _texts(page, chips, MARGIN, y + size * 0.3, size * 1.05, fill=MUTED)
    x = paper.w - MARGIN - facts
    for fact in doc.facts:
        own = _fact_width(fact, size)
        page.add(Text(x + own / 2, MARGIN + size * 1.6, fact[0], size * 1.6, 700, anchor="middle"))
        page.add(Text(x + own / 2, MARGIN + size * 2.9, fact[1], size, fill=MUTED, anchor="middle"))
        x += own
    for entry in strip:
        y = _texts(page, entry, MARGIN, y + size * 0.2, size)
    return y + size * 0.9


def _small_title(page: Page, doc: MapDoc, paper: Paper, grid: Grid, tile: Tile, tiles: int) -> float:
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


def _foot_height(doc: MapDoc, paper: Paper, size: float) -> float:
    legend, footer, small = _foot_lines(doc, paper, size)
    return (len(legend) + len(footer)) * small * LEADING + small * 1.2


def _foot(page: Page, doc: MapDoc, paper: Paper, size: float, number: int, total: int) -> None:
    legend, footer, small = _foot_lines(doc, paper, size)
    y = paper.h - MARGIN - (len(legend) + len(footer)) * small * LEADING
    y = _texts(page, legend, MARGIN, y, small, fill=MUTED)
    _texts(page, footer, MARGIN, y, small, fill=MUTED)
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


def _sheet(page: Page, doc: MapDoc, grid: Grid, tile: Tile, y: float, smallest: float) -> None:
    size = grid.size
    x = MARGIN + grid.label
    right = x + (tile.last - tile.first) * grid.column
    bottom = y + grid.top + sum(row.height for row in tile.lanes)
    page.add(Rect(MARGIN, y, grid.label, bottom - y, fill=LABEL_FILL))
    page.add(Text(MARGIN + size * 0.5, y + size * 1.35, doc.texts["stages"], size, 600))
    for band in doc.bands:
        first, last = max(band.first, tile.first), min(band.first + band.count, tile.last)
        if first >= last:
            continue
        left, w = x + (first - tile.first) * grid.column, (last - first) * grid.column
        page.add(Rect(left + 1, y, w - 2, grid.band, fill=STAGE_FILL, radius=size * 0.3))
        name = f"{band.name} ({doc.texts['continued']})" if first > band.first else band.name
        lines = wrap(name, size * 1.1, w - size, weight=600)[: max(1, int(grid.band / (size * 1.1 * LEADING)))]
        top = y + (grid.band - len(lines) * size * 1.1 * LEADING) / 2
        for number, line in enumerate(lines):
            page.add(
                Text(
                    left + w / 2,
                    top + size * 1.05 + number * size * 1.1 * LEADING,
                    line,
                    size * 1.1,
                    600,
                    anchor="middle",
                )
            )
    for number in range(tile.first, tile.last):
        left = x + (number - tile.first) * grid.column
        page.add(*_head_shapes(doc.columns[number], left, y + grid.band + grid.ways, grid, smallest))
    page.add(*_way_shapes(doc, tile, x, y + grid.band, grid, smallest))
    top = y + grid.top
    for row in tile.lanes:
        page.add(Line(MARGIN, top, right, top, RULE, 0.5))
        page.add(*_label_shapes(doc, row, MARGIN, top, grid, smallest))
        if row.lane.curve is not None:
            page.add(*_curve_shapes(row.lane.curve, doc, tile, x, top, row.height, grid, smallest))
        else:
            for number in range(tile.first, tile.last):
                left = x + (number - tile.first) * grid.column + size * 0.5
                page.add(*stack_shapes(row.cells[number], left, top + size * 0.5, grid.column - size))
        top += row.height
    page.add(Line(MARGIN, bottom, right, bottom, RULE, 0.5))
    starts = {band.first for band in doc.bands}
    for number in range(tile.first, tile.last + 1):
        left = x + (number - tile.first) * grid.column
        strong = number in starts or number in {tile.first, tile.last}
        page.add(Line(left, y + grid.band, left, bottom, RULE if not strong else "#AEB6C2", 0.4 if not strong else 0.7))


def _head_shapes(column: Column, x: float, y: float, grid: Grid, smallest: float) -> Iterator[Shape]:
    size = grid.size
    inner = grid.column - size
    base = y + size * 1.4
    lines = wrap(_head_text(column), size, inner - size * 1.2, weight=600)
    for number, line in enumerate(lines):
        yield Text(x + size * 0.5, base + number * size * LEADING, line, size, 600)
    marks = [("◈", DECISIVE)] if column.decisive else []
    if column.mark:
        marks.append((column.mark, TONES.get(column.tone, INK)))
    for number, (mark, colour) in enumerate(reversed(marks)):
        at = x + grid.column - size * 0.4 - number * size * 1.2
        yield Text(at, base, mark, size * 1.2, fill=colour, anchor="end")
    if column.flags:
        small = max(smallest, size * 0.85)
        below = base + (len(lines) - 1) * size * LEADING + size * 0.2
        for number, line in enumerate(wrap(column.flags, small, inner), 1):
            yield Text(x + size * 0.5, below + number * small * LEADING, line, small, fill=MUTED)
    if column.loop:
        left, right, low = x + size * 0.8, x + grid.column - size * 0.8, y + grid.head - size * 0.3
        high, reach = low - size * 0.6, low + size * 0.2
        yield Path(
            f"M{right:.2f} {high:.2f}C{right:.2f} {reach:.2f} {left:.2f} {reach:.2f} {left:.2f} {high + size * 0.2:.2f}",
            stroke=DECISIVE,
            thickness=size * 0.14,
        )
        tip = high - size * 0.15
        yield Path(
            f"M{left:.2f} {tip:.2f}L{left - size * 0.3:.2f} {tip + size * 0.5:.2f}"
            f"L{left + size * 0.3:.2f} {tip + size * 0.5:.2f}Z",
            fill=DECISIVE,
        )


def _way_shapes(doc: MapDoc, tile: Tile, x: float, y: float, grid: Grid, smallest: float) -> Iterator[Shape]:
    """Draw a bracket over each branch, its ways below it, and "or" between two of them."""
    size = grid.size
    small = max(smallest, size * 0.85)
    first = tile.first
    while first < tile.last:
        column = doc.columns[first]
        if not column.place.way:
            first += 1
            continue
        last = first
        while not doc.columns[last].place.last and last + 1 < tile.last:
            last += 1
        left = x + (first - tile.first) * grid.column + size * 0.4
        right = x + (last + 1 - tile.first) * grid.column - size * 0.4
        bar = y + small * 0.9
        yield Line(left, bar, right, bar, DECISIVE, size * 0.14)
        if column.place.branch_width:
            yield Line(left, bar, left, bar + size * 0.6, DECISIVE, size * 0.14)
        if doc.columns[last].place.last:
            yield Line(right, bar, right, bar + size * 0.6, DECISIVE, size * 0.14)
        name = column.branch if column.place.branch_width else f"{column.branch} ({doc.texts['continued']})"
        name = shortened(name, small, right - left - size * 2, weight=600)
        yield Rect(left + size * 0.7, y, width(name, small, weight=600) + size * 0.6, small * 1.6, fill=PAPER)
        yield Text(left + size, y + small * 1.2, name, small, 600, fill=DECISIVE)
        base = y + small * LEADING + size * 1.1
        for number in range(first, last + 1):
            place = doc.columns[number].place
            if not place.way_width and number != first:
                continue
            at = x + (number - tile.first) * grid.column
            inset = size * 0.5
            if place.way > 1 and place.way_width:
                word = doc.texts["or"]
                half = width(word, small, weight=600) / 2 + size * 0.3
                yield Rect(
                    at - half, base - small * 1.05, half * 2, small * 1.5, PAPER, DECISIVE, size * 0.08, small * 0.75
                )
                yield Text(at, base, word, small, 600, fill=DECISIVE, anchor="middle")
                inset = half + size * 0.3
            end = next((n for n in range(number + 1, last + 1) if doc.columns[n].place.way_width), last + 1)
            path = doc.columns[number].path or doc.texts["way"]
            text = f"{place.letter}\u00a0· {path}" if place.letter else path
            room = (end - number) * grid.column - inset - size * 1.6
            yield Text(at + inset, base, shortened(text, small, room, weight=600), small, 600)
        first = last + 1


def _label_shapes(doc: MapDoc, row: Row, x: float, y: float, grid: Grid, smallest: float) -> Iterator[Shape]:
    size, inner = grid.size, grid.label - grid.size
    small = max(smallest, size * 0.85)
    label = f"{row.lane.label} ({doc.texts['continued']})" if row.continued else row.lane.label
    base = y + size * 1.4
    for line in wrap(label, size, inner, weight=600):
        yield Text(x + size * 0.5, base, line, size, 600)
        base += size * LEADING
    base -= size - small
    for line in wrap(row.lane.hint, small, inner):
        yield Text(x + size * 0.5, base, line, small, fill=MUTED)
        base += small * LEADING
    for series in row.lane.curve.series if row.lane.curve else ():
        middle = base - small * 0.3
        yield Line(
            x + size * 0.5, middle, x + size * 2.1, middle, series.colour, _thickness(series, size), _dash(series, size)
        )
        yield Marker(x + size * 1.3, middle, size * 0.28, series.marker, _fill(series), series.colour, 0.8)
        for line in wrap(series.name, small, inner - size * 2.2):
            yield Text(x + size * 2.5, base, line, small, fill=MUTED)
            base += small * LEADING
        base += size * 0.2


def _dash(series: Series, size: float) -> tuple[float, ...]:
    return tuple(part * size / 8 for part in DASHES[series.layer])


def _thickness(series: Series, size: float) -> float:
    return size * (0.3 if series.layer == "measured" else 0.2)


def _fill(series: Series) -> str:
    return series.colour if series.layer == "measured" else PAPER


def _curve_shapes(
    curve: Curve, doc: MapDoc, tile: Tile, x: float, y: float, height: float, grid: Grid, smallest: float
) -> Iterator[Shape]:
    size = grid.size
    w = (tile.last - tile.first) * grid.column
    margin = size * (0.8 if curve.small else 1.6)

    def level_y(level: float) -> float:
        return y + margin + (2 - level) / 4 * (height - 2 * margin)

    def level_x(number: int) -> float:
        return x + (number - tile.first + 0.5) * grid.column

    small = max(smallest, size * 0.8)
    for level, name in zip(LEVELS, curve.level_names, strict=True):
        yield Line(
            x, level_y(level), x + w, level_y(level), "#C7CDD6" if level == 0 else "#E3E7EC", 0.6 if level == 0 else 0.5
        )
        if not curve.small:
            yield Text(x + size * 0.4, level_y(level) - small * 0.25, name, small, fill="#7A8494")
    shapes: list[Shape] = []
    for series in curve.series:
        if series.layer == "measured":
            for run in curves.runs(
                [high if low is not None else None for low, high in zip(series.low, series.high, strict=True)]
            ):
                upper = [(level_x(number), level_y(series.high[number] or 0)) for number in run]
                lower = [(level_x(number), level_y(series.low[number] or 0)) for number in run]
                if len(run) > 1:
                    shapes.append(Path(curves.ribbon(upper, lower), fill=series.colour, opacity=0.18))
                else:
                    shapes.append(Line(upper[0][0], upper[0][1], lower[0][0], lower[0][1], series.colour, size * 0.5))
    shapes += _gaps(curve, level_x, level_y, size)
    for series in curve.series:
        for run in curves.runs(series.values):
            points = [(level_x(number), level_y(series.values[number] or 0)) for number in run]
            if len(points) > 1:
                shapes.append(
                    Path(
                        curves.path(points),
                        stroke=series.colour,
                        thickness=_thickness(series, size),
                        dash=_dash(series, size),
                    )
                )
    for series in curve.series:
        for number, value in enumerate(series.values):
            if value is not None and tile.first <= number < tile.last:
                mark = size * (0.48 if series.layer == "measured" else 0.42)
                shapes.append(
                    Marker(
                        level_x(number), level_y(value), mark, series.marker, _fill(series), series.colour, size * 0.16
                    )
                )
    for number, column in enumerate(doc.columns):
        if column.decisive and tile.first <= number < tile.last:
            shapes.append(Marker(level_x(number), y + size * 0.9, size * 0.42, "diamond", PAPER, DECISIVE, size * 0.14))
    yield Clip(x, y, w, height, shapes)


def _gaps(curve: Curve, level_x: Any, level_y: Any, size: float) -> Iterator[Shape]:
    """Hatch where belief and measure are a level or more apart."""
    measured = next((series for series in curve.series if series.layer == "measured"), None)
    believed = next((series for series in curve.series if series.layer == "believed"), None)
    if measured is None or believed is None:
        return
    for number, (real, thought) in enumerate(zip(measured.values, believed.values, strict=True)):
        if real is None or thought is None or abs(real - thought) < 1:
            continue
        top, bottom = sorted((level_y(real), level_y(thought)))
        half, step = size * 0.55, size * 0.55
        at = top + step
        while at < bottom + half:
            low, high = min(at, bottom), max(at - 2 * half, top)
            x = level_x(number)
            yield Line(x - half + (at - low), low, x - half + (at - high), high, "#9AA3B0", 0.5)
            at += step


def _overview(page: Page, doc: MapDoc, grid: Grid, tiles: Sequence[Tile], y: float, paper: Paper) -> None:
    """Draw the map in small with the borders of its sheets, so that people find where each belongs."""
    size = grid.size
    y = _texts(page, [doc.texts["overview"]], MARGIN, y + size * 0.4, size * 1.4, weight=700) + size * 0.6
    bottom = paper.h - MARGIN - _foot_height(doc, paper, size) - size
    label = grid.label
    w = paper.w - 2 * MARGIN - label
    column = w / max(len(doc.columns), 1)
    x = MARGIN + label
    band = size * 2
    full = sum(row.height for row in grid.rows)
    scale = (bottom - y - band) / full if full else 0
    for number, entry in enumerate(doc.bands):
        left, own = x + entry.first * column, entry.count * column
        page.add(Rect(left + 1, y, own - 2, band, fill=STAGE_FILL, radius=size * 0.3))
        name = shortened(entry.name, size, own - size * 0.6, weight=600)
        page.add(Text(left + own / 2, y + size * 1.35, name or str(number + 1), size, 600, anchor="middle"))
    tops: list[float] = []
    top = y + band
    for row in grid.rows:
        tops.append(top)
        own = row.height * scale
        page.add(Line(MARGIN, top, x + w, top, RULE, 0.4))
        if own >= size * 1.1:
            page.add(
                Text(
                    MARGIN + size * 0.3,
                    top + min(own, size * 2) / 2 + size * 0.35,
                    shortened(row.lane.label, size, label - size * 0.6),
                    size,
                    fill=MUTED,
                )
            )
        for number, cell in enumerate(row.cells):
            if cell:
                high = min(own - 2, stack_height(cell) * scale)
                page.add(Rect(x + number * column + 1, top + 1, column - 2, max(high, 1), fill="#EDF1F5"))
        if row.lane.curve is not None:
            page.add(*_small_curve(row.lane.curve, x, top, column, own))
        top += own
    tops.append(top)
    last_row = {row.index: number for number, row in enumerate(grid.rows)}
    for tile in tiles:
        first_lane, last_lane = last_row[tile.lanes[0].index], last_row[tile.lanes[-1].index]
        left, right = x + tile.first * column, x + tile.last * column
        page.add(
            Rect(
                left + 1.5,
                tops[first_lane] + 1.5,
                right - left - 3,
                tops[last_lane + 1] - tops[first_lane] - 3,
                stroke="#1D3B57",
                thickness=1.2,
                radius=3,
            )
        )
        middle_x, middle_y = (left + right) / 2, (tops[first_lane] + tops[last_lane + 1]) / 2
        big = size * 2.4
        page.add(Marker(middle_x, middle_y, big * 0.75, "circle", PAPER, "#1D3B57", 1))
        page.add(
            Text(middle_x, middle_y + big * 0.3, str(tile.number), big * 0.8, 700, fill="#1D3B57", anchor="middle")
        )


def _small_curve(curve: Curve, x: float, y: float, column: float, height: float) -> Iterator[Shape]:
    for series in curve.series:
        for run in curves.runs(series.values):
            points = [
                (x + (number + 0.5) * column, y + height * (0.1 + (2 - (series.values[number] or 0)) / 5))
                for number in run
            ]
            if len(points) > 1:
                yield Path(curves.path(points), stroke=series.colour, thickness=0.8, dash=_dash(series, 6))
