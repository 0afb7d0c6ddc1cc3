"""The map set in one text size: widths and heights of stages, step headers, lanes and their cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cxmap.lib.fonts import wrap
from journeys.documents.cells import LEADING, Block, block, stack_height
from journeys.documents.model import Column, LaneDoc, MapDoc

LABEL = 11.5  # widths in text sizes
CURVE_HEIGHT, SMALL_CURVE_HEIGHT = 15.0, 6.0
LOOP = 1.2  # height of the arc under a step that is repeated, in text sizes


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
    lines = len(wrap(head_text(column), size, inner - size * 1.2, weight=600))
    height = lines * size * LEADING + size
    if column.flags:
        small = max(smallest, size * 0.85)
        height += len(wrap(column.flags, small, inner)) * small * LEADING
    return height + (size * LOOP if column.loop else 0)


def head_text(column: Column) -> str:
    return f"{column.number}\u00a0 {column.name}"


def _label_height(lane: LaneDoc, size: float, inner: float, smallest: float) -> float:
    small = max(smallest, size * 0.85)
    height = len(wrap(lane.label, size, inner, weight=600)) * size * LEADING + size
    height += len(wrap(lane.hint, small, inner)) * small * LEADING
    if lane.curve is not None:
        for series in lane.curve.series:
            height += len(wrap(series.name, small, inner - size * 2.2)) * small * LEADING + size * 0.2
    return height


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
