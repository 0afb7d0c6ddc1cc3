"""Cards and the points of the believed curve: what stands in the cells."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext

from cxmap.lib.ranks import STEP
from cxmap.workspaces.models import User
from journeys import lanes as registry
from journeys.errors import ElsewhereOnMap, LaneNotTyped, NothingToPaste, PasteTooLarge
from journeys.models import Card, CurvePoint, Journey, Lane, MapRow, Stage, Step
from journeys.services.board import Row, edit, fresh, place, remove, save
from journeys.services.copies import copy_of
from journeys.services.stages import steps_in_order
from personas.models import Persona
from touchpoints.models import Channel, Touchpoint

CARD_FIELDS = {"source", "persona", "other_persona", "evidence", "url", "arrow"}
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
    pk: UUID | None = None,
    **more: Any,
) -> Card:
    """Put a card into a cell: a text, a touchpoint, or what `more` brings (channel, attachment, url, persona, arrow…).

    `pk` is for browsers that name the card themselves: the same request sent twice, after a lost answer, makes one
    card. Raises LaneNotTyped, ElsewhereOnMap.
    """
    _check_place(lane, step)
    card = Card(
        id=pk or uuid4(),
        workspace_id=lane.workspace_id,
        journey_id=lane.journey_id,
        lane=lane,
        step=step,
        text=text,
        touchpoint=touchpoint,
        source=source,
        **more,
    )
    if not registry.kind_of(lane.kind).may_hold(card.content):
        raise LaneNotTyped
    with edit(
        lane.journey, actor=actor, action="card.added", target=step, gesture=gesture, text=text[:120], step=step.name
    ) as record:
        lane, step = fresh(lane), fresh(step)
        sent_before = Card.objects.filter(pk=card.pk).first()
        if sent_before is not None:
            if sent_before.journey_id != lane.journey_id:
                raise ElsewhereOnMap
            return sent_before
        siblings = live_cards(lane, step)
        card.rank = place(record, siblings, len(siblings) if index is None else index)
        card.save(force_insert=True)
        record.created(card)
    return card


def card_edit(
    *, card: Card, actor: User, text: str, expected_revision: int | None = None, **fields: Any
) -> Card | None:
    """Change the text and, by name, what else stands on it: source, persona, evidence, url.

    A card that is left with nothing leaves the map (None). Raises StaleRevision with the current card.
    """
    if not text.strip() and card.content == "text":
        card_delete(card=card, actor=actor, expected_revision=expected_revision)
        return None
    with edit(
        card.journey, actor=actor, action="card.edited", target=card, before=card.text[:120], text=text[:120]
    ) as record:
        card = fresh(card, expected_revision)
        record.watch(card)
        card.text = text
        for name in CARD_FIELDS & fields.keys():
            setattr(card, name, fields[name])
        save(card, "text", *sorted(CARD_FIELDS & fields.keys()))
    return card


def card_move(*, card: Card, actor: User, lane_id: UUID, step_id: UUID, index: int | None = None) -> Card:
    """Put a card into another cell of its map, among lanes that take the same content. Raises ElsewhereOnMap."""
    with edit(card.journey, actor=actor, action="card.moved", target=card, text=str(card)) as record:
        card = fresh(card)
        lane = Lane.objects.filter(pk=lane_id, journey=card.journey_id, deleted_at=None).first()
        step = Step.objects.filter(pk=step_id, journey=card.journey_id, deleted_at=None).first()
        if lane is None or step is None:
            raise ElsewhereOnMap
        if not registry.kind_of(lane.kind).may_hold(card.content):
            raise LaneNotTyped if card.content == "text" else ElsewhereOnMap
        siblings = [other for other in live_cards(lane, step) if other.pk != card.pk]
        record.watch(card)
        card.rank = place(record, siblings, len(siblings) if index is None else index)
        _carry_span(card, lane, step)
        card.lane, card.step = lane, step
        save(card, "lane", "step", "rank", "until_step", "until_lane")
    return card


def _carry_span(card: Card, lane: Lane, step: Step) -> None:
    """Keep the width and height of a spanning card where it goes, as far as the map reaches."""
    if card.until_step_id:
        columns = [row.pk for row in steps_in_order(step.journey)]
        if card.until_step_id in columns and card.step_id in columns:
            width = columns.index(card.until_step_id) - columns.index(card.step_id)
            last = columns[min(columns.index(step.pk) + max(width, 0), len(columns) - 1)]
            card.until_step_id = None if last == step.pk else last
    if card.until_lane_id and card.lane_id != lane.pk:
        card.until_lane_id = None


def card_span(*, card: Card, actor: User, columns: int = 0, lanes: int = 0) -> Card:
    """Widen (positive) or narrow (negative) the card by columns to the right and lanes downwards.

    It never leaves the map, never gets smaller than its own cell, and goes down only over neighbouring lanes that
    hold the same content.
    """
    with edit(card.journey, actor=actor, action="card.spanned", target=card, text=str(card)) as record:
        card = fresh(card)
        record.watch(card)
        if columns:
            steps = [step.pk for step in shown_steps(card.journey)]
            first = steps.index(card.step_id) if card.step_id in steps else 0
            last = steps.index(card.until_step_id) if card.until_step_id in steps else first
            last = max(first, min(last + columns, len(steps) - 1))
            card.until_step_id = steps[last] if last > first else None
        if lanes:
            rows = shown_lanes(card.journey)
            first = next((number for number, row in enumerate(rows) if row.pk == card.lane_id), 0)
            reach = first
            while reach + 1 < len(rows) and registry.kind_of(rows[reach + 1].kind).may_hold(card.content):
                reach += 1
            last = next((number for number, row in enumerate(rows) if row.pk == card.until_lane_id), first)
            last = max(first, min(last + lanes, reach))
            card.until_lane_id = rows[last].pk if last > first else None
        save(card, "until_step", "until_lane")
    return card


def shown_lanes(journey: Journey) -> list[Lane]:
    """Return the lanes in the order of the screen, hidden ones left out; pinned ones come first."""
    return list(Lane.objects.filter(journey=journey, deleted_at=None, hidden=False).order_by("-pinned", "rank", "id"))


def cells_clear(*, journey: Journey, actor: User, cells: Sequence[tuple[UUID, UUID]]) -> int:
    """Take the cards of a range of cells (lane id, step id) off the map, as one gesture. Returns how many."""
    wanted = set(cells)
    with edit(journey, actor=actor, action="cells.cleared", target=journey) as record:
        cards = [
            card
            for card in Card.objects.select_for_update().filter(journey=journey, deleted_at=None)
            if (card.lane_id, card.step_id) in wanted
        ]
        remove(record, *cards)
        record.summary.update(cards=len(cards))
    return len(cards)


def channels_set(*, lane: Lane, step: Step, actor: User, channels: Sequence[Channel]) -> None:
    """Tick the channels that are used at a step beside those of its touchpoints; others are unticked."""
    _check_place(lane, step)
    with edit(lane.journey, actor=actor, action="channels.set", target=step, step=step.name) as record:
        wanted = {channel.pk: channel for channel in channels}
        present = Card.objects.select_for_update().filter(lane=lane, step=step, deleted_at=None).exclude(channel=None)
        for card in present:
            if card.channel_id in wanted:
                wanted.pop(card.channel_id)
            else:
                remove(record, card)
        made = [
            Card(
                workspace_id=lane.workspace_id,
                journey_id=lane.journey_id,
                lane=lane,
                step=step,
                channel=channel,
                rank=STEP * number,
            )
            for number, channel in enumerate(wanted.values(), 1)
        ]
        Card.objects.bulk_create(made)
        record.created(*made)


def card_delete(*, card: Card, actor: User, expected_revision: int | None = None) -> None:
    """Take a card off the map. A touchpoint stays in the library with its KPIs. Raises StaleRevision."""
    with edit(card.journey, actor=actor, action="card.deleted", target=card, text=str(card)) as record:
        remove(record, fresh(card, expected_revision))


def card_duplicate(*, card: Card, actor: User) -> Card:
    """Copy a card into its own cell, below it."""
    with edit(card.journey, actor=actor, action="card.added", target=card.step, text=str(card)) as record:
        siblings = live_cards(card.lane, card.step)
        index = next(number for number, other in enumerate(siblings) if other.pk == card.pk)
        copy = copy_of(card, rank=place(record, siblings, index + 1))
        copy.save()
        record.created(copy)
        record.summary.update(step=card.step.name)
    return copy


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


def curve_set(
    *,
    step: Step,
    actor: User | None,
    level: Decimal | None,
    layer: str = CurvePoint.Layer.BELIEVED,
    persona: Persona | None = None,
) -> CurvePoint | None:
    """Say what customers feel at a step, −2 to +2 in halves, as believed or as aimed at; None takes the point away.

    Without a persona the point is of the map's common curve.
    """
    with edit(
        step.journey,
        actor=actor,
        action="curve.set",
        target=step,
        step=step.name,
        level=None if level is None else float(level),
        layer=layer,
        persona=persona.name if persona else "",
    ) as record:
        point = (
            CurvePoint.objects.select_for_update()
            .filter(step=step, layer=layer, persona=persona, deleted_at=None)
            .first()
        )
        if point is not None and level is None:
            remove(record, point)
            return None
        if level is None:
            return None
        if point is None:
            point = CurvePoint.objects.create(
                workspace_id=step.workspace_id,
                journey_id=step.journey_id,
                step=step,
                layer=layer,
                persona=persona,
                level=level,
            )
            record.created(point)
        else:
            record.watch(point)
            point.level = level
            save(point, "level")
    return point
