"""Decisions and open points, during the workshop and after it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from cxmap.history.services import history_record
from cxmap.workspaces.models import User
from workshops.models import Decision, Workshop
from workshops.services.common import changed


@transaction.atomic
def decision_add(*, workshop: Workshop, actor: User, text: str, **fields: Any) -> Decision:
    decision = Decision.objects.create(workspace_id=workshop.workspace_id, workshop=workshop, text=text, **fields)
    history_record(actor=actor, action="workshop.decided", target=workshop, scope=workshop.journey, text=text)
    changed(workshop)
    return decision


@transaction.atomic
def decision_edit(*, decision: Decision, actor: User, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(decision, name, value)
    decision.save(update_fields=list(fields))
    history_record(
        actor=actor,
        action="workshop.decision_changed",
        target=decision.workshop,
        scope=decision.workshop.journey,
        text=decision.text,
    )
    changed(decision.workshop)


@transaction.atomic
def decision_delete(*, decision: Decision, actor: User) -> None:
    decision.deleted_at = timezone.now()
    decision.save(update_fields=["deleted_at"])
    history_record(
        actor=actor,
        action="workshop.decision_deleted",
        target=decision.workshop,
        scope=decision.workshop.journey,
        text=decision.text,
    )
    changed(decision.workshop)
