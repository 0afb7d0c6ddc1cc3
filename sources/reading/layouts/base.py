"""What all layouts share: cells, days, segments, dimensions, and rows that are totals."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from kpis import measures
from kpis.measures import KpiSpec, gettext_noop
from sources.reading.dates import check_day, moment_of
from sources.reading.facts import TEXT_LIMITS, Context, Draft
from sources.reading.formats import Formats, decide, position_of
from sources.reading.mapping import (
    Column,
    Mapping,
    When,
)
from sources.reading.numbers import Number, count_of, number_of, strip
from sources.reading.problems import FileProblem, Refused, Rejection
from sources.reading.tables import Table, clean_name
from sources.reading.workbook import BadCell, Cell

Values = Sequence[Cell]
Span = tuple[dt.date, dt.date, dt.datetime | None]
Read = TypeVar("Read")

TOTALS = frozenset(
    {
        "total",
        "totals",
        "grand total",
        "totaux",
        "total général",
        "total general",
        "overall total",
        "sous-total",
        "subtotal",
    }
)
CACHED = 50_000  # texts remembered per column
ROLE_LABELS = {
    "touchpoint": gettext_noop("touchpoint"),
    "kpi": gettext_noop("KPI"),
    "day": gettext_noop("day"),
    "value": gettext_noop("value"),
}
NAME_LIMIT = 200  # characters of a column's name, as the observation stores it


class Counter:
    """What a reading counts beside observations and rejections."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.ignored_items = 0
        self.filtered = 0
        self.shares_rounded = 0
        self.other_rows: set[str] = set()


class Skipped(Exception):
    """The mapping leaves this row out."""


class Layout:
    """A mapping bound to a table: finds its columns and decides their formats on construction. Raises FileProblem."""

    def __init__(self, table: Table, mapping: Mapping, context: Context) -> None:
        self.table = table
        self.mapping = mapping
        self.context = context
        self.header = table.header
        self.counter = Counter()
        self.used: set[int] = set()
        self.number_columns: set[int] = set()
        self.date_columns: set[int] = set()
        self.zone = ZoneInfo(mapping.time_zone) if mapping.time_zone else context.zone
        self.key_position: int | None = None  # where a total row says that it is one
        self.filters = [
            (self.use(rule.column), frozenset(clean_name(value).casefold() for value in rule.values), rule.keep)
            for rule in mapping.only
        ]
        self.segment_position = self.use(mapping.segment.column) if mapping.segment else None
        self.dimensions = sorted((name, self.use(column)) for name, column in mapping.dimensions.items())
        self.find_columns()
        self.formats: Formats = decide(
            table,
            mapping,
            number_columns=sorted(self.number_columns),
            date_columns=sorted(self.date_columns),
            date_order=context.date_order,
        )
        self.read_segment = self._segment_reader()
        self.read_dimensions = self._dimension_reader()
        self.compile()

    def find_columns(self) -> None:
        raise NotImplementedError

    def compile(self) -> None:
        raise NotImplementedError

    def observe(self, line: int, values: Values) -> Iterator[Draft | Rejection]:
        """Yield what a row of the right width holds. Raises Refused when it refuses the whole row, Skipped when it is left out."""
        raise NotImplementedError

    def read(self, line: int, values: Values) -> Sequence[Draft | Rejection]:
        """Return what one row holds; empty when the mapping leaves it out."""
        width = len(self.header)
        if len(values) != width:
            if len(values) < width:
                return [Refused("too_few_cells", cells=len(values), columns=width).at(line)]
            if any(not is_empty(value) for value in values[width:]):
                return [Refused("too_many_cells", cells=len(values), columns=width).at(line)]
        try:
            if self.filters and not self._passes(values):
                self.counter.filtered += 1
                return ()
            return list(self.observe(line, values))
        except Skipped:
            self.counter.ignored_items += 1
            return ()
        except Refused as refused:
            if total := self._total_of(values):
                return [Refused("total_row", value=total).at(line, self.name(self.key_position or 0))]
            return [refused.at(line)]

    # columns and cells

    def use(self, column: Column) -> int:
        position = position_of(self.table, column)
        self.used.add(position)
        return position

    def name(self, position: int) -> str:
        """Return what to call a column: its header, shortened where surveys put whole paragraphs there."""
        name = self.header[position] or str(position + 1)
        return name if len(name) <= NAME_LIMIT else f"{name[: NAME_LIMIT - 10]}… ({position + 1})"

    def labels(self, positions: Sequence[int], specs: Sequence[KpiSpec]) -> list[str]:
        """Return the columns' part of the identity of an observation: with the KPI where one column feeds two."""
        return [
            f"{self.name(position)[: NAME_LIMIT - 70]} [{spec.code}]"
            if positions.count(position) > 1
            else self.name(position)
            for position, spec in zip(positions, specs, strict=True)
        ]

    def at(self, position: int, read: Callable[[Cell], Read]) -> Callable[[Values], Read]:
        """Return a reader of one column that puts the name of the column into what it refuses."""
        name = self.name(position)

        def from_row(values: Values) -> Read:
            try:
                return read(values[position])
            except Refused as refused:
                refused.column = refused.column or name
                refused.value = refused.value or values[position]
                raise

        return from_row

    def number_at(self, position: int) -> Callable[[Values], Number]:
        style = self.formats.numbers[position]
        return self.at(position, remembered(lambda cell: number_of(cell, style)))

    def count_at(self, position: int) -> Callable[[Values], int]:
        style = self.formats.numbers[position]
        return self.at(position, remembered(lambda cell: count_of(cell, style)))

    def text_at(self, position: int, kind: str) -> Callable[[Values], str]:
        limit = TEXT_LIMITS[kind]
        return self.at(position, lambda cell: text_of(cell, limit))

    def touchpoint_at(self, position: int, values: dict[str, str] | None = None) -> Callable[[Values], str]:
        catalogue = self.context.catalogue
        table = {folded(text): code for text, code in (values or {}).items()}

        def resolve(cell: Cell) -> str:
            text = text_of(cell, 1000)
            return catalogue.touchpoint(table.get(folded(text), text))

        return self.at(position, remembered(resolve))

    def known_touchpoint(self, text: str, place: str) -> str:
        try:
            return self.context.catalogue.touchpoint(text)
        except Refused as refused:
            raise FileProblem("bad_mapping", detail=f"{refused.at(0).message()} - at `{place}`") from None

    def known_kpi(self, text: str, place: str) -> KpiSpec:
        try:
            return self.context.catalogue.kpi(text)
        except Refused as refused:
            raise FileProblem("bad_mapping", detail=f"{refused.at(0).message()} - at `{place}`") from None

    def _passes(self, values: Values) -> bool:
        return all(
            (clean_name(shown(values[position])).casefold() in wanted) is keep
            for position, wanted, keep in self.filters
        )

    def _total_of(self, values: Values) -> str:
        """Return the text that makes this a total row, or nothing."""
        if self.key_position is None:
            return ""
        key = strip(shown(values[self.key_position]))
        if key.rstrip(" :").casefold() in TOTALS:
            return key
        if not key:
            for value in values:
                if type(value) is str and strip(value).rstrip(" :").casefold() in TOTALS:
                    return strip(value)
        return ""

    def _segment_reader(self) -> Callable[[Values], str]:
        position, segment = self.segment_position, self.mapping.segment
        if position is None:
            return lambda values: ""
        table = {folded(text): name for text, name in (segment.values if segment else {}).items()}
        others = segment.others if segment and table else "keep"

        def resolve(cell: Cell) -> str:
            text = text_of(cell, TEXT_LIMITS["segment"])
            if not text:
                return table.get("", "")
            found = table.get(folded(text))
            if found is not None:
                return found
            if others == "reject":
                raise Refused("answer_not_valid", value=text)
            return text if others == "keep" else ""

        return self.at(position, remembered(resolve))

    def _dimension_reader(self) -> Callable[[Values], tuple[tuple[str, str], ...]]:
        readers = [(name, self.text_at(position, "dimension")) for name, position in self.dimensions]
        if not readers:
            return lambda values: ()
        return lambda values: tuple((name, text) for name, read in readers if (text := read(values)))

    # days

    def find_when(self, when: When) -> None:
        for column in (when.at, when.day, when.first_day, when.last_day):
            if column is not None:
                self.date_columns.add(self.use(column))
        if when.parts:
            for part in (when.parts.year, when.parts.month, when.parts.day):
                if isinstance(part, str):
                    self.number_columns.add(self.use(part))

    def when_reader(self, when: When) -> Callable[[Values], Span]:
        if when.at is not None:
            return self.at_reader(position_of(self.table, when.at))
        if when.day is not None:
            return self.day_reader(position_of(self.table, when.day))
        if when.first_day is not None and when.last_day is not None:
            return self.span_reader(position_of(self.table, when.first_day), position_of(self.table, when.last_day))
        if when.parts is not None:
            return self._parts_reader(when)
        if when.fixed is not None:
            first, last = when.fixed.first_day, when.fixed.last_day
        else:
            comments = self.table.comments
            if comments.first_day is None or comments.last_day is None:
                raise FileProblem("no_period")
            first, last = comments.first_day, comments.last_day
        days = self.context.days

        def fixed(values: Values) -> Span:
            check_day(last, days)
            return (check_day(first, days), last, None)

        self.period = (first, last)
        return fixed

    period: tuple[dt.date, dt.date] | None = None  # of a file that gives one total

    def at_reader(self, position: int) -> Callable[[Values], Span]:
        form, days, zone, own = self.formats.dates[position], self.context.days, self.context.zone, self.zone

        def resolve(cell: Cell) -> Span:
            moment = moment_of(cell, form)
            if moment.at is None:
                day = check_day(moment.day, days)
                return (day, day, None)
            at = moment.at if moment.at.tzinfo else moment.at.replace(tzinfo=own)
            try:
                day = check_day(at.astimezone(zone).date(), days)
                return (day, day, at.astimezone(dt.UTC))
            except OverflowError:
                raise Refused("no_such_day") from None

        return self.at(position, remembered(resolve))

    def day_of(self, position: int) -> Callable[[Values], dt.date]:
        form, days, zone = self.formats.dates[position], self.context.days, self.context.zone

        def resolve(cell: Cell) -> dt.date:
            moment = moment_of(cell, form)
            day = moment.day
            if moment.at is not None and moment.at.tzinfo is not None:
                try:
                    day = moment.at.astimezone(zone).date()
                except OverflowError:
                    raise Refused("no_such_day") from None
            return check_day(day, days)

        return self.at(position, remembered(resolve))

    def day_reader(self, position: int) -> Callable[[Values], Span]:
        read = self.day_of(position)

        def day(values: Values) -> Span:
            found = read(values)
            return (found, found, None)

        return day

    def span_reader(self, first_position: int, last_position: int) -> Callable[[Values], Span]:
        read_first, read_last = self.day_of(first_position), self.day_of(last_position)
        name = self.name(last_position)

        def span(values: Values) -> Span:
            first, last = read_first(values), read_last(values)
            if last < first:
                raise Refused("span_reversed", column=name, value=values[last_position], first_day=first, last_day=last)
            return (first, last, None)

        return span

    def _parts_reader(self, when: When) -> Callable[[Values], Span]:
        assert when.parts is not None  # noqa: S101 - for the type checker
        days = self.context.days
        readers: list[Callable[[Values], int]] = []
        names: list[str] = []
        for part in (when.parts.year, when.parts.month, when.parts.day):
            if isinstance(part, str):
                position = position_of(self.table, part)
                names.append(self.name(position))
                readers.append(self.count_at(position))
            else:
                readers.append(constant(part))
        column = names[-1] if names else ""

        def parts(values: Values) -> Span:
            year, month, number = (read(values) for read in readers)
            try:
                day = dt.date(year, month, number)
            except (ValueError, OverflowError):
                raise Refused("no_such_day", column=column, value=f"{year}-{month}-{number}") from None
            try:
                return (check_day(day, days), day, None)
            except Refused as refused:
                refused.column = column
                raise

        return parts


def text_of(cell: Cell, limit: int) -> str:
    """Return the text of a cell. Raises Refused: formula_text, formula_…, text_too_long."""
    text = strip(cell) if type(cell) is str else strip(shown_or_refused(cell))
    if text[:1] == "=":
        raise Refused("formula_text", value=text)
    if len(text) > limit:
        raise Refused("text_too_long", value=text, length=len(text), limit=limit)
    return text


def shown_or_refused(cell: Cell) -> str:
    if isinstance(cell, BadCell):
        raise Refused(cell.code, value=cell.text)
    return shown(cell)


def shown(cell: Cell) -> str:
    """Return a cell as text; a whole number of a workbook without the point that its storage adds."""
    if type(cell) is str:
        return cell
    if cell is None or isinstance(cell, BadCell):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < measures.EXACT:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def folded(text: str) -> str:
    return clean_name(text).casefold()


def is_empty(cell: Cell) -> bool:
    return cell is None or cell == "" or (type(cell) is str and not strip(cell))


def constant(value: Read) -> Callable[[Values], Read]:
    return lambda values: value


def remembered(read: Callable[[Cell], Read]) -> Callable[[Cell], Read]:
    """Return a reader that remembers what texts mean: touchpoints, days and small counts repeat."""
    seen: dict[Cell, Read] = {}

    def remembering(cell: Cell) -> Read:
        try:
            return seen[cell]
        except KeyError:
            pass
        found = read(cell)
        if type(cell) is str and len(cell) < 200:
            if len(seen) >= CACHED:
                seen.clear()
            seen[cell] = found
        return found

    return remembering
