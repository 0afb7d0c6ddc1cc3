"""Every write of personas: sheets and their sections, evidence, status, portraits, segments."""

from personas.services.data import persona_set_data
from personas.services.evidence import evidence_add, evidence_remove, evidence_restore, evidence_set
from personas.services.portraits import persona_set_portrait
from personas.services.sections import SectionEntry
from personas.services.segments import segment_create, segment_delete, segment_update
from personas.services.sheets import (
    OwnField,
    colour_next,
    persona_create,
    persona_delete,
    persona_restore,
    persona_update,
    personas_named,
)
from personas.services.validation import persona_set_status

__all__ = [
    "OwnField",
    "SectionEntry",
    "colour_next",
    "evidence_add",
    "evidence_remove",
    "evidence_restore",
    "evidence_set",
    "persona_create",
    "persona_delete",
    "persona_restore",
    "persona_set_data",
    "persona_set_portrait",
    "persona_set_status",
    "persona_update",
    "personas_named",
    "segment_create",
    "segment_delete",
    "segment_update",
]
