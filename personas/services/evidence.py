"""Every write of evidence: what a field or a section of a persona rests on."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from cxmap.history.services import recording
from cxmap.workspaces.models import User
from personas.models import Section, Trait, TraitEvidence
from personas.services.validation import sheet_changed


@transaction.atomic
def evidence_add(*, trait: Trait | Section, actor: User | None, kind: str, title: str, **fields: Any) -> TraitEvidence:
    """Say what a field or a section rests on (A8)."""
    persona = trait.persona
    named = {"trait": trait} if isinstance(trait, Trait) else {"section": trait}
    evidence = TraitEvidence(workspace_id=trait.workspace_id, kind=kind, title=title, **named, **fields)
    with recording(actor=actor, action="evidence.added", target=persona, name=persona.name, title=title) as record:
        evidence.save()
        record.created(evidence)
        sheet_changed(record, persona)
    return evidence


def _evidence_set_deleted(evidence: TraitEvidence, actor: User, *, action: str, deleted: bool) -> None:
    persona = evidence.holder.persona
    with recording(actor=actor, action=action, target=persona, name=persona.name, title=evidence.title) as record:
        evidence = TraitEvidence.objects.select_for_update().get(pk=evidence.pk)
        record.watch(evidence)
        if (evidence.deleted_at is not None) == deleted:
            return
        evidence.deleted_at = timezone.now() if deleted else None
        evidence.save(update_fields=["deleted_at"])
        sheet_changed(record, persona)


@transaction.atomic
def evidence_remove(*, evidence: TraitEvidence, actor: User) -> None:
    _evidence_set_deleted(evidence, actor, action="evidence.removed", deleted=True)


@transaction.atomic
def evidence_restore(*, evidence: TraitEvidence, actor: User) -> None:
    _evidence_set_deleted(evidence, actor, action="evidence.restored", deleted=False)


@transaction.atomic
def evidence_set(*, trait: Trait | Section, actor: User, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make the evidence of a field or section be exactly these rows (kind, title, link, gathered_on, n); equal ones stay."""
    names = ("kind", "title", "link", "gathered_on", "n")
    wanted = [tuple(row.get(name) or ("" if name == "link" else None) for name in names) for row in rows]
    for evidence in trait.evidence.filter(deleted_at=None):
        values = tuple(getattr(evidence, name) for name in names)
        if values in wanted:
            wanted.remove(values)
        else:
            evidence_remove(evidence=evidence, actor=actor)
    for values in wanted:
        evidence_add(trait=trait, actor=actor, **dict(zip(names, values, strict=True)))
