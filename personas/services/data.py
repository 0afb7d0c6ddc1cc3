"""Saying which data are a persona's."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from cxmap.history.services import recording
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import User
from personas.models import Persona, Segment
from personas.rules import rule_checked
from personas.services.sheets import set_segments


@transaction.atomic
def persona_set_data(
    *,
    persona: Persona,
    actor: User,
    segments: Sequence[Segment],
    dimensions: Mapping[str, Sequence[str]],
    expected_revision: int | None = None,
) -> Persona:
    """Bind a persona to segments and values of dimensions; nothing at all takes the binding away.

    Says nothing of the sheet, so a validated one stays validated. Raises StaleRevision, RuleRefused.
    """
    rule = rule_checked(dimensions)
    with recording(actor=actor, action="persona.data", target=persona, name=persona.name) as record:
        persona = Persona.objects.select_for_update().get(pk=persona.pk)
        if expected_revision is not None and persona.revision != expected_revision:
            raise StaleRevision(current=persona)
        record.watch(persona)
        set_segments(record, persona, segments)
        persona.dimensions = rule
        persona.revision += 1
        persona.save(update_fields=["dimensions", "revision", "updated_at"])
    return persona
