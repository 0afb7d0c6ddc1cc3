"""Bytes of a CSV or XLSX file as tables of texts, within limits that no honest file reaches."""

import csv
import datetime as dt
import io
import zipfile
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook

from cxmap.lib import formats
from cxmap.lib.errors import CxmapError

FILE_BYTES_MAX = 10 * 2**20
UNPACKED_BYTES_MAX = 100 * 2**20
ROWS_MAX, COLUMNS_MAX, SHEETS_MAX = 2000, 250, 12  # rows of a map; a library has more
CELL_MAX = 4000  # characters


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: rows of texts, all as long as the longest, without empty rows and columns at the end."""

    name: str
    rows: list[list[str]]


class TableUnreadable(CxmapError):
    code = "table_unreadable"
    message = _("This file cannot be read as a table. Bring a CSV or an XLSX file.")
    status = 422


class TableTooLarge(TableUnreadable):
    message = _("This table is too large for a map: at most 10 MB, 2,000 rows and 250 columns.")

    def __init__(self, rows_max: int = ROWS_MAX) -> None:
        text = _("This table is too large: at most 10 MB, %(rows)s rows and 250 columns.")
        super().__init__(None if rows_max == ROWS_MAX else text % {"rows": formats.whole(rows_max)})


def _text(value: Any, cell_max: int) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, dt.datetime):
        value = value.date() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    text = str(value).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return "".join(character for character in text if not "\ud800" <= character <= "\udfff")[:cell_max]


def _table(name: str, rows: list[list[str]], rows_max: int) -> Table | None:
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((number for row in rows for number, text in enumerate(row, 1) if text), default=0)
    if not width:
        return None
    if len(rows) > rows_max or width > COLUMNS_MAX:
        raise TableTooLarge(rows_max)
    return Table(name, [(row + [""] * width)[:width] for row in rows])


def tables_read(
    raw: bytes, *, name: str, rows_max: int = ROWS_MAX, sheets_max: int = SHEETS_MAX, cell_max: int = CELL_MAX
) -> list[Table]:
    """Return the sheets of a file that hold something, the first sheets_max; texts end after cell_max characters.

    Raises TableUnreadable, TableTooLarge.
    """
    if len(raw) > FILE_BYTES_MAX:
        raise TableTooLarge(rows_max)
    tables = (
        _workbook(raw, rows_max, sheets_max, cell_max)
        if raw[:4] == b"PK\x03\x04"
        else [_csv(raw, name, rows_max, cell_max)]
    )
    found = [table for table in tables if table is not None]
    if not found:
        raise TableUnreadable(_("There is nothing in this file."))
    return found


def _workbook(raw: bytes, rows_max: int, sheets_max: int, cell_max: int) -> list[Table | None]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True) if size <= UNPACKED_BYTES_MAX else None
    except Exception as error:
        # openpyxl raises whatever its parsers meet in a broken file.
        raise TableUnreadable from error
    if book is None:
        raise TableTooLarge(rows_max)
    found = []
    try:
        for page in book.worksheets[:sheets_max]:
            rows = []
            for number, row in enumerate(page.iter_rows(max_col=COLUMNS_MAX + 1, values_only=True)):
                # A sheet may claim a million empty rows.
                if number > rows_max * 5:
                    break
                rows.append([_text(value, cell_max) for value in row])
            found.append(_table(page.title, rows, rows_max))
    except TableUnreadable:
        raise
    except Exception as error:
        raise TableUnreadable from error
    finally:
        book.close()
    return found


def _csv(raw: bytes, name: str, rows_max: int, cell_max: int) -> Table | None:
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in raw[:4096] and not wide:
        raise TableUnreadable
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        # What French and English spreadsheets write when it is no Unicode.
        text = raw.decode("cp1252", errors="replace")
    delimiter = _delimiter(text)
    try:
        rows = [[_text(value, cell_max) for value in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise TableUnreadable from error
    return _table(name, rows, rows_max)


def _delimiter(text: str) -> str:
    """Return the separator that gives most columns of the same number on the first lines."""
    best, best_score = ",", (-1.0, 0)
    for delimiter in (";", "\t", ",", "|"):
        try:
            rows = [
                row
                for row, _n in zip(csv.reader(io.StringIO(text[:20_000]), delimiter=delimiter), range(20), strict=False)
            ]
        except csv.Error:
            continue
        widths = [len(row) for row in rows if any(row)]
        if not widths or max(widths) < 2:
            continue
        common = max(set(widths), key=widths.count)
        score = (widths.count(common) / len(widths) if common > 1 else 0.0, common)
        if score > best_score:
            best, best_score = delimiter, score
    return best
