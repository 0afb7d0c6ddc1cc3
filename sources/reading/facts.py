"""What a reading produces, and the rules by which a measure becomes additive numbers.

Every rule is one function from values to `Amounts`; the layouts decide where the values stand, `columns.py` repeats the plain
cases on whole columns. All arithmetic is in double precision, exact for counts up to 2**53.
"""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from sources.reading.numbers import EXACT, Number, settled, strip, whole
from sources.reading.problems import Refused

Kind = Literal["proportion", "mean", "duration", "ratio", "rate", "nps"]

TEXT_LIMITS = {"external_id": 200, "segment": 100, "dimension": 200}  # characters


class KpiSpec(msgspec.Struct, frozen=True):
    """What the reading must know of a KPI.

    `kind`: proportion (counts), mean, duration (mean of seconds), ratio (of two sums), rate (count per exposure), nps.
    `top_from`: on a proportion with a scale, the lowest score that counts as a success (CSAT: 4 of 5).
    """

    code: str
    kind: Kind
    scale_min: float | None = None
    scale_max: float | None = None
    top_from: float | None = None

    @property
    def takes_scores(self) -> bool:
        return self.kind == "nps" or (self.scale_min is not None and self.scale_max is not None)

    @property
    def scale(self) -> tuple[float, float]:
        """Lowest and highest score. Raises Refused (score_without_scale)."""
        if self.kind == "nps":
            return (0.0, 10.0)
        if self.scale_min is None or self.scale_max is None:
            raise Refused("score_without_scale", kpi=self.code)
        return (self.scale_min, self.scale_max)


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


class Amounts(msgspec.Struct, frozen=True, gc=False):
    """Additive numbers of one observation. `sum_squares` None: unknown. `bin`: floor of a single score."""

    n: int
    numerator: float
    denominator: float
    sum_squares: float | None = None
    excluded: int = 0
    bin: int | None = None


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
    """Return the amounts of n answers with one score. Raises Refused: score_without_scale, score_out_of_scale.

    NPS: 9 to 10 promoter, 7 to under 9 passive, the rest detractors (6.5 is one, 8.5 is a passive).
    """
    low, high = spec.scale
    if not low <= score <= high:
        raise Refused("score_out_of_scale", value=_shown(score), minimum=_shown(low), maximum=_shown(high))
    bin_: int | None = math.floor(score)
    if bin_ is not None and abs(bin_) >= 32_767:
        bin_ = None
    if spec.kind == "nps":
        mark = 1.0 if score >= 9 else 0.0 if score >= 7 else -1.0
        return Amounts(n, n * mark, float(n), n * mark * mark, 0, bin_)
    if spec.kind == "proportion":
        hit = 1.0 if score >= (high if spec.top_from is None else spec.top_from) else 0.0
        return Amounts(n, n * hit, float(n), n * hit, 0, bin_)
    return Amounts(n, n * score, float(n), n * score * score, 0, bin_)


def from_sums(
    spec: KpiSpec, numerator: float, denominator: float, *, n: int | None = None, sum_squares: float | None = None
) -> Amounts:
    """Return the amounts of a numerator over a denominator. Raises Refused with the rule that is broken."""
    if sum_squares is not None and sum_squares < 0:
        raise Refused(
            "sum_squares_too_small", sum_squares=_shown(sum_squares), numerator=_shown(numerator), n=_shown(denominator)
        )
    if spec.kind == "proportion":
        successes, trials = whole(numerator), whole(denominator)
        if successes > trials:
            raise Refused("numerator_over_denominator", numerator=successes, denominator=trials)
        _same_n(n, trials)
        # A trial is 0 or 1, so its square is itself.
        return Amounts(trials, float(successes), float(trials), float(successes))
    if spec.kind in ("ratio", "rate"):
        if spec.kind == "rate":
            whole(numerator)
        if denominator < 0:
            raise Refused("negative_count", value=_shown(denominator))
        if denominator == 0 and numerator != 0:
            raise Refused("zero_denominator", numerator=_shown(numerator))
        if n is None:
            if denominator != math.floor(denominator) or denominator > EXACT:
                raise Refused("n_missing")
            n = int(denominator)
        return Amounts(n, numerator, denominator, sum_squares)
    cases = whole(denominator)
    _same_n(n, cases)
    if cases == 0 and numerator != 0:
        raise Refused("zero_denominator", numerator=_shown(numerator))
    if spec.kind == "nps":
        if numerator != math.floor(numerator):
            raise Refused("fractional_count", value=_shown(numerator))
        if abs(numerator) > cases:
            raise Refused("nps_out_of_range", value=_shown(numerator), n=cases)
        if sum_squares is not None and not (
            abs(numerator) <= sum_squares <= cases
            and sum_squares == math.floor(sum_squares)
            and (sum_squares - numerator) % 2 == 0
        ):
            raise Refused(
                "sum_squares_too_small", sum_squares=_shown(sum_squares), numerator=_shown(numerator), n=cases
            )
        return Amounts(cases, numerator, float(cases), sum_squares)
    if spec.kind == "duration" and numerator < 0:
        raise Refused("negative_duration", value=_shown(numerator))
    if sum_squares is not None and sum_squares * cases < numerator * numerator * (1 - 1e-9):
        # Cauchy and Schwarz: no numbers have this sum and these squares.
        raise Refused("sum_squares_too_small", sum_squares=_shown(sum_squares), numerator=_shown(numerator), n=cases)
    if spec.scale_min is not None and spec.scale_max is not None:
        # The mean of answers lies on their scale; half a millionth leaves room for rounded sums.
        room = 5e-7 * cases
        if not spec.scale_min * cases - room <= numerator <= spec.scale_max * cases + room:
            low, high = _shown(spec.scale_min), _shown(spec.scale_max)
            raise Refused("score_out_of_scale", value=_shown(numerator / cases), minimum=low, maximum=high)
    return Amounts(cases, numerator, float(cases), sum_squares)


def from_value(
    spec: KpiSpec, value: Number, *, n: int | None = None, sum_squares: float | None = None
) -> tuple[Amounts, bool]:
    """Return the amounts of a mean, share or score over n cases (None: one case), and whether a share had been rounded."""
    amount = value.value
    if spec.kind == "proportion":
        if not 0 <= amount <= 1:
            raise Refused("negative_count" if amount < 0 else "share_over_one", value=_shown(amount))
        if n is None:
            if amount not in (0, 1):
                raise Refused("n_missing")
            n = 1
        exact = settled(amount * n)
        successes = float(math.floor(exact + 0.5))
        return from_sums(spec, successes, n), successes != exact
    if spec.kind in ("ratio", "rate"):
        if n is None:
            raise Refused("n_missing")
        return from_sums(spec, settled(amount * n), n, n=n, sum_squares=sum_squares), False
    if spec.kind == "nps":
        if n is None:
            raise Refused("n_missing")
        exact = settled(amount * n if value.percent else amount * n / 100)
        balance = float(math.floor(exact + 0.5))
        if abs(amount if value.percent else amount / 100) > 1:
            raise Refused("nps_out_of_range", value=_shown(amount), n=n)
        return from_sums(spec, balance, n, sum_squares=sum_squares), balance != exact
    if n is None:
        n = 1
    if n == 0 and amount != 0:
        raise Refused("value_without_weight", value=_shown(amount))
    if n == 1 and sum_squares is None:
        sum_squares = amount * amount
    return from_sums(spec, settled(amount * n) if n != 1 else amount, n, sum_squares=sum_squares), False


def _same_n(n: int | None, denominator: int) -> None:
    if n is not None and n != denominator:
        raise Refused("n_differs", n=n, denominator=denominator)


def _shown(value: float) -> str:
    return f"{value:.15g}"
