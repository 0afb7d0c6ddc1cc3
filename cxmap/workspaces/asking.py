"""Requests for access: asked where an address answered nothing or refused, answered by owners on the page of members."""

import logging
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxmap.history.services import history_record
from cxmap.lib.errors import CxmapError
from cxmap.workspaces.models import AccessRequest, Membership, Role, User
from cxmap.workspaces.places import workspace_at
from cxmap.workspaces.signals import Kind, tell

logger = logging.getLogger(__name__)

QUIET = timedelta(days=7)  # after a refusal the same person is not heard again for so long
TRIES, DAY = 20, 86400  # how often a person may ask, and in how many seconds


class AlreadyAnswered(CxmapError):
    code = "already_answered"
    message = _("This request has been answered meanwhile.")
    status = 409


def access_ask(*, user: User, path: str, note: str, role: bool) -> AccessRequest | None:
    """Ask the owners of what an address names for access, or (role) for a higher role as a member.

    None when there is nothing to ask for, or it was asked before: whoever asks is told the same in every case, so that
    nobody learns from it what exists.
    """
    workspace = workspace_at(path)
    if workspace is None:
        return None
    member = Membership.objects.filter(workspace=workspace, user=user).first()
    if member is not None and (not role or member.role == Role.OWNER):
        return None
    mine = AccessRequest.objects.filter(workspace=workspace, user=user)
    refused = mine.filter(status=AccessRequest.Status.DECLINED, answered_at__gt=timezone.now() - QUIET)
    if refused.exists() or mine.filter(status=AccessRequest.Status.OPEN).exists():
        return None
    try:
        with transaction.atomic():
            asked = AccessRequest.objects.create(workspace=workspace, user=user, note=note, path=path[:300])
            history_record(actor=user, action="access.asked", target=asked)
            owners = Membership.objects.filter(workspace=workspace, role=Role.OWNER, user__is_active=True)
            tell(Kind.ASKED, asked, list(owners.order_by("id")))
    except IntegrityError:
        return None  # two windows asked at the same moment
    return asked


def _open(request: AccessRequest) -> AccessRequest:
    found = AccessRequest.objects.select_for_update(of=("self",)).select_related("workspace", "user").get(pk=request.pk)
    if found.status != AccessRequest.Status.OPEN:
        raise AlreadyAnswered
    return found


def _answer(request: AccessRequest, actor: User, status: str, role: str = "") -> None:
    request.status, request.role = status, role
    request.answered_by, request.answered_at = actor, timezone.now()
    request.save(update_fields=["status", "role", "answered_by", "answered_at"])


@transaction.atomic
def access_grant(*, request: AccessRequest, actor: User, role: str) -> Membership:
    """Make the person a member with a role, or give a member the higher one. Raises AlreadyAnswered."""
    request = _open(request)
    member, made = Membership.objects.select_for_update().get_or_create(
        workspace=request.workspace, user=request.user, defaults={"role": role}
    )
    if not made and Role(member.role).level < Role(role).level:
        member.role = role
        member.save(update_fields=["role"])
    _answer(request, actor, AccessRequest.Status.GRANTED, role)
    history_record(actor=actor, action="access.granted", target=request, role=role)
    tell(Kind.GRANTED, request, [member])
    return member


@transaction.atomic
def access_decline(*, request: AccessRequest, actor: User) -> None:
    """Refuse; the person is not told, and is not heard again for some days. Raises AlreadyAnswered."""
    request = _open(request)
    _answer(request, actor, AccessRequest.Status.DECLINED)
    history_record(actor=actor, action="access.declined", target=request)
