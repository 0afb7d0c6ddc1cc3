"""Reading large tidy files column by column.

Only what is certainly good is decided on whole columns: plain numbers, known references, valid amounts. Every other row goes
through the row layout, which alone refuses and explains. So both ways give the same result as long as each row accepted here
would be accepted there with the same numbers; the tests generate files to try to break that.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from kpis.measures import KpiSpec
from sources.reading.column_rules import Figures, Flags, amounts_of, whole_series
from sources.reading.dates import ISO, OLDEST
from sources.reading.delimited import lines_of, rows_of, text_of, undecodable
from sources.reading.facts import TEXT_LIMITS, Draft
from sources.reading.layouts import Layout, TidyLayout, Values
from sources.reading.numbers import BLANKS
from sources.reading.problems import Refused, Rejection

_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "column": pl.String,
    "touchpoint": pl.String,
    "kpi": pl.String,
    "first_day": pl.Date,
    "last_day": pl.Date,
    "at": pl.Datetime("us", "UTC"),
    "external_id": pl.String,
    "n": pl.Int64,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "sum_squares": pl.Float64,
    "excluded": pl.Int64,
    "bin": pl.Int16,
    "segment": pl.String,
    "dimensions": pl.String,
}
SCHEMA = pl.Schema(_TYPES)

CHUNK = 2 << 20  # characters per piece
PIECE_ROWS = 40_000  # where the csv module splits the cells
REMEMBERED = 100_000  # texts whose meaning is kept per column


class Piece(NamedTuple):
    frame: pl.DataFrame
    rejections: list[Rejection]
    lines: int


def frame_of(drafts: Sequence[Draft]) -> pl.DataFrame:
    """Return drafts as columns. Dimensions become a JSON object with sorted names, or an empty text."""
    return pl.DataFrame(
        {
            "line": [draft.line for draft in drafts],
            "column": [draft.column for draft in drafts],
            "touchpoint": [draft.touchpoint for draft in drafts],
            "kpi": [draft.kpi for draft in drafts],
            "first_day": [draft.first_day for draft in drafts],
            "last_day": [draft.last_day for draft in drafts],
            "at": [draft.at for draft in drafts],
            "external_id": [draft.external_id for draft in drafts],
            "n": [draft.n for draft in drafts],
            "numerator": [draft.numerator for draft in drafts],
            "denominator": [draft.denominator for draft in drafts],
            "sum_squares": [draft.sum_squares for draft in drafts],
            "excluded": [draft.excluded for draft in drafts],
            "bin": [draft.bin for draft in drafts],
            "segment": [draft.segment for draft in drafts],
            "dimensions": [dimensions_json(draft.dimensions) for draft in drafts],
        },
        schema=SCHEMA,
    )


def drafts_of(frame: pl.DataFrame) -> Iterator[Draft]:
    """Yield the drafts of a frame: the reverse of `frame_of`."""
    for row in frame.iter_rows(named=True):
        dimensions = tuple(sorted(json.loads(row.pop("dimensions") or "{}").items()))
        yield Draft(**row, dimensions=dimensions)


def dimensions_json(dimensions: Sequence[tuple[str, str]]) -> str:
    return json.dumps(dict(dimensions), ensure_ascii=False, separators=(",", ":")) if dimensions else ""


def copy_text(frame: pl.DataFrame) -> bytes:
    """Return the frame as the text of `COPY … FROM STDIN (FORMAT csv)`: NULL is an empty cell, an empty text is `\"\"`."""
    buffer = io.BytesIO()
    frame.with_columns(pl.col("at").dt.replace_time_zone(None).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00")).write_csv(
        buffer, include_header=False, quote_style="necessary", date_format="%Y-%m-%d"
    )
    return buffer.getvalue()


def can_read(layout: Layout) -> bool:
    """Whether the columns of this layout can be read as a whole: a tidy text file without comment block and filters."""
    dialect = layout.table.dialect
    return isinstance(layout, TidyLayout) and dialect is not None and not dialect.comments.lines and not layout.filters


def pieces(layout: Layout) -> Iterator[Piece]:
    """Yield the file in pieces of about CHUNK characters. Raises FileProblem as reading rows does."""
    assert isinstance(layout, TidyLayout)  # noqa: S101 - for the type checker
    convert = _Converter(layout)
    for tokens in _tokens(layout):
        yield convert(tokens)


class _Tokens(NamedTuple):
    """Rows of the width of the header as columns of text, named by position; rows of other widths apart. No blank rows in either."""

    lines: npt.NDArray[np.int64]
    cells: pl.DataFrame
    odd: list[tuple[int, list[str]]]


def _tokens(layout: TidyLayout) -> Iterator[_Tokens]:
    table = layout.table
    dialect = table.dialect
    assert dialect is not None  # noqa: S101 - for the type checker
    width = len(layout.header)
    line = dialect.data_line
    for text in _plain_chunks(layout):
        if text is None:
            break
        # Neither meaningful quotation marks nor lone carriage returns in here: lines are rows, cutting at the separator is all there is to do.
        count = text.count("\n")
        cells = _cut(text, dialect.separator, width)
        if cells is not None:
            yield _Tokens(np.arange(line, line + count), cells, [])
        else:
            yield _sorted_out(list(rows_of(iter(text.split("\n")), dialect.separator, line - 1)), width)
        line += count
    else:
        return
    # From the first quotation mark on, the csv module cuts: it may hide separators and line ends.
    lines = lines_of(table.stream, dialect.encoding)
    next(islice(lines, line - 1, line - 1), None)
    rows = rows_of(lines, dialect.separator, line - 1)
    while some := list(islice(rows, PIECE_ROWS)):
        yield _sorted_out(some, width)


def _plain_chunks(layout: TidyLayout) -> Iterator[str | None]:
    """Yield the data as text of whole lines that end in a line feed; None, once and last, where the csv module must go on."""
    table = layout.table
    dialect = table.dialect
    assert dialect is not None  # noqa: S101 - for the type checker
    if len(dialect.separator.encode()) != 1:
        yield None
        return
    source = text_of(table.stream, dialect.encoding.name)
    rest = ""
    try:
        for _ in range(dialect.data_line - 1):
            source.readline()
        while True:
            read = source.read(CHUNK)
            text = rest + read
            end = text.rfind("\n") + 1 if read else len(text)
            text, rest = text[:end], text[end:]
            if not text:
                if rest:
                    # A line longer than a chunk: the other way refuses it.
                    yield None
                return
            if not text.endswith("\n"):
                text += "\n"
            if "\r" in text:
                text = text.replace("\r\n", "\n")
            plain = _unquoted(text, dialect.separator) if '"' in text else text
            if plain is None or "\r" in plain or "\0" in plain or plain[0] == "\ufeff":
                yield None
                return
            yield plain
    except UnicodeDecodeError as error:
        raise undecodable(table.stream, dialect.encoding, error) from None


def _unquoted(text: str, separator: str) -> str | None:
    """Return the text without its quotation marks, None where they mean anything: a separator, a line end or a mark inside."""
    data = np.frombuffer((text + "\n").encode(), np.uint8)
    marks = np.flatnonzero(data == ord('"'))
    opening, closing = marks[0::2], marks[1::2]
    if len(opening) != len(closing):
        return None
    limits = (data == ord(separator)) | (data == ord("\n"))
    before = limits[opening - 1] | (opening == 0)  # position -1 is the line feed added above
    inside = np.cumsum(limits)
    if not before.all() or not limits[closing + 1].all() or (inside[closing] != inside[opening]).any():
        return None
    return text.replace('"', "")


def _cut(text: str, separator: str, width: int) -> pl.DataFrame | None:
    """Return the cells, or None when a line has another width or is longer than the csv module would accept."""
    data = text.encode()
    octets = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(octets == 10)
    cuts = np.searchsorted(np.flatnonzero(octets == ord(separator)), ends)
    if (np.diff(cuts, prepend=0) != width - 1).any() or np.diff(ends, prepend=0).max() >= csv.field_size_limit():
        return None
    names = [str(position) for position in range(width)]
    cells = pl.read_csv(
        data,
        has_header=False,
        separator=separator,
        quote_char=None,
        infer_schema=False,
        empty_string_is_null=False,
        schema=dict.fromkeys(names, pl.String),
    )
    return cells if cells.height == len(ends) else None


def _sorted_out(rows: list[tuple[int, list[str]]], width: int) -> _Tokens:
    fitting = [row for row in rows if len(row[1]) == width]
    odd = [row for row in rows if len(row[1]) != width and not _is_blank(row[1])]
    columns = zip(*(cells for _, cells in fitting), strict=True) if fitting else ([] for _ in range(width))
    cells = pl.DataFrame(
        {str(position): column for position, column in enumerate(columns)},
        schema={str(i): pl.String for i in range(width)},
    )
    return _Tokens(np.array([line for line, _ in fitting], np.int64), cells, odd)


def _is_blank(cells: Sequence[str]) -> bool:
    return not any(cells) or not any(cell.strip() for cell in cells)


class _Converter:
    """Turns columns of text into observations, remembering what texts mean from piece to piece."""

    def __init__(self, layout: TidyLayout) -> None:
        self.layout = layout
        self.roles = layout.roles
        self.specs: list[KpiSpec] = []
        self.meanings: dict[str, dict[str, Any]] = {}

    def __call__(self, tokens: _Tokens) -> Piece:
        cells, lines = tokens.cells, tokens.lines
        others: list[tuple[int, Sequence[str]]] = list(tokens.odd)
        accepted: pl.DataFrame = SCHEMA.to_frame()
        if cells.height:
            good, frame = self._convert(cells, lines)
            if good.any():
                accepted = frame.filter(pl.Series(good)) if not good.all() else frame
            rest = cells.filter(pl.Series(~good)).rows() if not good.all() else []
            left = zip(lines[~good].tolist(), rest, strict=True)
            others += [(line, cells_of_row) for line, cells_of_row in left if not _is_blank(cells_of_row)]
        others.sort(key=lambda row: row[0])
        count = accepted.height + len(others)
        drafts: list[Draft] = []
        rejections: list[Rejection] = []
        for line, values in others:
            for fact in self.layout.read(line, values):
                if type(fact) is Draft:
                    drafts.append(fact)
                else:
                    rejections.append(fact)  # type: ignore[arg-type]
        if drafts:
            accepted = pl.concat([accepted, frame_of(drafts)]).sort("line", maintain_order=True)
        return Piece(accepted, rejections, count)

    def _convert(self, cells: pl.DataFrame, lines: npt.NDArray[np.int64]) -> tuple[Flags, pl.DataFrame]:
        """Return which rows are certainly good, and the observations of all rows (those of the other rows mean nothing)."""
        layout, roles = self.layout, self.roles
        text = {role: cells[str(position)].str.strip_chars(BLANKS) for role, position in roles.items()}
        height = cells.height
        touchpoint = self._meaning("touchpoint", text, layout.read_touchpoint, pl.String, height)
        kpi = self._meaning("kpi", text, lambda values: self._spec(layout.read_kpi(values)), pl.Int64, height)
        first, last, at = self._days(text, height)
        good = (
            (touchpoint.is_not_null() & kpi.is_not_null() & first.is_not_null() & last.is_not_null()).to_numpy().copy()
        )
        if layout.segment_position is None:
            segment = pl.repeat("", height, eager=True)
        else:
            name = "segment"
            text.setdefault(name, cells[str(layout.segment_position)].str.strip_chars(BLANKS))
            segment = self._meaning(
                name, text, layout.read_segment, pl.String, height, position=layout.segment_position
            )
            good &= segment.is_not_null().to_numpy()
        if "external_id" in roles:
            identity = text["external_id"]
            good &= (
                ~identity.str.starts_with("=") & (identity.str.len_chars() <= TEXT_LIMITS["external_id"])
            ).to_numpy()
        else:
            identity = pl.repeat("", height, eager=True)
        dimensions = self._dimensions(cells)
        good &= dimensions.is_not_null().to_numpy()
        spec = kpi.fill_null(0).to_numpy()
        amounts = amounts_of(Figures(layout, text, height), self.specs, spec, roles) if self.specs else None
        if amounts is None:
            return np.zeros(height, np.bool_), SCHEMA.to_frame()
        good &= amounts.good
        codes = pl.Series([one.code for one in self.specs], dtype=pl.String).gather(pl.Series(spec))
        frame = pl.DataFrame(
            {
                "line": lines,
                "column": codes,
                "touchpoint": touchpoint,
                "kpi": codes,
                "first_day": first,
                "last_day": last,
                "at": at,
                "external_id": identity,
                "n": whole_series(amounts.n),
                "numerator": amounts.numerator,
                "denominator": amounts.denominator,
                "sum_squares": pl.Series(amounts.sum_squares, nan_to_null=True),
                "excluded": whole_series(amounts.excluded),
                "bin": whole_series(amounts.bin),
                "segment": segment,
                "dimensions": dimensions,
            },
            schema_overrides=SCHEMA,
        )
        return good, frame.select(SCHEMA.names())

    def _spec(self, spec: KpiSpec) -> int:
        try:
            return self.specs.index(spec)
        except ValueError:
            self.specs.append(spec)
            return len(self.specs) - 1

    def _meaning(
        self,
        role: str,
        text: dict[str, pl.Series],
        read: Callable[[Values], Any],
        dtype: pl.DataType | type[pl.DataType],
        height: int,
        *,
        position: int | None = None,
    ) -> pl.Series:
        """Return what each text means by the row layout's own reader; null for what it refuses."""
        if position is None and role not in self.roles:
            return pl.repeat(read(()), height, dtype=dtype, eager=True)
        place = self.roles[role] if position is None else position
        known = self.meanings.setdefault(role, {})
        if len(known) > REMEMBERED:
            known.clear()
        column = text[role]
        distinct = column.unique()
        for one in distinct.to_list():
            if one not in known:
                try:
                    # The reader looks at one position only, so a row may consist of that alone.
                    known[one] = read({place: one})  # type: ignore[arg-type]
                except Refused:
                    known[one] = None
        meanings = pl.Series([known[one] for one in distinct.to_list()], dtype=dtype)
        return column.replace_strict(distinct, meanings, return_dtype=dtype)

    def _days(self, text: dict[str, pl.Series], height: int) -> tuple[pl.Series, pl.Series, pl.Series]:
        """Return first day, last day, instant; a null first day where the row layout must decide."""
        layout = self.layout
        nothing = pl.repeat(None, height, dtype=pl.Date, eager=True)
        first = last = nothing
        at = pl.repeat(None, height, dtype=SCHEMA["at"], eager=True)
        if layout.read_span is not None:
            first = self._meaning("first_day", text, self._one_day(layout.roles["first_day"]), pl.Date, height)
            last = self._meaning("last_day", text, self._one_day(layout.roles["last_day"]), pl.Date, height)
            reversed_ = (last < first).fill_null(False)
            first, last = (column.zip_with(~reversed_, nothing) for column in (first, last))
        if layout.read_day is not None:
            day = self._meaning("day", text, self._one_day(layout.roles["day"]), pl.Date, height)
            given = text["day"] != "" if layout.read_span is not None else pl.repeat(True, height, eager=True)
            first, last = day.zip_with(given, first), day.zip_with(given, last)
        if layout.read_at is not None:
            instants = self._instants(text["at"])
            days = instants.dt.convert_time_zone(str(layout.context.zone)).dt.date()
            oldest = max(OLDEST, layout.context.sealed_before or OLDEST)
            days = days.zip_with((days <= layout.context.today) & (days >= oldest), nothing)
            alone = layout.read_day is None and layout.read_span is None
            given = pl.repeat(True, height, eager=True) if alone else text["at"] != ""
            first, last = days.zip_with(given, first), days.zip_with(given, last)
            at = instants.zip_with(given, at)
        return first, last, at

    def _one_day(self, position: int) -> Callable[[Values], dt.date]:
        return self.layout.day_of(position)

    def _instants(self, column: pl.Series) -> pl.Series:
        """Return instants in UTC; null for whatever is not plainly ISO 8601 with seconds."""
        layout = self.layout
        nothing = pl.repeat(None, len(column), dtype=SCHEMA["at"], eager=True)
        if layout.formats.dates[layout.roles["at"]] != ISO:
            return nothing
        plain = column.str.contains(
            r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](Z|[+-][01][0-9]:?[0-5][0-9])?$"
        )
        same = column.zip_with(plain, pl.repeat(None, len(column), dtype=pl.String, eager=True))
        moment = same.str.slice(0, 19).str.replace(" ", "T", literal=True)
        zone = same.str.slice(19)
        naive = moment.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
        named = (moment + zone.str.replace("Z", "+00:00", literal=True)).str.to_datetime(
            "%Y-%m-%dT%H:%M:%S%z", time_unit="us", time_zone="UTC", strict=False
        )
        # Twice on the night when clocks go back: the first time, as in Python. Never on the one when they go forward: refused to decide.
        local = naive.dt.replace_time_zone(
            str(layout.zone), ambiguous="earliest", non_existent="null"
        ).dt.convert_time_zone("UTC")
        return named.zip_with((zone != "").fill_null(False), local)

    def _dimensions(self, cells: pl.DataFrame) -> pl.Series:
        layout = self.layout
        if not layout.dimensions:
            return pl.repeat("", cells.height, eager=True)
        names = [str(position) for _, position in layout.dimensions]
        chosen = cells.select(names)
        distinct = chosen.unique()
        known: list[str | None] = []
        for row in distinct.iter_rows():
            values = {position: text for (_, position), text in zip(layout.dimensions, row, strict=True)}
            try:
                known.append(dimensions_json(layout.read_dimensions(values)))  # type: ignore[arg-type]
            except Refused:
                known.append(None)
        table = distinct.with_columns(pl.Series("json", known, dtype=pl.String))
        return chosen.join(table, on=names, how="left", maintain_order="left")["json"]
