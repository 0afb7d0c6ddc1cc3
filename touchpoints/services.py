"""Every write of the touchpoint library."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.history.services import history_record, recording
from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.lib.text import code_from, fold
from cxmap.workspaces.models import User, Workspace
from touchpoints.errors import ChannelInUse, TouchpointNameTaken
from touchpoints.examples import LABEL, Example
from touchpoints.models import Category, Channel, Party, PointKind, Presence, Touchpoint
from touchpoints.suggestions import suggest_in


def settled(touchpoint: Touchpoint) -> Touchpoint:
    """Make the CJML fields agree: an action has no receiver, a communication point always has one."""
    if touchpoint.kind == PointKind.ACTION:
        touchpoint.receiver = ""
    elif not touchpoint.receiver:
        touchpoint.receiver = Party.CUSTOMER if touchpoint.initiator != Party.CUSTOMER else Party.COMPANY
    return touchpoint


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
    settled(touchpoint)
    with recording(actor=actor, action="touchpoint.added", target=touchpoint, name=name) as record:
        touchpoint.save()
        record.created(touchpoint)
    return touchpoint


@transaction.atomic
def touchpoint_named(*, workspace: Workspace, actor: User, name: str, like: Touchpoint | None = None) -> Touchpoint:
    """Return the touchpoint of this name, accents and case ignored, or a new one.

    A new one has the category and channel that its name says ("Call centre of the evening", see suggestions.py), else
    those of `like`, else the website. Both are guesses that the page of the touchpoint puts right.
    """
    # One name at a time: two people who type the same get the same touchpoint.
    Workspace.objects.select_for_update().only("pk").get(pk=workspace.pk)
    folded = fold(name)
    for known in Touchpoint.objects.filter(workspace=workspace, deleted_at=None):
        if fold(known.name) == folded:
            return known
    said = suggest_in(workspace, name)
    channel, category = said.channel, said.category
    if like is not None and (channel is None or category is None):
        # One of the two may be said: "Repair" is service, wherever its neighbour is.
        channel, category = channel or like.channel, category or like.category
    if channel is None:
        channels = Channel.objects.filter(workspace=workspace).prefetch_related("categories")
        channel = channels.filter(code="website").first() or channels.first()
    if channel is None:
        raise CxmapError(_("The workspace has no channel: add one first."))
    category = category or channel.categories.first() or Category.objects.filter(workspace=workspace)[0]
    return touchpoint_create(workspace=workspace, actor=actor, name=name, category=category, channel=channel)


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
        settled(touchpoint)
        touchpoint.revision += 1
        touchpoint.save(update_fields=[*fields, "receiver", "revision", "updated_at"])
    return touchpoint


@transaction.atomic
def touchpoint_delete(*, touchpoint: Touchpoint, actor: User) -> None:
    """Take a touchpoint out of the library. Cards on maps, measures and history stay; restore brings it back."""
    with recording(actor=actor, action="touchpoint.deleted", target=touchpoint, name=touchpoint.name) as record:
        touchpoint = Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)
        record.watch(touchpoint)
        touchpoint.deleted_at = touchpoint.deleted_at or timezone.now()
        touchpoint.revision += 1
        touchpoint.save(update_fields=["deleted_at", "revision", "updated_at"])


@transaction.atomic
def touchpoint_restore(*, touchpoint: Touchpoint, actor: User) -> Touchpoint:
    """Put a touchpoint back into the library. Raises TouchpointNameTaken."""
    with recording(actor=actor, action="touchpoint.restored", target=touchpoint, name=touchpoint.name) as record:
        touchpoint = Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)
        same = Touchpoint.objects.filter(workspace=touchpoint.workspace_id, name=touchpoint.name, deleted_at=None)
        if same.exclude(pk=touchpoint.pk).exists():
            raise TouchpointNameTaken
        record.watch(touchpoint)
        touchpoint.deleted_at = None
        touchpoint.revision += 1
        touchpoint.save(update_fields=["deleted_at", "revision", "updated_at"])
    return touchpoint


@transaction.atomic
def examples_add(*, workspace: Workspace, actor: User, examples: Sequence[Example]) -> list[Touchpoint]:
    """Begin a library with examples of the guides (A19, B9); each says that it is one."""
    return [
        touchpoint_create(
            workspace=workspace,
            actor=actor,
            name=example.name,
            category=example.category,
            channel=example.channel,
            phase=example.phase,
            description=str(LABEL),
        )
        for example in examples
    ]


@transaction.atomic
def channel_create(
    *,
    workspace: Workspace,
    actor: User | None,
    name_fr: str,
    name_en: str,
    code: str = "",
    categories: Iterable[Category] = (),
    **fields: Any,
) -> Channel:
    """Add a channel of the workspace's own, after those of the guides."""
    taken = {channel.code: channel.rank for channel in Channel.objects.filter(workspace=workspace)}
    channel = Channel.objects.create(
        workspace=workspace,
        code=code or code_from(name_fr, taken=set(taken), fallback="channel"),
        name_fr=name_fr,
        name_en=name_en,
        rank=max(taken.values(), default=0) + 1,
        **fields,
    )
    channel.categories.set(categories)
    history_record(actor=actor, action="channel.added", target=channel, name=name_fr)
    return channel


@transaction.atomic
def channel_update(
    *, channel: Channel, actor: User, categories: Iterable[Category] | None = None, **fields: Any
) -> Channel:
    """Change a channel, one of the guides too; its code stays, because files and programs use it."""
    with recording(actor=actor, action="channel.updated", target=channel, name=channel.name_fr) as record:
        channel = Channel.objects.select_for_update().get(pk=channel.pk)
        record.watch(channel)
        for name, value in fields.items():
            setattr(channel, name, value)
        channel.save(update_fields=list(fields))
        if categories is not None:
            channel.categories.set(categories)
    return channel


@transaction.atomic
def channel_delete(*, channel: Channel, actor: User) -> None:
    """Take away a channel that no touchpoint has and no map ticks, the trash included. Raises ChannelInUse."""
    channel = Channel.objects.select_for_update().get(pk=channel.pk)
    if channel.touchpoints.exists() or channel.cards.exists():
        raise ChannelInUse
    history_record(actor=actor, action="channel.deleted", target=channel, name=channel.name_fr)
    channel.delete()


@transaction.atomic
def category_update(*, category: Category, actor: User, **fields: Any) -> Category:
    """Call one of the four categories otherwise; there are always four, with their codes and colours (A19)."""
    with recording(actor=actor, action="category.updated", target=category, name=category.name_fr) as record:
        category = Category.objects.select_for_update().get(pk=category.pk)
        record.watch(category)
        for name, value in fields.items():
            setattr(category, name, value)
        category.save(update_fields=list(fields))
    return category
