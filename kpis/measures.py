"""The rules by which one measure becomes additive numbers. Pure functions; how each kind is stored: `Facts` in models.py.

Every way in goes through them: the API, files row by row (sources.reading, which repeats the plain cases on whole columns),
measures typed by hand. All arithmetic is in double precision, exact for counts up to 2**53. Nothing here needs a database.
"""

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

from kpis.statistics import duration_bin

Kind = Literal["proportion", "mean", "duration", "ratio", "count", "nps", "formula"]

EXACT = 2**53  # whole numbers beyond are not exact in double precision
BIN_LIMIT = 32_767  # a score or duration beyond is kept without its bin


def gettext_noop(message: str) -> str:
    """Mark a message for makemessages, which goes by the name. Django's own function of this name needs settings."""
    return message


# What the API and files refuse in the same words.
SENTENCES: Mapping[str, str] = {
    "missing_value": gettext_noop("The cell is empty, but a value is needed."),
    "text_too_long": gettext_noop("The text has %(length)s characters; the limit is %(limit)s."),
    "day_in_future": gettext_noop("The day %(day)s lies in the future."),
    "day_sealed": gettext_noop(
        "The rows of days before %(limit)s were deleted by the workspace's retention: %(day)s can no longer be changed."
    ),
    "day_too_old": gettext_noop("The day %(day)s is before %(limit)s; it looks like a placeholder."),
    "span_reversed": gettext_noop("The last day (%(last_day)s) is before the first day (%(first_day)s)."),
    "unknown_touchpoint": gettext_noop("There is no touchpoint “%(value)s” in this workspace."),
    "ambiguous_touchpoint": gettext_noop("Several touchpoints are called “%(value)s”. Use the code."),
    "unknown_kpi": gettext_noop("There is no KPI “%(value)s” in this workspace."),
    "ambiguous_kpi": gettext_noop("Several KPIs are called “%(value)s”. Use the code."),
    "no_value": gettext_noop("The line gives no value: numerator and denominator, value, or score."),
    "numerator_missing": gettext_noop("The denominator is given without its numerator."),
    "denominator_missing": gettext_noop("The numerator is given without its denominator."),
    "negative_count": gettext_noop("%(value)s is negative; a count cannot be."),
    "fractional_count": gettext_noop("%(value)s is not a whole number; a count must be."),
    "number_too_large": gettext_noop("%(value)s is too large to be counted exactly."),
    "numerator_over_denominator": gettext_noop(
        "The numerator %(numerator)s is larger than the denominator %(denominator)s."
    ),
    "zero_denominator": gettext_noop("The denominator is 0 while the numerator is %(numerator)s."),
    "n_differs": gettext_noop("n is %(n)s while the denominator is %(denominator)s."),
    "n_missing": gettext_noop("The value is given without n, the number of cases behind it."),
    "share_over_one": gettext_noop("%(value)s is not a share between 0 and 1. Write 12.5 %% or 0.125 for an eighth."),
    "score_without_scale": gettext_noop("The KPI %(kpi)s has no scale, so a score cannot be read."),
    "score_out_of_scale": gettext_noop("%(value)s is outside the scale %(minimum)s to %(maximum)s."),
    "negative_duration": gettext_noop("%(value)s is negative; a duration cannot be."),
    "value_without_weight": gettext_noop("The value is %(value)s while its base is 0."),
    "sum_squares_too_small": gettext_noop(
        "The sum of squares %(sum_squares)s is impossible for the sum %(numerator)s over n = %(n)s."
    ),
    "formula_not_measured": gettext_noop(
        "The KPI %(kpi)s is a formula: it is computed from other KPIs. Bring the numbers of those."
    ),
    "nps_out_of_range": gettext_noop("%(value)s is impossible for a Net Promoter Score over n = %(n)s."),
}

REFUSALS: Mapping[str, str] = {
    **SENTENCES,
    "unknown_field": gettext_noop("There is no field “%(value)s”."),
    "not_an_object": gettext_noop("An observation is a JSON object."),
    "not_a_text": gettext_noop("A text is needed here."),
    "text_invalid": gettext_noop("The text holds a character that cannot be stored."),
    "not_a_number": gettext_noop("“%(value)s” is not a number."),
    "not_a_date": gettext_noop("“%(value)s” is not a date of the form %(format)s."),
    "not_an_instant": gettext_noop("“%(value)s” is not an instant with its offset, such as 2026-11-16T09:30:00+01:00."),
    "day_missing": gettext_noop("Give the day, or the instant in “at”."),
    "day_differs": gettext_noop(
        "The day %(day)s is not the day of the instant in the workspace's time zone, %(other)s."
    ),
    "unknown_segment": gettext_noop("There is no segment “%(value)s” in this workspace."),
    "ambiguous_segment": gettext_noop("Several segments are called “%(value)s”. Use the code."),
    "several_values": gettext_noop("Give one of numerator and denominator, value, or score."),
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
        from django.utils.translation import gettext

        return gettext(REFUSALS[self.code]) % self.params


class Amounts(NamedTuple):
    """Additive numbers of one observation. sum_squares None: unknown. bin: floor of a single score, log-scale bin of a single duration."""

    n: int
    numerator: float
    denominator: float
    sum_squares: float | None = None
    excluded: int = 0
    bin: int | None = None


class KpiSpec(msgspec.Struct, frozen=True):
    """What the rules must know of a KPI.

    `kind`: proportion (counts), mean, duration (mean of seconds), ratio (of two sums), count (per exposure), nps, formula
    (over other KPIs: nothing is measured for it).
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
        """Return the lowest and highest score. Raises Refused."""
        if self.kind == "nps":
            return 0.0, 10.0
        if self.scale_min is None or self.scale_max is None:
            raise Refused("score_without_scale", "score", kpi=self.code)
        return float(self.scale_min), float(self.scale_max)


def shown(value: float) -> str:
    return f"{value:.15g}"


def whole(value: float, field: str) -> int:
    """Return a count. Raises Refused for what is negative, fractional, or no longer exact."""
    if value < 0:
        raise Refused("negative_count", field, value=shown(value))
    if value != math.floor(value):
        raise Refused("fractional_count", field, value=shown(value))
    if value > EXACT:
        raise Refused("number_too_large", field, value=shown(value))
    return int(value)


def settled(value: float) -> float:
    """Return the whole number that a product of float noise means: 11.985034013605443 s × 735 users is 8809 s."""
    nearest = float(math.floor(value + 0.5))
    return nearest if abs(value - nearest) <= 1e-9 * max(1.0, abs(value)) else value


def from_score(spec: KpiSpec, score: float, *, n: int = 1) -> Amounts:
    """Return the amounts of n answers with one score. Raises Refused: score_without_scale, score_out_of_scale.

    NPS: 9 and 10 promoter (+1), 7 to under 9 passive (0), the rest detractor (−1); 6.5 is one, 8.5 is a passive. A proportion
    counts the answers from top_from on; a mean adds the answers up. The bin is the whole part of the score.
    """
    low, high = spec.scale
    if not low <= score <= high:
        raise Refused("score_out_of_scale", "score", value=shown(score), minimum=shown(low), maximum=shown(high))
    bin_ = math.floor(score) if abs(math.floor(score)) < BIN_LIMIT else None
    if spec.kind == "nps":
        mark = 1.0 if score >= 9 else 0.0 if score >= 7 else -1.0
        return Amounts(n, n * mark, float(n), n * mark * mark, 0, bin_)
    if spec.kind == "proportion":
        hit = 1.0 if score >= (high if spec.top_from is None else spec.top_from) else 0.0
        return Amounts(n, n * hit, float(n), n * hit, 0, bin_)
    return Amounts(n, n * score, float(n), n * score * score, 0, bin_)


def from_sums(
    spec: KpiSpec, numerator: float, denominator: float, *, n: float | None = None, sum_squares: float | None = None
) -> Amounts:
    """Return the amounts of a numerator over a denominator. Raises Refused with the rule that is broken."""
    cases = 0

    def impossible() -> Refused:
        squares = shown(sum_squares or 0)
        return Refused("sum_squares_too_small", "sum_squares", sum_squares=squares, numerator=shown(numerator), n=cases)

    if spec.kind == "formula":
        raise Refused("formula_not_measured", "kpi", kpi=spec.code)
    if spec.kind in ("ratio", "count"):
        return _from_exposure(spec, numerator, denominator, n=n, sum_squares=sum_squares)
    cases = whole(denominator, "denominator")
    if sum_squares is not None and sum_squares < 0:
        raise impossible()
    if n is not None and whole(n, "n") != cases:
        raise Refused("n_differs", "n", n=shown(n), denominator=cases)
    if spec.kind == "proportion":
        successes = whole(numerator, "numerator")
        if successes > cases:
            raise Refused("numerator_over_denominator", "numerator", numerator=successes, denominator=cases)
        # A trial is 0 or 1, so its square is itself.
        return Amounts(cases, float(successes), float(cases), float(successes))
    if cases == 0 and numerator != 0:
        raise Refused("zero_denominator", "denominator", numerator=shown(numerator))
    if spec.kind == "nps":
        if numerator != math.floor(numerator):
            raise Refused("fractional_count", "numerator", value=shown(numerator))
        if abs(numerator) > cases:
            raise Refused("nps_out_of_range", "numerator", value=shown(numerator), n=cases)
        if sum_squares is not None and not (
            abs(numerator) <= sum_squares <= cases
            and sum_squares == math.floor(sum_squares)
            and (sum_squares - numerator) % 2 == 0
        ):
            raise impossible()
        return Amounts(cases, numerator, float(cases), sum_squares)
    if spec.kind == "duration" and numerator < 0:
        raise Refused("negative_duration", "numerator", value=shown(numerator))
    # Cauchy and Schwarz: no numbers have this sum and smaller squares.
    if sum_squares is not None and sum_squares * cases < numerator * numerator * (1 - 1e-9):
        raise impossible()
    if spec.scale_min is not None and spec.scale_max is not None:
        # The mean of answers lies on their scale; half a millionth leaves room for rounded sums.
        low, high = spec.scale
        room = 5e-7 * cases
        if not low * cases - room <= numerator <= high * cases + room:
            mean = shown(numerator / cases)
            raise Refused("score_out_of_scale", "numerator", value=mean, minimum=shown(low), maximum=shown(high))
    return Amounts(cases, numerator, float(cases), sum_squares)


def _from_exposure(
    spec: KpiSpec, numerator: float, denominator: float, *, n: float | None, sum_squares: float | None
) -> Amounts:
    """A ratio of two sums, or a count per exposure: the denominator is an amount and need not be the number of cases."""
    if spec.kind == "count":
        whole(numerator, "numerator")
    if denominator < 0:
        raise Refused("negative_count", "denominator", value=shown(denominator))
    # A day of spending without a single acquisition is a true day of a ratio; events without any exposure are a mistake.
    if spec.kind == "count" and denominator == 0 and numerator != 0:
        raise Refused("zero_denominator", "denominator", numerator=shown(numerator))
    if sum_squares is not None and sum_squares < 0:
        raise Refused(
            "sum_squares_too_small",
            "sum_squares",
            sum_squares=shown(sum_squares),
            numerator=shown(numerator),
            n=shown(denominator),
        )
    if n is None:
        if denominator != math.floor(denominator) or denominator > EXACT:
            raise Refused("n_missing", "n")
        n = denominator
    return Amounts(whole(n, "n"), numerator, denominator, sum_squares)


def from_value(
    spec: KpiSpec, value: float, *, n: float | None = None, sum_squares: float | None = None
) -> tuple[Amounts, bool]:
    """Return the amounts of a share (0 to 1), NPS (−100 to 100), mean or duration over n cases, and whether it had been rounded.

    Counts behind a rounded share or NPS are the nearest whole ones. A mean or duration without n is one case, and so is
    a share of 0 or 1. Raises Refused.
    """
    cases = None if n is None else whole(n, "n")
    if spec.kind == "proportion":
        if not 0 <= value <= 1:
            raise Refused("negative_count" if value < 0 else "share_over_one", "value", value=shown(value))
        if cases is None:
            if value not in (0, 1):
                raise Refused("n_missing", "n")
            cases = 1
        exact = settled(value * cases)
        successes = float(math.floor(exact + 0.5))
        return from_sums(spec, successes, cases), successes != exact
    if spec.kind in ("ratio", "count", "nps") and cases is None:
        raise Refused("n_missing", "n")
    if spec.kind == "nps":
        if abs(value) > 100:
            raise Refused("nps_out_of_range", "value", value=shown(value), n=cases)
        exact = settled(value * (cases or 0) / 100)
        balance = float(math.floor(exact + 0.5))
        return from_sums(spec, balance, cases or 0, sum_squares=sum_squares), balance != exact
    if spec.kind in ("ratio", "count"):
        return from_sums(spec, settled(value * (cases or 0)), cases or 0, n=cases, sum_squares=sum_squares), False
    cases = 1 if cases is None else cases
    if cases == 0 and value != 0:
        raise Refused("value_without_weight", "value", value=shown(value))
    if cases != 1:
        return from_sums(spec, settled(value * cases), cases, sum_squares=sum_squares), False
    found = from_sums(spec, value, 1, sum_squares=value * value if sum_squares is None else sum_squares)
    if spec.kind == "duration":
        bin_ = int(duration_bin(value))
        found = found._replace(bin=bin_ if bin_ < BIN_LIMIT else None)
    return found, False
