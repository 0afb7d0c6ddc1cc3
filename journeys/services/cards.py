"""Cards and the points of the believed curve: what stands in the cells."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID, uuid4

from django.utils.translation import gettext

from cxmap.workspaces.models import User
from journeys import lanes as registry
from journeys.errors import ElsewhereOnMap, LaneNotTyped, NothingToPaste, PasteTooLarge
from journeys.models import Card, CurvePoint, Journey, Lane, MapRow, Stage, Step
from journeys.services.board import Row, edit, fresh, place, remove, save
from touchpoints.models import Touchpoint

PASTE_ROWS_MAX, PASTE_COLUMNS_MAX = 40, 60


def live_cards(lane: Lane, step: Step) -> list[Card]:
    return list(Card.objects.filter(lane=lane, step=step, deleted_at=None).order_by("rank", "id"))


def _check_place(lane: Lane, step: Step) -> None:
    if lane.journey_id != step.journey_id or lane.deleted_at or step.deleted_at:
        raise ElsewhereOnMap


def card_add(
    *,
    lane: Lane,
    step: Step,
    actor: User | None,
    text: str = "",
    touchpoint: Touchpoint | None = None,
    source: str = "",
    index: int | None = None,
    gesture: UUID | None = None,
) -> Card:
    """Put a card into a cell. Raises LaneNotTyped, ElsewhereOnMap."""
    _check_place(lane, step)
    if touchpoint is None and not registry.kind_of(lane.kind).typed:
        raise LaneNotTyped
    with edit(
        lane.journey, actor=actor, action="card.added", target=step, gesture=gesture, text=text[:120], step=step.name
    ) as record:
        lane, step = fresh(lane), fresh(step)
        siblings = live_cards(lane, step)
        card = Card.objects.create(
            workspace_id=lane.workspace_id,
            journey_id=lane.journey_id,
            lane=lane,
            step=step,
            text=text,
            touchpoint=touchpoint,
            source=source,
            rank=place(record, siblings, len(siblings) if index is None else index),
        )
        record.created(card)
    return card


def card_edit(
    *, card: Card, actor: User, text: str, source: str | None = None, expected_revision: int | None = None
) -> Card | None:
    """Change the text; an emptied card leaves the map (None). Raises StaleRevision with the current card."""
    if not text.strip() and card.touchpoint_id is None:
        card_delete(card=card, actor=actor, expected_revision=expected_revision)
        return None
    with edit(
        card.journey, actor=actor, action="card.edited", target=card, before=card.text[:120], text=text[:120]
    ) as record:
        card = fresh(card, expected_revision)
        record.watch(card)
        card.text = text
        if source is not None:
            card.source = source
        save(card, "text", "source")
    return card


def card_move(*, card: Card, actor: User, lane_id: UUID, step_id: UUID, index: int | None = None) -> Card:
    """Put a card into another cell of its map, among lanes that take the same content. Raises ElsewhereOnMap."""
    with edit(card.journey, actor=actor, action="card.moved", target=card, text=str(card)) as record:
        card = fresh(card)
        lane = Lane.objects.filter(pk=lane_id, journey=card.journey_id, deleted_at=None).first()
        step = Step.objects.filter(pk=step_id, journey=card.journey_id, deleted_at=None).first()
        if lane is None or step is None:
            raise ElsewhereOnMap
        if card.touchpoint_id is None and not registry.kind_of(lane.kind).typed:
            raise LaneNotTyped
        if card.touchpoint_id is not None and lane.kind != "touchpoints":
            raise ElsewhereOnMap
        siblings = [other for other in live_cards(lane, step) if other.pk != card.pk]
        record.watch(card)
        card.rank = place(record, siblings, len(siblings) if index is None else index)
        card.lane, card.step = lane, step
        save(card, "lane", "step", "rank")
    return card


def card_delete(*, card: Card, actor: User, expected_revision: int | None = None) -> None:
    """Take a card off the map. A touchpoint stays in the library with its KPIs. Raises StaleRevision."""
    with edit(card.journey, actor=actor, action="card.deleted", target=card, text=str(card)) as record:
        remove(record, fresh(card, expected_revision))


def card_duplicate(*, card: Card, actor: User) -> Card:
    """Copy a card into its own cell, below it."""
    siblings = live_cards(card.lane, card.step)
    index = next(number for number, other in enumerate(siblings) if other.pk == card.pk)
    return card_add(
        lane=card.lane,
        step=card.step,
        actor=actor,
        text=card.text,
        touchpoint=card.touchpoint,
        source=card.source,
        index=index + 1,
    )


def shown_steps(journey: Journey) -> list[Step]:
    """Return the steps in the order of the screen, hidden ones left out."""
    return list(
        Step.objects.filter(
            journey=journey, deleted_at=None, hidden=False, stage__deleted_at=None, stage__hidden=False
        ).order_by("stage__rank", "stage_id", "rank", "id")
    )


def _from(rows: list[Row], first: MapRow) -> list[Row]:
    """Return the rows from one of them on. Raises ElsewhereOnMap when it was hidden or deleted meanwhile."""
    for number, row in enumerate(rows):
        if row.pk == first.pk:
            return rows[number:]
    raise ElsewhereOnMap


def cells_paste(*, lane: Lane, step: Step, actor: User, rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Paste a block of texts: rows go down the typed lanes from `lane` on, columns right along the steps from `step` on.

    Steps that are missing on the right are added to the last stage. Cards that stand in a cell stay; the text is added
    below them. Returns how many cards and how many steps were made; all of it is one gesture for undo.
    Raises PasteTooLarge, NothingToPaste, LaneNotTyped.
    """
    _check_place(lane, step)
    width = max((len(row) for row in rows), default=0)
    if len(rows) > PASTE_ROWS_MAX or width > PASTE_COLUMNS_MAX:
        raise PasteTooLarge
    if not any(text.strip() for row in rows for text in row):
        raise NothingToPaste
    if not registry.kind_of(lane.kind).typed:
        raise LaneNotTyped
    journey = lane.journey
    with edit(journey, actor=actor, action="cells.pasted", target=journey, gesture=uuid4()) as record:
        lanes = [
            other
            for other in Lane.objects.filter(journey=journey, deleted_at=None, hidden=False).order_by("rank", "id")
            if registry.kind_of(other.kind).typed
        ]
        lanes = _from(lanes, lane)
        while len(lanes) < len(rows):
            rank = (max(other.rank for other in lanes)) + 1024 * (1 + len(lanes))
            extra = Lane.objects.create(workspace_id=journey.workspace_id, journey=journey, kind="text", rank=rank)
            record.created(extra)
            lanes.append(extra)
        steps = shown_steps(journey)
        steps = _from(steps, step)
        made_steps = 0
        stage = Stage.objects.get(pk=steps[-1].stage_id)
        while len(steps) < width:
            extra_step = Step.objects.create(
                workspace_id=journey.workspace_id,
                journey=journey,
                stage=stage,
                name=gettext("New step"),
                rank=steps[-1].rank + 1024,
            )
            record.created(extra_step)
            steps.append(extra_step)
            made_steps += 1
        cards = []
        for row, row_lane in zip(rows, lanes, strict=False):
            for text, column in zip(row, steps, strict=False):
                if text.strip():
                    siblings = live_cards(row_lane, column)
                    cards.append(
                        Card(
                            workspace_id=journey.workspace_id,
                            journey=journey,
                            lane=row_lane,
                            step=column,
                            text=text.strip(),
                            rank=(siblings[-1].rank if siblings else 0) + 1024,
                        )
                    )
        Card.objects.bulk_create(cards)
        record.created(*cards)
        record.summary.update(cards=len(cards), steps=made_steps)
    return len(cards), made_steps


def curve_set(*, step: Step, actor: User | None, level: Decimal | None) -> CurvePoint | None:
    """Say what the team believes that customers feel at a step, −2 to +2 in halves; None takes the point away."""
    with edit(
        step.journey,
        actor=actor,
        action="curve.set",
        target=step,
        step=step.name,
        level=None if level is None else float(level),
    ) as record:
        point = CurvePoint.objects.select_for_update().filter(step=step, deleted_at=None).first()
        if point is not None and level is None:
            remove(record, point)
            return None
        if level is None:
            return None
        if point is None:
            point = CurvePoint.objects.create(
                workspace_id=step.workspace_id, journey_id=step.journey_id, step=step, level=level
            )
            record.created(point)
        else:
            record.watch(point)
            point.level = level
            save(point, "level")
    return point
