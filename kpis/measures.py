"""The rules by which one measure becomes additive numbers. Pure functions; how each kind is stored: `Facts` in models.py.

The API writes one row at a time through these; sources.reading has the same rules for whole columns of a file. Codes and
sentences of the refusals are the same in both.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from kpis.models import Kpi, KpiKind
from kpis.statistics import duration_bin

EXACT = 2**53  # whole numbers beyond are not exact in double precision

REFUSALS = {
    "missing_value": _("The cell is empty, but a value is needed."),
    "unknown_field": _("There is no field “%(value)s”."),
    "not_an_object": _("An observation is a JSON object."),
    "not_a_text": _("A text is needed here."),
    "text_too_long": _("The text has %(length)s characters; the limit is %(limit)s."),
    "text_invalid": _("The text holds a character that cannot be stored."),
    "not_a_number": _("“%(value)s” is not a number."),
    "not_a_date": _("“%(value)s” is not a date of the form %(format)s."),
    "not_an_instant": _("“%(value)s” is not an instant with its offset, such as 2026-11-16T09:30:00+01:00."),
    "day_missing": _("Give the day, or the instant in “at”."),
    "day_differs": _("The day %(day)s is not the day of the instant in the workspace's time zone, %(other)s."),
    "day_in_future": _("The day %(day)s lies in the future."),
    "day_too_old": _("The day %(day)s is before %(limit)s; it looks like a placeholder."),
    "span_reversed": _("The last day (%(last_day)s) is before the first day (%(first_day)s)."),
    "unknown_touchpoint": _("There is no touchpoint “%(value)s” in this workspace."),
    "ambiguous_touchpoint": _("Several touchpoints are called “%(value)s”. Use the code."),
    "unknown_kpi": _("There is no KPI “%(value)s” in this workspace."),
    "ambiguous_kpi": _("Several KPIs are called “%(value)s”. Use the code."),
    "unknown_segment": _("There is no segment “%(value)s” in this workspace."),
    "ambiguous_segment": _("Several segments are called “%(value)s”. Use the code."),
    "no_value": _("The line gives no value: numerator and denominator, value, or score."),
    "several_values": _("Give one of numerator and denominator, value, or score."),
    "numerator_missing": _("The denominator is given without its numerator."),
    "denominator_missing": _("The numerator is given without its denominator."),
    "negative_count": _("%(value)s is negative; a count cannot be."),
    "fractional_count": _("%(value)s is not a whole number; a count must be."),
    "number_too_large": _("%(value)s is too large to be counted exactly."),
    "numerator_over_denominator": _("The numerator %(numerator)s is larger than the denominator %(denominator)s."),
    "zero_denominator": _("The denominator is 0 while the numerator is %(numerator)s."),
    "n_differs": _("n is %(n)s while the denominator is %(denominator)s."),
    "n_missing": _("The value is given without n, the number of cases behind it."),
    "share_over_one": _("%(value)s is not a share between 0 and 1. Write 12.5 %% or 0.125 for an eighth."),
    "score_without_scale": _("The KPI %(kpi)s has no scale, so a score cannot be read."),
    "score_out_of_scale": _("%(value)s is outside the scale %(minimum)s to %(maximum)s."),
    "negative_duration": _("%(value)s is negative; a duration cannot be."),
    "value_without_weight": _("The value is %(value)s while its base is 0."),
    "sum_squares_too_small": _(
        "The sum of squares %(sum_squares)s is impossible for the sum %(numerator)s over n = %(n)s."
    ),
    "nps_out_of_range": _("%(value)s is impossible for a Net Promoter Score over n = %(n)s."),
}


class Refused(Exception):
    """A measure that cannot be; the field is the one to look at."""

    def __init__(self, code: str, field: str = "", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params

    @property
    def reason(self) -> str:
        """Return the sentence, in the language of the moment."""
        return str(REFUSALS[self.code]) % self.params


class Amounts(NamedTuple):
    """Additive numbers of one observation. sum_squares None: unknown."""

    n: int
    numerator: float
    denominator: float
    sum_squares: float | None
    excluded: int = 0
    bin: int | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """What the rules must know of a KPI."""

    code: str
    kind: str
    scale_min: float | None = None
    scale_max: float | None = None
    top_from: float | None = None

    @classmethod
    def of(cls, kpi: Kpi) -> "Measure":
        return cls(kpi.code, kpi.kind, kpi.scale_min, kpi.scale_max, kpi.top_from)

    @property
    def scale(self) -> tuple[float, float]:
        """Return the lowest and highest score. Raises Refused."""
        if self.kind == KpiKind.NPS:
            return 0.0, 10.0
        if self.scale_min is None or self.scale_max is None:
            raise Refused("score_without_scale", "score", kpi=self.code)
        return float(self.scale_min), float(self.scale_max)


def _shown(value: float) -> str:
    return f"{value:.15g}"


def whole(value: float, field: str) -> int:
    """Return a count. Raises Refused for what is negative, fractional, or no longer exact."""
    if value < 0:
        raise Refused("negative_count", field, value=_shown(value))
    if value != math.floor(value):
        raise Refused("fractional_count", field, value=_shown(value))
    if value > EXACT:
        raise Refused("number_too_large", field, value=_shown(value))
    return int(value)


def from_score(measure: Measure, score: float) -> Amounts:
    """Return the amounts of one answer. Raises Refused.

    NPS: 9 and 10 promoter (+1), 7 to under 9 passive (0), the rest detractor (−1). A proportion counts the answers from
    top_from on; a mean adds the answers up. The bin is the whole part of the score.
    """
    low, high = measure.scale
    if not low <= score <= high:
        raise Refused("score_out_of_scale", "score", value=_shown(score), minimum=_shown(low), maximum=_shown(high))
    bin_ = math.floor(score)
    if measure.kind == KpiKind.NPS:
        mark = 1.0 if score >= 9 else 0.0 if score >= 7 else -1.0
        return Amounts(1, mark, 1.0, mark * mark, 0, bin_)
    if measure.kind == KpiKind.PROPORTION:
        hit = 1.0 if score >= (high if measure.top_from is None else measure.top_from) else 0.0
        return Amounts(1, hit, 1.0, hit, 0, bin_)
    return Amounts(1, score, 1.0, score * score, 0, bin_)


def from_sums(
    measure: Measure, numerator: float, denominator: float, *, n: float | None = None, sum_squares: float | None = None
) -> Amounts:
    """Return the amounts of a numerator over a denominator. Raises Refused with the rule that is broken."""
    cases = whole(denominator, "denominator")
    if n is not None and whole(n, "n") != cases:
        raise Refused("n_differs", "n", n=_shown(n), denominator=cases)
    if measure.kind == KpiKind.PROPORTION:
        successes = whole(numerator, "numerator")
        if successes > cases:
            raise Refused("numerator_over_denominator", "numerator", numerator=successes, denominator=cases)
        # A trial is 0 or 1, so its square is itself.
        return Amounts(cases, float(successes), float(cases), float(successes))
    if cases == 0 and numerator != 0:
        raise Refused("zero_denominator", "denominator", numerator=_shown(numerator))
    impossible = Refused(
        "sum_squares_too_small",
        "sum_squares",
        sum_squares=_shown(sum_squares or 0),
        numerator=_shown(numerator),
        n=cases,
    )
    if sum_squares is not None and sum_squares < 0:
        raise impossible
    if measure.kind == KpiKind.NPS:
        if numerator != math.floor(numerator):
            raise Refused("fractional_count", "numerator", value=_shown(numerator))
        if abs(numerator) > cases:
            raise Refused("nps_out_of_range", "numerator", value=_shown(numerator), n=cases)
        if sum_squares is not None and not (
            abs(numerator) <= sum_squares <= cases
            and sum_squares == math.floor(sum_squares)
            and (sum_squares - numerator) % 2 == 0
        ):
            raise impossible
        return Amounts(cases, numerator, float(cases), sum_squares)
    if measure.kind == KpiKind.DURATION and numerator < 0:
        raise Refused("negative_duration", "numerator", value=_shown(numerator))
    # Cauchy and Schwarz: no numbers have this sum and smaller squares.
    if sum_squares is not None and sum_squares * cases < numerator * numerator * (1 - 1e-9):
        raise impossible
    if measure.scale_min is not None and measure.scale_max is not None and cases:
        # The mean of answers lies on their scale; half a millionth leaves room for rounded sums.
        low, high = measure.scale
        if not low - 5e-7 <= numerator / cases <= high + 5e-7:
            mean = _shown(numerator / cases)
            raise Refused("score_out_of_scale", "numerator", value=mean, minimum=_shown(low), maximum=_shown(high))
    return Amounts(cases, numerator, float(cases), sum_squares)


def from_value(measure: Measure, value: float, *, n: float | None = None, sum_squares: float | None = None) -> Amounts:
    """Return the amounts of a share (0 to 1), NPS (−100 to 100), mean or duration over n cases. Raises Refused.

    Counts behind a rounded share or NPS are the nearest whole ones. A mean or duration without n is one case.
    """
    if measure.kind in (KpiKind.PROPORTION, KpiKind.NPS):
        if n is None:
            raise Refused("n_missing", "n")
        cases = whole(n, "n")
        if measure.kind == KpiKind.NPS:
            if abs(value) > 100:
                raise Refused("nps_out_of_range", "value", value=_shown(value), n=cases)
            return from_sums(measure, _nearest(value * cases / 100), cases, sum_squares=sum_squares)
        if value < 0:
            raise Refused("negative_count", "value", value=_shown(value))
        if value > 1:
            raise Refused("share_over_one", "value", value=_shown(value))
        return from_sums(measure, _nearest(value * cases), cases)
    cases = 1 if n is None else whole(n, "n")
    if cases == 0 and value != 0:
        raise Refused("value_without_weight", "value", value=_shown(value))
    if cases != 1:
        return from_sums(measure, value * cases, cases, sum_squares=sum_squares)
    found = from_sums(measure, value, 1, sum_squares=value * value if sum_squares is None else sum_squares)
    return found._replace(bin=int(duration_bin(value))) if measure.kind == KpiKind.DURATION else found


def _nearest(value: float) -> float:
    # 0.29 × 100 is 28.999999999999996.
    return float(math.floor(round(value, 9) + 0.5))
