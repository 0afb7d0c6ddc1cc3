"""personas/ and segments/ in the API."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from cxmap.api_fields import CodeOfWorkspace, expected_revision
from cxmap.workspaces.models import User
from personas import services
from personas.models import EvidenceKind, Persona, Segment, TraitEvidence, TraitField, TraitGroup
from personas.selectors import Sheet, SheetField, sheet, sheets
from personas.services import OwnField


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


class PersonaOut(serializers.ModelSerializer[Persona]):
    """A whole sheet. `evidence_share` is the share (0 to 1) of the filled fields with evidence; null without any."""

    segments = serializers.SerializerMethodField()
    traits = serializers.SerializerMethodField()
    evidence_share = serializers.SerializerMethodField()

    class Meta:
        model = Persona
        fields = [
            "id", "name", "tagline", "quote", "summary", "share_percent", "colour", "segments", "traits",
            "evidence_share", "revision", "created_at", "updated_at",
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


class PersonaIn(serializers.Serializer[Any]):
    """What can be set on a sheet; fields that are left out stay as they are."""

    name = serializers.CharField(max_length=200)
    tagline = serializers.CharField(max_length=200, required=False, allow_blank=True)
    quote = serializers.CharField(max_length=400, required=False, allow_blank=True)
    summary = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    share_percent = serializers.IntegerField(min_value=0, max_value=100, required=False, allow_null=True)
    colour = serializers.IntegerField(min_value=0, max_value=4, required=False)
    segments = CodeOfWorkspace(queryset=Segment.objects.all(), many=True, required=False)
    traits = TraitIn(many=True, required=False)

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
    filterset_fields = ["name"]

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
        values, rows = _split(given.validated_data, {})
        with transaction.atomic():
            persona = services.persona_create(workspace=self.workspace(), actor=self.actor(), **values)
            _set_evidence(persona, rows, actor=self.actor())
        return self._answer(persona, code=status.HTTP_201_CREATED)

    @extend_schema(request=PersonaIn, responses=PersonaOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        persona = self.get_object()
        given = PersonaIn(persona, data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        own = {(row.group, row.label): row.pk for row in persona.traits.filter(field="", deleted_at=None)}
        values, rows = _split(given.validated_data, own)
        with transaction.atomic():
            persona = services.persona_update(
                persona=persona, actor=self.actor(), expected_revision=expected_revision(request), **values
            )
            _set_evidence(persona, rows, actor=self.actor())
        return self._answer(persona)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        services.persona_delete(persona=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _set_evidence(persona: Persona, rows: list[dict[str, Any]], *, actor: User) -> None:
    live = persona.traits.filter(deleted_at=None)
    for row in rows:
        if "evidence" not in row or row.get("remove"):
            continue
        named = {"field": row["field"]} if row.get("field") else {"group": row["group"], "label": row["label"]}
        # Two own fields may share a label: the first of them is meant.
        if trait := live.filter(**named).first():
            services.evidence_set(trait=trait, actor=actor, rows=row["evidence"])


def _split(data: dict[str, Any], own: dict[tuple[str, str], int]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the arguments of the service, and the rows of traits for their evidence."""
    values = dict(data)
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
    return values, rows
