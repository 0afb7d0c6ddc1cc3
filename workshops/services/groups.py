"""Putting notes together: one at a time or many, by the facilitator or by everybody."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cxmap.lib.ranks import STEP
from workshops.errors import NameNeeded, NoSuchThing, NothingChosen
from workshops.models import Activity, Note, NoteGroup, Vote, Workshop
from workshops.services.common import changed, locked, open_or_refuse


def _open(activity: Activity) -> Workshop:
    workshop = locked(activity.workshop)
    open_or_refuse(workshop)
    return workshop


@transaction.atomic
def notes_group(
    *, activity: Activity, notes: Collection[UUID], group: NoteGroup | None = None, title: str = ""
) -> NoteGroup | None:
    """Put notes of a round into a group, into a new one of this title, or (neither) out of their groups.

    Without a title a new group is called after its first note; that takes `title=" "`. Raises NothingChosen, NoSuchThing.
    """
    workshop = _open(activity)
    there = Note.objects.select_for_update(no_key=True).filter(pk__in=notes, activity=activity, deleted_at=None)
    rows = list(there.order_by("pk"))
    if not rows:
        raise NothingChosen
    if group is not None and (group.activity_id != activity.pk or group.deleted_at is not None):
        raise NoSuchThing
    if group is None and title:
        last = NoteGroup.objects.filter(activity=activity).aggregate(rank=Max("rank"))["rank"] or 0.0
        group = NoteGroup.objects.create(
            workspace_id=activity.workspace_id,
            workshop=workshop,
            activity=activity,
            title=title.strip() or rows[0].text[:200],
            rank=last + STEP,
        )
    ids = [row.pk for row in rows]
    Note.objects.filter(pk__in=ids).update(group=group)
    if group is not None:
        # Dots that were on a note are on what it says, which now stands in the group.
        Vote.objects.filter(note__in=ids).update(note=None, group=group)
    left = {row.group_id for row in rows if row.group_id} - ({group.pk} if group else set())
    filled = Note.objects.filter(group__in=left, deleted_at=None).values_list("group", flat=True)
    # Nobody sees an empty group in a vote: dots there could not be taken back.
    Vote.objects.filter(group__in=left - set(filled)).delete()
    changed(workshop)
    return group


@transaction.atomic
def group_rename(*, group: NoteGroup, title: str) -> None:
    """Raises NameNeeded."""
    if not title:
        raise NameNeeded
    _open(group.activity)
    NoteGroup.objects.filter(pk=group.pk).update(title=title)
    changed(group.workshop)


@transaction.atomic
def group_dissolve(*, group: NoteGroup) -> None:
    """Let the notes of a group stand by themselves again; dots on the group go."""
    _open(group.activity)
    inside = list(Note.objects.select_for_update(no_key=True).filter(group=group).order_by("pk"))
    Note.objects.filter(pk__in=[note.pk for note in inside]).update(group=None)
    group.votes.all().delete()
    NoteGroup.objects.filter(pk=group.pk).update(deleted_at=timezone.now())
    changed(group.workshop)


@transaction.atomic
def item_move(*, activity: Activity, item: Note | NoteGroup, order: list[Note | NoteGroup], by: int) -> None:
    """Put a group or a single note one place earlier (−1) or later (+1) in an order that the page showed."""
    workshop = _open(activity)
    place = next(number for number, one in enumerate(order) if one.pk == item.pk)
    to = max(0, min(place + by, len(order) - 1))
    order.insert(to, order.pop(place))
    for number, one in enumerate(order, 1):
        one.rank = number * STEP
        one.save(update_fields=["rank"])
    changed(workshop)
