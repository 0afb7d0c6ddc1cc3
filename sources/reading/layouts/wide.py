"""Wide files: one row per item or per day, one column per figure."""

from collections.abc import Callable, Iterator

from kpis.measures import Amounts, KpiSpec
from sources.reading.facts import EXCLUDED, Draft, from_sums, from_value
from sources.reading.formats import position_of
from sources.reading.layouts.base import (
    TOTALS,
    Layout,
    Skipped,
    Values,
    folded,
    is_empty,
    remembered,
    shown,
    shown_or_refused,
)
from sources.reading.mapping import (
    Column,
    Item,
    Measure,
    WideMapping,
)
from sources.reading.numbers import Number, strip, whole
from sources.reading.problems import Refused, Rejection
from sources.reading.tables import clean_name
from sources.reading.workbook import Cell


class WideLayout(Layout):
    """One row per item or per day, one column per figure."""

    mapping: WideMapping

    def find_columns(self) -> None:
        mapping = self.mapping
        self.item_position = self.use(mapping.items.column) if mapping.items else None
        self.id_position = self.use(mapping.external_id) if mapping.external_id is not None else None
        self.find_when(mapping.when)
        self.key_position = self.item_position
        if self.key_position is None and self.date_columns:
            self.key_position = min(self.date_columns)
        for measure in mapping.measures:
            for column in (
                measure.numerator,
                measure.denominator,
                measure.value,
                measure.weight,
                measure.sum_squares,
                measure.excluded,
            ):
                if column is not None:
                    self.number_columns.add(self.use(column))

    def compile(self) -> None:
        mapping = self.mapping
        self.read_when = self.when_reader(mapping.when)
        self.read_id = self.text_at(self.id_position, "external_id") if self.id_position is not None else None
        measures = [self._measure(measure, place) for place, measure in enumerate(mapping.measures)]
        labels = self.labels([position for position, *_ in measures], [spec for _, _, spec, _ in measures])
        self.measures = [(label, *measure[1:]) for label, measure in zip(labels, measures, strict=True)]
        if mapping.items and self.item_position is not None:
            resolved: dict[Item, str | None] = {
                rule: self.known_touchpoint(rule.touchpoint, f"$.items.rules[{place}]")
                if rule.touchpoint is not None
                else None
                for place, rule in enumerate(mapping.items.rules)
            }
            self._exact = {folded(rule.match): code for rule, code in reversed(resolved.items()) if rule.how == "exact"}
            self._patterns = [
                (rule.how, folded(rule.match), code) for rule, code in resolved.items() if rule.how != "exact"
            ]
            self._ignore_unlisted = mapping.items.unlisted == "ignore"
            self.read_item = self.at(self.item_position, remembered(self._item))

    def _item(self, cell: Cell) -> str | None:
        """Return the touchpoint of an item, None when the mapping leaves it out."""
        text = clean_name(shown_or_refused(cell))
        if not text:
            raise Refused("missing_value")
        key = folded(text)
        if key in self._exact:
            return self._exact[key]
        for how, match, code in self._patterns:
            if (
                (how == "prefix" and key.startswith(match))
                or (how == "suffix" and key.endswith(match))
                or (how == "contains" and match in key)
            ):
                return code
        if key.rstrip(" :") in TOTALS:
            raise Refused("total_row", value=text)
        if text[0] == "=":
            raise Refused("formula_text", value=text)
        if self._ignore_unlisted:
            return None
        raise Refused("unlisted_item", value=text)

    def observe(self, line: int, values: Values) -> Iterator[Draft | Rejection]:
        item: str | None = None
        if self.item_position is not None:
            item = self.read_item(values)
            if item is None:
                raise Skipped
            if strip(shown(values[self.item_position])).casefold() in {"(other)", "(autres)", "(autre)"}:
                self.counter.other_rows.add(strip(shown(values[self.item_position])))
        first, last, at = self.read_when(values)
        external_id = self.read_id(values) if self.read_id else ""
        segment, dimensions = self.read_segment(values), self.read_dimensions(values)
        for column, touchpoint, spec, read in self.measures:
            try:
                amounts = read(values)
            except Refused as refused:
                yield refused.at(line, column)
                continue
            yield Draft(
                line, column, touchpoint or item or "", spec.code, first, last, amounts.n, amounts.numerator, amounts.denominator,
                amounts.sum_squares, amounts.excluded, amounts.bin, at, external_id, segment, dimensions,
            )  # fmt: skip

    def _measure(self, measure: Measure, place: int) -> tuple[int, str | None, KpiSpec, Callable[[Values], Amounts]]:
        spec = self.known_kpi(measure.kpi, f"$.measures[{place}].kpi")
        touchpoint = (
            self.known_touchpoint(measure.touchpoint, f"$.measures[{place}].touchpoint")
            if measure.touchpoint is not None
            else None
        )

        def number(column: Column | None) -> Callable[[Values], float] | None:
            if column is None:
                return None
            position = position_of(self.table, column)
            read = self.number_at(position)

            def plain(values: Values) -> float:
                found = read(values)
                if found.percent:
                    raise Refused("percent_as_count", column=self.name(position), value=values[position])
                return found.value

            return plain

        excluded, squares = number(measure.excluded), number(measure.sum_squares)
        numerator, denominator, weight = number(measure.numerator), number(measure.denominator), number(measure.weight)
        value_position = position_of(self.table, measure.value) if measure.value is not None else None
        value = self.number_at(value_position) if value_position is not None else None
        factor = measure.factor

        def read(values: Values) -> Amounts:
            sum_squares = squares(values) if squares else None
            if numerator and denominator:
                over, under = numerator(values), denominator(values)
                if measure.complement:
                    whole(over)
                    over = under - over
                amounts = from_sums(spec, over, under, sum_squares=sum_squares)
            else:
                assert value is not None  # noqa: S101 - for the type checker
                assert value_position is not None  # noqa: S101 - for the type checker
                if weight is None and is_empty(values[value_position]):
                    return EXCLUDED
                found = value(values)
                if factor != 1.0:
                    found = Number(found.value * factor, found.percent)
                amounts, rounded = from_value(
                    spec, found, n=whole(weight(values)) if weight else None, sum_squares=sum_squares
                )
                self.counter.shares_rounded += rounded
            if excluded:
                return Amounts(
                    amounts.n,
                    amounts.numerator,
                    amounts.denominator,
                    amounts.sum_squares,
                    whole(excluded(values)),
                    amounts.bin,
                )
            return amounts

        named = measure.numerator if measure.numerator is not None else measure.value
        assert named is not None  # noqa: S101 - for the type checker
        return (position_of(self.table, named), touchpoint, spec, read)
