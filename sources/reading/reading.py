"""Reading a table by a mapping: row by row for a preview, in column batches for writing. Both give the same result."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import polars as pl

from sources.reading import columns
from sources.reading.delimited import is_comment
from sources.reading.facts import Context, Draft
from sources.reading.layouts import Layout, header_notes, layout_for
from sources.reading.mapping import Mapping
from sources.reading.problems import Note, Refused, Rejection
from sources.reading.tables import Row, Table
from sources.reading.workbook import Cell

BATCH_ROWS = 20_000


class Batch(NamedTuple):
    """A piece of a file: `frame` has the columns of `columns.SCHEMA`, rejections are in the order of the file."""

    frame: pl.DataFrame
    rejections: list[Rejection]


class Summary(msgspec.Struct):
    """Counters of one pass. Lines are rows of data; a line of a survey gives several observations and refusals."""

    lines: int = 0
    observations: int = 0
    rejections: int = 0
    rejected_lines: int = 0


class Reading:
    """A table bound to a mapping. Raises FileProblem on construction when a column is missing or the mapping does not fit.

    Iterating gives Draft and Rejection in the order of the file; `batches()` gives the same in columns, faster. `summary` and
    `notes` are complete after a pass; each pass begins them again.
    """

    def __init__(self, table: Table, mapping: Mapping, context: Context) -> None:
        self.table = table
        self.mapping = mapping
        self.context = context
        self.layout: Layout = layout_for(table, mapping, context)
        self.summary = Summary()

    def __iter__(self) -> Iterator[Draft | Rejection]:
        self._begin()
        for row in self.table.rows():
            found = self._read(row)
            if found is None:
                yield Refused("other_table").at(row.line)
                return
            yield from found

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield batches of about this many rows."""
        self._begin()
        if columns.can_read(self.layout):
            for piece in columns.pieces(self.layout):
                self.summary.lines += piece.lines
                self._count(piece.frame.height, piece.rejections)
                yield Batch(piece.frame, piece.rejections)
            return
        drafts: list[Draft] = []
        rejections: list[Rejection] = []
        for number, row in enumerate(self.table.rows(), 1):
            found = self._read(row)
            if found is None:
                rejections.append(Refused("other_table").at(row.line))
                break
            for fact in found:
                if type(fact) is Draft:
                    drafts.append(fact)
                else:
                    rejections.append(fact)  # type: ignore[arg-type]
            if number % rows == 0:
                yield Batch(columns.frame_of(drafts), rejections)
                drafts, rejections = [], []
        if drafts or rejections:
            yield Batch(columns.frame_of(drafts), rejections)

    @property
    def notes(self) -> list[Note]:
        """Everything worth saying about the file, its columns and, after a pass, its rows."""
        layout, counter = self.layout, self.layout.counter
        notes = [*self.table.notes, *header_notes(layout), *layout.formats.notes]
        if layout.period is not None and layout.period[0] != layout.period[1]:
            first, last = layout.period
            notes.append(Note("span", (("first_day", first.isoformat()), ("last_day", last.isoformat()))))
        for code, count in (
            ("ignored_items", counter.ignored_items),
            ("filtered_rows", counter.filtered),
            ("share_rounded", counter.shares_rounded),
        ):
            if count:
                notes.append(Note(code, (("count", str(count)),)))
        notes += [Note("other_row", (("value", text),)) for text in sorted(counter.other_rows)]
        return notes

    def _begin(self) -> None:
        self.summary = Summary()
        self.layout.counter.reset()

    def _read(self, row: Row) -> "list[Draft | Rejection] | None":
        """Return what a row holds, None where a second table begins."""
        self.summary.lines += 1
        if self.table.comments.lines and _begins_table(row.values):
            self.summary.rejections += 1
            self.summary.rejected_lines += 1
            return None
        found = list(self.layout.read(row.line, row.values))
        refused = sum(type(fact) is Rejection for fact in found)
        self.summary.rejections += refused
        self.summary.rejected_lines += bool(refused)
        self.summary.observations += len(found) - refused
        return found

    def _count(self, observations: int, rejections: list[Rejection]) -> None:
        self.summary.observations += observations
        self.summary.rejections += len(rejections)
        self.summary.rejected_lines += len({rejection.line for rejection in rejections})


def _begins_table(values: "list[Cell] | tuple[Cell, ...] | object") -> bool:
    """A file with a comment block may hold several tables, each below its own block. A title that begins with # has figures."""
    first, *others = values  # type: ignore[misc]
    return type(first) is str and is_comment(first) and not any(others)
