"""Every write of the touchpoint library."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from cxmap.history.services import recording
from cxmap.lib.errors import StaleRevision
from cxmap.lib.text import code_from
from cxmap.workspaces.models import User, Workspace
from touchpoints.models import Category, Channel, Presence, Touchpoint


def touchpoint_create(
    *,
    workspace: Workspace,
    actor: User | None,
    name: str,
    category: Category,
    channel: Channel,
    code: str = "",
    presence: str = "",
    **fields: Any,
) -> Touchpoint:
    """Add a touchpoint to the library. Without a code one is made from the name; presence follows the channel."""
    if not code:
        taken = set(Touchpoint.objects.filter(workspace=workspace).values_list("code", flat=True))
        code = code_from(name, taken=taken, fallback="touchpoint")
    touchpoint = Touchpoint(
        workspace=workspace,
        name=name,
        code=code,
        category=category,
        channel=channel,
        presence=presence or (Presence.ONLINE if channel.online else Presence.OFFLINE),
        **fields,
    )
    with recording(actor=actor, action="touchpoint.added", target=touchpoint, name=name) as record:
        touchpoint.save()
        record.created(touchpoint)
    return touchpoint


def touchpoint_update(
    *, touchpoint: Touchpoint, actor: User, expected_revision: int | None = None, **fields: Any
) -> Touchpoint:
    """Change a touchpoint wherever it stands. Raises StaleRevision."""
    with recording(actor=actor, action="touchpoint.updated", target=touchpoint, name=touchpoint.name) as record:
        touchpoint = Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)
        if expected_revision is not None and touchpoint.revision != expected_revision:
            raise StaleRevision(current=touchpoint)
        record.watch(touchpoint)
        for name, value in fields.items():
            setattr(touchpoint, name, value)
        touchpoint.revision += 1
        touchpoint.save(update_fields=[*fields, "revision", "updated_at"])
    return touchpoint


@transaction.atomic
def touchpoint_delete(*, touchpoint: Touchpoint, actor: User) -> None:
    """Take a touchpoint out of the library. Cards on maps, measures and history stay; restore brings it back."""
    with recording(actor=actor, action="touchpoint.deleted", target=touchpoint, name=touchpoint.name) as record:
        touchpoint = Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)
        record.watch(touchpoint)
        touchpoint.deleted_at = timezone.now()
        touchpoint.revision += 1
        touchpoint.save(update_fields=["deleted_at", "revision", "updated_at"])
