"""The workshops of a workspace."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cxmap.workspaces.models import Workspace
from workshops.models import Note, Participant, Result, Workshop


@dataclass(frozen=True, slots=True)
class WorkshopList:
    workshops: Sequence[Workshop]  # annotated with people, note_count, result_count
    trash: Sequence[Workshop]


def _count(rows: QuerySet, name: str = "workshop") -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(name).annotate(n=Count("pk")).values("n")), 0)


def workshops_of(workspace: Workspace) -> WorkshopList:
    """Return those that run, those to come and those that are over, the newest first; two queries."""
    rows = Workshop.objects.filter(workspace=workspace, journey__deleted_at=None).select_related(
        "journey", "facilitator"
    )
    found = rows.filter(deleted_at=None).annotate(
        people=_count(Participant.objects.filter(workshop=OuterRef("pk"), removed_at=None)),
        note_count=_count(Note.objects.filter(workshop=OuterRef("pk"), deleted_at=None)),
        result_count=_count(Result.objects.filter(workshop=OuterRef("pk"))),
    )
    order = {Workshop.Status.RUNNING: 0, Workshop.Status.PLANNED: 1, Workshop.Status.ENDED: 2}
    return WorkshopList(
        workshops=sorted(found, key=lambda one: order[Workshop.Status(one.status)]),
        trash=list(rows.exclude(deleted_at=None)),
    )
