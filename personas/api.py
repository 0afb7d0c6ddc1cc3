"""personas/ and segments/ in the API."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from cxmap.api_fields import CodeOfWorkspace, IdOfWorkspace, expected_revision
from cxmap.workspaces.models import User, Workspace
from personas import services
from personas.channels import channels
from personas.errors import CircleOfPersonas, RuleRefused, SectionRefused
from personas.models import (
    OWN_SECTION_KINDS,
    EvidenceKind,
    Market,
    Persona,
    PersonaSector,
    Portrait,
    Quadrant,
    Relation,
    SectionKind,
    Segment,
    Status,
    TraitEvidence,
    TraitField,
    TraitGroup,
)
from personas.portraits import VARIANTS
from personas.privacy import Hint, sheet_hints
from personas.rules import rule_checked
from personas.sections import cleaned
from personas.selectors import Sheet, SheetField, SheetSection, sheet, sheets
from personas.services import OwnField, SectionEntry
from personas.services.sheets import parent_checked


class SegmentOut(serializers.ModelSerializer[Segment]):
    """A value that observations carry."""

    class Meta:
        model = Segment
        fields = ["id", "code", "name", "created_at"]
        read_only_fields = fields


class SegmentIn(serializers.Serializer[Any]):
    code = serializers.SlugField(max_length=60)
    name = serializers.CharField(max_length=200)

    def validate_code(self, code: str) -> str:
        """The code is unique in the workspace."""
        same = Segment.objects.filter(workspace=self.context["view"].workspace(), code=code)
        if self.instance is not None:
            same = same.exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError("Another segment has this code.")
        return code


class SegmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """Segments of customers."""

    queryset = Segment.objects.all()
    serializer_class = SegmentOut
    filterset_fields = ["code"]

    @extend_schema(request=SegmentIn, responses={201: SegmentOut})
    def create(self, request: Request) -> Response:
        given = SegmentIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        segment = services.segment_create(workspace=self.workspace(), actor=self.actor(), **given.validated_data)
        return Response(SegmentOut(segment).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SegmentIn, responses=SegmentOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        segment = self.get_object()
        given = SegmentIn(segment, data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        segment = services.segment_update(segment=segment, actor=self.actor(), **given.validated_data)
        return Response(SegmentOut(segment).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        services.segment_delete(segment=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)


class EvidenceOut(serializers.ModelSerializer[TraitEvidence]):
    """What a field rests on."""

    kind = serializers.ChoiceField(choices=EvidenceKind.choices, read_only=True)

    class Meta:
        model = TraitEvidence
        fields = ["kind", "title", "link", "gathered_on", "n"]
        read_only_fields = fields


class TraitOut(serializers.Serializer[SheetField]):
    """One field of a persona: one of the ten of the guide, or one of the team's own (field empty, label set)."""

    group = serializers.ChoiceField(choices=TraitGroup.choices, read_only=True)
    field = serializers.ChoiceField(choices=[*TraitField.choices, ("", "own")], read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    text = serializers.CharField(read_only=True)
    evidence = EvidenceOut(many=True, read_only=True)


class SectionOut(serializers.Serializer[SheetSection]):
    """A section of the team's own. The shape of `content` follows `kind`: a `text`, or `items` (lines or rows)."""

    id = serializers.IntegerField(source="section.pk", read_only=True)
    kind = serializers.ChoiceField(choices=OWN_SECTION_KINDS, read_only=True)
    title = serializers.CharField(read_only=True)
    content = serializers.JSONField(source="section.content", read_only=True)
    evidence = EvidenceOut(many=True, read_only=True)


class QuadrantOut(serializers.Serializer[SheetSection]):
    """One part of the empathy map."""

    quadrant = serializers.ChoiceField(source="key", choices=Quadrant.choices, read_only=True)
    items = serializers.ListField(child=serializers.CharField(), read_only=True)
    evidence = EvidenceOut(many=True, read_only=True)


class HintOut(serializers.Serializer[Hint]):
    """Something that looks like personal data. Nothing was refused for it."""

    field = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    seen = serializers.CharField(read_only=True)
    advice = serializers.CharField(read_only=True)


class PersonaOut(serializers.ModelSerializer[Persona]):
    """A whole sheet. `evidence_share` is the share (0 to 1) of the statements with evidence; null without any.

    `changed_at` is set when a validated sheet was changed since; `review_due` from its review date on.
    """

    sector = serializers.ChoiceField(choices=[*PersonaSector.choices, ("", "")], read_only=True)
    market = serializers.ChoiceField(choices=[*Market.choices, ("", "")], read_only=True)
    relation = serializers.ChoiceField(choices=[*Relation.choices, ("", "")], read_only=True)
    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    dimensions = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), read_only=True)
    portrait = serializers.ChoiceField(choices=Portrait.choices, read_only=True)
    parent = serializers.PrimaryKeyRelatedField[Persona](read_only=True)  # type: ignore[assignment]
    review_due = serializers.BooleanField(read_only=True)
    segments = serializers.SerializerMethodField()
    traits = serializers.SerializerMethodField()
    sections = serializers.SerializerMethodField()
    empathy = serializers.SerializerMethodField()
    hints = serializers.SerializerMethodField()
    evidence_share = serializers.SerializerMethodField()

    class Meta:
        model = Persona
        fields = [
            "id", "name", "tagline", "quote", "summary", "share_percent", "colour", "sector", "market", "relation",
            "parent", "status", "validated_at", "review_on", "review_due", "changed_at", "portrait", "portrait_variant",
            "segments", "dimensions", "traits", "sections", "empathy", "hints", "evidence_share", "revision", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def _sheet(self, persona: Persona) -> Sheet:
        found: Sheet = self.context["sheets"][persona.pk]
        return found

    def get_segments(self, persona: Persona) -> list[str]:
        """Codes of the segments that the persona stands for."""
        return [segment.code for segment in self._sheet(persona).segments]

    @extend_schema_field(TraitOut(many=True))
    def get_traits(self, persona: Persona) -> list[dict[str, Any]]:
        return [
            {
                "group": group.key,
                "field": field.trait.field if field.trait else field.key,
                "label": field.label,
                "text": field.text,
                "evidence": EvidenceOut(field.evidence, many=True).data,
            }
            for group in self._sheet(persona).groups
            for field in group.fields
        ]

    @extend_schema_field(SectionOut(many=True))
    def get_sections(self, persona: Persona) -> Any:
        return [SectionOut(section).data for section in self._sheet(persona).sections]

    @extend_schema_field(QuadrantOut(many=True))
    def get_empathy(self, persona: Persona) -> Any:
        return [QuadrantOut(section).data for section in self._sheet(persona).empathy]

    @extend_schema_field(HintOut(many=True))
    def get_hints(self, persona: Persona) -> Any:
        """What looks like personal data."""
        return [HintOut(hint).data for hint in sheet_hints(self._sheet(persona))]

    def get_evidence_share(self, persona: Persona) -> float | None:
        return self._sheet(persona).evidence_share


class EvidenceIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=EvidenceKind.choices)
    title = serializers.CharField(max_length=200)
    link = serializers.URLField(max_length=200, required=False, allow_blank=True)
    gathered_on = serializers.DateField(required=False, allow_null=True)
    n = serializers.IntegerField(min_value=1, max_value=2_000_000_000, required=False, allow_null=True)


class TraitIn(serializers.Serializer[Any]):
    """A field to set: `field` for one of the ten, else `group` and `label` for one of the team's own.

    `evidence`, when given, becomes exactly this list. `remove` takes an own field away.
    """

    field = serializers.ChoiceField(choices=TraitField.choices, required=False)
    group = serializers.ChoiceField(choices=TraitGroup.choices, required=False)
    label = serializers.CharField(max_length=80, required=False)  # type: ignore[assignment]
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    evidence = EvidenceIn(many=True, required=False)
    remove = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either a field of the ten or a group with a label."""
        if not attrs.get("field") and not (attrs.get("group") and attrs.get("label")):
            raise ValidationError("Name one of the ten fields, or group and label of an own one.")
        if attrs.get("field") and attrs.get("remove"):
            raise ValidationError("The ten fields stay: send an empty text instead.")
        return attrs


class SectionIn(serializers.Serializer[Any]):
    """A section to write: a new one, or an existing one by its `id`, which keeps its kind. `remove` takes it away.

    The sections sent stand in the order sent, those left out after them. Content by kind: `text`: `{"text": "…"}`;
    `list`, `tags`, `brands`, `questions`: `{"items": ["…"]}`; `sliders`: `{"items": [{"left", "right", "value"}]}`;
    `bars`: `{"items": [{"label", "value"}]}`; `channels`: `{"items": [{"channel": code, "value" or null}]}`;
    `jobs`: `{"items": [{"when", "want", "so"}]}`. Values are whole numbers from 0 to 100.
    `evidence`, when given, becomes exactly this list.
    """

    id = serializers.IntegerField(required=False)
    kind = serializers.ChoiceField(choices=OWN_SECTION_KINDS, required=False)
    title = serializers.CharField(max_length=80, required=False)
    content = serializers.JSONField(required=False)
    evidence = EvidenceIn(many=True, required=False)
    remove = serializers.BooleanField(required=False, default=False)


class QuadrantIn(serializers.Serializer[Any]):
    """One part of the empathy map to write; `evidence`, when given, becomes exactly this list."""

    quadrant = serializers.ChoiceField(choices=Quadrant.choices)
    items = serializers.ListField(child=serializers.CharField(max_length=300), required=False, max_length=30)
    evidence = EvidenceIn(many=True, required=False)


class PersonaIn(serializers.Serializer[Any]):
    """What can be set on a sheet; fields that are left out stay as they are."""

    name = serializers.CharField(max_length=200)
    tagline = serializers.CharField(max_length=200, required=False, allow_blank=True)
    quote = serializers.CharField(max_length=400, required=False, allow_blank=True)
    summary = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    share_percent = serializers.IntegerField(min_value=0, max_value=100, required=False, allow_null=True)
    colour = serializers.IntegerField(min_value=0, max_value=4, required=False)
    segments = CodeOfWorkspace(queryset=Segment.objects.all(), many=True, required=False)
    dimensions = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Whose measures are this persona's, beside the segments: dimension → values. One value in each is needed.",
    )
    traits = TraitIn(many=True, required=False)
    sector = serializers.ChoiceField(choices=PersonaSector.choices, required=False, allow_blank=True)
    market = serializers.ChoiceField(choices=Market.choices, required=False, allow_blank=True)
    relation = serializers.ChoiceField(choices=Relation.choices, required=False, allow_blank=True)
    parent = IdOfWorkspace(  # type: ignore[assignment]
        queryset=Persona.objects.filter(deleted_at=None), required=False, allow_null=True
    )
    portrait = serializers.ChoiceField(choices=Portrait.choices, required=False)
    portrait_variant = serializers.IntegerField(min_value=0, max_value=VARIANTS - 1, required=False)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    review_on = serializers.DateField(required=False, help_text="With the status `validated`: a day after today.")
    sections = SectionIn(many=True, required=False)
    empathy = QuadrantIn(many=True, required=False)

    def validate_dimensions(self, rule: dict[str, list[str]]) -> dict[str, list[str]]:
        """As it is stored."""
        try:
            return rule_checked(rule)
        except RuleRefused as error:
            raise ValidationError(str(error)) from error

    def validate_parent(self, parent: Persona | None) -> Persona | None:
        """A persona cannot stand below itself."""
        if parent is not None and self.instance is not None:
            try:
                parent_checked(self.instance, parent)
            except CircleOfPersonas as error:
                raise ValidationError(str(error)) from error
        return parent

    def validate_portrait(self, portrait: str) -> str:
        """A picture is brought on the page of the persona, not here."""
        if portrait == Portrait.PICTURE and not (self.instance and self.instance.picture):
            raise ValidationError("This persona has no picture of its own. Upload one on its page.")
        return portrait

    def validate_sections(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each holds what its kind asks for; what an existing one is not given stays as it is."""
        live = self.instance.sections.filter(deleted_at=None).exclude(kind=SectionKind.EMPATHY) if self.instance else ()
        known = {section.pk: section for section in live}
        codes = set(channels(self.context["view"].workspace())) | {
            item["channel"]
            for section in known.values()
            if section.kind == "channels"
            for item in section.content["items"]
        }
        filled = []
        ids = [row["id"] for row in rows if "id" in row]
        if len(ids) != len(set(ids)):
            raise ValidationError("Two sections have the same id.")
        for place, row in enumerate(rows, 1):
            saved = known.get(row["id"]) if "id" in row else None
            if "id" in row and saved is None:
                raise ValidationError(f"Section {place}: this persona has no section with this id.")
            kind = saved.kind if saved else row.get("kind")
            title = row.get("title") or (saved.title if saved else "")
            if not kind or not title:
                raise ValidationError(f"Section {place}: a new one needs kind and title.")
            try:
                content = cleaned(kind, row.get("content", saved.content if saved else {}), channels=codes)
            except SectionRefused as error:
                raise ValidationError(f"“{title}”: {error}") from error
            filled.append({"remove": False, **row, "kind": kind, "title": title, "content": content})
        return filled

    def validate_name(self, name: str) -> str:
        """The name is unique among the personas that are not in the trash."""
        same = Persona.objects.filter(workspace=self.context["view"].workspace(), name=name, deleted_at=None)
        if self.instance is not None:
            same = same.exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError("Another persona has this name.")
        return name


class PersonaViewSet(WorkspaceViewSet):
    """Personas with their fields and evidence. Deleted ones wait in the trash of the application."""

    queryset = Persona.objects.filter(deleted_at=None).prefetch_related("segments")
    serializer_class = PersonaOut
    filterset_fields = ["name", "status", "parent", "sector", "market", "relation"]

    def _answer(self, persona: Persona, *, code: int = status.HTTP_200_OK) -> Response:
        persona = self.get_queryset().get(pk=persona.pk)
        data = PersonaOut(persona, context={"sheets": {persona.pk: sheet(persona)}}).data
        return Response(data, status=code, headers={"ETag": f'"{persona.revision}"'})

    @extend_schema(responses=PersonaOut(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        found = {one.persona.pk: one for one in sheets(page)}
        return self.get_paginated_response(PersonaOut(page, many=True, context={"sheets": found}).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=PersonaIn, responses={201: PersonaOut})
    def create(self, request: Request) -> Response:
        given = PersonaIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        persona = persona_write(given.validated_data, workspace=self.workspace(), actor=self.actor())
        return self._answer(persona, code=status.HTTP_201_CREATED)

    @extend_schema(request=PersonaIn, responses=PersonaOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        persona = self.get_object()
        given = PersonaIn(persona, data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        persona = persona_write(
            given.validated_data,
            workspace=self.workspace(),
            actor=self.actor(),
            persona=persona,
            revision=expected_revision(request),
        )
        return self._answer(persona)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        services.persona_delete(persona=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)


@transaction.atomic
def persona_write(
    data: dict[str, Any],
    *,
    workspace: Workspace,
    actor: User,
    persona: Persona | None = None,
    revision: int | None = None,
) -> Persona:
    """Write what PersonaIn has found good: a new sheet, or changes of one. Raises StaleRevision."""
    if persona is None:
        values, rest = _split(data, {})
        persona = services.persona_create(workspace=workspace, actor=actor, **values)
    else:
        own = {(row.group, row.label): row.pk for row in persona.traits.filter(field="", deleted_at=None)}
        values, rest = _split(data, own)
        persona = services.persona_update(persona=persona, actor=actor, expected_revision=revision, **values)
    _set_rest(persona, rest, actor=actor)
    return persona


def _set_evidence(persona: Persona, rows: list[dict[str, Any]], *, actor: User) -> None:
    live = persona.traits.filter(deleted_at=None)
    for row in rows:
        if "evidence" not in row or row.get("remove"):
            continue
        named = {"field": row["field"]} if row.get("field") else {"group": row["group"], "label": row["label"]}
        # Two own fields may share a label: the first of them is meant.
        if trait := live.filter(**named).first():
            services.evidence_set(trait=trait, actor=actor, rows=row["evidence"])


def _set_rest(persona: Persona, rest: dict[str, Any], *, actor: User) -> None:
    """Write what has a service of its own: evidence, portrait, and the status last, so that it is of this very sheet."""
    _set_evidence(persona, rest["traits"], actor=actor)
    own = list(persona.sections.filter(deleted_at=None).exclude(kind=SectionKind.EMPATHY).order_by("rank", "id"))
    kept = [row for row in rest["sections"] if not row["remove"]]
    for section, row in zip(own, kept, strict=False):
        if "evidence" in row:
            services.evidence_set(trait=section, actor=actor, rows=row["evidence"])
    quadrants = {
        section.quadrant: section for section in persona.sections.filter(deleted_at=None, kind=SectionKind.EMPATHY)
    }
    for row in rest["empathy"]:
        if "evidence" in row and row["quadrant"] in quadrants:
            services.evidence_set(trait=quadrants[row["quadrant"]], actor=actor, rows=row["evidence"])
    if "portrait" in rest or "variant" in rest:
        kind = rest.get("portrait", persona.portrait)
        services.persona_set_portrait(persona=persona, actor=actor, portrait=kind, variant=rest.get("variant"))
    if "status" in rest:
        services.persona_set_status(
            persona=persona, actor=actor, status=rest["status"], review_on=rest.get("review_on")
        )


def _split(data: dict[str, Any], own: dict[tuple[str, str], int]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arguments of the service, and what other services write: evidence, portrait, status."""
    values = dict(data)
    rest: dict[str, Any] = {name: values.pop(name) for name in ("portrait", "status", "review_on") if name in values}
    if "portrait_variant" in values:
        rest["variant"] = values.pop("portrait_variant")
    rest["sections"] = values.pop("sections", [])
    rest["empathy"] = values.pop("empathy", [])
    values["sections"] = [
        SectionEntry(row["kind"], row["title"], row["content"], pk=row.get("id"), remove=row["remove"])
        for row in rest["sections"]
    ]
    values["empathy"] = {row["quadrant"]: row["items"] for row in rest["empathy"] if "items" in row}
    rows: list[dict[str, Any]] = values.pop("traits", [])
    values["traits"] = {row["field"]: row["text"] for row in rows if row.get("field") and "text" in row}
    values["own_fields"] = [
        OwnField(
            group=row["group"],
            label=row["label"],
            text=row.get("text", ""),
            pk=own.get((row["group"], row["label"])),
            remove=row.get("remove", False),
        )
        for row in rows
        if not row.get("field")
        and ("text" in row or row.get("remove", False) or (row["group"], row["label"]) not in own)
    ]
    rest["traits"] = rows
    return values, rest
