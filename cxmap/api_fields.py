"""Pieces that the API views of several apps share: rows named by their code, revisions in If-Match."""

import math
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from cxmap.lib.errors import CxmapError


class RevisionUnreadable(CxmapError):
    code = "if_match_unreadable"
    message = 'If-Match holds the revision of the row that you read, such as "3".'


def expected_revision(request: Request) -> int | None:
    """Return the revision of `If-Match: "3"`; None without the header or with `*`. Raises RevisionUnreadable."""
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not text or text == "*":
        return None
    if not text.isdecimal() or len(text) > 9:
        raise RevisionUnreadable
    return int(text)


class FiniteField(serializers.FloatField):
    """A number; "nan" and "inf" are none."""

    def to_internal_value(self, data: Any) -> float:
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("invalid")
        return number


class CodeOfWorkspace(serializers.SlugRelatedField[Any]):
    """A row by its code; those of other workspaces do not exist."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("slug_field", "code")
        super().__init__(**kwargs)

    def get_queryset(self) -> Any:
        return _of_workspace(super().get_queryset(), self.context)


class IdOfWorkspace(serializers.PrimaryKeyRelatedField[Any]):
    """A row by its id; those of other workspaces do not exist."""

    def get_queryset(self) -> Any:
        return _of_workspace(super().get_queryset(), self.context)


def _of_workspace(queryset: Any, context: Mapping[str, Any]) -> Any:
    request = context.get("request")
    if request is None or request.auth is None:
        return queryset.none()
    return queryset.filter(workspace=request.auth.workspace)
