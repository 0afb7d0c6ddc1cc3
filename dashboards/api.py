"""Dashboards through the API, to read: those that the token's member may see."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from dashboards.access import visible_to
from dashboards.models import Dashboard, Tile


class TileOut(serializers.ModelSerializer[Tile]):
    class Meta:
        model = Tile
        fields = ["id", "kind", "settings", "width", "revision"]
        read_only_fields = fields


class DashboardOut(serializers.ModelSerializer[Dashboard]):
    """A dashboard with its tiles in their order."""

    category = serializers.SlugRelatedField(slug_field="code", read_only=True)  # type: ignore[var-annotated]
    tiles = TileOut(many=True, read_only=True)

    class Meta:
        model = Dashboard
        fields = [
            "id", "name", "shared", "period", "journey", "persona", "category", "tiles", "revision", "created_at",
            "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class DashboardViewSet(WorkspaceViewSet):
    """Dashboards made of tiles: the shared ones, and those of the token's member."""

    queryset = Dashboard.objects.filter(deleted_at=None).order_by("created_at", "id")
    serializer_class = DashboardOut
    filterset_fields = ["shared", "journey"]

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        tiles = Tile.objects.filter(deleted_at=None).order_by("rank", "id")
        return (
            rows.filter(visible_to(self.actor()))
            .select_related("category")
            .prefetch_related(Prefetch("tiles", queryset=tiles))
        )

    @extend_schema(responses=DashboardOut(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(DashboardOut(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        dashboard = self.get_object()
        return Response(DashboardOut(dashboard).data, headers={"ETag": f'"{dashboard.revision}"'})
