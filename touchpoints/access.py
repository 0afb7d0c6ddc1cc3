"""From an id in a request to a touchpoint: a member of its workspace, with the role."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from cxmap.workspaces.access import row_for
from cxmap.workspaces.models import Role
from touchpoints.models import Channel, ContentItem, Department, LibraryDraft, Touchpoint


def touchpoint_for_view(request: HttpRequest, pk: UUID) -> Touchpoint:
    """Return a touchpoint, also one in the trash: cards on maps still lead to it."""
    rows = Touchpoint.objects.select_related("category", "channel", "department", "merged_into").filter(pk=pk)
    return row_for(request, rows, Role.VIEWER)


def touchpoint_for_edit(request: HttpRequest, pk: UUID) -> Touchpoint:
    rows = Touchpoint.objects.select_related("category", "channel", "department").filter(pk=pk, deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def touchpoint_in_trash_for_edit(request: HttpRequest, pk: UUID) -> Touchpoint:
    rows = Touchpoint.objects.filter(pk=pk, merged_into=None).exclude(deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def _channel(request: HttpRequest, pk: int, role: Role) -> Channel:
    rows = Channel.objects.select_related("workspace").filter(pk=pk)
    return row_for(request, rows, role)


def channel_for_view(request: HttpRequest, pk: int) -> Channel:
    return _channel(request, pk, Role.VIEWER)


def channel_for_edit(request: HttpRequest, pk: int) -> Channel:
    return _channel(request, pk, Role.EDITOR)


def department_for_edit(request: HttpRequest, pk: UUID) -> Department:
    return row_for(request, Department.objects.select_related("workspace").filter(pk=pk), Role.EDITOR)


def content_for_edit(request: HttpRequest, pk: UUID) -> ContentItem:
    rows = ContentItem.objects.select_related("touchpoint__workspace").filter(
        pk=pk, deleted_at=None, touchpoint__deleted_at=None
    )
    return row_for(request, rows, Role.EDITOR)


def content_gone_for_edit(request: HttpRequest, pk: UUID) -> ContentItem:
    rows = ContentItem.objects.select_related("touchpoint__workspace").filter(pk=pk, touchpoint__deleted_at=None)
    return row_for(request, rows.exclude(deleted_at=None), Role.EDITOR)


def draft_for_edit(request: HttpRequest, pk: UUID) -> LibraryDraft:
    """Return a file of touchpoints that is still being looked at."""
    rows = LibraryDraft.objects.select_related("workspace").filter(pk=pk, expires_at__gt=timezone.now())
    return row_for(request, rows, Role.EDITOR)
