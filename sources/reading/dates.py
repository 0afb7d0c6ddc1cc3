"""Days and instants. One format is decided for a column; what does not fit it is refused, never guessed."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from openpyxl.utils.datetime import from_excel

from kpis.measures import gettext_noop
from sources.reading.numbers import strip
from sources.reading.problems import Refused
from sources.reading.workbook import BadCell, Cell

ISO, YMD8, DMY, MDY, DAY_MONTH_NAME, MONTH_NAME_DAY, SERIAL = (
    "iso",
    "yyyymmdd",
    "dmy",
    "mdy",
    "d_month_y",
    "month_d_y",
    "excel",
)
FORMATS = (ISO, YMD8, DMY, MDY, DAY_MONTH_NAME, MONTH_NAME_DAY, SERIAL)
FORMAT_LABELS = {
    ISO: gettext_noop("2026-11-03"),
    YMD8: gettext_noop("20261103"),
    DMY: gettext_noop("day/month/year: 03/11/2026"),
    MDY: gettext_noop("month/day/year: 11/03/2026"),
    DAY_MONTH_NAME: gettext_noop("3 Nov 2026"),
    MONTH_NAME_DAY: gettext_noop("Nov 3, 2026"),
    SERIAL: gettext_noop("Excel serial number: 46329"),
}
OLDEST = dt.date(1990, 1, 1)  # older days are placeholders: LimeSurvey 1980-01-01, spreadsheets 1899-12-31

_MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "jan janv janvier january", "feb fev févr fevr fév février fevrier february", "mar mars march", "apr avr avril april",
            "may mai", "jun juin june", "jul juil juillet july", "aug août aout aou aoû august", "sep sept septembre september",
            "oct octobre october", "nov novembre november", "dec déc decembre décembre december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip

_TIME = (
    r"(?:(?:[T ,]|\s+(?:à|at)\s+)\s*(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    ISO: re.compile(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})" + _TIME, re.ASCII),
    YMD8: re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})" + _TIME, re.ASCII),
    DMY: re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4}|\d{2})" + _TIME, re.ASCII),
    MDY: re.compile(r"(?P<m>\d{1,2})[/.-](?P<d>\d{1,2})[/.-](?P<y>\d{4}|\d{2})" + _TIME, re.ASCII),
    DAY_MONTH_NAME: re.compile(
        r"(?:[^\W\d]+\.?,? )?(?P<d>\d{1,2})(?:er|st|nd|rd|th)?[ -](?:de )?(?P<name>[^\W\d]+)\.?,?[ -](?P<y>\d{4})"
        + _TIME
    ),
    MONTH_NAME_DAY: re.compile(
        r"(?:[^\W\d]+\.?,? )?(?P<name>[^\W\d]+)\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})" + _TIME
    ),
    SERIAL: re.compile(r"(?P<serial>[2-6]\d{4})(?:[.,]\d+)?", re.ASCII),
}
_SPACES = re.compile(r"[\s\u00a0\u202f]+")


class Moment(msgspec.Struct, frozen=True, gc=False):
    """A day, and the instant where the text has a time. `at` is naive when the text names no zone."""

    day: dt.date
    at: dt.datetime | None = None


def fits(text: str) -> tuple[str, ...]:
    """Return the formats in which the text is a valid date, in the order of FORMATS."""
    found = []
    for name in FORMATS:
        try:
            parse(text, name)
        except Refused:
            continue
        found.append(name)
    return tuple(found)


def parse(text: str, form: str) -> Moment:
    """Return the moment written in this format. Raises Refused: not_a_date, no_such_day."""
    bare = _SPACES.sub(" ", strip(text))
    match = _PATTERNS[form].fullmatch(bare)
    if match is None:
        raise Refused("not_a_date", value=text, format=FORMAT_LABELS[form])
    if form == SERIAL:
        moment = from_excel(float(bare.replace(",", ".")))
        return Moment(moment.date(), moment if moment.time() != dt.time() else None)
    parts = match.groupdict()
    if form in (DAY_MONTH_NAME, MONTH_NAME_DAY):
        month = _MONTHS.get(parts["name"].lower(), 0)
        if not month:
            raise Refused("not_a_date", value=text, format=FORMAT_LABELS[form])
    else:
        month = int(parts["m"])
    year = int(parts["y"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    try:
        day = dt.date(year, month, int(parts["d"]))
        at = _time(day, parts)
    except ValueError:
        raise Refused("no_such_day", value=text) from None
    return Moment(day, at)


def _time(day: dt.date, parts: Mapping[str, str | None]) -> dt.datetime | None:
    if parts["hour"] is None:
        return None
    hour = int(parts["hour"])
    if half := parts["half"]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    micro = int((parts["fraction"] or "0").ljust(6, "0")[:6])
    moment = dt.datetime.combine(day, dt.time(hour, int(parts["minute"] or 0), int(parts["second"] or 0), micro))
    zone = parts["zone"]
    if zone is None:
        return moment
    if zone[0] not in "+-":
        return moment.replace(tzinfo=dt.UTC)
    digits = zone.replace(":", "")
    offset = dt.timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return moment.replace(tzinfo=dt.timezone(-offset if zone[0] == "-" else offset))


def moment_of(cell: Cell, form: str) -> Moment:
    """Return the moment in a cell; a real date of a workbook needs no format.

    Raises Refused: missing_value, not_a_date, no_such_day, formula_…
    """
    if type(cell) is str:
        text = cell
        if not strip(text):
            raise Refused("missing_value")
        if text.lstrip()[:1] == "=":
            raise Refused("formula_text", value=text)
        return parse(text, form)
    if isinstance(cell, dt.datetime):
        return Moment(cell.date(), cell)
    if isinstance(cell, dt.date):
        return Moment(cell)
    if isinstance(cell, BadCell):
        raise Refused(cell.code, value=cell.text)
    if cell is None:
        raise Refused("missing_value")
    return parse(str(cell), form)


class DateDecision(msgspec.Struct, frozen=True):
    form: str
    ambiguous: str = ""  # a value that is valid in both orders, when nothing in the column decided
    mixed: bool = False


class DateEvidence:
    """Collects which formats the values of one column fit. A value that fits one format only counts; both orders do not."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = dict.fromkeys(FORMATS, 0)
        self.ambiguous = ""
        self.ambiguous_count = 0
        self._seen: dict[str, tuple[str, ...]] = {}

    def add(self, cell: Cell) -> None:
        if cell is None or isinstance(cell, BadCell | dt.date) or not (text := strip(str(cell))):
            return
        found = self._seen.get(text)
        if found is None:
            if len(self._seen) > 20_000:
                self._seen.clear()
            found = self._seen[text] = fits(text)
        if found == (DMY, MDY):
            self.ambiguous_count += 1
            if not self.ambiguous and parse(text, DMY).day != parse(text, MDY).day:
                self.ambiguous = text
        elif found:
            self.counts[found[0]] += 1

    @property
    def settled(self) -> bool:
        """Nothing that further values could decide: no value is valid in both orders, or another one chose the order."""
        return not self.ambiguous_count or self.counts[DMY] != self.counts[MDY]

    def decide(self, default: str) -> DateDecision:
        counts = dict(self.counts)
        ambiguous = ""
        if self.ambiguous_count:
            order = DMY if counts[DMY] > counts[MDY] else MDY if counts[MDY] > counts[DMY] else default
            if counts[DMY] == counts[MDY]:
                ambiguous = self.ambiguous
            counts[order] += self.ambiguous_count
        form = max(FORMATS, key=lambda name: (counts[name], -FORMATS.index(name)))
        if not counts[form]:
            return DateDecision(ISO)
        mixed = sum(1 for count in counts.values() if count) > 1
        return DateDecision(form, ambiguous if form in (DMY, MDY) else "", mixed)


class Days(NamedTuple):
    """The days that may have rows: up to today, and not sealed by retention."""

    today: dt.date
    sealed_before: dt.date | None = None


def check_day(day: dt.date, days: Days) -> dt.date:
    """Raises Refused: day_in_future, day_too_old, day_sealed."""
    if day > days.today:
        raise Refused("day_in_future", day=day.isoformat())
    if days.sealed_before is not None and day < days.sealed_before:
        raise Refused("day_sealed", day=day.isoformat(), limit=days.sealed_before.isoformat())
    if day < OLDEST:
        raise Refused("day_too_old", day=day.isoformat(), limit=OLDEST.isoformat())
    return day
