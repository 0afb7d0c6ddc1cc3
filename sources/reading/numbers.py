"""Numbers as French and English files write them.

A column is read in one style. "12,5" proves a decimal comma, "1,234.5" proves a decimal point, "1,234" proves nothing.
"""

import math
import re

import msgspec

from kpis import measures
from kpis.measures import gettext_noop
from sources.reading.problems import Refused
from sources.reading.workbook import BadCell, Cell

BLANKS = " \t\r\n\u00a0\u202f\ufeff"  # what is stripped from every cell, in the row path and in the column path alike

POINT = "point"
COMMA = "comma"
STYLES = (POINT, COMMA)
STYLE_LABELS = {POINT: gettext_noop("decimal point: 1,234.5"), COMMA: gettext_noop("decimal comma: 1 234,5")}

_GROUP = r"[ \u00a0\u202f\u2009'’]"
# A group of thousands never begins with 0: "0,125" is an eighth or nothing. French files have no points between thousands, so a
# lone "1.234" is refused in a column of decimal commas; "1.234,5" is clear.
_POINT = re.compile(
    rf"[+-]?(?:[1-9]\d{{0,2}}(?:,\d{{3}})+|[1-9]\d{{0,2}}(?:{_GROUP}\d{{3}})+|\d+|(?=\.\d))(?:\.\d*)?(?:[eE][+-]?\d{{1,3}})?",
    re.ASCII,
)
_COMMA = re.compile(
    rf"[+-]?(?:[1-9]\d{{0,2}}(?:\.\d{{3}})+(?=,)|[1-9]\d{{0,2}}(?:\.\d{{3}}){{2,}}|[1-9]\d{{0,2}}(?:{_GROUP}\d{{3}})+|\d+|(?=,\d))"
    r"(?:,\d*)?(?:[eE][+-]?\d{1,3})?",
    re.ASCII,
)
_DROP_POINT = re.compile(rf"{_GROUP}|,")
_DROP_COMMA = re.compile(rf"{_GROUP}|\.")
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_PERCENT = re.compile(rf"{_GROUP}*%$")
_CURRENCY = "€$£¥"


class Number(msgspec.Struct, frozen=True, gc=False):
    """`percent`: the text had a percent sign, and the value is the share (0.125 for 12.5 %)."""

    value: float
    percent: bool = False


def strip(text: str) -> str:
    return text.strip(BLANKS)


def evidence(text: str) -> str | None:
    """Return the style that this text proves, "ambiguous" when it fits both with different results, None when it tells nothing."""
    bare = _bare(text)
    if "," not in bare and "." not in bare:
        return None
    point, comma = _POINT.fullmatch(bare) is not None, _COMMA.fullmatch(bare) is not None
    if point and comma:
        return "ambiguous"
    return POINT if point else COMMA if comma else None


def _bare(text: str) -> str:
    bare = strip(text).replace("−", "-")
    if bare.endswith("%"):
        bare = _PERCENT.sub("", bare)
    return strip(bare.strip(_CURRENCY))


def number_of(cell: Cell, style: str) -> Number:
    """Return the number in a cell. Raises Refused: missing_value, not_a_number, formula_…"""
    if type(cell) is str:
        text = cell.strip(BLANKS)
        if _PLAIN.fullmatch(text) and (style == POINT or "." not in text):
            value = float(text)
            if math.isfinite(value):
                return Number(value)
        return _number_of_text(text, style)
    if isinstance(cell, bool) or cell is None:
        raise Refused("missing_value")
    if isinstance(cell, int | float):
        if not math.isfinite(cell):
            raise Refused("not_a_number", value=cell, style=STYLE_LABELS[style])
        return Number(float(cell))
    if isinstance(cell, BadCell):
        raise Refused(cell.code, value=cell.text)
    raise Refused("not_a_number", value=cell, style=STYLE_LABELS[style])


def _number_of_text(text: str, style: str) -> Number:
    if not text:
        raise Refused("missing_value")
    if text[0] == "=":
        raise Refused("formula_text", value=text)
    percent = text.endswith("%")
    bare = _bare(text)
    pattern, drop = (_POINT, _DROP_POINT) if style == POINT else (_COMMA, _DROP_COMMA)
    if not bare or not pattern.fullmatch(bare):
        raise Refused("not_a_number", value=text, style=STYLE_LABELS[style])
    plain = drop.sub("", bare).replace(",", ".")
    value = float(plain)
    if not math.isfinite(value):
        raise Refused("not_a_number", value=text, style=STYLE_LABELS[style])
    return Number(value / 100, True) if percent else Number(value)


def count_of(cell: Cell, style: str) -> int:
    """Return a count. Raises Refused also for percentages, fractions, negative and inexact numbers."""
    number = number_of(cell, style)
    if number.percent:
        raise Refused("percent_as_count", value=cell)
    return whole(number.value, cell)


def whole(value: float, shown: object = None) -> int:
    """Return a count. Raises Refused, which shows what stands in the file."""
    try:
        return measures.whole(value, "")
    except measures.Refused as refused:
        raise Refused(refused.code, value=value if shown is None else shown) from None


class NumberDecision(msgspec.Struct, frozen=True):
    style: str
    ambiguous: str = ""  # a value that could be read in both styles, when nothing in the column decided


class NumberEvidence:
    """Collects what the values of one column prove."""

    def __init__(self) -> None:
        self.counts = {POINT: 0, COMMA: 0}
        self.ambiguous = ""

    def add(self, cell: Cell) -> None:
        if type(cell) is not str or cell.isdigit():
            return
        found = evidence(cell)
        if found == "ambiguous":
            self.ambiguous = self.ambiguous or strip(cell)
        elif found is not None:
            self.counts[found] += 1

    @property
    def settled(self) -> bool:
        return not self.ambiguous or any(self.counts.values())

    def decide(self, default: str) -> NumberDecision:
        point, comma = self.counts[POINT], self.counts[COMMA]
        if point != comma:
            return NumberDecision(POINT if point > comma else COMMA)
        return NumberDecision(default, self.ambiguous)
