"""Tidy files: one row per observation."""

from collections.abc import Callable, Iterator
from typing import NoReturn

from kpis.measures import Amounts, KpiSpec
from sources.reading.facts import EXCLUDED, NOTHING, Draft, from_score, from_sums, from_value
from sources.reading.formats import DIMENSION_PREFIX, SYNONYMS, position_of, positions_of
from sources.reading.layouts.base import ROLE_LABELS, Layout, Span, Values, constant, is_empty, remembered, text_of
from sources.reading.mapping import (
    TidyMapping,
)
from sources.reading.numbers import Number
from sources.reading.problems import FileProblem, Refused, Rejection


class TidyLayout(Layout):
    """One row per observation."""

    mapping: TidyMapping

    def find_columns(self) -> None:
        mapping = self.mapping
        usual = positions_of(self.table, without=mapping.columns)
        self.roles: dict[str, int] = {}
        for role in SYNONYMS:
            if role in mapping.columns:
                column = mapping.columns[role]
                if column is not None:
                    self.roles[role] = self.use(column)
            elif role in usual:
                self.roles[role] = usual[role]
                self.used.add(usual[role])
        self._require("touchpoint", mapping.touchpoint)
        self._require("kpi", mapping.kpi)
        roles = self.roles
        if not {"day", "at"} & set(roles) and not {"first_day", "last_day"} <= set(roles):
            self._missing("day", "day")
        if not {"value", "score"} & set(roles) and not {"numerator", "denominator"} <= set(roles):
            self._missing("value", "numerator")
        self.segment_position = self.segment_position if self.segment_position is not None else roles.get("segment")
        for position, name in enumerate(self.header):
            if name.casefold().startswith(DIMENSION_PREFIX) and len(name) > len(DIMENSION_PREFIX):
                dimension = name[len(DIMENSION_PREFIX) :].strip()
                if name.casefold() in self.table.doubled:
                    position_of(self.table, name)
                if dimension not in dict(self.dimensions):
                    self.dimensions.append((dimension, position))
                    self.used.add(position)
        self.dimensions.sort()
        self.number_columns |= {
            roles[role]
            for role in ("numerator", "denominator", "value", "score", "n", "sum_squares", "excluded")
            if role in roles
        }
        self.date_columns |= {roles[role] for role in ("day", "at", "first_day", "last_day") if role in roles}
        self.key_position = roles.get("touchpoint", roles.get("day"))

    def _require(self, role: str, constant: str | None) -> None:
        if constant is None and role not in self.roles:
            self._missing(role, role)

    def _missing(self, role: str, accepted: str) -> None:
        names = " / ".join(f"“{name}”" for name in SYNONYMS[accepted][:4])
        found = ", ".join(self.header)
        raise FileProblem(
            "missing_role",
            line=self.table.header_line,
            column=role,
            role=ROLE_LABELS[role],
            accepted=names,
            found=found,
        )

    def compile(self) -> None:
        mapping, roles = self.mapping, self.roles
        if "touchpoint" in roles:
            self.read_touchpoint = self.touchpoint_at(roles["touchpoint"])
        else:
            self.read_touchpoint = constant(self.known_touchpoint(mapping.touchpoint or "", "$.touchpoint"))
        if "kpi" in roles:
            catalogue = self.context.catalogue
            self.read_kpi = self.at(roles["kpi"], remembered(lambda cell: catalogue.kpi(text_of(cell, 1000))))
        else:
            self.read_kpi = constant(self.known_kpi(mapping.kpi or "", "$.kpi"))
        self.read_at = self.at_reader(roles["at"]) if "at" in roles else None
        self.read_day = self.day_reader(roles["day"]) if "day" in roles else None
        self.read_span = (
            self.span_reader(roles["first_day"], roles["last_day"])
            if "first_day" in roles and "last_day" in roles
            else None
        )
        self.read_numbers: dict[str, Callable[[Values], Number]] = {
            role: self.number_at(roles[role])
            for role in ("numerator", "denominator", "value", "score", "sum_squares")
            if role in roles
        }
        self.read_counts: dict[str, Callable[[Values], int]] = {
            role: self.count_at(roles[role]) for role in ("n", "excluded") if role in roles
        }
        self.read_id = self.text_at(roles["external_id"], "external_id") if "external_id" in roles else None

    def observe(self, line: int, values: Values) -> Iterator[Draft | Rejection]:
        touchpoint = self.read_touchpoint(values)
        spec = self.read_kpi(values)
        first, last, at = self._when(values)
        amounts = self._amounts(values, spec)
        yield Draft(
            line,
            spec.code,
            touchpoint,
            spec.code,
            first,
            last,
            amounts.n,
            amounts.numerator,
            amounts.denominator,
            amounts.sum_squares,
            amounts.excluded,
            amounts.bin,
            at,
            self.read_id(values) if self.read_id else "",
            self.read_segment(values),
            self.read_dimensions(values),
        )

    def has(self, values: Values, role: str) -> bool:
        position = self.roles.get(role)
        return position is not None and not is_empty(values[position])

    def _when(self, values: Values) -> Span:
        if self.read_at is not None and self.has(values, "at"):
            return self.read_at(values)
        if self.read_day is not None and (self.read_span is None or self.has(values, "day")):
            return self.read_day(values)
        if self.read_span is not None:
            return self.read_span(values)
        assert self.read_at is not None  # noqa: S101 - for the type checker
        return self.read_at(values)

    def _amounts(self, values: Values, spec: KpiSpec) -> Amounts:
        """Numerator and denominator go before a score, a score before a value: exports repeat the value for the eye."""
        roles, has = self.roles, self.has
        excluded = self.read_counts["excluded"](values) if has(values, "excluded") else 0
        column = ""
        try:
            if has(values, "numerator") or has(values, "denominator"):
                column = self.name(roles.get("numerator", roles.get("denominator", 0)))
                amounts = self._from_sums(values, spec)
            elif has(values, "score"):
                column = self.name(roles["score"])
                n = self._n(values)
                amounts = from_score(spec, self._plain("score", values), n=1 if n is None else n)
            elif has(values, "value"):
                column = self.name(roles["value"])
                amounts, rounded = from_value(
                    spec, self.read_numbers["value"](values), n=self._n(values), sum_squares=self._squares(values)
                )
                self.counter.shares_rounded += rounded
            elif excluded:
                amounts = NOTHING
            elif "score" in roles and spec.takes_scores:
                # An empty answer is no answer, and counted as that.
                amounts = EXCLUDED
            else:
                self._refuse_nothing()
        except Refused as refused:
            refused.column = refused.column or column
            raise
        if excluded:
            return Amounts(
                amounts.n, amounts.numerator, amounts.denominator, amounts.sum_squares, excluded, amounts.bin
            )
        return amounts

    def _from_sums(self, values: Values, spec: KpiSpec) -> Amounts:
        if not self.has(values, "denominator"):
            raise Refused("denominator_missing")
        if not self.has(values, "numerator"):
            raise Refused("numerator_missing")
        numerator, denominator = self._plain("numerator", values), self._plain("denominator", values)
        return from_sums(spec, numerator, denominator, n=self._n(values), sum_squares=self._squares(values))

    def _refuse_nothing(self) -> NoReturn:
        roles = self.roles
        raise Refused("no_value", column=self.name(roles.get("numerator", roles.get("value", roles.get("score", 0)))))

    def _plain(self, role: str, values: Values) -> float:
        number = self.read_numbers[role](values)
        if number.percent:
            name = self.name(self.roles[role])
            raise Refused("percent_as_count", column=name, value=values[self.roles[role]])
        return number.value

    def _n(self, values: Values) -> int | None:
        return self.read_counts["n"](values) if self.has(values, "n") else None

    def _squares(self, values: Values) -> float | None:
        return self._plain("sum_squares", values) if self.has(values, "sum_squares") else None
