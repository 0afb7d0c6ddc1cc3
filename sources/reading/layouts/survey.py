"""Survey files: one row per respondent, one column per question."""

import re
from collections.abc import Callable, Iterator

from kpis.measures import Amounts, KpiSpec
from sources.reading.facts import EXCLUDED, Draft, from_score, from_value
from sources.reading.formats import position_of
from sources.reading.layouts.base import Layout, Values, constant, folded, is_empty, remembered, shown
from sources.reading.mapping import (
    Question,
    SurveyMapping,
    TouchpointColumn,
)
from sources.reading.numbers import Number, strip
from sources.reading.problems import FileProblem, Refused, Rejection
from sources.reading.tables import clean_name
from sources.reading.workbook import BadCell, Cell

_ANSWER = re.compile(r"([+-]?[0-9]+(?:[.,][0-9]+)?)(?:\s*[-–—:=)(./](?!\s*[0-9]).*|\s+[^0-9\s].*)?", re.DOTALL)


class SurveyLayout(Layout):
    """One row per respondent, one column per question."""

    mapping: SurveyMapping

    def find_columns(self) -> None:
        mapping = self.mapping
        self.id_position = self.use(mapping.respondent) if mapping.respondent is not None else None
        self.find_when(mapping.when)
        self.key_position = self.id_position
        for question in mapping.questions:
            self.use(question.column)
            if isinstance(question.touchpoint, TouchpointColumn):
                self.use(question.touchpoint.column)
        if isinstance(mapping.touchpoint, TouchpointColumn):
            self.use(mapping.touchpoint.column)

    def compile(self) -> None:
        mapping = self.mapping
        self.read_when = self.when_reader(mapping.when)
        self.read_id = self.text_at(self.id_position, "external_id") if self.id_position is not None else None
        questions = [self._question(question, place) for place, question in enumerate(mapping.questions)]
        labels = self.labels([position for position, *_ in questions], [spec for _, spec, _, _ in questions])
        self.questions = [(label, *question[1:]) for label, question in zip(labels, questions, strict=True)]

    def observe(self, line: int, values: Values) -> Iterator[Draft | Rejection]:
        first, last, at = self.read_when(values)
        external_id = self.read_id(values) if self.read_id else ""
        segment, dimensions = self.read_segment(values), self.read_dimensions(values)
        for column, spec, read_touchpoint, read_answer in self.questions:
            try:
                amounts = read_answer(values)
                touchpoint = read_touchpoint(values)
            except Refused as refused:
                yield refused.at(line, column)
                continue
            yield Draft(
                line, column, touchpoint, spec.code, first, last, amounts.n, amounts.numerator, amounts.denominator,
                amounts.sum_squares, amounts.excluded, amounts.bin, at, external_id, segment, dimensions,
            )  # fmt: skip

    def _question(
        self, question: Question, place: int
    ) -> tuple[int, KpiSpec, Callable[[Values], str], Callable[[Values], Amounts]]:
        path = f"$.questions[{place}]"
        spec = self.known_kpi(question.kpi, f"{path}.kpi")
        source = question.touchpoint if question.touchpoint is not None else self.mapping.touchpoint
        if isinstance(source, TouchpointColumn):
            touchpoint = self.touchpoint_at(position_of(self.table, source.column), source.values)
        else:
            touchpoint = constant(self.known_touchpoint(source or "", path))
        low, high = question.minimum, question.maximum
        if spec.takes_scores:
            scale = spec.scale
            low, high = scale[0] if low is None else low, scale[1] if high is None else high
        if question.reverse and (low is None or high is None):
            raise FileProblem("bad_mapping", detail=f"`reverse` needs `minimum` and `maximum` - at `{path}`")
        excluded = frozenset(folded(text) for text in question.excluded)
        labels = {folded(text): score for text, score in question.labels.items()}

        def resolve(cell: Cell) -> Amounts:
            if is_empty(cell):
                return EXCLUDED
            if isinstance(cell, BadCell):
                raise Refused(cell.code, value=cell.text)
            key = folded(shown(cell))
            if key in excluded:
                return EXCLUDED
            score = labels.get(key)
            if score is None:
                score = _score_of(cell)
            if (low is not None and score < low) or (high is not None and score > high):
                raise Refused("answer_not_valid", value=cell)
            if question.reverse and low is not None and high is not None:
                score = low + high - score
            if spec.takes_scores:
                return from_score(spec, score)
            return from_value(spec, Number(score))[0]

        position = position_of(self.table, question.column)
        return (position, spec, touchpoint, self.at(position, remembered(resolve)))


def _score_of(cell: Cell) -> float:
    if isinstance(cell, int | float):
        return float(cell)
    match = _ANSWER.fullmatch(clean_name(shown(cell)))
    if match is None:
        text = strip(shown(cell))
        raise Refused("formula_text" if text[:1] == "=" else "answer_not_valid", value=text)
    return float(match[1].replace(",", "."))
