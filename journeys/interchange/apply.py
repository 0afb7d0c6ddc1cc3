"""From the document to the tables: a new journey, or another state of one, in one transaction and one gesture."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.history.services import Recording, history_record
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import User, Workspace
from journeys.content import LoadContext, parts
from journeys.family import is_within
from journeys.interchange import contents
from journeys.interchange.document import AttachmentPart, Document, EvidencePart, JourneyRef, serial_of
from journeys.interchange.dump import (
    CARD,
    EVIDENCE,
    LANE,
    SETTINGS,
    STAGE,
    STEP,
    attachments_shown,
    evidence_of,
)
from journeys.interchange.library import Shelf
from journeys.interchange.matching import matched
from journeys.lanes import kind_of
from journeys.models import (
    Attachment,
    Card,
    CurvePoint,
    Evidence,
    Journey,
    JourneyPersona,
    Lane,
    MapRow,
    NumberedRow,
    Stage,
    Step,
)
from journeys.services.board import edit

Row = TypeVar("Row", bound=NumberedRow)
RANK = 1024.0
BATCH = 500


@dataclass(slots=True)
class Written:
    """What became of a document: the journey, and what could not be taken over or was added besides."""

    journey: Journey
    notes: list[str] = field(default_factory=list)


@transaction.atomic
def journey_import(*, workspace: Workspace, document: Document, actor: User | None) -> Written:
    """Make a new journey of a document. Missing personas, channels and touchpoints are added to the workspace."""
    journey = Journey.objects.create(workspace=workspace, name=document.journey.name)
    written = Written(journey)
    _Writer(journey, document, actor, Recording(), written.notes, library="add").write()
    Journey.objects.filter(pk=journey.pk).update(revision=1, board_revision=1)
    history_record(actor=actor, action="journey.imported", target=journey, scope=journey, name=journey.name)
    journey.refresh_from_db()
    return written


def document_apply(
    *,
    journey: Journey,
    document: Document,
    actor: User | None,
    expected_board_revision: int | None = None,
    action: str = "journey.replaced",
    library: str = "set",
    **summary: Any,
) -> Written:
    """Make a journey be what the document says; one gesture for undo.

    Rows are matched by their public ids; what the document lacks leaves the map. With library="keep" personas and
    touchpoints are still added when they are missing, but the KPIs of the library stay as they are.
    Raises StaleRevision when the map moved on from expected_board_revision.
    """
    written = Written(journey)
    with edit(journey, actor=actor, action=action, gesture=uuid4(), name=document.journey.name, **summary) as record:
        current = Journey.objects.get(pk=journey.pk)
        if expected_board_revision is not None and current.board_revision != expected_board_revision:
            raise StaleRevision(current=current)
        _Writer(current, document, actor, record, written.notes, library=library).write()
    journey.refresh_from_db()
    return written


class _Writer:
    """Writes one document onto one journey whose row is locked."""

    def __init__(
        self,
        journey: Journey,
        document: Document,
        actor: User | None,
        record: Recording,
        notes: list[str],
        *,
        library: str,
    ) -> None:
        self.journey, self.document, self.actor, self.record = journey, document, actor, record
        self.note = notes.append
        self.library = library
        self.common = {"workspace_id": journey.workspace_id, "journey": journey}
        self.now = timezone.now()

    def write(self) -> None:
        document = self.document
        self.shelf = Shelf(self.journey.workspace, document, self.actor, self.note)
        self.refs = self._journeys()
        self._settings()
        self._personas()
        stages = self._sync(Stage, [(part.id, _fields(part, STAGE)) for part in document.stages], group=lambda _f: None)
        self.steps = self._sync(
            Step,
            [
                (
                    part.id,
                    {
                        **_fields(part, STEP),
                        "stage_id": stages[part.stage].pk,
                        "linked_journey_id": self._ref(part.linked_journey),
                    },
                )
                for part in document.steps
            ],
            group=lambda fields: fields["stage_id"],
        )
        self._check_lanes()
        lanes = self._sync(Lane, [(part.id, _fields(part, LANE)) for part in self.lanes], group=lambda _f: None)
        evidence = self._evidence()
        attachments = self._attachments()
        self._cards(lanes, evidence, attachments)
        self._curve()
        context = LoadContext(
            journey=self.journey,
            actor=self.actor,
            record=self.record,
            steps=self.steps,
            touchpoints=self.shelf.touchpoints,
            note=self.note,
            library=self.library,
        )
        for part in parts():
            part.load(context, document.content.get(part.key) or [])

    # Settings and personas

    def _journeys(self) -> dict[tuple[str, str], UUID]:
        """Find the journeys that the document points to: by id, else by a name that only one has."""
        document = self.document
        refs = [ref for ref in (document.journey.parent, document.journey.as_is) if ref]
        refs += [part.linked_journey for part in document.steps if part.linked_journey]
        found: dict[tuple[str, str], UUID] = {}
        if not refs:
            return found
        ids = {UUID(ref.id) for ref in refs if _is_uuid(ref.id)}
        rows = Journey.objects.filter(
            Q(pk__in=ids) | Q(name__in={ref.name for ref in refs}, deleted_at=None),
            workspace=self.journey.workspace_id,
        ).only("pk", "name")
        by_id = {str(row.pk): row.pk for row in rows}
        by_name: dict[str, list[UUID]] = {}
        for row in rows:
            by_name.setdefault(row.name, []).append(row.pk)
        for ref in refs:
            same = by_name.get(ref.name, [])
            pk = by_id.get(ref.id.lower()) or (same[0] if len(same) == 1 else None)
            if pk is not None:
                found[ref.id, ref.name] = pk
            else:
                self.note(_("The journey “%(name)s”, to which this one points, is not here.") % {"name": ref.name})
        return found

    def _ref(self, ref: JourneyRef | None) -> UUID | None:
        return self.refs.get((ref.id, ref.name)) if ref else None

    def _settings(self) -> None:
        part = self.document.journey
        # What is published is decided here, not by a file or an old version: the status stays.
        values = {name: getattr(part, name) for name in SETTINGS if name != "status"}
        values["parent_id"] = self._parent(self._ref(part.parent))
        as_is = self._ref(part.as_is)
        values["as_is_id"] = as_is if as_is != self.journey.pk else None
        values["no_persona_yet"] = not any(persona.on_map for persona in self.document.personas)
        changed = [name for name, value in values.items() if getattr(self.journey, name) != value]
        if not changed:
            return
        self.record.watch(self.journey)
        for name in changed:
            setattr(self.journey, name, values[name])
        self.journey.revision += 1
        fields = [name.removesuffix("_id") if name in {"parent_id", "as_is_id"} else name for name in changed]
        self.journey.save(update_fields=[*fields, "revision", "updated_at"])

    def _parent(self, pk: UUID | None) -> UUID | None:
        """Return the parent, unless the journey would become a part of itself."""
        if not is_within(self.journey.pk, pk):
            return pk
        self.note(_("A journey cannot be a part of itself: it stands on its own now."))
        return None

    def _personas(self) -> None:
        links = {link.persona_id: link for link in JourneyPersona.objects.filter(journey=self.journey)}
        wanted: dict[UUID, float] = {}
        for part in self.document.personas:
            row = self.shelf.personas.get(part.name)
            if part.on_map and row is not None and row.deleted_at is None:
                wanted.setdefault(row.pk, float(len(wanted)))
        made = []
        for persona_id, rank in wanted.items():
            link = links.get(persona_id)
            if link is None:
                made.append(
                    JourneyPersona(
                        workspace_id=self.journey.workspace_id, journey=self.journey, persona_id=persona_id, rank=rank
                    )
                )
            elif link.deleted_at is not None or link.rank != rank:
                self.record.watch(link)
                link.deleted_at, link.rank = None, rank
                link.save(update_fields=["deleted_at", "rank"])
        for persona_id, link in links.items():
            # A deleted persona is not in the document; its link waits for it to be restored.
            if persona_id not in wanted and link.deleted_at is None and link.persona.deleted_at is None:
                self.record.watch(link)
                link.deleted_at = self.now
                link.save(update_fields=["deleted_at"])
        JourneyPersona.objects.bulk_create(made)
        self.record.created(*made)

    # Rows with public ids

    def _sync(self, model: type[Row], wanted: Sequence[tuple[str, dict[str, Any]]], *, group: Any) -> dict[str, Row]:
        """Make the rows of one table be the wanted ones, in their order within each group; return them by public id."""
        rows: dict[int, Row] = {row.serial: row for row in model._default_manager.filter(**{"journey": self.journey})}
        ranks = _ranks([(group(fields), rows.get(serial_of(key))) for key, fields in wanted])
        found: dict[str, Row] = {}
        made: list[Row] = []
        changed: dict[str, list[Row]] = {}
        for (key, fields), rank in zip(wanted, ranks, strict=True):
            row = rows.pop(serial_of(key), None)
            values = {**fields, "rank": rank, "deleted_at": None}
            if row is None:
                row = model(serial=serial_of(key), **self.common, **values)
                made.append(row)
            else:
                self._change(row, values, changed)
            found[key] = row
        self._remove([row for row in rows.values() if row.deleted_at is None], changed)
        model._default_manager.bulk_create(made, batch_size=BATCH)
        self.record.created(*made)
        self._save(model, changed)
        return found

    def _change(self, row: Any, values: Mapping[str, Any], changed: dict[str, list[Any]]) -> None:
        names = [name for name, value in values.items() if getattr(row, name) != value]
        if not names:
            return
        self.record.watch(row)
        for name in names:
            setattr(row, name, values[name])
            changed.setdefault(name, []).append(row)

    def _remove(self, rows: Iterable[Any], changed: dict[str, list[Any]]) -> None:
        for row in rows:
            self._change(row, {"deleted_at": self.now}, changed)

    def _save(self, model: type[Any], changed: dict[str, list[Any]]) -> None:
        """Write only the changed columns: what other people's columns hold by now stays."""
        rows = {row.pk: row for entries in changed.values() for row in entries}
        if not rows:
            return
        for row in rows.values():
            row.revision += 1
            row.updated_at = self.now
        fields = [*changed, "revision", "updated_at"]
        model._default_manager.bulk_update(rows.values(), fields, batch_size=BATCH)

    def _check_lanes(self) -> None:
        """Leave out the second lane of a kind that stands once on a map."""
        seen: set[str] = set()
        lanes = []
        for part in self.document.lanes:
            if kind_of(part.kind).single and part.kind in seen:
                self.note(
                    _("A map has one lane “%(name)s”: the second one was left out.")
                    % {"name": kind_of(part.kind).label}
                )
                continue
            seen.add(part.kind)
            lanes.append(part)
        self.lanes = lanes

    # Evidence and files, by their numbers in the document

    def _evidence(self) -> dict[int, Evidence]:
        def content(row: Evidence | EvidencePart) -> tuple[Any, ...]:
            return tuple(getattr(row, name) for name in EVIDENCE)

        old = list(enumerate(evidence_of(self.journey), 1))
        pairs, left = matched(
            old,
            self.document.evidence,
            (lambda entry: content(entry[1]), content),
            (lambda entry: (entry[1].kind, entry[1].title), lambda part: (part.kind, part.title)),
            (lambda entry: entry[0], lambda part: part.number),
        )
        found: dict[int, Evidence] = {}
        made: list[Evidence] = []
        changed: dict[str, list[Evidence]] = {}
        for part, entry in pairs:
            values = {name: getattr(part, name) for name in EVIDENCE}
            if entry is None:
                found[part.number] = Evidence(**self.common, **values)
                made.append(found[part.number])
            else:
                found[part.number] = entry[1]
                self._change(entry[1], values, changed)
        self._remove([row for _number, row in left], changed)
        Evidence.objects.bulk_create(made)
        _in_order(Evidence, made)
        self.record.created(*made)
        self._save(Evidence, changed)
        return found

    def _attachments(self) -> dict[int, Attachment]:
        """Find or keep the files. They have no deleted_at: what no card shows is not on the map."""
        shown = attachments_shown(self.journey)
        known = list({row.pk: row for row in [*shown, *self.journey.attachments.all()]}.values())
        pairs, _left = matched(
            known,
            self.document.attachments,
            (lambda row: (row.digest, row.name), lambda part: (part.digest, part.name)),
        )
        found: dict[int, Attachment] = {}
        made = []
        for part, row in pairs:
            kept = row or self._attachment_new(part)
            if kept is None:
                self.note(_("The file “%(name)s” is not in the document and not here.") % {"name": part.name})
                continue
            if row is None:
                made.append(kept)
            found[part.number] = kept
        Attachment.objects.bulk_create(made)
        _in_order(Attachment, made)
        return found

    def _attachment_new(self, part: AttachmentPart) -> Attachment | None:
        workspace_id = self.journey.workspace_id
        values: dict[str, Any] = {"name": part.name, "content_type": part.content_type}
        if contents.content_known(workspace_id, part.digest):
            same = Attachment.objects.filter(workspace=workspace_id, digest=part.digest).first()
            if same is not None:
                fields = ("content_type", "digest", "size", "width", "height")
                return Attachment(journey=self.journey, workspace_id=workspace_id, name=part.name,
                                  **{name: getattr(same, name) for name in fields})  # fmt: skip
        raw = contents.decoded(part.content) if part.content is not None else None
        if raw is None:
            return None
        image = contents.image_checked(raw, part.content_type)
        if image is not None:
            raw, values["width"], values["height"] = image
        elif part.content_type not in contents.DOCUMENT_TYPES or part.content_type in contents.IMAGE_FORMATS:
            values["content_type"] = "application/octet-stream"
        digest = contents.content_keep(workspace_id, raw)
        return Attachment(journey=self.journey, workspace_id=workspace_id, digest=digest, size=len(raw), **values)

    # Cards and curve

    def _cards(
        self, lanes: Mapping[str, Lane], evidence: Mapping[int, Evidence], attachments: Mapping[int, Attachment]
    ) -> None:
        personas, shelf = self.shelf.personas, self.shelf
        wanted: list[tuple[str, dict[str, Any]]] = []
        taken = [serial_of(part.id) for part in self.document.cards if part.id]
        last = max([*taken, *Card.objects.filter(journey=self.journey).values_list("serial", flat=True)], default=0)
        for part in self.document.cards:
            if part.lane not in lanes:
                continue
            values = {
                **_fields(part, CARD),
                "lane_id": lanes[part.lane].pk,
                "step_id": self.steps[part.step].pk,
                "touchpoint_id": _pk(shelf.touchpoints, part.touchpoint),
                "channel_id": _pk(shelf.channels, part.channel),
                "persona_id": _pk(personas, part.persona),
                "other_persona_id": _pk(personas, part.other_persona),
                "evidence_id": _pk(evidence, part.evidence),
                "attachment_id": _pk(attachments, part.attachment),
                "until_step_id": _pk(self.steps, part.until_step),
                "until_lane_id": _pk(lanes, part.until_lane),
            }
            empty = not any(
                values[name]
                for name in ("text", "url", "touchpoint_id", "channel_id", "attachment_id", "other_persona_id", "arrow")
            )
            if empty:
                # Its only content was a file or persona that is not here; the note above says which.
                continue
            if part.id is None:
                last += 1
            wanted.append((part.id or f"C-{last:03d}", values))
        self._sync(Card, wanted, group=lambda fields: (fields["lane_id"], fields["step_id"]))

    def _curve(self) -> None:
        old = {
            (point.step_id, point.layer, point.persona_id): point
            for point in CurvePoint.objects.filter(journey=self.journey, deleted_at=None)
        }
        made: list[CurvePoint] = []
        changed: dict[str, list[CurvePoint]] = {}
        seen = set()
        for part in self.document.curve:
            persona = self.shelf.personas.get(part.persona) if part.persona else None
            if part.persona and persona is None:
                continue
            key = (self.steps[part.step].pk, part.layer, persona.pk if persona else None)
            if key in seen:
                continue
            seen.add(key)
            level = Decimal(str(part.level)).quantize(Decimal("0.1"))
            point = old.pop(key, None)
            if point is None:
                made.append(CurvePoint(**self.common, step_id=key[0], layer=key[1], persona_id=key[2], level=level))
            else:
                self._change(point, {"level": level}, changed)
        self._remove(old.values(), changed)
        self._save(CurvePoint, changed)
        CurvePoint.objects.bulk_create(made, batch_size=BATCH)
        self.record.created(*made)


def _fields(part: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(part, name) for name in names}


def _pk(rows: Mapping[Any, Any], key: Any) -> Any:
    row = rows.get(key) if key is not None else None
    return row.pk if row is not None else None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _ranks(entries: Sequence[tuple[Any, Any]]) -> list[float]:
    """Return ranks for rows in their wanted order: the present ones where they already sort so, else new ones."""
    groups: dict[Any, list[int]] = {}
    for number, (group, _row) in enumerate(entries):
        groups.setdefault(group, []).append(number)
    found = [0.0] * len(entries)
    for numbers in groups.values():
        rows = [entries[number][1] for number in numbers]
        sort = [(row.rank, row.pk) for row in rows if row is not None]
        kept = len(sort) == len(rows) and all(a < b for a, b in pairwise(sort))
        for place, (number, row) in enumerate(zip(numbers, rows, strict=True), 1):
            found[number] = row.rank if kept and row is not None else place * RANK
    return found


def _in_order(model: type[MapRow] | type[Attachment], rows: Sequence[Any]) -> None:
    """Make new rows sort by created_at as they stand: rows of one transaction may share a microsecond."""
    if len(rows) < 2:
        return
    first = rows[0].created_at
    for number, row in enumerate(rows):
        row.created_at = first + timedelta(microseconds=number)
    model._default_manager.bulk_update(rows, ["created_at"])
