"""Two documents side by side: stages and steps of both in one order, each with what is different there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from journeys import levels
from journeys.content import Difference, parts
from journeys.curve import path
from journeys.interchange.differences import Comparison, level_text, moved
from journeys.interchange.document import CardPart, Document, StepPart

COLUMN = 44.0  # pixels of a step in the drawing of both curves
LEVEL = 22.0
TOP = 12.0


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card of one side. Kind: added, removed, changed, moved, or "" when both sides have it alike."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class LaneLines:
    """The cards of one lane at one step of one side."""

    lane: str
    cards: Sequence[CardLine]

    @property
    def differs(self) -> bool:
        return any(card.kind for card in self.cards)


@dataclass(frozen=True, slots=True)
class StepSide:
    """A step as one of the two documents has it."""

    number: int
    name: str
    stage: str  # the name of its stage
    level: float | None
    level_text: str  # "+1, positive"
    targets: Sequence[str]
    lanes: Sequence[LaneLines]


@dataclass(frozen=True, slots=True)
class StepPair:
    before: StepSide | None
    after: StepSide | None
    kind: str  # added, removed, moved, changed, or ""
    differences: Sequence[Difference]

    @property
    def number(self) -> str:
        """The later number; the earlier one, in brackets, of a step that is gone."""
        if self.after is not None:
            return str(self.after.number)
        return f"({self.before.number})" if self.before is not None else ""


@dataclass(frozen=True, slots=True)
class StagePair:
    name: str
    name_before: str  # only when it was called otherwise
    kind: str
    differences: Sequence[Difference]
    steps: Sequence[StepPair]

    @property
    def differs(self) -> bool:
        return bool(self.differences) or any(step.kind for step in self.steps)


@dataclass(frozen=True, slots=True)
class CurveDrawing:
    """Both curves over all steps, as SVG geometry in pixels."""

    width: float
    height: float
    rows: Sequence[tuple[str, float]]  # names of the levels with their height
    before: Sequence[str]
    after: Sequence[str]
    before_points: Sequence[tuple[float, float]]
    after_points: Sequence[tuple[float, float]]
    numbers: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Alignment:
    whole: Sequence[Difference]  # of the map as a whole
    stages: Sequence[StagePair]
    drawing: CurveDrawing | None
    count: int
    raised: int = 0  # steps whose level is higher on the later side
    lowered: int = 0


@dataclass(slots=True)
class _Side:
    document: Document
    aims: bool  # its curve is what is aimed at, where that is said
    numbers: dict[str, int] = field(default_factory=dict)
    steps: dict[str, StepPart] = field(default_factory=dict)
    cards: dict[str, list[CardPart]] = field(default_factory=lambda: defaultdict(list))
    level: dict[str, float] = field(default_factory=dict)
    goals: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        order = {part.id: number for number, part in enumerate(self.document.stages)}
        ordered = sorted(self.document.steps, key=lambda part: order[part.stage])
        self.steps = {part.id: part for part in ordered}
        self.numbers = {part.id: number for number, part in enumerate(ordered, 1)}
        for card in self.document.cards:
            self.cards[card.step].append(card)
        for layer in ("believed", "to_be") if self.aims else ("believed",):
            for point in self.document.curve:
                if point.layer == layer and point.persona is None:
                    self.level[point.step] = point.level
        for part in parts():
            if part.goals:
                for touchpoint, sentence in part.goals(self.document.content.get(part.key) or []):
                    self.goals[touchpoint].append(sentence)

    def targets(self, step: str) -> list[str]:
        codes = dict.fromkeys(card.touchpoint for card in self.cards[step] if card.touchpoint)
        return [sentence for code in codes for sentence in self.goals.get(code, ())]


def _merged(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """Return all keys in the later order; what only the earlier one has stands behind what it stood behind."""
    found = list(after)
    there = set(found)
    last = ""
    for key in before:
        if key not in there:
            found.insert(found.index(last) + 1 if last else 0, key)
            there.add(key)
        last = key
    return found


def _kind(before: object | None, after: object | None, differences: Sequence[Difference], *, moved: bool) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "moved" if moved else "changed" if differences else ""


class _Alignment(Comparison):
    def __init__(self, before: Document, after: Document) -> None:
        super().__init__(before, after)
        aims = before.journey.horizon != after.journey.horizon
        self.sides = (
            _Side(before, aims and before.journey.horizon == "to_be"),
            _Side(after, aims and after.journey.horizon == "to_be"),
        )
        self.compare()
        self.cards_of = tuple({card.id: card for card in side.document.cards if card.id} for side in self.sides)

    def align(self) -> Alignment:
        old, new = self.sides
        of_step: dict[str, list[Difference]] = defaultdict(list)
        of_stage: dict[str, list[Difference]] = defaultdict(list)
        for difference in self.found:
            if difference.step in self.steps:
                of_step[difference.step].append(difference)
            else:
                of_stage[difference.stage].append(difference)
        stage_of = {key: part.stage for side in (old, new) for key, part in side.steps.items()}
        order = _merged(old.steps, new.steps)
        stages = []
        first, last = ({part.id: part for part in side.document.stages} for side in self.sides)
        for key in _merged(first, last):
            steps = [self._step(step, of_step[step]) for step in order if stage_of[step] == key]
            was, now = first.get(key), last.get(key)
            moved = any(difference.kind == "moved" for difference in of_stage[key])
            shown = now or was
            stages.append(
                StagePair(
                    name=shown.name if shown else key,
                    name_before=was.name if was and now and was.name != now.name else "",
                    kind=_kind(was, now, of_stage[key], moved=moved),
                    differences=of_stage[key],
                    steps=steps,
                )
            )
        both = [(old.level.get(step), new.level.get(step)) for step in order if step in old.steps and step in new.steps]
        known = [(one, other) for one, other in both if one is not None and other is not None]
        return Alignment(
            whole=of_stage[""],
            stages=stages,
            drawing=self._drawing([step for pair in stages for step in pair.steps]),
            count=len(self.found),
            raised=sum(other > one for one, other in known),
            lowered=sum(other < one for one, other in known),
        )

    def _step(self, key: str, differences: Sequence[Difference]) -> StepPair:
        before, after = (self._side(side, key, number) for number, side in enumerate(self.sides))
        moved = before is not None and after is not None and self._moved(key)
        return StepPair(before, after, _kind(before, after, differences, moved=moved), differences)

    def _side(self, side: _Side, key: str, number: int) -> StepSide | None:
        part = side.steps.get(key)
        if part is None:
            return None
        level = side.level.get(key)
        name = levels.name_of(level, levels.names_of(side.document.journey.level_names)) if level is not None else ""
        stage = next(own for own in side.document.stages if own.id == part.stage)
        lanes: dict[str, list[CardLine]] = {}
        order = {lane.id: place for place, lane in enumerate(side.document.lanes)}
        for card in sorted(side.cards[key], key=lambda card: order.get(card.lane, 0)):
            lanes.setdefault(card.lane, []).append(CardLine(self.card_name(card), self._card_kind(card, number)))
        return StepSide(
            number=side.numbers[key],
            name=part.name,
            stage=stage.name,
            level=level,
            level_text=", ".join(filter(None, [level_text(level), name])) if level is not None else "",
            targets=side.targets(key),
            lanes=[LaneLines(self.lane_name(self.lanes.get(lane)), cards) for lane, cards in lanes.items()],
        )

    def _card_kind(self, card: CardPart, number: int) -> str:
        other = self.cards_of[1 - number].get(card.id or "")
        if other is None:
            return "added" if number else "removed"
        if (other.step, other.lane) != (card.step, card.lane):
            return "moved"
        return "" if other == card else "changed"

    def _drawing(self, pairs: Sequence[StepPair]) -> CurveDrawing | None:
        if not any(side.level for side in self.sides):
            return None
        lines: list[list[str]] = []
        points: list[list[tuple[float, float]]] = []
        for name in ("before", "after"):
            runs: list[list[tuple[float, float]]] = [[]]
            for place, pair in enumerate(pairs):
                side: StepSide | None = getattr(pair, name)
                if side is None:
                    continue  # the step is not there on this side: its curve goes on behind it
                if side.level is None:
                    runs.append([])
                    continue
                runs[-1].append(((place + 0.5) * COLUMN, TOP + (2 - side.level) * LEVEL))
            lines.append([drawn for drawn in (path(run) for run in runs) if drawn])
            points.append([point for run in runs for point in run])
        names = levels.names_of(self.after.journey.level_names)
        return CurveDrawing(
            width=len(pairs) * COLUMN,
            height=TOP * 2 + 4 * LEVEL + 16,
            rows=[(names[level + 2], TOP + (2 - level) * LEVEL) for level in reversed(levels.LEVELS)],
            before=lines[0],
            after=lines[1],
            before_points=points[0],
            after_points=points[1],
            numbers=[((place + 0.5) * COLUMN, pair.number) for place, pair in enumerate(pairs)],
        )

    def _moved(self, key: str) -> bool:
        """True when the step stands in another stage, or elsewhere among the steps of its stage."""
        old, new = self.sides
        if old.steps[key].stage != new.steps[key].stage:
            return True
        stage = new.steps[key].stage
        orders = [
            [step for step, part in side.steps.items() if part.stage == stage and self._in_both(step, stage)]
            for side in self.sides
        ]
        return key in moved(*orders)

    def _in_both(self, step: str, stage: str) -> bool:
        return all(step in side.steps and side.steps[step].stage == stage for side in self.sides)


def aligned(before: Document, after: Document) -> Alignment:
    """Return both documents side by side, stage by stage, in the order of the later one."""
    return _Alignment(before, after).align()
