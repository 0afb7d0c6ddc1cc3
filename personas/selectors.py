"""One read per page of the personas app."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from cxmap.workspaces.models import Workspace
from personas.models import FIELDS_OF_GROUP, Persona, Segment, Trait, TraitEvidence, TraitField, TraitGroup
from personas.questions import QUESTIONS

TRASH_SHOWN = 50


def backed_share(backed: int, filled: int) -> float | None:
    """Return the share (0 to 1) of the filled fields that rest on evidence; None when nothing is filled."""
    return backed / filled if filled else None


@dataclass(frozen=True, slots=True)
class PersonaCard:
    """A persona in the list. `evidence_share` is 0 to 1, None when no field is filled yet."""

    persona: Persona
    journeys: Sequence[Any]
    filled: int
    backed: int

    @property
    def evidence_share(self) -> float | None:
        return backed_share(self.backed, self.filled)

    @property
    def more_journeys(self) -> int:
        """How many journeys the card does not name."""
        return max(0, len(self.journeys) - 3)


@dataclass(frozen=True, slots=True)
class PersonaList:
    cards: Sequence[PersonaCard]
    trash: Sequence[Persona]


def _live_evidence() -> Exists:
    return Exists(TraitEvidence.objects.filter(trait=OuterRef("pk"), deleted_at=None))


def persona_list(workspace: Workspace) -> PersonaList:
    """Return the personas with where they are used and how well they are backed; six queries, whatever their number."""
    personas = list(
        # The links are read through the relation that the journeys app adds: nothing of it is imported here.
        Persona.objects.filter(workspace=workspace, deleted_at=None).prefetch_related(
            "journey_links__journey", "segments"
        )
    )
    filled: dict[UUID, int] = defaultdict(int)
    backed: dict[UUID, int] = defaultdict(int)
    traits = Trait.objects.filter(persona__in=personas, deleted_at=None).exclude(text="").annotate(has=_live_evidence())
    for persona_id, has in traits.values_list("persona_id", "has"):
        filled[persona_id] += 1
        backed[persona_id] += has
    cards = [
        PersonaCard(
            persona=persona,
            journeys=sorted(
                (
                    link.journey
                    for link in persona.journey_links.all()
                    if link.deleted_at is None and link.journey.deleted_at is None
                ),
                key=lambda journey: journey.sort_key,
            ),
            filled=filled[persona.pk],
            backed=backed[persona.pk],
        )
        for persona in personas
    ]
    trash = Persona.objects.filter(workspace=workspace).exclude(deleted_at=None).order_by("-deleted_at", "id")
    return PersonaList(cards=cards, trash=list(trash[:TRASH_SHOWN]))


@dataclass(frozen=True, slots=True)
class SheetField:
    """One field of a sheet; trait is None while nothing was ever saved for it."""

    key: str
    label: str
    question: str
    trait: Trait | None
    text: str
    evidence: Sequence[TraitEvidence]


@dataclass(frozen=True, slots=True)
class SheetGroup:
    key: str
    label: str
    fields: Sequence[SheetField]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole persona. Groups and fields stand in the order of the guide, own fields after those of their group."""

    persona: Persona
    groups: Sequence[SheetGroup]
    segments: Sequence[Segment]
    filled: int
    backed: int

    @property
    def evidence_share(self) -> float | None:
        return backed_share(self.backed, self.filled)


def _sheet(persona: Persona, traits: Sequence[Trait], evidence: dict[int, list[TraitEvidence]]) -> Sheet:
    by_field = {trait.field: trait for trait in traits if trait.field}
    groups = []
    for group in TraitGroup:
        fields = []
        for field in FIELDS_OF_GROUP[group]:
            trait = by_field.get(field)
            fields.append(
                SheetField(
                    key=field.value,
                    label=str(field.label),
                    question=str(QUESTIONS[field]),
                    trait=trait,
                    text=trait.text if trait else "",
                    evidence=evidence[trait.pk] if trait else (),
                )
            )
        fields += [
            SheetField(
                key=f"own-{trait.pk}",
                label=trait.label,
                question="",
                trait=trait,
                text=trait.text,
                evidence=evidence[trait.pk],
            )
            for trait in traits
            if not trait.field and trait.group == group
        ]
        groups.append(SheetGroup(key=group.value, label=str(group.label), fields=fields))
    shown = [field for group in groups for field in group.fields if field.text]
    return Sheet(
        persona=persona,
        groups=groups,
        segments=list(persona.segments.all()),
        filled=len(shown),
        backed=sum(bool(field.evidence) for field in shown),
    )


def sheets(personas: Sequence[Persona]) -> list[Sheet]:
    """Return the sheets of some personas in three queries."""
    traits: dict[UUID, list[Trait]] = defaultdict(list)
    for trait in Trait.objects.filter(persona__in=personas, deleted_at=None).order_by("rank", "id"):
        traits[trait.persona_id].append(trait)
    evidence: dict[int, list[TraitEvidence]] = defaultdict(list)
    rows = TraitEvidence.objects.filter(trait__persona__in=personas, trait__deleted_at=None, deleted_at=None).order_by(
        "id"
    )
    for row in rows:
        evidence[row.trait_id].append(row)
    return [_sheet(persona, traits[persona.pk], evidence) for persona in personas]


def sheet(persona: Persona) -> Sheet:
    return sheets([persona])[0]


def blank_sheet(workspace: Workspace) -> Sheet:
    """Return a sheet with nothing on it, to print and fill in by hand (artefact 1)."""
    groups = [
        SheetGroup(
            key=group.value,
            label=str(group.label),
            fields=[
                SheetField(
                    key=TraitField(field).value,
                    label=str(field.label),
                    question=str(QUESTIONS[field]),
                    trait=None,
                    text="",
                    evidence=(),
                )
                for field in FIELDS_OF_GROUP[group]
            ],
        )
        for group in TraitGroup
    ]
    return Sheet(persona=Persona(workspace=workspace), groups=groups, segments=(), filled=0, backed=0)
