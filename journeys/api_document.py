"""The whole journey through the API: read and replaced as one document, by docs/journey.schema.json."""

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from cxmap.api_fields import expected_revision
from cxmap.lib.errors import CxmapError
from journeys import interchange
from journeys.models import Journey
from journeys.picture import document_seen
from journeys.readers import version_for_token

BODY_BYTES_MAX = 48 * 2**20


class DocumentTooLarge(CxmapError):
    code = "document_too_large"
    message = "A document has at most 48 MB: leave files out, they are found again by their digest."
    status = 413


class DocumentView(APIView):
    """The lossless document: everything that people put on the map; observations are never part of it."""

    def journey(self, request: Request, pk: UUID) -> Journey:
        token: Any = request.auth
        journey = Journey.objects.filter(pk=pk, workspace=token.workspace, deleted_at=None).first()
        if journey is None:
            raise Http404
        return journey

    def answer(
        self, request: Request, journey: Journey, *, files: bool = True, notes: list[str] | None = None
    ) -> HttpResponse:
        document = document_seen(journey, version_for_token(request, journey), files=files)
        response = HttpResponse(interchange.to_json(document), content_type="application/json")
        response["ETag"] = f'"{document.origin.revision if document.origin else 0}"'
        if notes:
            # What could not be taken over, or was added to the workspace: JSON keeps the header ASCII.
            response["X-Cxmap-Notes"] = json.dumps(notes)[:4000]
        return response

    @extend_schema(
        operation_id="journey_document_retrieve",
        parameters=[
            OpenApiParameter("files", enum=["0", "1"], description="0: attachments without their content"),
        ],
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Return the document; its ETag is the board's revision. A token that cannot edit gets it as it was published."""
        return self.answer(request, self.journey(request, pk), files=request.query_params.get("files") != "0")

    @extend_schema(
        operation_id="journey_document_update",
        parameters=[
            OpenApiParameter(
                "If-Match", location=OpenApiParameter.HEADER, description="the ETag read before; 409 if it moved on"
            )
        ],
        request={"application/json": OpenApiTypes.OBJECT},
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
    )
    def put(self, request: Request, pk: UUID) -> HttpResponse:
        """Make the journey be the document, in one transaction; rows that it lacks leave the map and can be undone.

        Nothing is written when something is wrong: the error's `fields` name the JSON paths.
        """
        journey = self.journey(request, pk)
        expected = expected_revision(request)
        raw = request.stream.read(BODY_BYTES_MAX + 1) if request.stream else b""
        if len(raw) > BODY_BYTES_MAX:
            raise DocumentTooLarge
        written = interchange.document_apply(
            journey=journey,
            document=interchange.document_read(raw),
            actor=request.user,  # type: ignore[arg-type]
            expected_board_revision=expected,
        )
        return self.answer(request, written.journey, notes=written.notes)
