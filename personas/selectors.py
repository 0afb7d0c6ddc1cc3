"""One read per page of the personas app."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, prefetch_related_objects

from cxmap.workspaces.models import Workspace
from personas.channels import channels
from personas.errors import TooManySheets
from personas.models import (
    FIELDS_OF_GROUP,
    EvidenceKind,
    Persona,
    Quadrant,
    Section,
    SectionKind,
    Segment,
    Trait,
    TraitEvidence,
    TraitField,
    TraitGroup,
)
from personas.questions import QUESTIONS
from personas.sections import is_empty

TRASH_SHOWN = 50
SHEETS_MAX = 50  # in one file


def backed_share(backed: int, filled: int) -> float | None:
    """Return the share (0 to 1) of the filled fields that rest on evidence; None when nothing is filled."""
    return backed / filled if filled else None


@dataclass(frozen=True, slots=True)
class PersonaCard:
    """A persona in the list. `evidence_share` is 0 to 1, None when no field is filled yet.

    `depth` is how many live personas stand above it; `above` names the one directly above, None without.
    """

    persona: Persona
    journeys: Sequence[Any]
    filled: int
    backed: int
    depth: int = 0
    above: Persona | None = None
    below: int = 0

    @property
    def evidence_share(self) -> float | None:
        return backed_share(self.backed, self.filled)

    @property
    def indent(self) -> int:
        """The depth as the tree shows it: below the fourth level all stand at the same place."""
        return min(self.depth, 4)

    @property
    def more_journeys(self) -> int:
        """How many journeys the card does not name."""
        return max(0, len(self.journeys) - 3)


@dataclass(frozen=True, slots=True)
class PersonaList:
    cards: Sequence[PersonaCard]
    tree: Sequence[PersonaCard]  # the same cards, each below its parent
    trash: Sequence[Persona]

    @property
    def has_tree(self) -> bool:
        return any(card.depth for card in self.cards)


def _placed(personas: Sequence[Persona]) -> list[tuple[Persona, int]]:
    """Return the personas in the order of the tree with their depths; one whose parent is not here stands at the top."""
    here = {persona.pk for persona in personas}
    below: dict[UUID | None, list[Persona]] = defaultdict(list)
    for persona in personas:
        below[persona.parent_id if persona.parent_id in here else None].append(persona)
    placed: list[tuple[Persona, int]] = []
    waiting = [(persona, 0) for persona in reversed(below[None])]
    while waiting:
        persona, depth = waiting.pop()
        placed.append((persona, depth))
        waiting += [(child, depth + 1) for child in reversed(below[persona.pk])]
    return placed


def _live_evidence() -> Exists:
    return Exists(TraitEvidence.objects.filter(trait=OuterRef("pk"), deleted_at=None))


def persona_list(workspace: Workspace) -> PersonaList:
    """Return the personas with where they are used and how well they are backed; seven queries, whatever their number."""
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
    proof = Exists(TraitEvidence.objects.filter(section=OuterRef("pk"), deleted_at=None))
    sections = Section.objects.filter(persona__in=personas, deleted_at=None).exclude(kind=SectionKind.QUESTIONS)
    for persona_id, content, has in sections.annotate(has=proof).values_list("persona_id", "content", "has"):
        if not is_empty(content):
            filled[persona_id] += 1
            backed[persona_id] += has
    placed = _placed(personas)
    depths = {persona.pk: depth for persona, depth in placed}
    by_pk = {persona.pk: persona for persona in personas}
    children = Counter(persona.parent_id for persona in personas)
    cards = [
        PersonaCard(
            persona=persona,
            depth=depths[persona.pk],
            above=by_pk.get(persona.parent_id) if persona.parent_id else None,
            below=children[persona.pk],
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
    of = {card.persona.pk: card for card in cards}
    tree = [of[persona.pk] for persona, _depth in placed]
    return PersonaList(cards=cards, tree=tree, trash=list(trash[:TRASH_SHOWN]))


@dataclass(frozen=True, slots=True)
class Family:
    """What stands above and below a persona. A parent in the trash is named, not linked."""

    parent: Persona | None
    children: Sequence[Persona]


def family(persona: Persona) -> Family:
    children = Persona.objects.filter(parent=persona, deleted_at=None)
    return Family(parent=persona.parent, children=list(children))


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
class SheetSection:
    """A section of the team's own, or a quadrant of the empathy map (section None while nothing was saved for it).

    `items` are lines, or the rows of its kind with what a page shows: channels have a `name` beside their code.
    """

    kind: str
    key: str  # the quadrant of an empathy map, else ""
    title: str
    text: str
    items: Sequence[Any]
    section: Section | None
    evidence: Sequence[TraitEvidence]

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.items

    @property
    def claims(self) -> bool:
        """True when it states something about customers, which evidence can back: questions state nothing."""
        return self.kind != SectionKind.QUESTIONS and not self.is_empty


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole persona. Groups and fields stand in the order of the guide, own fields after those of their group.

    `filled` counts what states something (fields, sections, quadrants), `backed` what of it rests on evidence;
    `proofs` the pieces of evidence by their kind.
    """

    persona: Persona
    groups: Sequence[SheetGroup]
    segments: Sequence[Segment]
    filled: int
    backed: int
    sections: Sequence[SheetSection] = ()
    empathy: Sequence[SheetSection] = ()
    proofs: Mapping[str, int] = field(default_factory=dict)

    @property
    def evidence_share(self) -> float | None:
        return backed_share(self.backed, self.filled)

    @property
    def unbacked(self) -> int:
        """How many statements are hypotheses of the team."""
        return self.filled - self.backed

    @property
    def proofs_by_kind(self) -> list[tuple[EvidenceKind, int]]:
        return [(kind, self.proofs.get(kind, 0)) for kind in EvidenceKind]

    @property
    def has_empathy(self) -> bool:
        return any(not quadrant.is_empty for quadrant in self.empathy)


def _section(
    section: Section, names: Mapping[str, str], evidence: Mapping[int, Sequence[TraitEvidence]]
) -> SheetSection:
    items = section.content.get("items", [])
    if section.kind == SectionKind.CHANNELS:
        # A channel that the library no longer has keeps its code: what was found out is not lost with it.
        items = [{**item, "name": names.get(item["channel"], item["channel"])} for item in items]
    return SheetSection(
        kind=section.kind,
        key=section.quadrant,
        title=str(section),
        text=section.content.get("text", ""),
        items=items,
        section=section,
        evidence=evidence.get(section.pk, ()),
    )


def _empathy(sections: Sequence[SheetSection]) -> list[SheetSection]:
    """Return the six quadrants in their order, empty ones too."""
    by_quadrant = {section.key: section for section in sections if section.key}
    return [
        by_quadrant.get(quadrant)
        or SheetSection(
            kind=SectionKind.EMPATHY,
            key=quadrant,
            title=str(quadrant.label),
            text="",
            items=(),
            section=None,
            evidence=(),
        )
        for quadrant in Quadrant
    ]


def _sheet(
    persona: Persona,
    traits: Sequence[Trait],
    evidence: Mapping[int, Sequence[TraitEvidence]],
    sections: Sequence[SheetSection],
) -> Sheet:
    by_field = {trait.field: trait for trait in traits if trait.field}
    groups = []
    for group in TraitGroup:
        fields = []
        for named in FIELDS_OF_GROUP[group]:
            trait = by_field.get(named)
            fields.append(
                SheetField(
                    key=named.value,
                    label=str(named.label),
                    question=str(QUESTIONS[named]),
                    trait=trait,
                    text=trait.text if trait else "",
                    evidence=evidence.get(trait.pk, ()) if trait else (),
                )
            )
        fields += [
            SheetField(
                key=f"own-{trait.pk}",
                label=trait.label,
                question="",
                trait=trait,
                text=trait.text,
                evidence=evidence.get(trait.pk, ()),
            )
            for trait in traits
            if not trait.field and trait.group == group
        ]
        groups.append(SheetGroup(key=group.value, label=str(group.label), fields=fields))
    shown: list[SheetField | SheetSection] = [entry for group in groups for entry in group.fields if entry.text]
    shown += [section for section in sections if section.claims]
    return Sheet(
        persona=persona,
        groups=groups,
        segments=list(persona.segments.all()),
        filled=len(shown),
        backed=sum(bool(entry.evidence) for entry in shown),
        sections=[section for section in sections if not section.key],
        empathy=_empathy(sections),
        proofs=Counter(row.kind for entry in shown for row in entry.evidence),
    )


def sheets(personas: Sequence[Persona]) -> list[Sheet]:
    """Return the sheets of some personas of one workspace in five queries."""
    if not personas:
        return []
    # Also for who asks later: panels of the page say whose data these are.
    prefetch_related_objects(personas, "segments")
    traits: dict[UUID, list[Trait]] = defaultdict(list)
    for trait in Trait.objects.filter(persona__in=personas, deleted_at=None).order_by("rank", "id"):
        traits[trait.persona_id].append(trait)
    of_fields: dict[int, list[TraitEvidence]] = defaultdict(list)
    of_sections: dict[int, list[TraitEvidence]] = defaultdict(list)
    live = Q(trait__persona__in=personas, trait__deleted_at=None, section=None)
    live |= Q(section__persona__in=personas, section__deleted_at=None, trait=None)
    for row in TraitEvidence.objects.filter(live, deleted_at=None).order_by("id"):
        if row.trait_id is not None:
            of_fields[row.trait_id].append(row)
        elif row.section_id is not None:
            of_sections[row.section_id].append(row)
    names = channels(personas[0].workspace)
    sections: dict[UUID, list[SheetSection]] = defaultdict(list)
    for section in Section.objects.filter(persona__in=personas, deleted_at=None).order_by("rank", "id"):
        sections[section.persona_id].append(_section(section, names, of_sections))
    return [_sheet(persona, traits[persona.pk], of_fields, sections[persona.pk]) for persona in personas]


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
                    key=TraitField(named).value,
                    label=str(named.label),
                    question=str(QUESTIONS[named]),
                    trait=None,
                    text="",
                    evidence=(),
                )
                for named in FIELDS_OF_GROUP[group]
            ],
        )
        for group in TraitGroup
    ]
    return Sheet(
        persona=Persona(workspace=workspace), groups=groups, segments=(), filled=0, backed=0, empathy=_empathy(())
    )


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def sheets_to_print(workspace: Workspace, wanted: Sequence[str] = ()) -> list[Sheet]:
    """Return the sheets of the personas with these ids, of all when none is named, by name; raises TooManySheets.

    Ids of other workspaces, of deleted personas and what is no id at all count as not there.
    """
    rows = Persona.objects.filter(workspace=workspace, deleted_at=None)
    if wanted:
        rows = rows.filter(pk__in=[pk for pk in map(_as_uuid, wanted) if pk is not None])
    rows = rows.select_related("workspace", "parent").prefetch_related("segments")
    personas = list(rows[: SHEETS_MAX + 1])
    if len(personas) > SHEETS_MAX:
        raise TooManySheets
    return sheets(personas)
