"""Imports for programs: bring a file, follow it, read what was refused, take it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cxmap.api import WorkspaceViewSet
from cxmap.workspaces.models import Role
from kpis.models import Source
from kpis.services import source_get_or_create
from sources import services
from sources.errors import FileRefused, FileTooLarge, NotReady
from sources.models import Import, Rejection
from sources.reading import FileProblem, Limits, open_table
from sources.services.mappings import mapping_without_asking
from sources.wording import reason_of


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


class ImportIn(serializers.Serializer[Any]):
    """A file and how it is read."""

    file = serializers.FileField(help_text="CSV, TSV or XLSX.")
    source = serializers.SlugField(  # type: ignore[assignment]
        max_length=60, default="file", help_text="Key of the source; made when there is none."
    )
    mapping = serializers.JSONField(
        required=False,
        help_text="By docs/mapping.schema.json; tidy files and those of a known shape need none.",
    )
    policy = serializers.ChoiceField(choices=Import.Policy.choices, default=Import.Policy.GOOD_LINES)
    preview = serializers.BooleanField(default=False, help_text="Only make the preview; start/ then writes.")


class StartIn(serializers.Serializer[Any]):
    policy = serializers.ChoiceField(choices=Import.Policy.choices, default=Import.Policy.GOOD_LINES)


class RejectionOut(serializers.ModelSerializer[Rejection]):
    """A line that was not taken; the reason is an English sentence, the code is stable."""

    reason = serializers.SerializerMethodField()
    value = serializers.CharField(source="raw")

    class Meta:
        model = Rejection
        fields = ["line", "column", "code", "reason", "value"]

    def get_reason(self, rejection: Rejection) -> str:
        return reason_of(rejection, str)


@contextmanager
def _refused() -> Iterator[None]:
    """Answer what is wrong with a file as every other error."""
    try:
        yield
    except FileProblem as problem:
        error = FileRefused(f"{problem.message()} {problem.advice()}")
        error.code = problem.code
        raise error from problem


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """Imports in the order in which they were brought; `?status=` and `?source__key=` narrow them.

    A file is written by a worker: `status` goes from queued to done. Deleting is for a file that wrote nothing; one that
    did is taken back by withdraw/.
    """

    queryset = Import.objects.select_related("source", "workspace")
    serializer_class: Any = ImportSerializer
    lookup_field = "public_id"
    lookup_url_kwarg = "id"
    filterset_fields = {"status": ["exact"], "source__key": ["exact"]}
    parser_classes = [MultiPartParser, JSONParser]
    write_role = Role.ANALYST

    def _answer(self, import_: Import, *, code: int) -> Response:
        import_ = self.get_queryset().get(pk=import_.pk)
        return Response(ImportSerializer(import_).data, status=code)

    @extend_schema(request={"multipart/form-data": ImportIn}, responses={202: ImportSerializer})
    def create(self, request: Request) -> Response:
        """Take a file; 202 means that a worker will read it. One that cannot be opened or mapped is not kept."""
        given = ImportIn(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        file, workspace = data["file"], self.workspace()
        if file.size > settings.UPLOAD_BYTES_MAX:
            raise FileTooLarge(size=file.size, limit=settings.UPLOAD_BYTES_MAX)
        name = PurePath((file.name or "").replace("\\", "/")).name
        with _refused(), open_table(file.file, name=name, limits=Limits(size=settings.UPLOAD_BYTES_MAX)):
            pass
        source, _ = source_get_or_create(
            workspace=workspace, key=data["source"], kind=Source.Kind.FILE, actor=self.actor()
        )
        if source.kind != Source.Kind.FILE:
            raise serializers.ValidationError({"source": "This source takes no files."})
        import_ = services.import_upload(
            workspace=workspace, source=source, actor=self.actor(), file=file, filename=name
        )
        try:
            with _refused(), transaction.atomic():
                document = data.get("mapping") or mapping_without_asking(import_)
                services.import_set_mapping(
                    import_=import_, actor=self.actor(), document=document, check=data["preview"]
                )
                if not data["preview"]:
                    services.import_queue(
                        import_=import_,
                        actor=self.actor(),
                        policy=data["policy"],
                        bindings=services.directions_of(workspace),
                    )
        except FileRefused:
            services.import_delete(import_=import_, actor=self.actor())
            raise
        return self._answer(import_, code=status.HTTP_202_ACCEPTED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: str) -> Response:
        """Answers 409 for an import that wrote observations."""
        services.import_delete(import_=self.get_object(), actor=self.actor())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={200: {"type": "object", "additionalProperties": True}})
    @action(detail=True)
    def preview(self, request: Request, id: str) -> Response:
        """What writing the file would change, with the resulting values; 409 before a worker has made it."""
        import_ = self.get_object()
        if import_.preview is None:
            raise NotReady
        return Response(import_.preview)

    @extend_schema(request=StartIn, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"])
    def start(self, request: Request, id: str) -> Response:
        """Write what the preview showed."""
        given = StartIn(data=request.data)
        given.is_valid(raise_exception=True)
        import_ = services.import_start(
            import_=self.get_object(),
            actor=self.actor(),
            bindings=services.directions_of(self.workspace()),
            **given.validated_data,
        )
        return self._answer(import_, code=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, id: str) -> Response:
        """Have it undone exactly."""
        import_ = services.import_withdraw_start(import_=self.get_object(), actor=self.actor())
        return self._answer(import_, code=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=RejectionOut(many=True), filters=False)
    @action(detail=True)
    def rejections(self, request: Request, id: str) -> Response:
        """Every line that was not taken, by line."""
        import_ = self.get_object()
        found = Rejection.objects.filter(workspace_id=import_.workspace_id, import_id=import_.pk)
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(RejectionOut(page, many=True).data)
