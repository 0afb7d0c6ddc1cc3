"""The document of a journey: everything that people put on a map, by public identifiers.

Types come first: reading, checking, the published schema (docs/journey.schema.json) and writing all follow from them.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import gettext as _
from msgspec import Meta

from cxmap.lib.errors import CxmapError
from journeys import content

FORMAT = "cxmap-journey"
VERSION = 1
SCHEMA_ID = "urn:cxmap:journey:1"
ERRORS_SHOWN = 50


def _pattern(prefix: str) -> str:
    """Return the one way in which an identifier is written: at least three digits, counted from 1."""
    return rf"^{prefix}-(00[1-9]|0[1-9][0-9]|[1-9][0-9]{{2,8}})$"


Text = Annotated[str, Meta(max_length=30_000)]
Name40 = Annotated[str, Meta(max_length=40)]
Name60 = Annotated[str, Meta(max_length=60)]
Name80 = Annotated[str, Meta(max_length=80)]
Name120 = Annotated[str, Meta(max_length=120)]
Name200 = Annotated[str, Meta(max_length=200)]
Name300 = Annotated[str, Meta(max_length=300)]
Code = Annotated[str, Meta(min_length=1, max_length=60)]
Url = Annotated[str, Meta(max_length=500, pattern=r"^((https?|ftps?)://.*)?$")]
StageId = Annotated[str, Meta(pattern=_pattern("ST"))]
StepId = Annotated[str, Meta(pattern=_pattern("S"))]
LaneId = Annotated[str, Meta(pattern=_pattern("L"))]
CardId = Annotated[str, Meta(pattern=_pattern("C"))]
Number = Annotated[int, Meta(ge=1, le=2_000_000_000)]
Small = Annotated[int, Meta(ge=0, le=30_000)]


class Part(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of all pieces: what is left out has its default, what is not known is an error."""


class JourneyRef(Part, kw_only=True):
    """Another journey: found by id in the same workspace, else by name."""

    id: Annotated[str, Meta(max_length=40)] = ""
    name: Name200


class JourneyPart(Part, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: Literal["customer", "employee", "product"] = "customer"
    horizon: Literal["as_is", "to_be"] = "as_is"
    status: Literal["draft", "in_review", "published"] = "draft"
    scenario: Text = ""
    expectation: Text = ""
    success_measure: Name300 = ""
    aims: list[Literal["resources", "customers", "simplify"]] = []
    methods: list[Literal["workshop", "data", "interviews"]] = []
    owner: Name120 = ""
    review_on: dt.date | None = None
    parent: JourneyRef | None = None
    as_is: JourneyRef | None = None
    column_width: Annotated[int, Meta(ge=40, le=2000)] | None = None
    label_width: Annotated[int, Meta(ge=20, le=2000)] | None = None
    level_names: Annotated[list[Name40], Meta(max_length=5)] = []
    template: Name40 = ""


class TraitPart(Part, kw_only=True):
    group: Literal["demographic", "psychographic", "behavioural", "motivational"]
    field: Annotated[str, Meta(max_length=20)] = ""
    label: Name80 = ""
    text: Text = ""


class PersonaPart(Part, kw_only=True):
    """A persona by name. The details serve to describe one where no persona has that name yet."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    on_map: bool = True
    deleted: bool = False
    tagline: Name200 = ""
    quote: Annotated[str, Meta(max_length=400)] = ""
    summary: Text = ""
    share_percent: Annotated[int, Meta(ge=0, le=100)] | None = None
    colour: Small = 0
    traits: list[TraitPart] = []


class CategoryPart(Part, kw_only=True):
    code: Code
    name_fr: Name120
    name_en: Name120


class ChannelPart(Part, kw_only=True):
    code: Code
    name_fr: Name120
    name_en: Name120
    icon: Name40 = "website"
    online: bool = True


PartyCode = Literal["customer", "company", "partner", "others"]


class TouchpointPart(Part, kw_only=True):
    """A touchpoint of the library: found by code, then by name, else added to it."""

    code: Code
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    category: Code
    channel: Code
    presence: Literal["online", "offline", "both"] = "online"
    phase: Literal["before", "during", "after"] = "during"
    owner: Name120 = ""
    description: Text = ""
    kind: Literal["communication", "action"] = "communication"
    initiator: PartyCode = "customer"
    receiver: PartyCode = "company"  # says nothing of an action


class StagePart(Part, kw_only=True):
    id: StageId
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    note: Name300 = ""
    template_key: Name40 = ""
    hidden: bool = False


class StepPart(Part, kw_only=True):
    id: StepId
    stage: StageId
    name: Annotated[str, Meta(min_length=1, max_length=160)]
    hidden: bool = False
    moment_of_truth: bool = False
    optional: bool = False
    repeatable: bool = False
    branch: Name60 = ""
    path: Name60 = ""
    linked_journey: JourneyRef | None = None
    width: Annotated[int, Meta(ge=140, le=480)] | None = None


class LanePart(Part, kw_only=True):
    id: LaneId
    kind: Annotated[str, Meta(min_length=1, max_length=20)]
    name: Name80 = ""
    hidden: bool = False
    pinned: bool = False
    height: Annotated[int, Meta(ge=72, le=320)] | None = None


class CardPart(Part, kw_only=True):
    """One card. Without an id it is a new one and gets the next free one."""

    id: CardId | None = None
    lane: LaneId
    step: StepId
    text: Text = ""
    touchpoint: Code | None = None
    persona: Name200 | None = None
    source: Name200 = ""
    evidence: Number | None = None
    channel: Code | None = None
    attachment: Number | None = None
    url: Url = ""
    other_persona: Name200 | None = None
    arrow: Annotated[str, Meta(max_length=30)] = ""
    until_step: StepId | None = None
    until_lane: LaneId | None = None

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to see."""
        shown = (self.text, self.url, self.touchpoint, self.channel, self.attachment, self.other_persona, self.arrow)
        return not any(shown)


class CurvePart(Part, kw_only=True):
    """What customers feel at a step, −2 to +2 in halves."""

    step: StepId
    layer: Literal["believed", "to_be"] = "believed"
    persona: Name200 | None = None
    level: Annotated[float, Meta(ge=-2, le=2)]


class EvidencePart(Part, kw_only=True):
    number: Number
    kind: Literal["data", "survey", "interview", "ticket", "workshop"] = "interview"
    title: Annotated[str, Meta(min_length=1, max_length=160)]
    asked: Name200 = ""
    count: Annotated[int, Meta(ge=0, le=2_000_000_000)] | None = None
    happened_on: dt.date | None = None
    notes: Text = ""
    url: Url = ""


class AttachmentPart(Part, kw_only=True):
    """A file of the map. Content is base64; without it the file is looked up by its SHA-256."""

    number: Number
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    content_type: Annotated[str, Meta(max_length=100)]
    digest: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Meta(ge=0, le=2_000_000_000)]
    width: Number | None = None
    height: Number | None = None
    content: Annotated[str, Meta(max_length=40_000_000)] | None = None


class Origin(Part, kw_only=True):
    """Where the document is from; nothing depends on it."""

    journey: Annotated[str, Meta(max_length=40)] = ""
    revision: Annotated[int, Meta(ge=0)] = 0


class Document(Part, kw_only=True):
    """A whole journey."""

    format: Literal["cxmap-journey"]
    version: Literal[1]
    origin: Origin | None = None
    journey: JourneyPart
    personas: list[PersonaPart] = []
    categories: list[CategoryPart] = []
    channels: list[ChannelPart] = []
    touchpoints: list[TouchpointPart] = []
    stages: Annotated[list[StagePart], Meta(min_length=1, max_length=200)]
    steps: Annotated[list[StepPart], Meta(min_length=1, max_length=1000)]
    lanes: Annotated[list[LanePart], Meta(max_length=300)] = []
    cards: Annotated[list[CardPart], Meta(max_length=50_000)] = []
    curve: Annotated[list[CurvePart], Meta(max_length=50_000)] = []
    evidence: Annotated[list[EvidencePart], Meta(max_length=10_000)] = []
    attachments: Annotated[list[AttachmentPart], Meta(max_length=1_000)] = []
    content: dict[str, Any] = {}


class DocumentInvalid(CxmapError):
    """The document breaks its schema or contradicts itself. `fields` maps JSON paths to what is wrong there."""

    code = "document_invalid"
    message = "The document is not a journey as docs/journey.schema.json describes it. Nothing was changed."
    status = 422

    def __init__(self, problems: Mapping[str, str]) -> None:
        path, reason = next(iter(problems.items()))
        super().__init__(f"{path}: {reason}", fields={path: [text] for path, text in problems.items()})


def serial_of(public_id: str) -> int:
    """Return 14 of "S-014"."""
    return int(public_id.rpartition("-")[2])


@cache
def _defaults(kind: type[Part]) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a piece with what they are when left out."""
    return tuple(
        (field.name, field.default_factory() if field.default is msgspec.NODEFAULT and callable(field.default_factory)
         else field.default)
        for field in msgspec.structs.fields(kind)
    )  # fmt: skip


def _compact(value: Any) -> Any:
    """Return JSON values without what is as it would be anyway: the one form of a content."""
    if isinstance(value, Part):
        found = {}
        for name, default in _defaults(type(value)):
            own = getattr(value, name)
            if own != default:
                found[name] = _compact(own)
        return found
    if isinstance(value, list):
        return [_compact(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _compact(entry) for key, entry in value.items()}
    return value.isoformat() if isinstance(value, dt.date) else value


def to_dict(document: Document) -> dict[str, Any]:
    """Return the document as JSON values."""
    return _compact(document)


def to_json(document: Document) -> bytes:
    """Return the document as a file that people can read."""
    return msgspec.json.format(msgspec.json.encode(_compact(document)), indent=2) + b"\n"


def fingerprint(document: Document) -> str:
    """Return twelve digits that change with the content, not with where or when it was written."""
    found = _compact(document)
    found.pop("origin", None)
    for part in found.get("attachments", []):
        part.pop("content", None)
    return hashlib.sha256(msgspec.json.encode(found, order="deterministic")).hexdigest()[:12]


def _unwritable(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the texts that no database takes: a zero character, half a surrogate pair."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            yield path, "This text holds a character that cannot be stored."
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _unwritable(key, f"{path}.{key!r}")
            yield from _unwritable(entry, f"{path}.{key}")
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _unwritable(entry, f"{path}[{number}]")


def _typed(value: Any, kind: Any, path: str) -> Any:
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        text, _at, where = str(error).partition(" - at `")
        where = where.rstrip("`") or "$"
        raise DocumentInvalid({path + where.removeprefix("$"): text}) from error


def document_from(data: Any) -> Document:
    """Read a document from JSON values. Raises DocumentInvalid, which names the JSON path of what is wrong."""
    problems = dict(_first(_unwritable(data, "$")))
    if problems:
        raise DocumentInvalid(problems)
    document = _typed(data, Document, "$")
    known = {part.key: part for part in content.parts()}
    for key in document.content:
        if key not in known:
            raise DocumentInvalid({f"$.content.{key}": "No installed part of the product knows this content."})
    typed = {
        key: _typed(document.content[key], part.type, f"$.content.{key}")
        for key, part in known.items()
        if key in document.content
    }
    document = msgspec.structs.replace(document, content=typed)
    problems = dict(_first(_contradictions(document)))
    if problems:
        raise DocumentInvalid(problems)
    return document


def document_read(raw: bytes) -> Document:
    """Read a document from a file. Raises DocumentInvalid."""
    try:
        data = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentInvalid({"$": f"This is no JSON: {error}"}) from error
    return document_from(data)


def _first(problems: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for number, problem in enumerate(problems):
        if number == ERRORS_SHOWN:
            return
        yield problem


def _repeated(path: str, ids: list[Any]) -> Iterator[tuple[str, str]]:
    seen = set()
    for number, key in enumerate(ids):
        if key in seen:
            yield f"{path}[{number}]", "This identifier stands twice."
        seen.add(key)


def _contradictions(document: Document) -> Iterator[tuple[str, str]]:
    """Yield what no schema can say: identifiers that stand twice or lead nowhere."""
    stages = {part.id for part in document.stages}
    steps = {part.id for part in document.steps}
    lanes = {part.id for part in document.lanes}
    personas = {part.name for part in document.personas}
    touchpoints = {part.code for part in document.touchpoints}
    for name in ("stages", "steps", "lanes"):
        yield from _repeated(f"$.{name}", [part.id for part in getattr(document, name)])
    for name in ("touchpoints", "channels", "categories"):
        yield from _repeated(f"$.{name}", [part.code for part in getattr(document, name)])
    for name in ("evidence", "attachments"):
        yield from _repeated(f"$.{name}", [part.number for part in getattr(document, name)])
    yield from _repeated("$.personas", [part.name for part in document.personas])
    yield from _repeated("$.curve", [(part.step, part.layer, part.persona) for part in document.curve])
    yield from _repeated("$.cards", [part.id or number for number, part in enumerate(document.cards)])
    yield from _lost("$.touchpoints", document.touchpoints, "channel", {part.code for part in document.channels})
    yield from _lost("$.touchpoints", document.touchpoints, "category", {part.code for part in document.categories})
    yield from _lost("$.steps", document.steps, "stage", stages)
    for name, known in (
        ("lane", lanes),
        ("step", steps),
        ("until_step", steps),
        ("until_lane", lanes),
        ("persona", personas),
        ("other_persona", personas),
        ("touchpoint", touchpoints),
        ("channel", {part.code for part in document.channels}),
        ("evidence", {part.number for part in document.evidence}),
        ("attachment", {part.number for part in document.attachments}),
    ):
        yield from _lost("$.cards", document.cards, name, known)
    for number, card in enumerate(document.cards):
        if card.is_empty:
            yield f"$.cards[{number}]", "This card shows nothing: no text, touchpoint, channel, file, link or persona."
    yield from _lost("$.curve", document.curve, "step", steps)
    yield from _lost("$.curve", document.curve, "persona", personas)
    for number, point in enumerate(document.curve):
        if point.level * 2 != int(point.level * 2):
            yield f"$.curve[{number}].level", "Levels go in halves."
    for part in content.parts():
        if part.check and part.key in document.content:
            for path, reason in part.check(document.content[part.key], steps, touchpoints):
                yield f"$.content.{part.key}{path}", reason


def _lost(path: str, rows: list[Any], name: str, known: set[Any]) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(rows):
        value = getattr(row, name)
        if value is not None and value not in known:
            yield f"{path}[{number}].{name}", f"“{value}” is not in this document."


def journey_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that docs/journey.schema.json publishes."""
    known = content.parts()
    (reference, *parts), components = msgspec.json.schema_components(
        [Document, *(part.type for part in known)], ref_template="#/$defs/{name}"
    )
    components["Document"]["properties"]["content"] = {
        "type": "object",
        "properties": {part.key: schema for part, schema in zip(known, parts, strict=True)},
        "additionalProperties": False,
        "default": {},
        "description": "What other parts of the product keep on the map.",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "A customer journey of cxmap",
        "description": "Version 1. Identifiers lead nowhere outside the document; see docs/files.md.",
        **reference,
        "$defs": dict(sorted(components.items())),
    }


def refused(problem: DocumentInvalid) -> str:
    """Return the first problems in one sentence, for a page."""
    lines = [f"{path}: {reasons[0]}" for path, reasons in problem.fields.items()]
    return _("This file is not a journey: %(problems)s") % {"problems": " · ".join(lines[:5])}
