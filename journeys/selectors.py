"""One read per page of the journeys app."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cxmap.history.models import Change
from cxmap.history.services import undo_labels
from cxmap.workspaces.models import User, Workspace
from journeys import lanes as registry
from journeys.curve import Curve, curve_of
from journeys.lanes import Badge, Fact, LaneKind, MapContext, Period
from journeys.models import Card, CurvePoint, Journey, JourneyPersona, Lane, Stage, Step
from personas.models import Persona

STEPS_TO_WARN_ABOUT = 30  # steps; beyond it a sub-journey reads better (journey-map § 2)


def column_width(columns: int) -> int:
    """Return the width of a column in pixels: few columns fill a desktop screen, many stay readable."""
    return 228 if columns <= 6 else 204 if columns <= 8 else 196


@dataclass(frozen=True, slots=True)
class StepColumn:
    """One column: a step with its number on the map and the worst state of what is bound to it."""

    step: Step
    number: int
    index: int
    badge: Badge | None
    first: bool
    last: bool


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
class LaneRow:
    """A lane with the content of its cells by step."""

    lane: Lane
    kind: LaneKind
    cells: Mapping[UUID, Any]
    curve: Curve | None = None

    @property
    def label(self) -> str:
        return self.lane.name or str(self.kind.label)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the map shows, read in a constant number of queries."""

    journey: Journey
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
    periods: Sequence[Period] = ()
    period: Period | None = None
    width: int = 196
    undo: Change | None = None
    redo: Change | None = None
    touchpoints: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)


def personas_of(journey: Journey) -> list[Persona]:
    return list(
        Persona.objects.filter(
            journey_links__journey=journey, journey_links__deleted_at=None, deleted_at=None
        ).order_by("journey_links__rank", "id")
    )


def _cards(journey: Journey, step_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, list[Card]]]:
    """Return the cards of the shown steps by lane and step."""
    found: dict[UUID, dict[UUID, list[Card]]] = defaultdict(lambda: defaultdict(list))
    cards = (
        Card.objects.filter(journey=journey, deleted_at=None, step_id__in=step_ids)
        .select_related("touchpoint__category", "touchpoint__channel")
        .order_by("rank", "id")
    )
    for card in cards:
        found[card.lane_id][card.step_id].append(card)
    return found


def cell_cards(lane: Lane, step: Step) -> list[Card]:
    """Return the cards of one cell, for the answer to an edit of it."""
    return list(
        Card.objects.filter(lane=lane, step=step, deleted_at=None)
        .select_related("touchpoint__category", "touchpoint__channel")
        .order_by("rank", "id")
    )


def board(*, journey: Journey, actor: User | None, can_edit: bool, period: Period | None = None) -> Board:
    """Return the map of a journey. The number of queries does not depend on its size."""
    all_stages = list(Stage.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id"))
    all_steps = list(Step.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id"))
    all_lanes = list(Lane.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id"))
    by_stage: dict[UUID, list[Step]] = defaultdict(list)
    for step in all_steps:
        by_stage[step.stage_id].append(step)
    shown_stages = [stage for stage in all_stages if not stage.hidden]
    shown = [step for stage in shown_stages for step in by_stage[stage.pk] if not step.hidden]
    step_ids = [step.pk for step in shown]
    cards = _cards(journey, step_ids)
    touchpoints: dict[UUID, list[UUID]] = defaultdict(list)
    for cells in cards.values():
        for step_id, entries in cells.items():
            touchpoints[step_id] += [card.touchpoint_id for card in entries if card.touchpoint_id]
    context = MapContext(
        journey=journey, step_ids=step_ids, touchpoints_of_step=touchpoints, can_edit=can_edit, period=period
    )
    badges = registry.badges(context)
    measured = registry.measured(context)
    believed = {
        point.step_id: float(point.level)
        for point in CurvePoint.objects.filter(journey=journey, deleted_at=None, step_id__in=step_ids)
    }
    bands, columns, number = [], [], 0
    for stage_number, stage in enumerate(shown_stages):
        own = [step for step in by_stage[stage.pk] if not step.hidden]
        stage_columns = []
        for place, step in enumerate(own):
            column = StepColumn(
                step=step,
                number=number + 1,
                index=number,
                badge=badges.get(step.pk),
                first=place == 0,
                last=place == len(own) - 1,
            )
            stage_columns.append(column)
            number += 1
        columns += stage_columns
        bands.append(
            StageBand(
                stage=stage,
                columns=stage_columns,
                number=stage_number,
                first=stage_number == 0,
                last=stage_number == len(shown_stages) - 1,
            )
        )
    width = column_width(len(columns))
    rows = []
    for lane in all_lanes:
        kind = registry.kind_of(lane.kind)
        lane_cells: Mapping[UUID, Any] = kind.load(context) if kind.load and not lane.hidden else cards.get(lane.pk, {})
        curve = (
            curve_of(columns, believed, measured, width=width) if kind.key == "emotion" and not lane.hidden else None
        )
        rows.append(LaneRow(lane=lane, kind=kind, cells=lane_cells, curve=curve))
    undo, redo = undo_labels(actor=actor, scope=journey) if can_edit and actor else (None, None)
    return Board(
        journey=journey,
        stages=bands,
        columns=columns,
        lanes=[row for row in rows if not row.lane.hidden],
        personas=personas_of(journey),
        facts=registry.facts(context),
        hidden_stages=[stage for stage in all_stages if stage.hidden],
        hidden_steps=[step for step in all_steps if step.hidden and step.stage in shown_stages],
        hidden_lanes=[row for row in rows if row.lane.hidden],
        empty_stages=[stage for stage in shown_stages if not by_stage[stage.pk]],
        can_edit=can_edit,
        periods=registry.periods(journey),
        period=period,
        width=width,
        touchpoints=touchpoints,
        undo=undo,
        redo=redo,
    )


@dataclass(frozen=True, slots=True)
class JourneyList:
    journeys: Sequence[Journey]
    trash: Sequence[Journey]


def journey_list(workspace: Workspace) -> JourneyList:
    """Return the maps of a workspace with their counts and personas, and those in the trash."""
    live = Journey.objects.filter(workspace=workspace, deleted_at=None).with_counts().order_by("sort_key", "id")
    journeys = list(live)
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
    return JourneyList(journeys=journeys, trash=list(trash))
