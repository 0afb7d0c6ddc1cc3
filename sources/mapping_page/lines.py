"""The lines of the mapping screen: what its fields show and send, as texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SAMPLE_ROWS = 6
SAMPLE_COLUMNS = 60
ITEMS_READ = 200_000  # rows that are looked at for items
ITEMS_SHOWN = 600
BLANK_MEASURES = 2
BLANK_RULES = 2
SEPARATORS = {",": ",", ";": ";", "\t": "⇥", "|": "|"}
HOWS = ("contains", "prefix", "suffix")
FACTORS = ("1", "0.001", "60", "0.01")
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One page, campaign or other item of the file."""

    number: int
    text: str
    rows: int
    size: float | None  # what the base column adds up to
    touchpoint: str  # a name, or "" for none
    suggested: bool
    by_rule: str  # the name that a pattern gives it


@dataclass(frozen=True, slots=True)
class RuleLine:
    number: int
    how: str
    match: str
    touchpoint: str


@dataclass(frozen=True, slots=True)
class MeasureLine:
    number: int
    kpi: str
    mode: str
    first: str  # positions, as texts
    second: str
    factor: str
    touchpoint: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    position: int
    name: str
    values: Sequence[tuple[str, int]]
    kpi: str
    touchpoint: str
    minimum: str
    maximum: str
    excluded: str
    reverse: bool
    candidate: bool  # looks like answers on a scale


@dataclass(frozen=True, slots=True)
class RoleLine:
    role: str
    label: str
    chosen: str  # "auto", "none" or a position
    found: str  # the column that its usual name gives it
