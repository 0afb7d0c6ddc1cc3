"""Cells of CSV and XLSX files: nothing that a spreadsheet would run, numbers that stay numbers."""

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

CONTENT_TYPES = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "csv-fr": ("text/csv; charset=utf-8", "csv"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}

RISKY = ("=", "+", "-", "@", "\t", "\r")


def neutral(value: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula (an apostrophe goes in front); other values unchanged."""
    if isinstance(value, str) and value.startswith(RISKY):
        return "'" + value
    return value


def as_typed(text: str) -> str:
    """Return a text of a file of ours as it was before `neutral` put an apostrophe in front."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(RISKY) else text


def _machine(value: Any) -> str:
    if isinstance(value, Decimal):
        value = float(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return str(neutral(value))


def _french(value: Any) -> str:
    text = _machine(value)
    return text.replace(".", ",") if isinstance(value, float | Decimal) else text


def csv_rows(rows: Iterable[Sequence[Any]], *, french: bool) -> Iterator[bytes]:
    """Yield a CSV file by pieces: UTF-8, comma and point; or for French spreadsheets BOM, semicolon, decimal comma."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if french else ",", lineterminator="\r\n")
    if french:
        yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([_french(value) if french else _machine(value) for value in row])
        if buffer.tell() > 65536:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


CELL_MAX = 32767  # characters, Excel's own limit
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = dt.date(1899, 12, 30)


def xlsx_file(tables: Iterable[tuple[str, Iterable[Sequence[Any]], Sequence[float]]]) -> bytes:
    """Return a workbook of (name, rows with headings first, widths of columns); no text in it is ever a formula."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    book = xlsxwriter.Workbook(buffer, options)
    head = book.add_format({"bold": True, "bg_color": "#E8EDF3", "border": 1, "border_color": "#D1D5DB"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows, widths in tables:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is None or value == "":
                    continue
                if place == 0:
                    sheet.write_string(place, column, str(value), head)
                elif isinstance(value, bool):
                    sheet.write_boolean(place, column, value)
                elif isinstance(value, int | float | Decimal):
                    sheet.write_number(place, column, value)
                elif isinstance(value, dt.date):
                    sheet.write_datetime(place, column, value, day)
                else:
                    sheet.write_string(place, column, str(neutral(value)))
    book.close()
    return buffer.getvalue()


class RowSheet(Worksheet):
    """A sheet of a constant_memory workbook whose rows are written whole, several times faster than cell by cell.

    XlsxWriter formats and checks each cell by itself; a table of many rows has the same few texts again and again. What
    is written is what it would have written: rows go to the file that it keeps for constant_memory.
    """

    def __init__(self) -> None:
        super().__init__()
        self._texts: dict[str, str] = {}

    def write_values(self, row: int, values: Sequence[Any], *, day_format: Any) -> None:
        """Write texts (never formulas), numbers, booleans and dates from column A on; None and "" are empty cells.

        Rows come from top to bottom. Numbers that are not finite are empty cells: unknown.
        """
        if row > self.previous_row:
            self._write_single_row(row)
        self._check_dimensions(row, 0)
        self._check_dimensions(row, max(len(values) - 1, 0))
        texts = self._texts
        line = row + 1
        parts = [f'<row r="{line}">']
        for letters, value in zip(_letters(len(values)), values, strict=True):
            kind = type(value)
            if value is None or value == "":
                continue
            if kind is str:
                text = texts.get(value)
                if text is None:
                    if len(texts) > 20_000:
                        texts.clear()
                    text = texts[value] = _inline(value)
                parts.append(f'<c r="{letters}{line}" t="inlineStr">{text}</c>')
            elif kind is bool:
                parts.append(f'<c r="{letters}{line}" t="b"><v>{value:d}</v></c>')
            elif kind is int:
                parts.append(f'<c r="{letters}{line}"><v>{value}</v></c>')
            elif kind is float:
                if math.isfinite(value):
                    parts.append(f'<c r="{letters}{line}"><v>{value:.16G}</v></c>')
            elif isinstance(value, dt.date):
                serial = value.toordinal() - _EPOCH.toordinal()
                parts.append(f'<c r="{letters}{line}" s="{day_format._get_xf_index()}"><v>{serial}</v></c>')
            else:
                parts.append(f'<c r="{letters}{line}" t="inlineStr">{_inline(str(value))}</c>')
        parts.append("</row>")
        self.fh.write("".join(parts))


def _letters(count: int, known: list[str] = []) -> Sequence[str]:  # noqa: B006 - kept on purpose
    while len(known) < count:
        known.append(xl_col_to_name(len(known)))
    return known[:count]


def _inline(value: str) -> str:
    text = neutral(value)[:CELL_MAX]
    space = ' xml:space="preserve"' if text != text.strip() else ""
    bare = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", escape(text))
    return f"<is><t{space}>{bare}</t></is>"
