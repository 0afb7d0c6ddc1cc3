"""How far a sheet is: to be researched, draft, validated until a review date."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cxmap.history.services import Recording, recording
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import User
from personas.errors import NothingToValidate, ReviewDateNeeded
from personas.models import Persona, Section, SectionKind, Status, Trait
from personas.sections import is_empty

REVIEW_DAYS_MAX = 5 * 366
ACTIONS = {
    Status.VALIDATED: "persona.validated",
    Status.DRAFT: "persona.drafted",
    Status.TO_RESEARCH: "persona.to_research",
}


def sheet_changed(record: Recording, persona: Persona) -> None:
    """Note on a validated sheet that it is no longer what was validated; written here, whatever the caller has read."""
    if not record.rows() and "segments" not in record.summary:
        return
    now = timezone.now()
    if Persona.objects.filter(pk=persona.pk, status=Status.VALIDATED).update(changed_at=now):
        persona.changed_at = now


def _is_described(persona: Persona) -> bool:
    if Trait.objects.filter(persona=persona, deleted_at=None).exclude(text="").exists():
        return True
    sections = Section.objects.filter(persona=persona, deleted_at=None).exclude(kind=SectionKind.QUESTIONS)
    return any(not is_empty(section.content) for section in sections)


@transaction.atomic
def persona_set_status(
    *,
    persona: Persona,
    actor: User | None,
    status: str,
    review_on: dt.date | None = None,
    expected_revision: int | None = None,
) -> Persona:
    """Validate a sheet until its review date, or make it a draft (or a thing to research) again.

    Validating once more renews the agreement. Raises StaleRevision when someone saved after what was read,
    NothingToValidate and ReviewDateNeeded.
    """
    action = ACTIONS[Status(status)]
    with recording(actor=actor, action=action, target=persona, name=persona.name) as record:
        persona = Persona.objects.select_for_update().get(pk=persona.pk)
        if expected_revision is not None and persona.revision != expected_revision:
            raise StaleRevision(current=persona)
        record.watch(persona)
        now = timezone.now()
        if status == Status.VALIDATED:
            days = (review_on - timezone.localdate()).days if review_on else 0
            if not 0 < days <= REVIEW_DAYS_MAX:
                raise ReviewDateNeeded
            if not _is_described(persona):
                raise NothingToValidate
            persona.validated_at, persona.validated_by, persona.review_on = now, actor, review_on
        else:
            persona.validated_at, persona.validated_by, persona.review_on = None, None, None
        persona.status, persona.changed_at = Status(status), None
        persona.revision += 1
        names = ["status", "validated_at", "validated_by", "review_on", "changed_at", "revision", "updated_at"]
        persona.save(update_fields=names)
    return persona
