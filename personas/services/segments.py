"""Every write of segments."""

from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from cxmap.history.services import history_record, recording
from cxmap.workspaces.models import User, Workspace
from personas.errors import SegmentInUse
from personas.models import Segment


@transaction.atomic
def segment_create(*, workspace: Workspace, actor: User | None, code: str, name: str) -> Segment:
    segment = Segment.objects.create(workspace=workspace, code=code, name=name)
    history_record(actor=actor, action="segment.added", target=segment, name=name, code=code)
    return segment


@transaction.atomic
def segment_update(*, segment: Segment, actor: User, **fields: Any) -> Segment:
    """Change the name or code of a segment; measures keep pointing to it."""
    with recording(actor=actor, action="segment.updated", target=segment, name=segment.name) as record:
        segment = Segment.objects.select_for_update().get(pk=segment.pk)
        record.watch(segment)
        for name, value in fields.items():
            setattr(segment, name, value)
        segment.save(update_fields=list(fields))
    return segment


@transaction.atomic
def segment_delete(*, segment: Segment, actor: User) -> None:
    """Remove a segment that no measure carries. Raises SegmentInUse."""
    history_record(actor=actor, action="segment.deleted", target=segment, name=segment.name, code=segment.code)
    try:
        segment.delete()
    except ProtectedError as error:
        raise SegmentInUse from error
