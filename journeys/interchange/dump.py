"""From the tables to the document, in a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from journeys.content import DumpContext, parts
from journeys.interchange import contents
from journeys.interchange.document import (
    FORMAT,
    VERSION,
    AttachmentPart,
    CardPart,
    CategoryPart,
    ChannelPart,
    CurvePart,
    Document,
    EvidencePart,
    JourneyPart,
    JourneyRef,
    LanePart,
    Origin,
    PersonaPart,
    StagePart,
    StepPart,
    TouchpointPart,
    TraitPart,
)
from journeys.models import Attachment, Card, CurvePoint, Evidence, Journey, JourneyPersona, Lane, Stage, Step
from personas.models import Persona, Trait
from touchpoints.models import Category, Channel, Touchpoint

SETTINGS = (
    "name", "kind", "horizon", "status", "scenario", "expectation", "success_measure", "aims", "methods", "owner",
    "review_on", "column_width", "label_width", "level_names", "template",
)  # fmt: skip
STAGE = ("name", "note", "template_key", "hidden")
STEP = ("name", "hidden", "moment_of_truth", "optional", "repeatable", "branch", "path", "width")
LANE = ("kind", "name", "hidden", "pinned", "height")
CARD = ("text", "source", "url", "arrow")
EVIDENCE = ("kind", "title", "asked", "count", "happened_on", "notes", "url")
ATTACHMENT = ("name", "content_type", "digest", "size", "width", "height")
TOUCHPOINT = ("name", "presence", "phase", "owner", "description", "kind", "initiator")
PERSONA = ("name", "tagline", "quote", "summary", "share_percent", "colour")


def _values(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _ref(journey: Journey | None) -> JourneyRef | None:
    return JourneyRef(id=str(journey.pk), name=journey.name) if journey else None


class Library:
    """The touchpoints and channels that a document names, read at the end in one query each."""

    def __init__(self, workspace_id: int) -> None:
        self._touchpoints = {
            row.pk: row for row in Touchpoint.objects.filter(workspace=workspace_id).select_related(None)
        }
        self._channels = {row.pk: row for row in Channel.objects.filter(workspace=workspace_id)}
        self._categories = {row.pk: row for row in Category.objects.filter(workspace=workspace_id)}
        self.used: dict[UUID, str] = {}
        self.used_channels: set[int] = set()

    def touchpoint(self, pk: UUID | None) -> str | None:
        if pk is None:
            return None
        if pk not in self.used:
            row = self._touchpoints[pk]
            self.used[pk] = row.code
            self.used_channels.add(row.channel_id)
        return self.used[pk]

    def channel(self, pk: int | None) -> str | None:
        if pk is None:
            return None
        self.used_channels.add(pk)
        return self._channels[pk].code

    def touchpoint_rows(self) -> list[Touchpoint]:
        return sorted((self._touchpoints[pk] for pk in self.used), key=lambda row: row.code)

    def channel_rows(self) -> list[Channel]:
        return sorted((self._channels[pk] for pk in self.used_channels), key=lambda row: row.code)

    def touchpoint_parts(self) -> list[TouchpointPart]:
        return [
            TouchpointPart(
                code=row.code,
                category=self._categories[row.category_id].code,
                channel=self._channels[row.channel_id].code,
                # An action has none; the document then says the usual one.
                **(_values(row, TOUCHPOINT) | ({"receiver": row.receiver} if row.receiver else {})),
            )
            for row in self.touchpoint_rows()
        ]

    def channel_parts(self) -> list[ChannelPart]:
        names = ("code", "name_fr", "name_en", "icon", "online")
        return [ChannelPart(**_values(row, names)) for row in self.channel_rows()]

    def category_parts(self) -> list[CategoryPart]:
        used = {self._touchpoints[pk].category_id for pk in self.used}
        rows = sorted((self._categories[pk] for pk in used), key=lambda row: row.code)
        return [CategoryPart(**_values(row, ("code", "name_fr", "name_en"))) for row in rows]


def personas_named(workspace_id: int, used: Iterable[UUID]) -> dict[UUID | None, str]:
    """Return the names of personas. One that was deleted only counts when no other has its name."""
    rows = list(Persona.objects.filter(workspace=workspace_id, pk__in=set(used)))
    return {row.pk: row.name for row in rows}


def _personas(journey: Journey, used: set[UUID]) -> dict[UUID, PersonaPart]:
    """Return the personas of a map by the id of their row: one for each name."""
    links = list(
        JourneyPersona.objects.filter(journey=journey, deleted_at=None, persona__deleted_at=None).order_by("rank", "id")
    )
    on_map = {link.persona_id: number for number, link in enumerate(links)}
    rows = list(Persona.objects.filter(pk__in=used | set(on_map)))
    rows.sort(key=lambda row: (on_map.get(row.pk, len(on_map)), row.deleted_at is not None, row.sort_key))
    traits: dict[UUID, list[Trait]] = {}
    for trait in Trait.objects.filter(persona__in=rows, deleted_at=None).exclude(text="").order_by("rank", "id"):
        traits.setdefault(trait.persona_id, []).append(trait)
    found: dict[UUID, PersonaPart] = {}
    seen: set[str] = set()
    for row in rows:
        if row.name in seen:
            continue
        seen.add(row.name)
        found[row.pk] = PersonaPart(
            on_map=row.pk in on_map,
            deleted=row.deleted_at is not None,
            traits=[
                TraitPart(**_values(trait, ("group", "field", "label", "text"))) for trait in traits.get(row.pk, ())
            ],
            **_values(row, PERSONA),
        )
    return found


def attachments_shown(journey: Journey) -> list[Attachment]:
    """Return the files that some card shows, oldest first; others are left over from cards that were deleted."""
    shown = Card.objects.filter(
        journey=journey,
        deleted_at=None,
        lane__deleted_at=None,
        step__deleted_at=None,
        step__stage__deleted_at=None,
        attachment__isnull=False,
    )
    return list(Attachment.objects.filter(pk__in=shown.values("attachment")).order_by("created_at", "id"))


def evidence_of(journey: Journey) -> list[Evidence]:
    """Return the evidence of a map, in the order in which documents number it."""
    return list(Evidence.objects.filter(journey=journey, deleted_at=None).order_by("created_at", "id"))


def _attachment_parts(rows: Sequence[Attachment], *, files: bool) -> list[AttachmentPart]:
    found, held = [], 0
    for number, row in enumerate(rows, 1):
        content = None
        if files and held + row.size <= contents.DOCUMENT_BYTES_MAX:
            raw = contents.content_read(row)
            if raw is not None:
                held += len(raw)
                content = contents.encoded(raw)
        found.append(AttachmentPart(number=number, content=content, **_values(row, ATTACHMENT)))
    return found


def with_contents(document: Document, workspace_id: int) -> Document:
    """Return a document that names its files only with what they hold, as far as it is kept and one document holds it."""
    found, held = [], 0
    for part in document.attachments:
        raw = None
        if held + part.size <= contents.DOCUMENT_BYTES_MAX:
            raw = contents.content_read(Attachment(workspace_id=workspace_id, digest=part.digest))
        held += len(raw or b"")
        found.append(msgspec.structs.replace(part, content=contents.encoded(raw) if raw is not None else None))
    return msgspec.structs.replace(document, attachments=found)


@dataclass(frozen=True, slots=True)
class Dump:
    """A document, and the ids of the rows that it describes: list by list, in the document's order."""

    document: Document
    rows: dict[str, list[Any]]


def document_of(journey: Journey, *, files: bool = True) -> Document:
    """Return everything that stands on a map. Without files, attachments are only named by their digest.

    Observations, states and share links are no part of it. The number of queries does not depend on the map's size.
    """
    return dump_of(journey, files=files).document


def dump_of(journey: Journey, *, files: bool = False) -> Dump:
    """Return the document of a map with the ids of its rows (Version.rows)."""
    journey = Journey.objects.select_related("parent", "as_is").get(pk=journey.pk)
    library = Library(journey.workspace_id)
    stages = list(Stage.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id"))
    place = {stage.pk: number for number, stage in enumerate(stages)}
    steps = [
        step
        for step in Step.objects.filter(journey=journey, deleted_at=None)
        .select_related("linked_journey")
        .order_by("rank", "id")
        if step.stage_id in place
    ]
    steps.sort(key=lambda step: place[step.stage_id])
    lanes = list(Lane.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id"))
    stage_ids = {stage.pk: stage.public_id for stage in stages}
    step_ids = {step.pk: step.public_id for step in steps}
    lane_ids = {lane.pk: lane.public_id for lane in lanes}
    step_place = {pk: number for number, pk in enumerate(step_ids)}
    lane_place = {pk: number for number, pk in enumerate(lane_ids)}
    cards = [
        card
        for card in Card.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id")
        if card.lane_id in lane_ids and card.step_id in step_ids
    ]
    cards.sort(key=lambda card: (lane_place[card.lane_id], step_place[card.step_id]))
    points = [
        point for point in CurvePoint.objects.filter(journey=journey, deleted_at=None) if point.step_id in step_ids
    ]
    people = {card.persona_id for card in cards} | {card.other_persona_id for card in cards}
    people |= {point.persona_id for point in points}
    used = {pk for pk in people if pk is not None}
    names: dict[UUID | None, str] = {None: ""}
    names.update(personas_named(journey.workspace_id, used))
    points.sort(key=lambda point: (point.layer, names[point.persona_id], step_place[point.step_id]))
    evidence = evidence_of(journey)
    evidence_numbers = {row.pk: number for number, row in enumerate(evidence, 1)}
    attachments = attachments_shown(journey)
    attachment_numbers = {row.pk: number for number, row in enumerate(attachments, 1)}
    card_parts = {
        card.pk: CardPart(
            id=card.public_id,
            lane=lane_ids[card.lane_id],
            step=step_ids[card.step_id],
            touchpoint=library.touchpoint(card.touchpoint_id),
            channel=library.channel(card.channel_id),
            persona=names[card.persona_id] or None,
            other_persona=names[card.other_persona_id] or None,
            evidence=evidence_numbers.get(card.evidence_id) if card.evidence_id else None,
            attachment=attachment_numbers.get(card.attachment_id) if card.attachment_id else None,
            until_step=step_ids.get(card.until_step_id) if card.until_step_id else None,
            until_lane=lane_ids.get(card.until_lane_id) if card.until_lane_id else None,
            **_values(card, CARD),
        )
        for card in cards
    }
    card_parts = {pk: part for pk, part in card_parts.items() if not part.is_empty}
    curve: dict[tuple[str, str, str], CurvePart] = {}
    for point in points:
        # Of two personas with one name, of which at most one is not deleted, the first is shown.
        curve.setdefault(
            (step_ids[point.step_id], point.layer, names[point.persona_id]),
            CurvePart(
                step=step_ids[point.step_id],
                layer=point.layer,  # type: ignore[arg-type]
                persona=names[point.persona_id] or None,
                level=float(point.level),
            ),
        )
    context = DumpContext(
        journey=journey, steps=step_ids, touchpoint=library.touchpoint, touchpoint_codes=lambda: library.used
    )
    # The last parts first: what improvements name reaches the part that lists the KPIs of all touchpoints.
    content = {part.key: part.dump(context) for part in reversed(parts())}
    people_parts = _personas(journey, used)
    document = Document(
        format=FORMAT,  # type: ignore[arg-type]
        version=VERSION,  # type: ignore[arg-type]
        origin=Origin(journey=str(journey.pk), revision=journey.board_revision),
        journey=JourneyPart(parent=_ref(journey.parent), as_is=_ref(journey.as_is), **_values(journey, SETTINGS)),
        personas=list(people_parts.values()),
        categories=library.category_parts(),
        channels=library.channel_parts(),
        touchpoints=library.touchpoint_parts(),
        stages=[StagePart(id=stage.public_id, **_values(stage, STAGE)) for stage in stages],
        steps=[
            StepPart(
                id=step.public_id,
                stage=stage_ids[step.stage_id],
                linked_journey=_ref(step.linked_journey),
                **_values(step, STEP),
            )
            for step in steps
        ],
        lanes=[LanePart(id=lane.public_id, **_values(lane, LANE)) for lane in lanes],
        cards=list(card_parts.values()),
        curve=list(curve.values()),
        evidence=[EvidencePart(number=number, **_values(row, EVIDENCE)) for number, row in enumerate(evidence, 1)],
        attachments=_attachment_parts(attachments, files=files),
        content={part.key: content[part.key] for part in parts() if content[part.key]},
    )
    rows: dict[str, Iterable[Any]] = {
        "stages": stage_ids,
        "steps": step_ids,
        "lanes": lane_ids,
        "cards": card_parts,
        "evidence": evidence_numbers,
        "attachments": attachment_numbers,
        "personas": people_parts,
        "channels": [row.pk for row in library.channel_rows()],
        "touchpoints": [row.pk for row in library.touchpoint_rows()],
        **context.rows,
    }
    return Dump(document, {key: [pk if isinstance(pk, int) else str(pk) for pk in ids] for key, ids in rows.items()})
