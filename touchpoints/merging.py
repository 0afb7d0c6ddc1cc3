"""Making one touchpoint of two: what apps above the library do with what they have attached to it."""

from collections.abc import Sequence
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from cxmap.history.services import Recording, recording
from cxmap.workspaces.models import User
from touchpoints.errors import MergedIntoItself, MergedTooFar
from touchpoints.models import Touchpoint


class Follower(Protocol):
    """What an app has attached to touchpoints, and how it follows a merge."""

    def consequences(self, touchpoint: Touchpoint, into: Touchpoint) -> Sequence[str]:
        """Return what would move, in sentences of the reader's language; nothing where nothing would."""

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
    using its code and its name: they mean the other one from now on. Raises MergedIntoItself, MergedTooFar.
    """
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


def aliases(workspace_id: int) -> dict[str, list[str]]:
    """Return the codes and names that merged touchpoints still answer to, by the code of the one that they became.

    What a living touchpoint is called means that one.
    """
    living: set[str] = set()
    for pair in Touchpoint.objects.filter(workspace=workspace_id, deleted_at=None).values_list("code", "name"):
        living.update(text.casefold() for text in pair)
    found: dict[str, list[str]] = {}
    merged = Touchpoint.objects.filter(workspace=workspace_id, merged_into__deleted_at=None)
    for code, name, into in merged.values_list("code", "name", "merged_into__code"):
        found.setdefault(into, []).extend(text for text in (code, name) if text.casefold() not in living)
    return found
