"""Cells of CSV and XLSX files: nothing that a spreadsheet would run, numbers that stay numbers."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

RISKY = ("=", "+", "-", "@", "\t", "\r")


def neutral(value: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula (an apostrophe goes in front); other values unchanged."""
    if isinstance(value, str) and value.startswith(RISKY):
        return "'" + value
    return value


def _machine(value: Any) -> str:
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
    return text.replace(".", ",") if isinstance(value, float) else text


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
