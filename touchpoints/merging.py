"""Making one touchpoint of two: what apps above the library do with what they have attached to it."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cxmap.history.services import Recording, recording
from cxmap.workspaces.models import User
from touchpoints.errors import MergedIntoItself, MergedTooFar
from touchpoints.models import Touchpoint


class Follower(Protocol):
    """What an app has attached to touchpoints, and how it follows a merge."""

    def consequences(self, touchpoint: Touchpoint, into: Touchpoint) -> Sequence[str]:
        """Return what would move, in sentences of the reader's language; nothing where nothing would."""

    def begin(self, touchpoint: Touchpoint, into: Touchpoint) -> None:
        """Wait for or refuse what must not happen at the same time, before anything is locked. Raises CxmapError."""

    def follow(self, touchpoint: Touchpoint, into: Touchpoint, record: Recording) -> None:
        """Move it, in the transaction of the merge; rows that are written are watched by the record."""


_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Add what an app attaches to touchpoints."""
    if follower not in _followers:
        _followers.append(follower)


def consequences(touchpoint: Touchpoint, into: Touchpoint) -> list[str]:
    """Return what a merge would move."""
    return [text for follower in _followers for text in follower.consequences(touchpoint, into)]


@transaction.atomic
def touchpoint_merge(*, touchpoint: Touchpoint, into: Touchpoint, actor: User) -> Touchpoint:
    """Make one touchpoint of two, and return the one that stays.

    Cards, KPIs, measures and pain points of the first go over; no observation is rewritten. Files and programs may go on
    using its code and its name: they mean the other one from now on, and replace only what came under that name. Raises
    MergedIntoItself, MergedTooFar, and what a follower refuses.
    """
    for follower in _followers:
        follower.begin(touchpoint, into)
    rows = Touchpoint.objects.select_for_update().filter(
        pk__in=[touchpoint.pk, into.pk], workspace=touchpoint.workspace_id, deleted_at=None
    )
    found = {row.pk: row for row in rows.order_by("pk")}
    if touchpoint.pk == into.pk:
        raise MergedIntoItself
    if len(found) < 2:
        raise MergedTooFar
    touchpoint, into = found[touchpoint.pk], found[into.pk]
    with recording(
        actor=actor, action="touchpoint.merged", target=touchpoint, scope=into, name=touchpoint.name, into=into.name
    ) as record:
        former = list(Touchpoint.objects.select_for_update().filter(merged_into=touchpoint))
        record.watch(touchpoint, *former)
        for follower in _followers:
            follower.follow(touchpoint, into, record)
        for one in former:
            one.merged_into = into
            one.save(update_fields=["merged_into"])
        touchpoint.merged_into, touchpoint.deleted_at = into, timezone.now()
        touchpoint.revision += 1
        touchpoint.save(update_fields=["merged_into", "deleted_at", "revision", "updated_at"])
    return into


def aliases(workspace_id: int) -> dict[str, tuple[str, str]]:
    """Return what merged touchpoints were called: their code → (name, code of the one that each became).

    What a living touchpoint is called means that one: a code that is also a living name is left out, and so is such a name.
    """
    living: set[str] = set()
    for pair in Touchpoint.objects.filter(workspace=workspace_id, deleted_at=None).values_list("code", "name"):
        living.update(text.casefold() for text in pair)
    merged = Touchpoint.objects.filter(workspace=workspace_id, merged_into__deleted_at=None)
    return {
        code: ("" if name.casefold() in living else name, into)
        for code, name, into in merged.values_list("code", "name", "merged_into__code")
        if code.casefold() not in living
    }


def touchpoints_by_code(workspace_id: int) -> dict[str, tuple[UUID, str]]:
    """Return every code that rows may have: the touchpoint that it means, and the id of the merged one that it was of, or ""."""
    found = {}
    rows = Touchpoint.objects.filter(Q(deleted_at=None) | Q(merged_into__deleted_at=None), workspace=workspace_id)
    for code, pk, into in rows.values_list("code", "pk", "merged_into"):
        found[code] = (pk, "") if into is None else (into, str(pk))
    return found
