"""Journeys through the API: listed and read whole. The lossless document (PUT) comes with the map editor."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from journeys import selectors
from journeys.models import Journey
from journeys.selectors import Board


class JourneyOut(serializers.ModelSerializer[Journey]):
    personas = serializers.SerializerMethodField()

    class Meta:
        model = Journey
        fields = [
            "id", "name", "kind", "horizon", "status", "personas", "no_persona_yet", "scenario", "expectation",
            "success_measure", "aims", "methods", "owner", "review_on", "revision", "created_at", "updated_at",
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


class JourneyViewSet(WorkspaceViewSet):
    """Journeys of the workspace; one of them with its stages, steps and cards."""

    queryset = Journey.objects.filter(deleted_at=None).prefetch_related("persona_links")
    serializer_class = JourneyOut
    filterset_fields = ["kind", "horizon", "status"]

    @extend_schema(responses=JourneyOut(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(JourneyOut(page, many=True).data)

    @extend_schema(responses=JourneyDetailOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        journey = self.get_object()
        board = selectors.board(journey=journey, actor=None, can_edit=False)
        data = JourneyDetailOut(journey, context={"board": board}).data
        return Response(data, headers={"ETag": f'"{journey.revision}"'})
