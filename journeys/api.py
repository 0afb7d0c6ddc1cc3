"""Journeys through the API: their settings are written here, what stands on the map by its document."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from cxmap.api_fields import IdOfWorkspace, expected_revision
from cxmap.lib.errors import StaleRevision
from journeys import selectors
from journeys.blueprints import DEFAULT, blueprint_of, blueprints
from journeys.models import Aim, Horizon, Journey, JourneyKind, Method, Status
from journeys.picture import as_published
from journeys.readers import reads_published, version_for_token
from journeys.selectors import Board
from journeys.services import journeys as services
from personas.models import Persona


class JourneyOut(serializers.ModelSerializer[Journey]):
    personas = serializers.SerializerMethodField()

    class Meta:
        model = Journey
        fields = [
            "id", "name", "kind", "horizon", "status", "personas", "no_persona_yet", "scenario", "expectation",
            "success_measure", "aims", "methods", "owner", "review_on", "parent", "as_is", "level_names", "revision",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_personas(self, journey: Journey) -> list[str]:
        """Ids of the personas, in order."""
        links = [link for link in journey.persona_links.all() if link.deleted_at is None]
        return [str(link.persona_id) for link in sorted(links, key=lambda link: (link.rank, link.pk))]


class StepOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    moment_of_truth = serializers.BooleanField()
    believed = serializers.FloatField(allow_null=True, help_text="−2 to +2; null: the team has not said")
    measured = serializers.FloatField(allow_null=True, help_text="−2 to +2; null: not measured")
    cards = serializers.ListField(child=serializers.DictField())


class StageOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    steps = StepOut(many=True)


class JourneyDetailOut(JourneyOut):
    stages = serializers.SerializerMethodField()

    class Meta(JourneyOut.Meta):
        fields = [*JourneyOut.Meta.fields, "stages"]
        read_only_fields = fields

    @extend_schema_field(StageOut(many=True))
    def get_stages(self, journey: Journey) -> list[dict[str, Any]]:
        """The shown stages with their steps and cards."""
        board: Board = self.context["board"]
        curve = next((row.curve for row in board.lanes if row.curve), None)
        stages = []
        for band in board.stages:
            steps = []
            for column in band.columns:
                point = curve.at(column.step.pk) if curve else None
                cards = [
                    {
                        "lane": row.kind.key,
                        "lane_name": row.label,
                        "text": card.text,
                        "source": card.source,
                        "touchpoint": card.touchpoint.code if card.touchpoint else None,
                    }
                    for row in board.lanes
                    if row.kind.load is None
                    for card in row.cells.get(column.step.pk, ())
                ]
                steps.append(
                    {
                        "id": column.step.pk,
                        "name": column.step.name,
                        "moment_of_truth": column.step.moment_of_truth,
                        "believed": point.believed if point else None,
                        "measured": point.measured.value if point and point.measured else None,
                        "cards": cards,
                    }
                )
            stages.append({"id": band.stage.pk, "name": band.stage.name, "steps": steps})
        return StageOut(stages, many=True).data  # type: ignore[return-value]


class JourneyChange(serializers.Serializer[Any]):
    """The settings of a map; what is left out stays as it is."""

    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=JourneyKind.choices, required=False)
    horizon = serializers.ChoiceField(choices=Horizon.choices, required=False)
    status = serializers.ChoiceField(
        choices=Status.choices, required=False, help_text="Only as it is: a map is published on its page of approval."
    )
    personas = IdOfWorkspace(
        queryset=Persona.objects.filter(deleted_at=None), many=True, required=False, help_text="Ids, in order."
    )
    no_persona_yet = serializers.BooleanField(required=False, help_text="Says openly that there is none yet.")
    scenario = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    expectation = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    success_measure = serializers.CharField(max_length=300, required=False, allow_blank=True)
    aims = serializers.ListField(child=serializers.ChoiceField(choices=Aim.choices), required=False)
    methods = serializers.ListField(child=serializers.ChoiceField(choices=Method.choices), required=False)
    owner = serializers.CharField(max_length=120, required=False, allow_blank=True)
    review_on = serializers.DateField(required=False, allow_null=True)
    parent = IdOfWorkspace(  # type: ignore[assignment]
        queryset=Journey.objects.filter(deleted_at=None),
        required=False,
        allow_null=True,
        help_text="The journey that this one is a part of.",
    )
    as_is = IdOfWorkspace(
        queryset=Journey.objects.filter(deleted_at=None),
        required=False,
        allow_null=True,
        help_text="The as-is journey of a to-be one.",
    )
    level_names = serializers.ListField(
        child=serializers.CharField(max_length=40, allow_blank=True),
        required=False,
        max_length=5,
        help_text="Of the levels of the curve, from very negative to very positive; empty: the usual name.",
    )

    def validate_status(self, value: str) -> str:
        if value != (self.instance.status if self.instance else Status.DRAFT):
            raise serializers.ValidationError(
                "The status follows from review and publication, on the page of approval of the map: leave it out."
            )
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Personas or "none yet", never both; each persona, aim and method once."""
        if attrs.get("no_persona_yet"):
            if attrs.get("personas"):
                raise serializers.ValidationError({"no_persona_yet": "The journey has personas: leave this out."})
            attrs["personas"] = []
        for name in ("personas", "aims", "methods"):
            if name in attrs:
                attrs[name] = list(dict.fromkeys(attrs[name]))
        attrs.pop("status", None)
        return attrs


class JourneyIn(JourneyChange):
    """A new map, begun from a template."""

    template = serializers.ChoiceField(
        choices=[plan.key for plan in blueprints()],
        required=False,
        help_text="What it begins with; without one, the six stages.",
    )


class JourneyViewSet(WorkspaceViewSet):
    """Journeys of the workspace; one of them with its stages, steps and cards.

    Edits honour `If-Match` with the revision, which guards the settings. A deleted journey waits in the trash.
    """

    queryset = Journey.objects.filter(deleted_at=None).prefetch_related("persona_links")
    serializer_class = JourneyOut
    filterset_fields = ["kind", "horizon", "status"]

    @extend_schema(responses=JourneyOut(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        if reads_published(request):
            page = as_published(page)
        return self.get_paginated_response(JourneyOut(page, many=True).data)

    @extend_schema(responses=JourneyDetailOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    def _answer(self, journey: Journey, *, code: int = status.HTTP_200_OK) -> Response:
        version = version_for_token(self.request, journey)
        board = selectors.board(journey=journey, actor=None, can_edit=False, version=version)
        data = JourneyDetailOut(board.journey, context={"board": board}).data
        return Response(data, status=code, headers={"ETag": f'"{journey.revision}"'})

    @extend_schema(request=JourneyIn, responses={201: JourneyDetailOut})
    def create(self, request: Request) -> Response:
        given = JourneyIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        settings = dict(given.validated_data)
        blueprint = blueprint_of(settings.pop("template", DEFAULT))
        journey = services.journey_create(
            workspace=self.workspace(), actor=self.actor(), blueprint=blueprint, **settings
        )
        return self._answer(journey, code=status.HTTP_201_CREATED)

    @extend_schema(request=JourneyChange, responses=JourneyDetailOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        journey = self.get_object()
        given = JourneyChange(journey, data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        services.journey_update(
            journey=journey,
            actor=self.actor(),
            expected_revision=expected_revision(request),
            **given.validated_data,
        )
        return self._answer(self.get_object())

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        journey = self.get_object()
        expected = expected_revision(request)
        with transaction.atomic():
            journey = Journey.objects.select_for_update().get(pk=journey.pk)
            if expected is not None and journey.revision != expected:
                raise StaleRevision(current=journey)
            services.journey_delete(journey=journey, actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)
