"""One read per page of the journeys app."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from cxmap.history.models import Change
from cxmap.history.services import undo_labels
from cxmap.lib import formats
from cxmap.lib.prepared import Prepared
from cxmap.lib.text import fold
from cxmap.workspaces.models import User, Workspace
from journeys import lanes as registry
from journeys.branches import NOWHERE, Place, places_of
from journeys.curve import Curve, LineOf, curve_of
from journeys.family import in_tree_order
from journeys.lanes import Badge, Fact, LaneKind, MapContext, Notice, Period
from journeys.levels import names_of
from journeys.models import Approval, Card, CurvePoint, Journey, JourneyPersona, Lane, Stage, Step, Version
from journeys.picture import Picture, picture_for, with_related
from journeys.proof import is_proven
from personas.models import Persona

LABEL_WIDTH = 176  # pixels
# The curve by itself is drawn twice as large: wide columns while few steps leave room, narrow ones to show all at once.
ALONE_ZOOM, ALONE_WIDE, ALONE_NARROW, FEW_STEPS = 2, 110, 70, 6
STEPS_TO_WARN_ABOUT = 30  # steps; beyond it a sub-journey reads better (journey-map § 2)


def column_width(columns: int) -> int:
    """Return the width of a column in pixels: few columns fill a desktop screen, many stay readable."""
    return 228 if columns <= 6 else 204 if columns <= 8 else 196


def _drawn(pixels: int | None, least: int, most: int) -> int | None:
    """Return a size as the classes of static/css/map-grid.css know it: within limits, in steps of four pixels."""
    return None if pixels is None else max(least, min(most, pixels)) // 4 * 4


@dataclass(frozen=True, slots=True)
class StepColumn:
    """One column: a step with its number on the map and the worst state of what is bound to it."""

    step: Step
    number: int
    index: int
    badge: Badge | None
    first: bool
    last: bool
    width: int = 196
    linked: Badge | None = None  # the worst state of the sub-journey
    id: str = ""  # of the step, as it is written into every cell of the column
    place: Place = NOWHERE  # in a branch


@dataclass(frozen=True, slots=True)
class StageBand:
    """A stage over its columns."""

    stage: Stage
    columns: Sequence[StepColumn]
    number: int
    first: bool
    last: bool

    @property
    def width(self) -> int:
        return len(self.columns)


@dataclass(frozen=True, slots=True)
class Placed:
    """A card inside a cell that covers several columns or lanes, with its place there (from 1)."""

    card: Card
    column: int
    width: int
    row: int
    height: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell of the table; over several columns or lanes when a card reaches over them."""

    column: StepColumn
    cell: Any
    width: int = 1
    height: int = 1
    placed: Sequence[Placed] = ()


@dataclass(frozen=True, slots=True)
class LaneRow:
    """A lane with the content of its cells by step."""

    lane: Lane
    kind: LaneKind
    cells: Mapping[UUID, Any]
    curve: Curve | None = None
    slots: Sequence[Slot] = ()
    line_above: str = ""

    @property
    def label(self) -> str:
        return self.lane.name or str(self.kind.label)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the map shows, read in a constant number of queries."""

    journey: Journey
    picture: Picture  # the rows that it is made of
    stages: Sequence[StageBand]
    columns: Sequence[StepColumn]
    lanes: Sequence[LaneRow]
    personas: Sequence[Persona]
    facts: Sequence[Fact]
    hidden_stages: Sequence[Stage]
    hidden_steps: Sequence[Step]
    hidden_lanes: Sequence[LaneRow]
    empty_stages: Sequence[Stage]  # without a step to stand over, hence without a column
    can_edit: bool
    notices: Sequence[Notice] = ()
    periods: Sequence[Period] = ()
    period: Period | None = None
    width: int = 196
    undo: Change | None = None
    redo: Change | None = None
    touchpoints: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)
    persona: Persona | None = None  # the one that the map is filtered by
    levels: Sequence[str] = ()  # names of the five levels, from very negative to very positive
    has_branches: bool = False
    zoom: int = 1  # how many times its usual size the curve is drawn, where it stands alone

    @property
    def label_width(self) -> int:
        return _drawn(self.journey.label_width, 144, 320) or LABEL_WIDTH

    @property
    def version(self) -> Version | None:
        """The version that is drawn; None: the map as it is worked on."""
        return self.picture.version

    @property
    def several(self) -> bool:
        """More than one persona: cards then say whose they are."""
        return len(self.personas) > 1

    @property
    def curve(self) -> Curve | None:
        return next((row.curve for row in self.lanes if row.curve), None)


_cards_of_cell = Prepared(
    lambda lane, step: Card.objects.filter(lane=lane, step=step, deleted_at=None).order_by("rank", "id")
)


def _cards(
    cards: Sequence[Card], step_ids: Sequence[UUID], persona: Persona | None
) -> dict[UUID, dict[UUID, list[Card]]]:
    """Return the cards of the shown steps by lane and step; of a persona: its own and those of everybody."""
    found: dict[UUID, dict[UUID, list[Card]]] = defaultdict(lambda: defaultdict(list))
    shown = set(step_ids)
    seen_by = {None, persona.pk} if persona is not None else None
    for card in cards:
        if card.step_id not in shown:
            continue
        if (
            seen_by is None
            or card.persona_id in seen_by
            or (card.other_persona_id and card.other_persona_id in seen_by)
        ):
            found[card.lane_id][card.step_id].append(card)
    return found


def cell_cards(lane: Lane, step: Step) -> list[Card]:
    """Return the cards of one cell, for the answer to an edit of it."""
    return list(with_related(_cards_of_cell(lane=lane.pk, step=step.pk)))


def _in_branches(columns: Sequence[StepColumn]) -> list[StepColumn]:
    """Say of every column where it stands in a branch."""
    places = places_of([column.step for column in columns])
    return [replace(column, place=place) for column, place in zip(columns, places, strict=True)]


def _lines(
    points: Sequence[CurvePoint], step_ids: Sequence[UUID], personas: Sequence[Persona], persona: Persona | None
) -> tuple[dict[UUID, float], list[LineOf]]:
    """Return the common believed levels, and the further lines: what is aimed at, and the curves of personas."""
    believed: dict[UUID, float] = {}
    levels: dict[tuple[str, Any], dict[UUID, float]] = defaultdict(dict)
    shown = set(step_ids)
    for point in points:
        if point.step_id not in shown:
            continue
        if point.layer == CurvePoint.Layer.BELIEVED and point.persona_id is None:
            believed[point.step_id] = float(point.level)
        else:
            levels[point.layer, point.persona_id][point.step_id] = float(point.level)
    lines = []
    if (CurvePoint.Layer.TO_BE, None) in levels:
        lines.append(LineOf(CurvePoint.Layer.TO_BE, levels[CurvePoint.Layer.TO_BE, None]))
    for index, own in enumerate(personas):
        key = (CurvePoint.Layer.BELIEVED, own.pk)
        if key in levels and persona in {None, own}:
            lines.append(LineOf(CurvePoint.Layer.BELIEVED, levels[key], own, index))
    return believed, lines


def _reach(
    cards: Mapping[UUID, Mapping[UUID, Sequence[Card]]],
    rows: Sequence[tuple[Lane, LaneKind]],
    columns: Sequence[StepColumn],
    places: Mapping[UUID, tuple[Any, ...]],
) -> list[tuple[int, int, int, int]]:
    """Return the rectangles (top, left, bottom, right; all included) that cards cover, merged until none overlap."""
    row_of = {lane.pk: number for number, (lane, _kind) in enumerate(rows)}
    column_of = {column.step.pk: column.index for column in columns}
    found = []
    for lane_id, cells in cards.items():
        if lane_id not in row_of:
            continue
        for step_id, own in cells.items():
            for card in own:
                if not card.until_step_id and not card.until_lane_id:
                    continue
                top, left = row_of[lane_id], column_of[step_id]
                right = column_of.get(card.until_step_id, -1)  # type: ignore[arg-type]
                if right < 0 and card.until_step_id and card.until_step_id in places:
                    # The last step is hidden or gone: the card reaches to what stands before it.
                    end = places[card.until_step_id]
                    right = max((column.index for column in columns if places[column.step.pk] <= end), default=left)
                bottom = top
                wanted = row_of.get(card.until_lane_id, top)  # type: ignore[arg-type]
                while bottom < wanted and rows[bottom + 1][1].may_hold(card.content):
                    bottom += 1
                if right > left or bottom > top:
                    found.append((top, left, bottom, max(left, right)))
    merged = True
    while merged:
        merged = False
        for one, other in combinations(found, 2):
            if one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]:
                found.remove(one)
                found.remove(other)
                found.append(
                    (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))
                )
                merged = True
                break
    return found


def _slots(
    number: int,
    rows: Sequence[tuple[Lane, LaneKind]],
    columns: Sequence[StepColumn],
    cells: Mapping[UUID, Any],
    cards: Mapping[UUID, Mapping[UUID, Sequence[Card]]],
    covered: Mapping[tuple[int, int], tuple[int, int, int, int]],
) -> list[Slot]:
    """Return the cells of one lane from left to right; those under a card that reaches over them are left out."""
    if not covered:
        return [Slot(column, cells.get(column.step.pk)) for column in columns]
    found = []
    for column in columns:
        area = covered.get((number, column.index))
        if area is None:
            found.append(Slot(column, cells.get(column.step.pk)))
            continue
        top, left, bottom, right = area
        if (number, column.index) != (top, left):
            continue
        last = {column.step.pk: column.index for column in columns}
        row_of = {lane.pk: place for place, (lane, _kind) in enumerate(rows)}
        placed = []
        for at_row in range(top, bottom + 1):
            for at in columns[left : right + 1]:
                for card in cards.get(rows[at_row][0].pk, {}).get(at.step.pk, ()):
                    until = min(last.get(card.until_step_id, right if card.until_step_id else at.index), right)  # type: ignore[arg-type]
                    down = min(row_of.get(card.until_lane_id, at_row), bottom)  # type: ignore[arg-type]
                    placed.append(
                        Placed(
                            card,
                            column=at.index - left + 1,
                            width=max(until - at.index, 0) + 1,
                            row=at_row - top + 1,
                            height=max(down - at_row, 0) + 1,
                        )
                    )
        found.append(Slot(column, [place.card for place in placed], right - left + 1, bottom - top + 1, placed))
    return found


def board(
    *,
    journey: Journey,
    actor: User | None,
    can_edit: bool,
    period: Period | None = None,
    persona_id: UUID | None = None,
    alone: str = "",
    with_hidden: bool = False,
    version: Version | None = None,
) -> Board:
    """Return the map of a journey, of everybody or as one persona sees it. Queries do not depend on its size.

    With a `version` it is drawn as that version holds it, with the live states of today on it; else as it is worked on.
    `alone` is the kind of the lane to show, hidden or not, with no other than those that go with it: "emotion" draws
    the curve by itself, larger, over the pain points.
    `with_hidden` shows the hidden lanes too, to whoever asks for it.
    """
    picture = picture_for(journey, version)
    journey = picture.journey
    all_stages, all_steps, all_lanes, personas = picture.stages, picture.steps, picture.lanes, picture.personas
    persona = next((own for own in personas if own.pk == persona_id), None)
    by_stage: dict[UUID, list[Step]] = defaultdict(list)
    for step in all_steps:
        by_stage[step.stage_id].append(step)
    shown_stages = [stage for stage in all_stages if not stage.hidden]
    shown = [step for stage in shown_stages for step in by_stage[stage.pk] if not step.hidden]
    step_ids = [step.pk for step in shown]
    cards = _cards(picture.cards, step_ids, persona)
    touchpoints: dict[UUID, list[UUID]] = defaultdict(list)
    for cells in cards.values():
        for step_id, entries in cells.items():
            touchpoints[step_id] += [card.touchpoint_id for card in entries if card.touchpoint_id]
    context = MapContext(
        journey=journey,
        step_ids=step_ids,
        touchpoints_of_step=touchpoints,
        can_edit=can_edit,
        period=period,
        cards=cards,
        kept=picture.content,
    )
    badges = registry.badges(context)
    measured = registry.measured(context)
    linked = registry.linked_badges([step.linked_journey_id for step in shown if step.linked_journey_id])
    believed, more = _lines(picture.points, step_ids, personas, persona)
    width = (
        (ALONE_WIDE if len(shown) <= FEW_STEPS else ALONE_NARROW)
        if alone
        else _drawn(journey.column_width, 140, 480) or column_width(len(shown))
    )
    bands: list[StageBand] = []
    columns: list[StepColumn] = []
    for stage in shown_stages:
        own = [step for step in by_stage[stage.pk] if not step.hidden]
        columns += [
            StepColumn(
                step=step,
                id=str(step.pk),
                number=len(columns) + place + 1,
                index=len(columns) + place,
                badge=badges.get(step.pk),
                first=place == 0,
                last=place == len(own) - 1,
                width=width if alone else _drawn(step.width, 140, 480) or width,
                linked=linked.get(step.linked_journey_id),  # type: ignore[arg-type]
            )
            for place, step in enumerate(own)
        ]
    has_branches = any(column.step.branch for column in columns)
    if has_branches:
        columns = _in_branches(columns)
    of_stage: dict[UUID, list[StepColumn]] = defaultdict(list)
    for column in columns:
        of_stage[column.step.stage_id].append(column)
    for number, stage in enumerate(shown_stages):
        bands.append(
            StageBand(
                stage=stage,
                columns=of_stage[stage.pk],
                number=number,
                first=number == 0,
                last=number == len(shown_stages) - 1,
            )
        )
    shown_rows = [
        (lane, kind)
        for lane, kind in ((lane, registry.kind_of(lane.kind, journey.kind)) for lane in all_lanes)
        if kind.key == alone or ((with_hidden or not lane.hidden) and (not alone or kind.with_curve))
    ]
    if alone and all(kind.key != alone for _lane, kind in shown_rows):
        shown_rows = []
    areas = _reach(cards, shown_rows, columns, _places(journey, all_stages, all_steps, cards))
    covered = {
        (row, column): area
        for area in areas
        for row in range(area[0], area[2] + 1)
        for column in range(area[1], area[3] + 1)
    }
    rows, drawn = [], set()
    for number, (lane, kind) in enumerate(shown_rows):
        lane_cells: Mapping[UUID, Any] = kind.load(context) if kind.load else cards.get(lane.pk, {})
        curve = None
        if kind.key == "emotion":
            curve = curve_of(
                columns, believed, measured, width=width, widths=[column.width for column in columns], more=more
            )
        line = "" if kind.line_above in drawn else str(kind.line_above)
        drawn.add(kind.line_above)
        slots = _slots(number, shown_rows, columns, lane_cells, cards, covered)
        rows.append(LaneRow(lane=lane, kind=kind, cells=lane_cells, curve=curve, slots=slots, line_above=line))
    undo, redo = undo_labels(actor=actor, scope=journey) if can_edit and actor else (None, None)
    return Board(
        journey=journey,
        stages=bands,
        columns=columns,
        lanes=rows,
        personas=personas,
        facts=[*registry.facts(context), *_evidence_fact(journey, rows, cards)],
        hidden_stages=[stage for stage in all_stages if stage.hidden],
        hidden_steps=[step for stage in shown_stages for step in by_stage[stage.pk] if step.hidden],
        hidden_lanes=[
            LaneRow(lane, registry.kind_of(lane.kind, journey.kind), {}) for lane in all_lanes if lane.hidden
        ],
        empty_stages=[stage for stage in shown_stages if not by_stage[stage.pk]],
        can_edit=can_edit,
        notices=registry.notices(context),
        periods=registry.periods(journey),
        period=period,
        width=width,
        touchpoints=touchpoints,
        undo=undo,
        redo=redo,
        persona=persona,
        levels=names_of(journey.level_names),
        has_branches=has_branches,
        picture=picture,
        zoom=ALONE_ZOOM if alone else 1,
    )


def _evidence_fact(
    journey: Journey, rows: Sequence[LaneRow], cards: Mapping[UUID, Mapping[UUID, Sequence[Card]]]
) -> list[Fact]:
    """Return how many of the filled text cells rest on a record or a named source (documents.model.evidence_share).

    The opinion of a workshop does not count.
    """
    filled = [
        own
        for row in rows
        if row.kind.typed and not row.lane.hidden
        for own in cards.get(row.lane.pk, {}).values()
        if own
    ]
    if not filled:
        return []
    proven = sum(1 for own in filled if any(is_proven(card) for card in own))
    href = reverse("journeys:evidence", args=[journey.pk])
    return [Fact(formats.percent(proven / len(filled), 0), gettext("of the cells rest on evidence"), href)]


def _places(
    journey: Journey,
    stages: Sequence[Stage],
    steps: Sequence[Step],
    cards: Mapping[UUID, Mapping[UUID, Sequence[Card]]],
) -> dict[UUID, tuple[Any, ...]]:
    """Return sortable places of steps, of deleted ones too where a card still names one as its last."""
    ranks = {stage.pk: stage.rank for stage in stages}
    ends = {
        card.until_step_id for cells in cards.values() for own in cells.values() for card in own if card.until_step_id
    }
    if not ends:
        return {}
    found = {
        step.pk: (ranks[step.stage_id], step.stage_id, step.rank, step.pk) for step in steps if step.stage_id in ranks
    }
    missing = ends - found.keys()
    if missing:
        for step in Step.objects.filter(pk__in=missing, journey=journey).select_related("stage"):
            found[step.pk] = (step.stage.rank, step.stage_id, step.rank, step.pk)
    return found


@dataclass(frozen=True, slots=True)
class JourneyList:
    journeys: Sequence[Journey]
    trash: Sequence[Journey]
    asked: Sequence[Approval] = ()  # reviews that the reader was asked for
    due: Sequence[Journey] = ()  # published maps of the reader's whose review date has come


def journey_list(workspace: Workspace, user: User) -> JourneyList:
    """Return the maps of a workspace as a tree (depth: 0 at the top) with counts and personas, and those in the trash.

    Beside them what waits for the reader: reviews that they were asked for, and their own maps that are due.
    """
    live = Journey.objects.filter(workspace=workspace, deleted_at=None).with_counts().select_related("as_is", "parent")
    tree: list[tuple[Any, int]] = in_tree_order(list(live.order_by("sort_key", "id")))
    journeys = [journey for journey, _depth in tree]
    for journey, depth in tree:
        journey.depth = depth
    names: dict[UUID, list[Persona]] = defaultdict(list)
    links = (
        JourneyPersona.objects.filter(journey__in=journeys, deleted_at=None, persona__deleted_at=None)
        .select_related("persona")
        .order_by("rank", "id")
    )
    for link in links:
        names[link.journey_id].append(link.persona)
    for journey in journeys:
        journey.shown_personas = names[journey.pk]
    trash = Journey.objects.filter(workspace=workspace).exclude(deleted_at=None).order_by("-deleted_at")[:50]
    asked = Approval.objects.filter(
        workspace=workspace, status=Approval.Status.OPEN, reviewers__user=user, journey__deleted_at=None
    )
    mine = {fold(user.name), fold(user.email)} - {""}
    today = timezone.localdate(timezone=workspace.zone)
    due = [
        journey
        for journey in journeys
        if journey.published_version_id
        and journey.review_on is not None
        and journey.review_on <= today
        and fold(journey.owner) in mine
    ]
    return JourneyList(
        journeys=journeys,
        trash=list(trash),
        asked=list(asked.select_related("journey", "asked_by").order_by("asked_at", "id")),
        due=due,
    )
