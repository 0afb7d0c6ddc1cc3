"""Where everything of a map stands on paper: how large the text is, how many sheets, what is on each.

Sheets break at column borders only, unless lanes may go on further sheets. Nothing is ever set smaller than the paper
allows: a map that does not fit is refused with what would help.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from django.utils.translation import gettext, gettext_lazy

from cxmap.lib.errors import CxmapError
from journeys.documents.frame import foot, foot_height, small_title, title, title_height
from journeys.documents.grid import LABEL, Grid, Row, Tile, grid_of, row_pieces
from journeys.documents.model import MapDoc
from journeys.documents.shapes import Page
from journeys.documents.sheet import overview, sheet
from journeys.documents.style import (
    MARGIN,
    PAPERS,
    Paper,
)

COMFORTABLE, TIGHT, SEVERAL, WIDEST = 10.5, 7.5, 11.0, 30.0  # widths of a column in text sizes
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


@dataclass(slots=True)
class Layout:
    """The finished sheets, and how they came about."""

    pages: list[Page]
    size: float
    sheets: int  # without the overview
    paper: Paper


def _column(paper: Paper, columns: int, size: float) -> float:
    """Return the width of so many columns side by side."""
    return min((paper.w - 2 * MARGIN - LABEL * size) / max(columns, 1), WIDEST * size)


def _sizes(paper: Paper) -> list[float]:
    return [paper.smallest + STEP * number for number in range(int((paper.largest - paper.smallest) / STEP) + 1)]


def _room(doc: MapDoc, paper: Paper, size: float, *, whole: bool) -> float:
    """Return how high the grid of a sheet may be; the whole head stands on the only sheet or on the overview."""
    head = title_height(doc, paper, size) if whole else size * 2.6
    return paper.h - 2 * MARGIN - head - foot_height(doc, paper, size)


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
    height = grid.height + title_height(doc, wide, size) + foot_height(doc, wide, size) + 2 * MARGIN
    return _drawn(doc, replace(wide, h=height), grid, [(0, len(doc.columns))])


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


def _drawn(doc: MapDoc, paper: Paper, grid: Grid, parts: Sequence[tuple[int, int]]) -> Layout:
    tiles = _tiles(doc, paper, grid, parts)
    pages = []
    total = len(tiles) + (len(tiles) > 1)
    if len(tiles) > 1:
        page = Page(paper.w, paper.h)
        larger = max(grid.size, paper.largest * 0.75)
        y = title(page, doc, paper, larger)
        overview(page, doc, replace(grid, size=larger, label=LABEL * larger), tiles, y, paper)
        pages.append(page)
    for tile in tiles:
        page = Page(paper.w, paper.h)
        y = (
            title(page, doc, paper, grid.size)
            if len(tiles) == 1
            else small_title(page, doc, paper, grid, tile, len(tiles))
        )
        sheet(page, doc, grid, tile, y, paper.smallest)
        pages.append(page)
    for number, page in enumerate(pages, 1):
        foot(page, doc, paper, grid.size, number, total)
    return Layout(pages, grid.size, len(tiles), paper)
