"""Copies of rows of a map: everything that people wrote comes along, identity and counters do not."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from cxmap.history.services import Recording
from cxmap.lib.ranks import STEP
from cxmap.workspaces.models import User
from journeys import lanes as registry
from journeys.content import CopyContext, content_copy
from journeys.errors import ElsewhereOnMap, LaneAlreadyThere, LaneNotTyped
from journeys.models import Attachment, Card, Journey, Lane, MapRow, Stage, Step
from journeys.services.board import edit

Row = TypeVar("Row", bound=MapRow)
# What a copy must get anew.
OWN = frozenset({"id", "revision", "created_at", "updated_at", "deleted_at", "serial"})


def copy_of(row: Row, **changes: Any) -> Row:
    """Return an unsaved copy of a row, with some columns changed. Names as in the model: `step=…`, `journey_id=…`."""
    changed = {field.attname for field in row._meta.concrete_fields if {field.name, field.attname} & changes.keys()}
    kept = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in OWN and field.attname not in changed
    }
    return type(row)(**kept, **changes)


def _copies(rows: Iterable[Row], target: Journey, **links: dict[UUID, Any]) -> dict[UUID, Row]:
    """Write copies of rows onto another map and return them by the original's id.

    `links` says for a foreign key which copy stands for which original; an original that was not copied is let go.
    """
    made = {}
    for row in rows:
        changes: dict[str, Any] = {"journey": target}
        for name, copies in links.items():
            pointed = getattr(row, f"{name}_id")
            changes[name] = copies.get(pointed) if pointed else None
        copy = copy_of(row, **changes)
        if hasattr(row, "serial"):
            copy.serial = row.serial  # type: ignore[attr-defined]
        made[row.pk] = copy
    if made:
        type(next(iter(made.values())))._default_manager.bulk_create(made.values())
    return made


def board_copy(source: Journey, target: Journey) -> dict[UUID, Step]:
    """Copy everything that stands on a map to an empty one of the same workspace; returns the steps by original id."""
    stages = _copies(source.stages.filter(deleted_at=None), target)
    steps = _copies(source.steps.filter(deleted_at=None, stage_id__in=stages), target, stage=stages)
    lanes = _copies(source.lanes.filter(deleted_at=None), target)
    evidence = _copies(source.evidence.filter(deleted_at=None), target)
    attachments = {row.pk: _attachment_copy(row, target) for row in source.attachments.all()}
    Attachment.objects.bulk_create(attachments.values())
    _copies(
        source.cards.filter(deleted_at=None, lane_id__in=lanes, step_id__in=steps),
        target,
        lane=lanes,
        step=steps,
        until_lane=lanes,
        until_step=steps,
        evidence=evidence,
        attachment=attachments,
    )
    _copies(source.curve_points.filter(deleted_at=None, step_id__in=steps), target, step=steps)
    content_copy(CopyContext(source=source, target=target, steps=steps))
    return steps


def _attachment_copy(row: Attachment, target: Journey) -> Attachment:
    """The same content under the new map: it is kept once, by its digest."""
    fields = ("workspace_id", "name", "content_type", "size", "digest", "width", "height")
    return Attachment(journey=target, **{name: getattr(row, name) for name in fields})


def _check_target(source: Journey, target: Journey) -> None:
    if source.workspace_id != target.workspace_id:
        raise ElsewhereOnMap


def _lane_for(record: Recording, lane: Lane, target: Journey) -> Lane:
    """Return the lane of another map that stands for this one: same kind and name, else same kind, else a new one."""
    there = list(Lane.objects.filter(journey=target, deleted_at=None, kind=lane.kind).order_by("rank", "id"))
    same = next((other for other in there if other.name == lane.name), None)
    if same is not None or (there and (not lane.name or registry.kind_of(lane.kind).single)):
        return same or there[0]
    last = Lane.objects.filter(journey=target, deleted_at=None).order_by("-rank").first()
    made = copy_of(lane, journey=target, rank=(last.rank if last else 0.0) + STEP)
    made.save()
    record.created(made)
    return made


def _foreign(card: Card, target: Journey) -> dict[str, Any]:
    """What a card cannot take along to another map: evidence records of its own map, and spans."""
    changes: dict[str, Any] = {"journey": target, "evidence": None, "until_step": None, "until_lane": None}
    if card.attachment is not None:
        changes["attachment"] = _attachment_copy(card.attachment, target)
        changes["attachment"].save()
    return changes


def stage_copy(*, stage: Stage, target: Journey, actor: User) -> Stage:
    """Copy a stage with its steps, cards and curve to the end of another map of the workspace.

    Cards go to the lanes of the same kind and name; missing lanes are added. Pains and solutions stay where they are.
    """
    _check_target(stage.journey, target)
    with edit(target, actor=actor, action="stage.copied", name=stage.name, origin=stage.journey.name) as record:
        last = Stage.objects.filter(journey=target, deleted_at=None).order_by("-rank").first()
        copy = copy_of(stage, journey=target, rank=(last.rank if last else 0.0) + STEP)
        copy.save()
        record.created(copy)
        lanes: dict[UUID, Lane] = {}
        for step in Step.objects.filter(stage=stage, deleted_at=None).order_by("rank", "id"):
            made = copy_of(step, journey=target, stage=copy)
            made.save()
            record.created(made)
            cards = Card.objects.filter(step=step, deleted_at=None, lane__deleted_at=None)
            for card in cards.select_related("lane", "attachment").order_by("rank", "id"):
                if card.lane_id not in lanes:
                    lanes[card.lane_id] = _lane_for(record, card.lane, target)
                copied = copy_of(card, **_foreign(card, target), lane=lanes[card.lane_id], step=made)
                copied.save()
                record.created(copied)
            for point in step.curve_points.filter(deleted_at=None):
                placed = copy_of(point, journey=target, step=made)
                placed.save()
                record.created(placed)
    return copy


def lane_copy(*, lane: Lane, target: Journey, actor: User) -> Lane:
    """Copy a lane with its cards to another map of the workspace, at the steps of the same number.

    Where the other map has fewer steps, the cards of the further ones stand at its last step: nothing is lost.
    """
    _check_target(lane.journey, target)
    if registry.kind_of(lane.kind).load is not None:
        raise LaneNotTyped
    with edit(target, actor=actor, action="lane.copied", name=str(lane), origin=lane.journey.name) as record:
        there = Lane.objects.filter(journey=target, deleted_at=None).order_by("-rank").first()
        single = registry.kind_of(lane.kind).single
        if single and Lane.objects.filter(journey=target, deleted_at=None, kind=lane.kind).exists():
            raise LaneAlreadyThere
        copy = copy_of(lane, journey=target, rank=(there.rank if there else 0.0) + STEP)
        copy.save()
        record.created(copy)
        order = ("stage__rank", "stage_id", "rank", "id")
        live = {"deleted_at": None, "stage__deleted_at": None}
        here = [step.pk for step in Step.objects.filter(journey=lane.journey_id, **live).order_by(*order)]
        columns = list(Step.objects.filter(journey=target, **live).order_by(*order))
        cards = Card.objects.filter(lane=lane, deleted_at=None, step_id__in=here).select_related("attachment")
        for card in sorted(cards, key=lambda card: (here.index(card.step_id), card.rank)):
            at = columns[min(here.index(card.step_id), len(columns) - 1)]
            copied = copy_of(card, **_foreign(card, target), lane=copy, step=at)
            copied.save()
            record.created(copied)
    return copy
