"""Every write of personas, their fields, evidence and segments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from cxmap.history.services import Recording, history_record, recording
from cxmap.lib.errors import StaleRevision
from cxmap.lib.text import fold
from cxmap.workspaces.models import User, Workspace
from personas.errors import PersonaNameTaken, SegmentInUse
from personas.models import FIELDS_OF_GROUP, Persona, Segment, Trait, TraitEvidence, TraitField

GROUP_OF_FIELD = {field: group for group, fields in FIELDS_OF_GROUP.items() for field in fields}
COLOURS = 5  # of the Okabe–Ito set
RANK_STEP = 1024.0


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field of the team's own: a new one without pk; an existing one keeps its pk and may be removed."""

    group: str
    label: str
    text: str
    pk: int | None = None
    remove: bool = False


def colour_next(workspace: Workspace) -> int:
    """Return the colour that the fewest personas of the workspace have, the first of them."""
    used = list(Persona.objects.filter(workspace=workspace, deleted_at=None).values_list("colour", flat=True))
    return min(range(COLOURS), key=lambda colour: (used.count(colour), colour))


@transaction.atomic
def persona_create(
    *,
    workspace: Workspace,
    actor: User | None,
    name: str,
    traits: Mapping[str, str] | None = None,
    own_fields: Sequence[OwnField] = (),
    segments: Iterable[Segment] = (),
    **fields: Any,
) -> Persona:
    """Describe a persona: the ten fields of the guide always exist, filled or not (A7)."""
    fields.setdefault("colour", colour_next(workspace))
    persona = Persona(workspace=workspace, name=name, **fields)
    with recording(actor=actor, action="persona.added", target=persona, name=name) as record:
        persona.save()
        record.created(persona)
        _set_traits(record, persona, traits or {}, own_fields)
        _set_segments(record, persona, segments)
    return persona


@transaction.atomic
def personas_named(*, workspace: Workspace, actor: User | None, names: Sequence[str]) -> list[Persona]:
    """Return the personas of these names, accents and case ignored; those that are missing are made."""
    if not names:
        return []
    known = {fold(persona.name): persona for persona in Persona.objects.filter(workspace=workspace, deleted_at=None)}
    for name in names:
        if fold(name) not in known:
            known[fold(name)] = persona_create(workspace=workspace, actor=actor, name=name)
    return [known[fold(name)] for name in names]


@transaction.atomic
def persona_update(
    *,
    persona: Persona,
    actor: User,
    expected_revision: int | None = None,
    traits: Mapping[str, str] | None = None,
    own_fields: Sequence[OwnField] = (),
    segments: Iterable[Segment] | None = None,
    **fields: Any,
) -> Persona:
    """Change a sheet. Fields that are not given stay. Raises StaleRevision when someone saved meanwhile."""
    with recording(actor=actor, action="persona.updated", target=persona, name=persona.name) as record:
        persona = Persona.objects.select_for_update().get(pk=persona.pk)
        if expected_revision is not None and persona.revision != expected_revision:
            raise StaleRevision(current=persona)
        record.watch(persona)
        for name, value in fields.items():
            setattr(persona, name, value)
        if traits is not None or own_fields:
            _set_traits(record, persona, traits or {}, own_fields)
        if segments is not None:
            _set_segments(record, persona, segments)
        persona.revision += 1
        persona.save(update_fields=[*fields, "revision", "updated_at"])
    return persona


def _set_traits(record: Recording, persona: Persona, texts: Mapping[str, str], own: Sequence[OwnField]) -> None:
    existing = {trait.pk: trait for trait in Trait.objects.select_for_update().filter(persona=persona)}
    by_field = {trait.field: trait for trait in existing.values() if trait.field and trait.deleted_at is None}
    record.watch(*existing.values())
    made = []
    for number, (field, group) in enumerate(GROUP_OF_FIELD.items(), 1):
        trait = by_field.get(field)
        if trait is None:
            made.append(_new(persona, group=group, field=field, text=texts.get(field, ""), rank=number * RANK_STEP))
        elif field in texts:
            _change(trait, text=texts[field])
    last = max([trait.rank for trait in existing.values()], default=len(TraitField) * RANK_STEP)
    for entry in own:
        trait = existing.get(entry.pk) if entry.pk else None
        if trait is None:
            if entry.remove:
                continue
            last += RANK_STEP
            made.append(_new(persona, group=entry.group, label=entry.label, text=entry.text, rank=last))
        elif entry.remove:
            _change(trait, deleted_at=trait.deleted_at or timezone.now())
        else:
            _change(trait, label=entry.label, text=entry.text, deleted_at=None)
    for trait in made:
        trait.save()
    record.created(*made)


def _new(persona: Persona, **fields: Any) -> Trait:
    return Trait(workspace_id=persona.workspace_id, persona=persona, **fields)


def _change(trait: Trait, **fields: Any) -> None:
    changed = [name for name, value in fields.items() if getattr(trait, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(trait, name, fields[name])
    trait.revision += 1
    trait.save(update_fields=[*changed, "revision"])


def _set_segments(record: Recording, persona: Persona, segments: Iterable[Segment]) -> None:
    # Links are no rows of the change log; their codes stand in its summary.
    before = sorted(persona.segments.values_list("code", flat=True))
    wanted = list(segments)
    after = sorted(segment.code for segment in wanted)
    if before != after:
        persona.segments.set(wanted)
        record.summary |= {"segments_before": before, "segments": after}


@transaction.atomic
def persona_delete(*, persona: Persona, actor: User) -> None:
    """Put a persona into the trash. What stands on maps stays there, "without persona"."""
    with recording(actor=actor, action="persona.deleted", target=persona, name=persona.name) as record:
        persona = Persona.objects.select_for_update().get(pk=persona.pk)
        record.watch(persona)
        persona.deleted_at = persona.deleted_at or timezone.now()
        persona.revision += 1
        persona.save(update_fields=["deleted_at", "revision", "updated_at"])


@transaction.atomic
def persona_restore(*, persona: Persona, actor: User) -> Persona:
    """Take a persona out of the trash. Raises PersonaNameTaken."""
    with recording(actor=actor, action="persona.restored", target=persona, name=persona.name) as record:
        persona = Persona.objects.select_for_update().get(pk=persona.pk)
        same = Persona.objects.filter(workspace=persona.workspace_id, name=persona.name, deleted_at=None)
        if same.exclude(pk=persona.pk).exists():
            raise PersonaNameTaken
        record.watch(persona)
        persona.deleted_at = None
        persona.revision += 1
        persona.save(update_fields=["deleted_at", "revision", "updated_at"])
    return persona


@transaction.atomic
def evidence_add(*, trait: Trait, actor: User | None, kind: str, title: str, **fields: Any) -> TraitEvidence:
    """Say what a field rests on (A8)."""
    persona = trait.persona
    evidence = TraitEvidence(workspace_id=trait.workspace_id, trait=trait, kind=kind, title=title, **fields)
    with recording(actor=actor, action="evidence.added", target=persona, name=persona.name, title=title) as record:
        evidence.save()
        record.created(evidence)
    return evidence


def _evidence_set_deleted(evidence: TraitEvidence, actor: User, *, action: str, deleted: bool) -> None:
    persona = evidence.trait.persona
    with recording(actor=actor, action=action, target=persona, name=persona.name, title=evidence.title) as record:
        evidence = TraitEvidence.objects.select_for_update().get(pk=evidence.pk)
        record.watch(evidence)
        if (evidence.deleted_at is not None) == deleted:
            return
        evidence.deleted_at = timezone.now() if deleted else None
        evidence.save(update_fields=["deleted_at"])


@transaction.atomic
def evidence_remove(*, evidence: TraitEvidence, actor: User) -> None:
    _evidence_set_deleted(evidence, actor, action="evidence.removed", deleted=True)


@transaction.atomic
def evidence_restore(*, evidence: TraitEvidence, actor: User) -> None:
    _evidence_set_deleted(evidence, actor, action="evidence.restored", deleted=False)


@transaction.atomic
def evidence_set(*, trait: Trait, actor: User, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make the evidence of a field be exactly these rows (kind, title, link, gathered_on, n); equal ones stay."""
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
