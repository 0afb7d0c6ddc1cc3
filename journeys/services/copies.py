"""Copies of rows of a map: everything that people wrote comes along, identity and counters do not."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from journeys.content import CopyContext, content_copy
from journeys.models import Attachment, Journey, MapRow, Step

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
