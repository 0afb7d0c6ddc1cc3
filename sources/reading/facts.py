"""What a reading produces, and what it needs of its surroundings.

The rules by which a measure becomes additive numbers are those of `kpis.measures`; the layouts decide where the values stand,
`columns.py` repeats the plain cases on whole columns.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from kpis import measures
from kpis.measures import Amounts, KpiSpec
from sources.reading.dates import Days
from sources.reading.numbers import Number, strip
from sources.reading.problems import Refused

TEXT_LIMITS = {"external_id": 200, "segment": 100, "dimension": 200}  # characters


def _key(text: str) -> str:
    return " ".join(strip(text).split()).casefold()


class Catalogue:
    """Resolves codes and names of touchpoints and KPIs. A code goes before a name; a name that is not unique is refused."""

    def __init__(
        self,
        *,
        touchpoints: Mapping[str, Iterable[str]],
        kpis: Mapping[KpiSpec, Iterable[str]],
    ) -> None:
        """`touchpoints`: code → further names; `kpis`: specification → further names (both languages)."""
        self._touchpoints = _index({code: (code, names) for code, names in touchpoints.items()})
        self._kpis = _index({spec: (spec.code, names) for spec, names in kpis.items()})

    def touchpoint(self, text: str) -> str:
        """Return the code. Raises Refused: missing_value, unknown_touchpoint, ambiguous_touchpoint."""
        return _found(self._touchpoints, text, "touchpoint")

    def kpi(self, text: str) -> KpiSpec:
        """Return the specification. Raises Refused: missing_value, unknown_kpi, ambiguous_kpi."""
        return _found(self._kpis, text, "kpi")


Target = TypeVar("Target")


def _index(entries: Mapping[Target, tuple[str, Iterable[str]]]) -> dict[str, set[Target]]:
    index: dict[str, set[Target]] = {}
    for target, (_, names) in entries.items():
        for name in names:
            index.setdefault(_key(name), set()).add(target)
    # Codes last, so that they replace whatever has the same name.
    for target, (code, _) in entries.items():
        index[_key(code)] = {target}
    return index


def _found(index: Mapping[str, set[Target]], text: str, word: str) -> Target:
    bare = strip(text)
    if not bare:
        raise Refused("missing_value")
    if bare[0] == "=":
        raise Refused("formula_text", value=bare)
    targets = index.get(_key(bare), set())
    if len(targets) != 1:
        raise Refused(f"{'ambiguous' if targets else 'unknown'}_{word}", value=bare)
    return next(iter(targets))


class Context(msgspec.Struct, frozen=True):
    """What the reading needs of its surroundings. `today` is the day in the workspace's time zone `zone`."""

    catalogue: Catalogue
    today: dt.date
    zone: ZoneInfo
    date_order: Literal["dmy", "mdy"] = "dmy"  # for columns in which no value decides
    sealed_before: dt.date | None = None  # days that take no more rows (retention)

    @property
    def days(self) -> Days:
        return Days(self.today, self.sealed_before)


NOTHING = Amounts(0, 0.0, 0.0, 0.0)
EXCLUDED = Amounts(0, 0.0, 0.0, 0.0, 1)


class Draft(msgspec.Struct, frozen=True, gc=False):
    """One observation, ready to be written; codes instead of ids.

    `at` is aware and in UTC. `column` is the name of the column that holds the measure (part of the identity of a row with an
    external id), `line` the physical line. `dimensions` are sorted by name.
    """

    line: int
    column: str
    touchpoint: str
    kpi: str
    first_day: dt.date
    last_day: dt.date
    n: int
    numerator: float
    denominator: float
    sum_squares: float | None
    excluded: int
    bin: int | None
    at: dt.datetime | None = None
    external_id: str = ""
    segment: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()


def from_score(spec: KpiSpec, score: float, *, n: int = 1) -> Amounts:
    """Return the amounts of n answers with one score. Raises Refused."""
    try:
        return measures.from_score(spec, score, n=n)
    except measures.Refused as refused:
        raise Refused.by_rule(refused) from None


def from_sums(
    spec: KpiSpec, numerator: float, denominator: float, *, n: int | None = None, sum_squares: float | None = None
) -> Amounts:
    """Return the amounts of a numerator over a denominator. Raises Refused with the rule that is broken."""
    try:
        return measures.from_sums(spec, numerator, denominator, n=n, sum_squares=sum_squares)
    except measures.Refused as refused:
        raise Refused.by_rule(refused) from None


def from_value(
    spec: KpiSpec, value: Number, *, n: int | None = None, sum_squares: float | None = None
) -> tuple[Amounts, bool]:
    """Return the amounts of a mean, share or score over n cases (None: one case), and whether a share had been rounded."""
    points = value.value * 100 if spec.kind == "nps" and value.percent else value.value
    try:
        return measures.from_value(spec, points, n=n, sum_squares=sum_squares)
    except measures.Refused as refused:
        raise Refused.by_rule(refused) from None
