"""Every write of a persona's sheet: its facts, fields and sections, the trash."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.history.services import Recording, recording
from cxmap.lib.errors import StaleRevision
from cxmap.lib.text import fold
from cxmap.workspaces.models import User, Workspace
from personas.errors import CircleOfPersonas, PersonaNameTaken
from personas.models import FIELDS_OF_GROUP, Persona, Segment, Trait, TraitField
from personas.services.sections import SectionEntry, empathy_set, sections_set
from personas.services.validation import sheet_changed

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
    sections: Sequence[SectionEntry] = (),
    empathy: Mapping[str, Sequence[str]] | None = None,
    **fields: Any,
) -> Persona:
    """Describe a persona: the ten fields of the guide always exist, filled or not (A7). Raises SectionRefused."""
    fields.setdefault("colour", colour_next(workspace))
    persona = Persona(workspace=workspace, name=name, **fields)
    with recording(actor=actor, action="persona.added", target=persona, name=name) as record:
        persona.save()
        record.created(persona)
        _set_traits(record, persona, traits or {}, own_fields)
        set_segments(record, persona, segments)
        sections_set(record, persona, sections)
        empathy_set(record, persona, empathy or {})
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
    sections: Sequence[SectionEntry] = (),
    empathy: Mapping[str, Sequence[str]] | None = None,
    **fields: Any,
) -> Persona:
    """Change a sheet. What is not given stays; the sections given stand in the order given.

    Raises StaleRevision when someone saved meanwhile, CircleOfPersonas, SectionRefused, SectionGone.
    """
    with recording(actor=actor, action="persona.updated", target=persona, name=persona.name) as record:
        if fields.get("parent") is not None:
            # All of them in one order: two people who hang two personas below each other wait for one another.
            list(Persona.objects.select_for_update().filter(workspace=persona.workspace_id).order_by("pk"))
        persona = Persona.objects.select_for_update().get(pk=persona.pk)
        if expected_revision is not None and persona.revision != expected_revision:
            raise StaleRevision(current=persona)
        record.watch(persona)
        if fields.get("parent") is not None:
            parent_checked(persona, fields["parent"])
        for name, value in fields.items():
            setattr(persona, name, value)
        if traits is not None or own_fields:
            _set_traits(record, persona, traits or {}, own_fields)
        if segments is not None:
            set_segments(record, persona, segments)
        sections_set(record, persona, sections)
        empathy_set(record, persona, empathy or {})
        sheet_changed(record, persona)
        persona.revision += 1
        persona.save(update_fields=[*fields, "revision", "updated_at"])
    return persona


def parent_checked(persona: Persona, parent: Persona) -> None:
    """Raise CircleOfPersonas when the persona would stand below itself.

    Personas in the trash count: a circle through one of them would close when it is restored.
    """
    above = dict(Persona.objects.filter(workspace=persona.workspace_id).values_list("pk", "parent"))
    names = dict(Persona.objects.filter(workspace=persona.workspace_id).values_list("pk", "name"))
    path = [parent.pk]
    while path[-1] != persona.pk:
        following = above.get(path[-1])
        if following is None:
            return
        path.append(following)
    chain = " → ".join(names[pk] for pk in reversed(path))
    raise CircleOfPersonas(
        _("“%(parent)s” stands below “%(name)s” already (%(chain)s): choose another one, or none.")
        % {"parent": parent.name, "name": persona.name, "chain": chain}
        if parent.pk != persona.pk
        else None
    )


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


def set_segments(record: Recording, persona: Persona, segments: Iterable[Segment]) -> None:
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
