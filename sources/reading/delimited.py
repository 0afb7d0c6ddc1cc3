"""Reading delimited text: comment block, separator, header, rows with their physical line numbers.

Nothing here holds more than one chunk, one logical row or the comment block in memory.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, TextIO, cast

import msgspec

from sources.reading.encodings import LABELS, Encoding, detect
from sources.reading.problems import FileProblem

SEPARATORS = (",", ";", "\t", "|")
SNIFFED_ROWS = 200
MAX_LINE = 1 << 20  # characters of one physical line
MAX_COLUMNS = 2000
MAX_COMMENT_LINES = 200

# A Typeform export begins with a column called "#": a comment is never directly followed by a separator.
_COMMENT = re.compile(r'"?#(?![,;\t|]|"[,;\t|])')
_EIGHT_DIGITS = re.compile(r"[:\s](\d{4})-?(\d{2})-?(\d{2})\s*$")
_RULE = re.compile(r"[-=*_]{3,}$")


class Comments(msgspec.Struct, frozen=True):
    """The comment block above a header. Google Analytics writes report, account, property, audience and period there.

    The words depend on the language of the exporting account, so the period is recognised by its two dates alone.
    """

    lines: tuple[str, ...] = ()
    report: str = ""
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    properties: tuple[tuple[str, str], ...] = ()


class Dialect(msgspec.Struct, frozen=True):
    encoding: Encoding
    separator: str
    header_line: int  # physical line of the first header row, 1-based
    data_line: int  # physical line on which the data begin
    comments: Comments


def text_of(stream: BinaryIO, encoding: str) -> TextIO:
    """Return the stream as text from its start, line ends kept, and left open when the wrapper goes away."""
    stream.seek(0)
    text = io.TextIOWrapper(cast(BinaryIO, _Borrowed(stream)), encoding=encoding, errors="strict", newline="")
    text._CHUNK_SIZE = 1 << 17  # type: ignore[attr-defined]  # the default of 8 kB asks the stream 25,000 times for 200 MB
    return text


class _Borrowed(io.RawIOBase):
    """Give a stream to a wrapper without giving it the right to close it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1) -> bytes:
        return self._stream.read(1 << 16 if size < 0 else size)

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)


def lines_of(stream: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """Yield physical lines with their ends. Raises FileProblem for undecodable bytes and for endless lines."""
    text = text_of(stream, encoding.name)
    number = 0
    try:
        while line := text.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
                raise FileProblem("line_too_long", line=number, limit=MAX_LINE)
            yield line
    except UnicodeDecodeError as error:
        raise undecodable(stream, encoding, error) from None


def rows_of(lines: Iterator[str], separator: str, before: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (physical line on which the row begins, cells); `before` is the number of lines already consumed."""
    reader = csv.reader(lines, delimiter=separator)
    begin = before + 1
    try:
        for row in reader:
            yield begin, row
            begin = before + reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise FileProblem("unclosed_quote", line=begin) from None
        raise FileProblem("binary_content", line=begin) from None


def sniff(
    stream: BinaryIO,
    encoding: Encoding,
    *,
    separator: str | None = None,
    header_line: int | None = None,
    header_rows: int = 1,
) -> tuple[Dialect, list[list[str]]]:
    """Return the dialect and the header rows.

    Raises FileProblem: no_header, header_only, wrong_separator, too_many_columns, and those of `lines_of`.
    """
    lines = lines_of(stream, encoding)
    comment_lines: list[str] = []
    consumed = 0
    head: list[str] = []
    for line in lines:
        consumed += 1
        bare = line.strip("\ufeff \t\r\n")
        if header_line is not None and consumed < header_line:
            if _COMMENT.match(bare):
                comment_lines.append(bare)
            continue
        if header_line is None:
            if not head and consumed == 1 and re.fullmatch(r'"?sep=.?"?', bare, re.IGNORECASE):
                # A first line "sep=;" is an instruction to Excel.
                separator = separator or bare.strip('"')[4:] or "\t"
                continue
            if _COMMENT.match(bare) and len(comment_lines) < MAX_COMMENT_LINES:
                comment_lines.append(bare)
                continue
            if not bare.strip(',;|"\t '):
                continue
        head = [line, *islice(lines, SNIFFED_ROWS)]
        break
    comments = comments_of(comment_lines)
    if not head:
        raise FileProblem("no_header")
    found = _separator(head)
    chosen = separator or found or ","
    rows = list(islice(_sniffed_rows(head, chosen, consumed - 1), header_rows + 1))
    header = [cells for _, cells in rows[:header_rows]]
    if not header:
        raise FileProblem("no_header")
    if separator and len(header[0]) == 1 and found and found != separator:
        raise FileProblem("wrong_separator", line=consumed, separator=separator, suggestion=found)
    if len(header[0]) > MAX_COLUMNS:
        raise FileProblem("too_many_columns", line=consumed, limit=MAX_COLUMNS)
    if len(rows) <= header_rows:
        raise FileProblem("header_only", line=consumed)
    return Dialect(encoding, chosen, rows[0][0], rows[header_rows][0], comments), header


def _sniffed_rows(head: list[str], separator: str, before: int) -> Iterator[tuple[int, list[str]]]:
    return ((line, cells) for line, cells in rows_of(iter(head), separator, before) if any(cells))


def _separator(head: list[str]) -> str | None:
    """Return the separator that splits most rows into as many cells as the header; None for a single column."""
    best: tuple[float, int, str] | None = None
    for candidate in SEPARATORS:
        if candidate not in head[0]:
            continue
        try:
            widths = [len(cells) for _, cells in _sniffed_rows(head, candidate, 0)]
        except FileProblem:
            continue
        if not widths or widths[0] < 2:
            continue
        regular = sum(width == widths[0] for width in widths) / len(widths)
        key = (round(regular, 1), widths[0], candidate)
        if best is None or key[:2] > best[:2]:
            best = key
    return best[2] if best else None


def is_comment(line: str) -> bool:
    return _COMMENT.match(line) is not None


def comments_of(lines: list[str]) -> Comments:
    texts = [line.strip('"').rstrip(",;\t ").lstrip("#").strip() for line in lines]
    days: list[dt.date] = []
    properties: list[tuple[str, str]] = []
    report = ""
    for text in texts:
        if not text or _RULE.match(text):
            continue
        if match := _EIGHT_DIGITS.search(text):
            try:
                days.append(dt.date(*(int(part) for part in match.groups())))
                continue
            except ValueError:
                pass
        if not report:
            report = text
        elif ":" in text:
            name, _, value = text.partition(":")
            properties.append((name.strip(), value.strip()))
    first, last = (min(days[:2]), max(days[:2])) if len(days) >= 2 else (None, None)
    return Comments(tuple(texts), report, first, last, tuple(properties))


def undecodable(stream: BinaryIO, encoding: Encoding, error: UnicodeDecodeError) -> FileProblem:
    """Locate the byte: the wrapper decodes in blocks, so its error does not know the line."""
    stream.seek(0)
    suggestion = detect(stream)
    bad = error.object[error.start : error.start + 1]
    line, before = 1, b""
    stream.seek(0)
    if encoding.name.startswith("utf-16"):
        return FileProblem(
            "wrong_encoding", line=1, column="1", encoding=encoding.label, byte=bad.hex(), suggestion=suggestion.label
        )
    for number, raw in enumerate(iter(lambda: stream.readline(MAX_LINE), b""), 1):
        try:
            raw.decode(encoding.name if number == 1 else encoding.name.removesuffix("-sig"))
        except UnicodeDecodeError as inner:
            line, before, bad = number, raw[: inner.start], raw[inner.start : inner.start + 1]
            break
    position = 1 + max(before.count(separator.encode()) for separator in SEPARATORS)
    label = LABELS.get(encoding.name, encoding.name)
    return FileProblem(
        "wrong_encoding",
        line=line,
        column=str(position),
        encoding=label,
        byte="0x" + bad.hex().upper(),
        suggestion=suggestion.label,
    )
