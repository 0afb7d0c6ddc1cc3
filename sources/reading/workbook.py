"""Reading XLSX row by row, with limits against archives that unpack into something huge.

openpyxl reads the structure of the workbook (sheets, styles, epoch). The sheet itself is read by a small streaming parser here,
because openpyxl's cannot tell a formula without a stored value from an empty cell, fills gaps between rows (a single cell in
row 1,048,576 makes a million rows) and keeps one XML element per row in memory.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import IO, Any, BinaryIO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

import msgspec
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.utils.exceptions import InvalidFileException

from sources.reading.problems import FileProblem

CHUNK = 1 << 16
MAX_COLUMN = 2000


class WorkbookLimits(msgspec.Struct, frozen=True):
    """Bytes are unpacked bytes. The ratio counts only for parts above `ratio_from`: small parts compress very well."""

    entries: int = 2000
    total: int = 1 << 30
    part: int = 16 << 20  # every part but sheets, shared strings and media
    strings: int = 48 << 20
    ratio: int = 250
    ratio_from: int = 4 << 20


class BadCell(msgspec.Struct, frozen=True):
    """A cell without a usable value. `code` is a code of REJECTIONS."""

    code: str
    text: str = ""


Cell = str | int | float | dt.date | dt.datetime | dt.time | BadCell | None


class _Measured:
    """A part being unpacked: refuses more bytes than the budget, and document type declarations (entity expansion)."""

    def __init__(self, part: IO[bytes], name: str, budget: int) -> None:
        self._part = part
        self._name = name
        self._left = budget
        self._first = True

    def read(self, size: int = -1) -> bytes:
        data = self._part.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise FileProblem("suspicious_workbook", part=self._name, detail="size")
        if self._first:
            self._first = False
            start = data[:2048].replace(b"\0", b"")
            if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                raise FileProblem("suspicious_workbook", part=self._name, detail="DOCTYPE")
        return data

    def close(self) -> None:
        self._part.close()

    def __enter__(self) -> "_Measured":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class GuardedZip(ZipFile):
    """A zip archive that checks what it says before, and what comes out while, it is unpacked."""

    def __init__(self, stream: BinaryIO, limits: WorkbookLimits) -> None:
        super().__init__(stream)
        self.limits = limits
        entries = self.infolist()
        if len(entries) > limits.entries:
            raise FileProblem("suspicious_workbook", part="*", detail=f"{len(entries)} > {limits.entries}")
        if (total := sum(entry.file_size for entry in entries)) > limits.total:
            raise FileProblem("suspicious_workbook", part="*", detail=f"{total >> 20} MB > {limits.total >> 20} MB")
        for entry in entries:
            if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(1, entry.compress_size):
                detail = f"{entry.file_size >> 20} MB / {entry.compress_size >> 10} kB"
                raise FileProblem("suspicious_workbook", part=entry.filename, detail=detail)
            if entry.flag_bits & 1:
                raise FileProblem("old_workbook")
            # Overlapping entries share compressed bytes, which hides the ratio of the whole archive.
        packed = sum(entry.compress_size for entry in entries)
        stream.seek(0, 2)
        if packed > stream.tell():
            raise FileProblem("suspicious_workbook", part="*", detail="overlap")

    def refuse_without_workbook(self) -> None:
        if not any(name.endswith("workbook.xml") for name in self.namelist()):
            raise FileProblem("not_a_table", found="ZIP")

    def budget(self, name: str) -> int:
        if name.startswith("xl/worksheets/") and "/_rels/" not in name:
            return self.limits.total
        if name.endswith("sharedStrings.xml"):
            return self.limits.strings
        return self.limits.part

    def open(self, name: str | ZipInfo, mode: Any = "r", *args: Any, **kwargs: Any) -> Any:
        part = super().open(name, mode, *args, **kwargs)
        label = name if isinstance(name, str) else name.filename
        return _Measured(part, label, self.budget(label))

    def read(self, name: str | ZipInfo, pwd: bytes | None = None) -> bytes:
        with self.open(name) as part:
            return part.read()


class _Structure(ExcelReader):
    """openpyxl's reader without the texts and pictures, on a guarded archive."""

    def __init__(self, archive: GuardedZip) -> None:
        self.archive = archive
        self.valid_files = archive.namelist()
        self.read_only = True
        self.keep_vba = False
        self.data_only = True
        self.keep_links = False
        self.rich_text = False
        self.shared_strings: list[str] = []

    def read_strings(self) -> None:
        pass

    def read_theme(self) -> None:
        pass

    def read_properties(self) -> None:
        pass

    def read_custom(self) -> None:
        pass


class Workbook:
    """An open workbook. `sheets` are the names of its data sheets, visible ones first in their order."""

    def __init__(self, stream: BinaryIO, limits: WorkbookLimits) -> None:
        self._limits = limits
        self._strings: list[str] | None = None
        try:
            self._archive = GuardedZip(stream, limits)
            self._archive.refuse_without_workbook()
            structure = _Structure(self._archive)
            structure.read()
        except FileProblem:
            raise
        except (
            BadZipFile,
            InvalidFileException,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            OSError,
            SyntaxError,
            expat.ExpatError,
        ) as error:
            # openpyxl lets the errors of whatever step failed through: a damaged file raises nearly anything.
            raise FileProblem("damaged_workbook", detail=error or type(error).__name__) from error
        book = structure.wb
        self._epoch = book.epoch
        self._dates = frozenset(book._date_formats)
        self._durations = frozenset(book._timedelta_formats)
        self._paths: dict[str, str] = {sheet.title: sheet._worksheet_path for sheet in book.worksheets}
        self.sheets: tuple[str, ...] = tuple(sheet.title for sheet in book.worksheets)
        if not self.sheets:
            raise FileProblem("damaged_workbook", detail="no sheet")

    def rows(self, sheet: str) -> Iterator[tuple[int, list[Cell]]]:
        """Yield (row number, cells up to the last one written) for the rows that have a cell."""
        if self._strings is None:
            self._strings = self._read_strings()
        parser = _SheetParser(self._strings, self._epoch, self._dates, self._durations)
        try:
            with self._archive.open(self._paths[sheet]) as part:
                while data := part.read(CHUNK):
                    parser.feed(data)
                    yield from parser.take()
                parser.feed(b"", final=True)
                yield from parser.take()
        except (BadZipFile, expat.ExpatError, ValueError, IndexError, OSError) as error:
            raise FileProblem("damaged_workbook", detail=error or type(error).__name__) from error

    def _read_strings(self) -> list[str]:
        names = [name for name in self._archive.namelist() if name.endswith("sharedStrings.xml")]
        if not names:
            return []
        parser = _StringsParser()
        try:
            with self._archive.open(names[0]) as part:
                while data := part.read(CHUNK):
                    parser.feed(data)
                parser.feed(b"", final=True)
        except (BadZipFile, expat.ExpatError, OSError) as error:
            raise FileProblem("damaged_workbook", detail=error) from error
        return parser.strings


class _Parser:
    def __init__(self) -> None:
        self._expat = expat.ParserCreate()
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self.start
        self._expat.EndElementHandler = self.end
        self._expat.EntityDeclHandler = self._entity
        self._text: list[str] = []

    def _entity(self, *args: object) -> None:
        raise FileProblem("suspicious_workbook", part="xml", detail="ENTITY")

    def feed(self, data: bytes, final: bool = False) -> None:
        self._expat.Parse(data, final)

    def listen(self) -> None:
        self._text = []
        self._expat.CharacterDataHandler = self._text.append

    def heard(self) -> str:
        self._expat.CharacterDataHandler = None
        return "".join(self._text)

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...


class _StringsParser(_Parser):
    def __init__(self) -> None:
        super().__init__()
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag  # some programs prefix every tag
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t" and not self._phonetic:
            self.listen()

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag  # some programs prefix every tag
        if name == "t" and not self._phonetic:
            self._parts.append(self.heard())
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.strings.append(_unescape("".join(self._parts)))


class _SheetParser(_Parser):
    def __init__(
        self, strings: Sequence[str], epoch: dt.datetime, dates: frozenset[int], durations: frozenset[int]
    ) -> None:
        super().__init__()
        self._strings = strings
        self._epoch = epoch
        self._dates = dates
        self._durations = durations
        self._done: list[tuple[int, list[Cell]]] = []
        self._row: list[Cell] = []
        self._number = 0
        self._type = ""
        self._style = 0
        self._column = 0
        self._value: str | None = None
        self._formula = False
        self._inline: list[str] | None = None

    def take(self) -> list[tuple[int, list[Cell]]]:
        done, self._done = self._done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag  # some programs prefix every tag
        if name == "c":
            self._type = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            if place := attributes.get("r"):
                self._column = _column_of(place)
            else:
                self._column = len(self._row)
            if self._column >= MAX_COLUMN:
                raise FileProblem("too_many_columns", line=self._number, limit=MAX_COLUMN)
            self._value, self._formula, self._inline = None, False, None
        elif name == "v":
            self.listen()
        elif name == "f":
            self._formula = True
        elif name == "is":
            self._inline = []
        elif name == "t" and self._inline is not None:
            self.listen()
        elif name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._row = []

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag  # some programs prefix every tag
        if name == "v":
            self._value = self.heard()
        elif name == "t" and self._inline is not None:
            self._inline.append(self.heard())
        elif name == "c":
            cell = self._cell()
            if cell is not None:
                self._row.extend([None] * (self._column + 1 - len(self._row)))
                self._row[self._column] = cell
        elif name == "row" and self._row:
            self._done.append((self._number, self._row))

    def _cell(self) -> Cell:
        if self._inline is not None:
            return _unescape("".join(self._inline))
        value = self._value
        if not value:
            # An empty text is a valid result of a formula; an absent value means that nothing computed it.
            if self._formula and not (value == "" and self._type == "str"):
                return BadCell("formula_without_value")
            return None
        kind = self._type
        if kind == "s":
            return self._strings[int(value)]
        if kind == "str":
            return _unescape(value)
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind == "e":
            return BadCell("formula_error", value)
        if kind == "d":
            return _plain(from_ISO8601(value))
        number: int | float = float(value) if "." in value or "e" in value or "E" in value else int(value)
        if self._style not in self._dates:
            return number
        try:
            return _plain(from_excel(number, self._epoch, timedelta=self._style in self._durations))
        except (OverflowError, ValueError):
            return BadCell("formula_error", value)


def _plain(moment: Any) -> Cell:
    """Midnight means that the cell holds a day; a duration becomes seconds."""
    if isinstance(moment, dt.timedelta):
        return moment.total_seconds()
    if isinstance(moment, dt.datetime) and moment.time() == dt.time():
        return moment.date()
    return moment


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


@lru_cache(maxsize=4096)
def _column_of_letters(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def _column_of(place: str) -> int:
    return _column_of_letters(place.rstrip("0123456789"))
