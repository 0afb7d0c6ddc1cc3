"""The imports of a workspace, for programs that follow them. Files are brought by pages and by import_file."""

from typing import Any

from rest_framework import mixins, serializers

from cxmap.api import WorkspaceViewSet
from sources.models import Import


class ImportSerializer(serializers.ModelSerializer[Import]):
    """One file, or one measure typed by hand, and what became of its lines."""

    id = serializers.UUIDField(source="public_id")
    source: Any = serializers.SlugRelatedField(slug_field="key", read_only=True)
    created = serializers.IntegerField(source="created_count")
    updated = serializers.IntegerField(source="updated_count")
    unchanged = serializers.IntegerField(source="unchanged_count")
    superseded = serializers.IntegerField(source="superseded_count")
    rejected = serializers.IntegerField(source="rejected_count")
    error = serializers.CharField(source="error_message")

    class Meta:
        model = Import
        fields = [
            "id", "source", "filename", "size_bytes", "sha256", "status", "policy", "rows_total", "rows_read", "created", "updated",
            "unchanged", "superseded", "rejected", "first_day", "last_day", "error_code", "error", "created_at", "finished_at",
            "withdrawn_at",
        ]  # fmt: skip


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """Imports in the order in which they were brought; `?status=` and `?source=` (its key) narrow them."""

    queryset = Import.objects.select_related("source")
    serializer_class: Any = ImportSerializer
    lookup_field = "public_id"
    lookup_url_kwarg = "id"
    filterset_fields = {"status": ["exact"], "source__key": ["exact"]}
