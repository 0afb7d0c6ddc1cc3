"""What cards rest on: interviews, surveys, tickets, workshops, kept as records of a map (A8, A15)."""

from typing import Any

from cxmap.workspaces.models import User
from journeys.models import Evidence, Journey
from journeys.services.board import edit, fresh, remove, save

FIELDS = ("kind", "title", "asked", "count", "happened_on", "notes", "url")


def evidence_add(*, journey: Journey, actor: User | None, **fields: Any) -> Evidence:
    """Note a record of evidence; cards name it afterwards."""
    with edit(journey, actor=actor, action="map_evidence.added", name=fields["title"]) as record:
        row = Evidence(workspace_id=journey.workspace_id, journey=journey, **fields)
        row.save()
        record.created(row)
    return row


def evidence_edit(*, row: Evidence, actor: User, expected_revision: int | None = None, **fields: Any) -> Evidence:
    """Raises StaleRevision."""
    with edit(row.journey, actor=actor, action="map_evidence.updated", target=row, name=row.title) as record:
        row = fresh(row, expected_revision)
        record.watch(row)
        for name in fields.keys() & set(FIELDS):
            setattr(row, name, fields[name])
        save(row, *sorted(fields.keys() & set(FIELDS)))
    return row


def evidence_delete(*, row: Evidence, actor: User) -> None:
    """Take a record away. Its cards stay and count as unproven; undo on the map brings it back."""
    with edit(row.journey, actor=actor, action="map_evidence.deleted", target=row, name=row.title) as record:
        remove(record, fresh(row))
