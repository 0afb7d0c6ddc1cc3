"""Cells of CSV and XLSX files: nothing that a spreadsheet would run, numbers that stay numbers."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

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
