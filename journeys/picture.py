"""The rows that a board is drawn from: those of today, which is the draft, or those of a version as it was published.

A version keeps its document and the ids of the rows that it described (docs/decisions/0030). Its picture is made of
unsaved rows that carry those ids, so that lanes, badges and links work for both. What belongs to the library (personas,
touchpoints, channels) is read as it is today: renaming a touchpoint is no draft of a map.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from cxmap.lib.prepared import Prepared
from journeys.content import KeptContent
from journeys.interchange import Document, document_from, document_of
from journeys.interchange.document import JourneyPart, JourneyRef, serial_of
from journeys.interchange.dump import CARD, EVIDENCE, LANE, STAGE, STEP, with_contents
from journeys.models import Attachment, Card, CurvePoint, Evidence, Journey, Lane, Stage, Step, Version
from personas.models import Persona
from touchpoints.models import Channel, Touchpoint

# What a version says of the map itself. Name, owner, status, review date and relatives are those of today: they say where
# the map stands in the workspace, and every list names it so.
OF_THE_MAP = (
    "kind", "horizon", "scenario", "expectation", "success_measure", "aims", "methods", "column_width", "label_width",
    "level_names",
)  # fmt: skip

Row = TypeVar("Row", bound=Any)


@dataclass(frozen=True, slots=True)
class Picture:
    """Live rows in the order of the map; cards with what they point to."""

    journey: Journey
    stages: Sequence[Stage]
    steps: Sequence[Step]
    lanes: Sequence[Lane]
    cards: Sequence[Card]
    points: Sequence[CurvePoint]
    personas: Sequence[Persona]
    version: Version | None = None
    content: KeptContent | None = None  # None: the draft, whose content is read from its tables
    evidence: Sequence[Evidence] = ()  # of a version


_personas = Prepared(
    lambda journey: Persona.objects.filter(
        journey_links__journey=journey, journey_links__deleted_at=None, deleted_at=None
    ).order_by("journey_links__rank", "id")
)
_stages = Prepared(lambda journey: Stage.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id"))
_steps = Prepared(
    lambda journey: (
        Step.objects.filter(journey=journey, deleted_at=None).select_related("linked_journey").order_by("rank", "id")
    )
)
_lanes = Prepared(
    lambda journey: Lane.objects.filter(journey=journey, deleted_at=None).order_by("-pinned", "rank", "id")
)
_points = Prepared(lambda journey: CurvePoint.objects.filter(journey=journey, deleted_at=None).order_by())
_cards_of_map = Prepared(lambda journey: Card.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id"))
_linked = Prepared(lambda ids: Journey.objects.filter(pk__in=ids).order_by())
_published = Prepared(lambda pk: Version.objects.filter(pk=pk).defer("document", "rows", "note"))
# What few cards point to is read by itself, and only when some do: Django makes every joined row anew for every card, and
# for most cards there is nothing to join.
_personas_by_id = Prepared(lambda ids: Persona.objects.filter(pk__in=ids).order_by())
_related: dict[str, Prepared[Any]] = {
    "touchpoint": Prepared(
        lambda ids: Touchpoint.objects.filter(pk__in=ids).select_related("category", "channel").order_by()
    ),
    "persona": _personas_by_id,
    "other_persona": _personas_by_id,
    "channel": Prepared(lambda ids: Channel.objects.filter(pk__in=ids).order_by()),
    "attachment": Prepared(lambda ids: Attachment.objects.filter(pk__in=ids).order_by()),
    "evidence": Prepared(lambda ids: Evidence.objects.filter(pk__in=ids).order_by()),
}


def personas_of(journey: Journey) -> list[Persona]:
    return _personas(journey=journey.pk)


def with_related(cards: Sequence[Card], *, known: Mapping[str, Mapping[Any, Any]] | None = None) -> Sequence[Card]:
    """Give the cards the rows that they point to, those that are known or else read; at most one query for each kind.

    A card of a version may point to a row that has left its table since: it then points to nothing.
    """
    for name, rows_of in _related.items():
        column = f"{name}_id"
        pointing = [card for card in cards if getattr(card, column) is not None]
        if not pointing:
            continue
        found: Mapping[Any, Any] = (known or {}).get(name) or {
            row.pk: row for row in rows_of(ids={getattr(card, column) for card in pointing})
        }
        relation: Any = Card._meta.get_field(name)
        for card in pointing:
            row = found.get(getattr(card, column))
            if row is None:
                setattr(card, column, None)
            relation.set_cached_value(card, row)
    return cards


def draft_of(journey: Journey) -> Picture:
    """Return the map as it is being worked on."""
    return Picture(
        journey=journey,
        stages=_stages(journey=journey.pk),
        steps=_steps(journey=journey.pk),
        lanes=_lanes(journey=journey.pk),
        cards=with_related(_cards_of_map(journey=journey.pk)),
        points=_points(journey=journey.pk),
        personas=personas_of(journey),
    )


def published_of(journey: Journey) -> Version | None:
    """Return the version that whoever cannot edit sees, without its document; None when nothing was published."""
    if journey.published_version_id is None:
        return None
    return next(iter(_published(pk=journey.published_version_id)), None)


@lru_cache(maxsize=16)
def _read(pk: UUID) -> tuple[Document, dict[str, list[Any]]]:
    """Return what a version holds; versions never change, so it is read and checked once in a process."""
    version = Version.objects.only("document", "rows").get(pk=pk)
    return document_from(version.document), version.rows


def document_in(version: Version) -> Document:
    """Return the document of a version. Raises DocumentInvalid when no part of the product reads it any more."""
    return _read(version.pk)[0]


def document_seen(journey: Journey, version: Version | None, *, files: bool) -> Document:
    """Return the document of what is seen of a map: the draft, or a version, into which its files are put on demand."""
    if version is None:
        return document_of(journey, files=files)
    document = document_in(version)
    return with_contents(document, journey.workspace_id) if files else document


def rows_in(version: Version, key: str) -> list[UUID]:
    """Return the ids of one list of a version's document: "cards", "evidence", "attachments"…"""
    return [UUID(pk) for pk in _read(version.pk)[1].get(key, [])]


def _described(journey: Journey, part: JourneyPart) -> Journey:
    """Return a copy of a map that says of itself what a version says."""
    shown = copy.copy(journey)
    for name in OF_THE_MAP:
        setattr(shown, name, getattr(part, name))
    return shown


def as_published(journeys: Sequence[Journey]) -> list[Journey]:
    """Return maps as their published versions describe them, those without one as they are; one query.

    For lists: nothing of what stands on the maps is read.
    """
    wanted = [journey.published_version_id for journey in journeys if journey.published_version_id]
    parts = dict(Version.objects.filter(pk__in=wanted).values_list("pk", "document__journey").order_by())
    return [
        _described(journey, msgspec.convert(parts[journey.published_version_id], JourneyPart))
        if journey.published_version_id in parts
        else journey
        for journey in journeys
    ]


@dataclass(slots=True)
class _Maker:
    """Makes unsaved rows of the parts of a document."""

    journey: Journey
    document: Document
    rows: Mapping[str, Sequence[Any]]
    made: dict[str, dict[Any, Any]] = field(default_factory=dict)

    def ids(self, key: str) -> list[Any]:
        found = self.rows.get(key, ())
        return list(found) if key == "channels" else [UUID(pk) for pk in found]

    def make(self, model: type[Row], parts: Sequence[Any], key: str, names: Sequence[str], **more: Any) -> list[Row]:
        """Return rows in the order of the parts. `more` are columns: a function of the part gives the value."""
        common: dict[str, Any] = {"workspace_id": self.journey.workspace_id, "journey": self.journey}
        return [
            model(
                pk=pk,
                **common,
                **{name: getattr(part, name) for name in names},
                **{name: value_of(part) for name, value_of in more.items()},
            )
            for pk, part in zip(self.ids(key), parts, strict=True)
        ]


def _by(parts: Sequence[Any], ids: Sequence[Any], name: str) -> dict[Any, Any]:
    return {getattr(part, name): pk for part, pk in zip(parts, ids, strict=True)}


def picture_of(journey: Journey, version: Version) -> Picture:
    """Return the map as a version holds it. Queries do not depend on its size."""
    document, rows = _read(version.pk)
    shown = _described(journey, document.journey)
    maker = _Maker(shown, document, rows)
    step_ids = _by(document.steps, maker.ids("steps"), "id")
    lane_ids = _by(document.lanes, maker.ids("lanes"), "id")
    persona_ids: dict[Any, UUID] = _by(document.personas, maker.ids("personas"), "name")
    touchpoint_ids = _merged(_by(document.touchpoints, maker.ids("touchpoints"), "code"))
    channel_ids = _by(document.channels, maker.ids("channels"), "code")
    attachment_ids = _by(document.attachments, maker.ids("attachments"), "number")
    evidence_ids = _by(document.evidence, maker.ids("evidence"), "number")
    structure: list[Any] = [*document.stages, *document.steps, *document.lanes]
    places = {part.id: number for number, part in enumerate(structure)}
    stages = maker.make(
        Stage, document.stages, "stages", STAGE,
        serial=lambda part: serial_of(part.id), rank=lambda part: places[part.id],
    )  # fmt: skip
    by_id = {part.id: stage for part, stage in zip(document.stages, stages, strict=True)}
    steps = maker.make(
        Step, document.steps, "steps", STEP,
        serial=lambda part: serial_of(part.id), rank=lambda part: places[part.id],
        stage=lambda part: by_id[part.stage], linked_journey_id=lambda part: _linked_id(part.linked_journey),
    )  # fmt: skip
    _link(steps)
    lanes = maker.make(
        Lane, document.lanes, "lanes", LANE,
        serial=lambda part: serial_of(part.id), rank=lambda part: places[part.id],
    )  # fmt: skip
    lanes.sort(key=lambda lane: (not lane.pinned, lane.rank))
    evidence = maker.make(Evidence, document.evidence, "evidence", EVIDENCE)
    numbered = iter(range(len(document.cards)))
    cards = maker.make(
        Card, document.cards, "cards", CARD,
        serial=lambda part: serial_of(part.id) if part.id else 0, rank=lambda _part: next(numbered),
        lane_id=lambda part: lane_ids[part.lane], step_id=lambda part: step_ids[part.step],
        touchpoint_id=lambda part: touchpoint_ids.get(part.touchpoint),
        channel_id=lambda part: channel_ids.get(part.channel),
        persona_id=lambda part: persona_ids.get(part.persona),
        other_persona_id=lambda part: persona_ids.get(part.other_persona),
        evidence_id=lambda part: evidence_ids.get(part.evidence),
        attachment_id=lambda part: attachment_ids.get(part.attachment),
        until_step_id=lambda part: step_ids.get(part.until_step),
        until_lane_id=lambda part: lane_ids.get(part.until_lane),
    )  # fmt: skip
    with_related(cards, known={"evidence": {row.pk: row for row in evidence}})
    points = [
        CurvePoint(
            workspace_id=shown.workspace_id, journey=shown, step_id=step_ids[part.step], layer=part.layer,
            persona_id=persona_ids.get(part.persona), level=Decimal(str(part.level)),
        )
        for part in document.curve
    ]  # fmt: skip
    on_map = [persona_ids[part.name] for part in document.personas if part.on_map]
    found = {row.pk: row for row in _personas_by_id(ids=on_map)} if on_map else {}
    content = KeptContent(
        parts=document.content,
        rows={key: [UUID(pk) for pk in ids] for key, ids in rows.items() if key in document.content},
        steps=step_ids,
    )
    return Picture(
        journey=shown,
        stages=stages,
        steps=steps,
        lanes=lanes,
        cards=cards,
        points=points,
        personas=[found[pk] for pk in on_map if pk in found and found[pk].deleted_at is None],
        version=version,
        content=content,
        evidence=evidence,
    )


def _merged(touchpoints: dict[Any, UUID]) -> dict[Any, UUID]:
    """Return touchpoints as they are called now: one that was merged since is the one that it became; mostly one query."""
    into = dict(_successors(touchpoints.values()))
    while into:
        touchpoints = {code: into.get(pk, pk) for code, pk in touchpoints.items()}
        into = dict(_successors(into.values()))
    return touchpoints


def _successors(ids: Iterable[UUID]) -> list[tuple[UUID, Any]]:
    wanted = list(ids)
    if not wanted:
        return []
    return list(
        Touchpoint.objects.filter(pk__in=wanted).exclude(merged_into=None).values_list("pk", "merged_into").order_by()
    )


def _linked_id(ref: JourneyRef | None) -> UUID | None:
    return UUID(ref.id) if ref and ref.id else None


def _link(steps: Sequence[Step]) -> None:
    """Give the steps the journeys that they link to and that are still there; one query when some do."""
    ids = {step.linked_journey_id for step in steps if step.linked_journey_id}
    found = {row.pk: row for row in _linked(ids=ids)} if ids else {}
    for step in steps:
        if step.linked_journey_id:
            journey = found.get(step.linked_journey_id)
            step.linked_journey = journey


def picture_for(journey: Journey, version: Version | None) -> Picture:
    return draft_of(journey) if version is None else picture_of(journey, version)
