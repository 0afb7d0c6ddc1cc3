"""Opening a file: from bytes to a header and rows, whatever the format."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from sources.reading import encodings
from sources.reading.delimited import Dialect, comments_of, is_comment, lines_of, rows_of, sniff
from sources.reading.problems import FileProblem, Note
from sources.reading.workbook import BadCell, Cell, Workbook, WorkbookLimits

MEGABYTE = 1 << 20


class Limits(msgspec.Struct, frozen=True):
    """`size` is in bytes of the file as sent."""

    size: int = 512 * MEGABYTE
    workbook: WorkbookLimits = WorkbookLimits()


class FileOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How to read a file where recognising it is not wanted or not possible. None: recognise it.

    With two or three header rows (SurveyMonkey, Qualtrics) the first one names the columns; the second completes names that are
    empty or repeated.
    """

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    header_rows: int = 1


class Row(msgspec.Struct, frozen=True, gc=False):
    """`line` is the physical line (row of the sheet) on which the row begins, 1-based."""

    line: int
    values: Sequence[Cell]


class Table:
    """An open file. `rows()` can be called again, one iteration at a time; use as a context manager."""

    def __init__(self, stream: BinaryIO, *, name: str, options: FileOptions, limits: Limits, owned: bool) -> None:
        self.stream = stream
        self.name = name
        self.options = options
        self.notes: list[Note] = []
        self.dialect: Dialect | None = None
        self.sheets: tuple[str, ...] = ()
        self.sheet = ""
        self._owned = owned
        self._workbook: Workbook | None = None
        try:
            self._open(limits)
        except BaseException:
            self.close()
            raise

    def _open(self, limits: Limits) -> None:
        self.size = self.stream.seek(0, 2)
        self.stream.seek(0)
        if self.size > limits.size:
            raise FileProblem("too_large", megabytes=self.size // MEGABYTE, limit=limits.size // MEGABYTE)
        head = self.stream.read(4096)
        if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
            raise FileProblem("empty_file")
        if head.startswith(encodings.OLE):
            raise FileProblem("old_workbook")
        if head.startswith(encodings.ZIP):
            self._open_workbook(limits)
        else:
            if kind := encodings.kind_of_binary(head):
                raise FileProblem("not_a_table", found=kind)
            self._open_text()
        self.header = _names(self.header_cells)
        self.doubled = _doubled(self.header)

    def _open_text(self) -> None:
        options = self.options
        encoding = encodings.check(self.stream, options.encoding) if options.encoding else encodings.detect(self.stream)
        if not encoding.certain:
            self.notes.append(Note("guessed_encoding", (("encoding", encoding.label),)))
        self.dialect, self.header_cells = sniff(
            self.stream,
            encoding,
            separator=options.separator,
            header_line=options.header_line,
            header_rows=options.header_rows,
        )
        self.comments = self.dialect.comments
        self.header_line, self.data_line = self.dialect.header_line, self.dialect.data_line

    def _open_workbook(self, limits: Limits) -> None:
        self._workbook = book = Workbook(self.stream, limits.workbook)
        self.sheets = book.sheets
        if self.options.sheet is not None and self.options.sheet not in self.sheets:
            raise FileProblem("no_sheet", sheet=self.options.sheet, found=", ".join(self.sheets))
        if self.name and not self.name.lower().endswith((".xlsx", ".xlsm", ".xltx", ".xltm")):
            self.notes.append(Note("read_as_workbook", (("name", self.name),)))
        problem: FileProblem | None = None
        for sheet in [self.options.sheet] if self.options.sheet else self.sheets:
            # Exports often begin with a cover sheet: without a choice, the first sheet with data is taken.
            try:
                self._sniff_sheet(book, sheet)
            except FileProblem as error:
                if error.code not in {"no_header", "header_only"}:
                    raise
                problem = problem or error
                continue
            self.sheet = sheet
            break
        else:
            raise problem or FileProblem("no_header")
        if len(self.sheets) > 1 and not self.options.sheet:
            self.notes.append(Note("hidden_sheets", (("count", str(len(self.sheets))), ("sheet", self.sheet))))

    def _sniff_sheet(self, book: Workbook, sheet: str) -> None:
        comments: list[str] = []
        header: list[list[str]] = []
        for line, cells in book.rows(sheet):
            if self.options.header_line is not None and line < self.options.header_line:
                continue
            texts = [_text(cell) for cell in cells]
            if not any(texts):
                continue
            if not header and self.options.header_line is None and is_comment(texts[0]) and not any(texts[1:]):
                comments.append(texts[0])
                continue
            if not header:
                self.header_line = line
            if len(header) == self.options.header_rows:
                self.data_line = line
                break
            header.append(texts)
        else:
            raise FileProblem("header_only" if header else "no_header", line=getattr(self, "header_line", None))
        self.header_cells = header
        self.comments = comments_of(comments)

    def rows(self) -> Iterator[Row]:
        """Yield the data rows that have any content, in order, without keeping them."""
        if self._workbook is not None:
            width = len(self.header)
            for line, cells in self._workbook.rows(self.sheet):
                if line >= self.data_line and any(cell is not None and cell != "" for cell in cells):
                    # A sheet does not write its empty cells.
                    yield Row(line, cells + [None] * (width - len(cells)))
            return
        assert self.dialect is not None  # noqa: S101 - for the type checker
        lines = lines_of(self.stream, self.dialect.encoding)
        before = self.data_line - 1
        next(islice(lines, before, before), None)
        for line, values in rows_of(lines, self.dialect.separator, before):
            if any(values) and any(value.strip() for value in values):
                yield Row(line, values)

    @property
    def digest(self) -> str:
        """Recognise the next file of the same shape: the names of the columns in their order, whatever their case."""
        return sha256("\x1f".join(name.casefold() for name in self.header).encode()).hexdigest()

    def sample(self, count: int = 200) -> list[Row]:
        return list(islice(self.rows(), count))

    def close(self) -> None:
        if self._owned:
            self.stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_table(
    source: Path | str | BinaryIO, *, name: str = "", options: FileOptions | None = None, limits: Limits | None = None
) -> Table:
    """Open a file by what it contains, not by what it is called.

    `source` is a path or a seekable binary stream (which stays open). Raises FileProblem.
    """
    owned = isinstance(source, Path | str)
    stream = open(source, "rb") if isinstance(source, Path | str) else source  # noqa: SIM115 - the table closes it
    return Table(
        stream,
        name=name or (Path(source).name if isinstance(source, Path | str) else ""),
        options=options or FileOptions(),
        limits=limits or Limits(),
        owned=owned,
    )


_SPACES = re.compile(r"[\s\u00a0\u202f\ufeff]+")


def clean_name(text: str) -> str:
    """Return a header as people read it: blanks, line breaks and no-break spaces collapsed."""
    return _SPACES.sub(" ", text).strip()


def _text(cell: Cell) -> str:
    return "" if cell is None or isinstance(cell, BadCell) else str(cell)


def _names(rows: list[list[str]]) -> tuple[str, ...]:
    width = max(len(row) for row in rows)
    first = [clean_name(cell) for cell in rows[0]] + [""] * (width - len(rows[0]))
    if len(rows) == 1:
        while first and not first[-1]:
            # A separator at the end of every line is not a column.
            first.pop()
        return tuple(first)
    second = [clean_name(cell) for cell in rows[1]] + [""] * (width - len(rows[1]))
    names: list[str] = []
    question = ""
    counts = {name: first.count(name) for name in first}
    for name, option in zip(first, second, strict=True):
        continued = not name
        question = name or question
        follows = continued or counts[name] > 1
        names.append(f"{question} [{option}]" if option and (follows or _is_continued(first, len(names))) else question)
    return tuple(names)


def _is_continued(names: list[str], position: int) -> bool:
    return position + 1 < len(names) and not names[position + 1]


def _doubled(header: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        places.setdefault(name.casefold(), []).append(position)
    return {name: found for name, found in places.items() if len(found) > 1 and name}
