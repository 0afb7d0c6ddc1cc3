"""What guests do: come in, write, vote, say what they feel, and that they have finished."""

import hashlib
import hmac
import secrets
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from journeys.models import Step
from workshops.errors import (
    DoorsClosed,
    NoDotsLeft,
    NoSuchThing,
    NotNow,
    TimeOver,
    TooManyNotes,
    WorkshopFull,
)
from workshops.models import NOTES_MAX, PEOPLE_MAX, Activity, Note, NoteGroup, Participant, Rating, Vote, Workshop
from workshops.services.common import changed, locked, open_or_refuse, stirred

SEEN_EVERY = 15  # seconds: a page that asks more often is not written down each time


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret_of(participant: Participant, secret: str) -> bool:
    return hmac.compare_digest(participant.digest, digest_of(secret))


@transaction.atomic
def participant_join(*, workshop: Workshop, name: str, department: str) -> tuple[Participant, str]:
    """Let somebody in; the second value is the secret by which their browser is known again.

    Raises WorkshopOver, DoorsClosed, WorkshopFull.
    """
    workshop = locked(workshop)
    open_or_refuse(workshop)
    if workshop.doors_closed:
        raise DoorsClosed
    before = workshop.participants.count()
    if workshop.participants.filter(removed_at=None).count() >= PEOPLE_MAX:
        raise WorkshopFull
    secret = secrets.token_urlsafe(32)
    participant = Participant.objects.create(
        workspace_id=workshop.workspace_id,
        workshop=workshop,
        name=name,
        department=department,
        digest=digest_of(secret),
        colour=before % Participant.COLOURS,
        seen_at=timezone.now(),
    )
    if workshop.names_erased_at is not None:
        workshop.names_erased_at = None  # there is a name again
        workshop.save(update_fields=["names_erased_at"])
    stirred(workshop)
    return participant, secret


@transaction.atomic
def participant_remove(*, participant: Participant) -> None:
    """Take somebody out: their page says so, and what they wrote stays."""
    Participant.objects.filter(pk=participant.pk, removed_at=None).update(removed_at=timezone.now())
    changed(participant.workshop)


@transaction.atomic
def participant_leave(*, participant: Participant) -> None:
    """Go, and have one's name erased; the department stays with what was written, and no browser is this person.

    Whoever goes before the end is not counted any more: they may come in again, as somebody new.
    """
    workshop = locked(participant.workshop)
    rows = Participant.objects.filter(pk=participant.pk)
    rows.update(name="", digest="", finished=None)
    if not workshop.has_ended:
        rows.filter(removed_at=None).update(removed_at=timezone.now())
    stirred(workshop)


def participant_seen(participant: Participant) -> None:
    """Note that the page of a guest is open."""
    now = timezone.now()
    if (now - participant.seen_at).total_seconds() > SEEN_EVERY:
        Participant.objects.filter(pk=participant.pk).update(seen_at=now)


@transaction.atomic
def participant_finished(*, participant: Participant, activity: Activity, finished: bool) -> None:
    """Say that one has finished the current item, or goes on with it."""
    Participant.objects.filter(pk=participant.pk).update(finished=activity if finished else None)
    stirred(participant.workshop)


def _check_open(activity: Activity, participant: Participant, kind: str) -> None:
    """Raise unless guests may send such things now: NoSuchThing, NotNow, WorkshopOver, TimeOver."""
    if activity.workshop_id != participant.workshop_id or activity.kind != kind:
        raise NoSuchThing
    if not activity.takes_at(timezone.now()):
        raise NotNow if activity.state == Activity.State.WAITING else TimeOver
    if activity.is_revealed:
        # What follows tells everybody, which writes the workshop: it is locked before notes, as whoever sorts does it.
        locked(activity.workshop)


def _mine(participant: Participant) -> Participant:
    """Return the participant, locked: what one person sends at the same time from two pages waits in line."""
    mine = Participant.objects.select_for_update().get(pk=participant.pk)
    if mine.removed_at is not None:
        raise NoSuchThing
    return mine


@transaction.atomic
def note_write(*, participant: Participant, activity: Activity, pk: UUID, text: str, step: Step | None = None) -> Note:
    """Write a note, or change one's own. `pk` comes from the page: sent twice it is one note.

    Raises TimeOver after the end of the round and its grace, NotNow before it, TooManyNotes, NoSuchThing.
    """
    _check_open(activity, participant, Activity.Kind.WRITING)
    mine = _mine(participant)
    note = Note.objects.filter(pk=pk).first()
    if note is not None:
        if note.participant_id != mine.pk or note.activity_id != activity.pk:
            raise NoSuchThing
        note.text, note.step, note.deleted_at = text, step, None
        note.save(update_fields=["text", "step", "deleted_at", "updated_at"])
    else:
        if Note.objects.filter(participant=mine, activity=activity, deleted_at=None).count() >= NOTES_MAX:
            raise TooManyNotes
        note = Note.objects.create(
            id=pk,
            workspace_id=activity.workspace_id,
            workshop_id=activity.workshop_id,
            activity=activity,
            participant=mine,
            text=text,
            step=step,
        )
    _after(activity)
    return note


def _after(activity: Activity) -> None:
    """Tell the facilitator; and everybody when it came in the grace after the round was shown."""
    if activity.is_revealed:
        changed(activity.workshop)
    else:
        stirred(activity.workshop)


@transaction.atomic
def note_take_back(*, participant: Participant, activity: Activity, pk: UUID) -> None:
    """Take back one's own note while the round is open; dots that were on it go back to who placed them."""
    _check_open(activity, participant, Activity.Kind.WRITING)
    mine = _mine(participant)
    rows = Note.objects.select_for_update(no_key=True)
    note = rows.filter(pk=pk, participant=mine, activity=activity, deleted_at=None).first()
    if note is None:
        return
    note.deleted_at = timezone.now()
    note.save(update_fields=["deleted_at", "updated_at"])
    Vote.objects.filter(note=note).delete()
    if note.group_id and not Note.objects.filter(group=note.group_id, deleted_at=None).exists():
        # Nobody sees an empty group in a vote: dots there could not be taken back.
        Vote.objects.filter(group=note.group_id).delete()
    _after(activity)


def _stay(activity: Activity, note: Note | None, group: NoteGroup | None) -> None:
    """Make sure that what a vote is about is still there and stays so until the dots are on it. Raises NoSuchThing.

    A note that was grouped since the page showed it is voted on with its group. Taking back, grouping and dissolving
    lock the notes that they change, in the order of their ids.
    """
    about = Q(pk=note.pk) if note is not None else Q(group=group)
    rows = Note.objects.select_for_update(no_key=True).filter(about, workshop=activity.workshop_id, deleted_at=None)
    if not list(rows.order_by("pk")):
        raise NoSuchThing
    if note is not None and NoteGroup.objects.filter(notes=note.pk, deleted_at=None).exists():
        raise NoSuchThing
    if group is not None and not NoteGroup.objects.filter(pk=group.pk, deleted_at=None).exists():
        raise NoSuchThing


@transaction.atomic
def votes_set(
    *, participant: Participant, activity: Activity, dots: int, note: Note | None = None, group: NoteGroup | None = None
) -> int:
    """Put so many of one's dots on a note or group, and return how many dots are left. Sent twice it is the same.
    Raises NoDotsLeft, TimeOver, NotNow, NoSuchThing.
    """
    _check_open(activity, participant, Activity.Kind.VOTING)
    mine = _mine(participant)
    _stay(activity, note, group)
    votes = list(Vote.objects.filter(activity=activity, participant=mine))
    here = [vote for vote in votes if (vote.note_id, vote.group_id) == (note and note.pk, group and group.pk)]
    elsewhere = len(votes) - len(here)
    dots = max(0, dots)
    if elsewhere + dots > activity.dots and dots > len(here):
        raise NoDotsLeft
    if len(here) > dots:
        Vote.objects.filter(pk__in=[vote.pk for vote in here[dots:]]).delete()
    taken = {vote.number for vote in votes}
    free = [number for number in range(1, activity.dots + 1) if number not in taken]
    Vote.objects.bulk_create(
        Vote(
            workspace_id=activity.workspace_id,
            activity=activity,
            participant=mine,
            number=number,
            note=note,
            group=group,
        )
        for number in free[: max(0, dots - len(here))]
    )
    _after(activity)
    return activity.dots - elsewhere - dots


@transaction.atomic
def rating_set(*, participant: Participant, activity: Activity, step: Step, level: int | None) -> None:
    """Say how the customer feels at a step, −2 to +2; None takes it back. Raises TimeOver, NotNow, NoSuchThing."""
    _check_open(activity, participant, Activity.Kind.RATING)
    mine = _mine(participant)
    if level is None:
        Rating.objects.filter(activity=activity, participant=mine, step=step).delete()
    else:
        Rating.objects.update_or_create(
            activity=activity,
            participant=mine,
            step=step,
            defaults={"level": level, "workspace_id": activity.workspace_id},
        )
    _after(activity)
