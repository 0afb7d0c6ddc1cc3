"""What all API views share: one shape of errors, the workspace of the token."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import exceptions, viewsets
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from cxmap.lib.errors import CxmapError
from cxmap.workspaces.models import User, Workspace

logger = logging.getLogger(__name__)


def error_response(code: str, message: str, *, status: int, fields: dict[str, Any] | None = None) -> Response:
    return Response({"error": {"code": code, "message": message, "fields": fields or {}}}, status=status)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every error in one shape; an unexpected one says only that it happened, and is logged."""
    if isinstance(error, CxmapError):
        return error_response(error.code, str(error), status=error.status, fields=error.fields)
    if isinstance(error, ValidationError):
        fields = error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
        return error_response("invalid", "Some fields are wrong.", status=400, fields=fields)
    if isinstance(error, Http404):
        return error_response("not_found", "Nothing of this kind is here.", status=404)
    if isinstance(error, PermissionDenied):
        return error_response("forbidden", "The role of this token does not allow this.", status=403)
    response = default_handler(error, context)
    if response is None:
        logger.exception("Unexpected error in the API", exc_info=error)
        return error_response("internal", "Internal error.", status=500)
    if isinstance(error, exceptions.ValidationError):
        detail = response.data
        fields = detail if isinstance(detail, dict) else {"non_field_errors": detail}
        response.data = {"error": {"code": "invalid", "message": "Some fields are wrong.", "fields": fields}}
    elif isinstance(error, exceptions.APIException):
        code = error.get_codes()
        response.data = {
            "error": {"code": code if isinstance(code, str) else "error", "message": str(error.detail), "fields": {}}
        }
    return response


class WorkspaceViewSet(viewsets.GenericViewSet):
    """A resource of the token's workspace: rows of any other do not exist for it."""

    def workspace(self) -> Workspace:
        return self.request.auth.workspace  # type: ignore[union-attr]

    def actor(self) -> User:
        return self.request.user  # type: ignore[return-value]

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset().none()
        return super().get_queryset().filter(workspace=self.workspace())
