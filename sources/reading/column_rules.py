"""The rules of `kpis.measures` on whole columns, for the cases that they accept.

A rule here may refuse what a rule there accepts (the row then takes the slower way), never the other way round.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from kpis.measures import BIN_LIMIT, EXACT, KpiSpec
from kpis.statistics import duration_bin
from sources.reading.layouts import TidyLayout
from sources.reading.numbers import COMMA

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Figures:
    """The figures of a piece: `given` where a cell is not empty, `number` NaN where it is not a plain number."""

    def __init__(self, layout: TidyLayout, text: dict[str, pl.Series], height: int) -> None:
        self._given: dict[str, Flags] = {}
        self._number: dict[str, Floats] = {}
        self._never = np.zeros(height, np.bool_)
        self._nan = np.full(height, np.nan)
        for role in ("numerator", "denominator", "value", "score", "n", "sum_squares", "excluded"):
            if role in layout.roles:
                column = text[role]
                self._given[role] = (column != "").to_numpy()
                self._number[role] = _plain_numbers(column, layout.formats.numbers[layout.roles[role]])

    def given(self, role: str) -> Flags:
        return self._given.get(role, self._never)

    def number(self, role: str) -> Floats:
        return self._number.get(role, self._nan)


def _plain_numbers(column: pl.Series, style: str) -> Floats:
    mark = "," if style == COMMA else r"\."
    plain = column.str.contains(rf"^-?[0-9]+({mark}[0-9]+)?$")
    if style == COMMA:
        column = column.str.replace(",", ".", literal=True)
    numbers = column.cast(pl.Float64, strict=False)
    found = (
        numbers.zip_with(plain, pl.repeat(None, len(column), dtype=pl.Float64, eager=True))
        .fill_null(np.nan)
        .to_numpy()
        .copy()
    )
    found[~np.isfinite(found)] = np.nan
    return found


class ColumnAmounts(NamedTuple):
    good: Flags
    n: Floats
    numerator: Floats
    denominator: Floats
    sum_squares: Floats  # NaN: unknown
    excluded: Floats
    bin: Floats  # NaN: none


def whole_series(values: Floats) -> pl.Series:
    return pl.Series(values, nan_to_null=True).cast(pl.Int64, strict=False)


def _is_count(values: Floats) -> Flags:
    return (values >= 0) & (values == np.floor(values)) & (values <= EXACT)


def amounts_of(  # noqa: PLR0915 - one rule a line reads better than pieces that pass twenty arrays
    figures: Figures, specs: Sequence[KpiSpec], spec: npt.NDArray[np.int64], roles: dict[str, int]
) -> ColumnAmounts:
    """The rules of `from_sums`, `from_score` and `from_value` on columns, for the cases that they accept."""
    kind = np.array([one.kind for one in specs])[spec]
    scored = np.array([one.takes_scores for one in specs])[spec]
    scales = [one.scale if one.takes_scores else (np.nan, np.nan) for one in specs]
    low, high = np.array([scale[0] for scale in scales])[spec], np.array([scale[1] for scale in scales])[spec]
    top = np.array(
        [scale[1] if one.top_from is None else one.top_from for one, scale in zip(specs, scales, strict=True)]
    )[spec]
    proportion, nps, duration, rate = kind == "proportion", kind == "nps", kind == "duration", kind == "count"
    ratio = (kind == "ratio") | rate
    mean = (kind == "mean") | duration

    given, number = figures.given, figures.number
    over, under, score, value, n, squares = (
        number(role) for role in ("numerator", "denominator", "score", "value", "n", "sum_squares")
    )
    has_n, has_squares = given("n"), given("sum_squares")
    with np.errstate(invalid="ignore", over="ignore"):
        excluded = np.where(given("excluded"), number("excluded"), 0.0)
        valid_excluded = _is_count(excluded)
        valid_n = ~has_n | _is_count(n)
        valid_squares = ~has_squares | (squares >= 0)
        is_sums = given("numerator") & given("denominator")
        neither = ~given("numerator") & ~given("denominator")
        is_score = neither & given("score")
        is_value = neither & ~given("score") & given("value")
        is_empty = neither & ~given("score") & ~given("value")

        # A plain value becomes sums first; then the rules for sums hold for both.
        cases = np.where(has_n, n, 1.0)
        product = value * cases
        nearest = np.floor(product + 0.5)
        product = np.where(np.abs(product - nearest) <= 1e-9 * np.maximum(1.0, np.abs(product)), nearest, product)
        product = np.where(cases == 1, value, product)
        value_fits = (mean & ((cases != 0) | (value == 0))) | (proportion & has_n & (value >= 0) & (value <= 1))
        single = is_value & mean & (cases == 1) & ~has_squares
        top_sum = np.where(is_value, product, over)
        bottom = np.where(is_value, cases, under)
        squares = np.where(single, value * value, squares)
        knows_squares = has_squares | single

        whole_bottom = _is_count(bottom)
        same_n = ~has_n | (n == bottom)
        not_zero = (bottom != 0) | (top_sum == 0)
        fits_proportion = _is_count(top_sum) & whole_bottom & (top_sum <= bottom) & same_n
        fits_mean = (
            whole_bottom
            & same_n
            & not_zero
            & np.isfinite(top_sum)
            & (~duration | (top_sum >= 0))
            & (~knows_squares | (squares * bottom >= top_sum * top_sum * (1 - 1e-9)))
            & (~scored | ((top_sum >= low * bottom - 5e-7 * bottom) & (top_sum <= high * bottom + 5e-7 * bottom)))
        )
        fits_nps = (
            is_sums
            & whole_bottom
            & same_n
            & not_zero
            & (top_sum == np.floor(top_sum))
            & (np.abs(top_sum) <= bottom)
            & (
                ~knows_squares
                | (
                    (np.abs(top_sum) <= squares)
                    & (squares <= bottom)
                    & (squares == np.floor(squares))
                    & (np.mod(squares - top_sum, 2) == 0)
                )
            )
        )
        fits_ratio = (
            is_sums
            & (bottom >= 0)
            & (not_zero | ~rate)
            & np.isfinite(top_sum)
            & (~rate | _is_count(top_sum))
            & (has_n | whole_bottom)
        )
        fits_sums = (
            (is_sums | (is_value & value_fits))
            & valid_n
            & valid_squares
            & ((proportion & fits_proportion) | (mean & fits_mean) | (nps & fits_nps) | (ratio & fits_ratio))
        )
        fits_score = is_score & scored & (score >= low) & (score <= high) & valid_n
        only_excluded = is_empty & given("excluded") & (excluded > 0)
        no_answer = is_empty & (excluded == 0) & scored & ("score" in roles)
        good = valid_excluded & (fits_sums | fits_score | only_excluded | no_answer)

        mark = np.where(score >= 9, 1.0, np.where(score >= 7, 0.0, -1.0))
        hit = (score >= top).astype(np.float64)
        point = np.where(nps, mark, np.where(proportion, hit, score))
        one_duration = fits_sums & is_value & duration & (cases == 1)
        floor = np.where(one_duration, duration_bin(np.where(one_duration, value, 0.0)), np.floor(score))
        sums = fits_sums
        zero = np.zeros(len(spec))
        return ColumnAmounts(
            good,
            np.where(sums, np.where(ratio & has_n, n, bottom), np.where(is_score, cases, zero)),
            np.where(sums, top_sum, np.where(is_score, cases * point, zero)),
            np.where(sums, bottom, np.where(is_score, cases, zero)),
            np.where(
                sums,
                np.where(proportion, top_sum, np.where(knows_squares, squares, np.nan)),
                np.where(is_score, cases * point * point, zero),
            ),
            np.where(no_answer, 1.0, excluded),
            np.where((is_score | one_duration) & (np.abs(floor) < BIN_LIMIT), floor, np.nan),
        )
