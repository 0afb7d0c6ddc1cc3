"""From an id in a request to a touchpoint: a member of its workspace, with the role."""

from uuid import UUID

from django.http import Http404, HttpRequest

from cxmap.workspaces.access import require
from cxmap.workspaces.models import Role
from touchpoints.models import Channel, Touchpoint


def touchpoint_for_view(request: HttpRequest, pk: UUID) -> Touchpoint:
    """Return a touchpoint, also one in the trash: cards on maps still lead to it."""
    touchpoint = Touchpoint.objects.select_related("category", "channel").filter(pk=pk).first()
    if touchpoint is None:
        raise Http404
    require(request, touchpoint.workspace_id, Role.VIEWER)
    return touchpoint


def touchpoint_for_edit(request: HttpRequest, pk: UUID) -> Touchpoint:
    touchpoint = Touchpoint.objects.select_related("category", "channel").filter(pk=pk, deleted_at=None).first()
    if touchpoint is None:
        raise Http404
    require(request, touchpoint.workspace_id, Role.EDITOR)
    return touchpoint


def touchpoint_in_trash_for_edit(request: HttpRequest, pk: UUID) -> Touchpoint:
    touchpoint = Touchpoint.objects.filter(pk=pk).exclude(deleted_at=None).first()
    if touchpoint is None:
        raise Http404
    require(request, touchpoint.workspace_id, Role.EDITOR)
    return touchpoint


def _channel(request: HttpRequest, pk: int, role: Role) -> Channel:
    channel = Channel.objects.select_related("workspace").filter(pk=pk).first()
    if channel is None:
        raise Http404
    require(request, channel.workspace_id, role)
    return channel


def channel_for_view(request: HttpRequest, pk: int) -> Channel:
    return _channel(request, pk, Role.VIEWER)


def channel_for_edit(request: HttpRequest, pk: int) -> Channel:
    return _channel(request, pk, Role.EDITOR)
