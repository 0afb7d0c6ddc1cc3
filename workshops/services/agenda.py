"""The agenda and its clock."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cxmap.lib.ranks import STEP
from workshops.errors import MovedOn, NotNow
from workshops.models import Activity, Workshop
from workshops.services.common import changed, locked, open_or_refuse

State = Activity.State
CLOCK = ["state", "started_at", "ends_at", "left_seconds", "revealed_at", "ended_at"]


def run(activity: Activity) -> None:
    """Set an item going: its clock starts the first time, afterwards it is shown as it was left."""
    now = timezone.now()
    activity.state = State.RUNNING
    if activity.started_at is None:
        activity.started_at = now
        activity.ends_at = now + dt.timedelta(minutes=activity.minutes) if activity.minutes else None
    activity.left_seconds = None
    activity.save(update_fields=CLOCK)


def close(activity: Activity) -> None:
    """Put an item behind us; what was written, voted or felt is there for all from now on.

    A paused one keeps its seconds, for reopen.
    """
    now = timezone.now()
    activity.state = State.DONE
    activity.ended_at = now
    if activity.has_secret and activity.revealed_at is None:
        activity.revealed_at = now
    activity.save(update_fields=CLOCK)


def reopen(activity: Activity, *, closed_at: dt.datetime) -> None:
    """Go on with the item that was closed by the end of the workshop: secret again, with the time that it had left."""
    now = timezone.now()
    if activity.revealed_at is not None and activity.revealed_at == activity.ended_at:
        activity.revealed_at = None  # it was the end that revealed it
    activity.state = State.RUNNING if activity.left_seconds is None else State.PAUSED
    if activity.ends_at is not None and activity.ends_at > closed_at:
        activity.ends_at += now - closed_at
    activity.ended_at = None
    activity.save(update_fields=CLOCK)


def _running(workshop: Workshop, expected: UUID | None) -> tuple[Workshop, Activity]:
    """Return the locked workshop and its current item. Raises MovedOn when it is another than the page showed."""
    workshop = locked(workshop)
    open_or_refuse(workshop)
    if workshop.current is None or workshop.status != Workshop.Status.RUNNING:
        raise NotNow
    if expected is not None and workshop.current_id != expected:
        raise MovedOn
    return workshop, workshop.current


@transaction.atomic
def activity_go(*, workshop: Workshop, to: Activity, expected: UUID | None = None) -> None:
    """Leave the current item for another one, forwards or back. Raises MovedOn, NotNow."""
    workshop, current = _running(workshop, expected)
    if to.pk == current.pk:
        return
    close(current)
    run(to)
    workshop.current = to
    workshop.save(update_fields=["current"])
    changed(workshop)


@transaction.atomic
def activity_step(*, workshop: Workshop, by: int, expected: UUID | None = None) -> None:
    """Go to the next (+1) or the one before (−1). Raises MovedOn, and NotNow at the ends of the agenda."""
    workshop, current = _running(workshop, expected)
    order = list(workshop.activities.order_by("rank", "id"))
    place = next(number for number, one in enumerate(order) if one.pk == current.pk) + by
    if not 0 <= place < len(order):
        raise NotNow
    activity_go(workshop=workshop, to=order[place], expected=current.pk)


@transaction.atomic
def activity_pause(*, workshop: Workshop, expected: UUID | None = None) -> None:
    """Stop the clock; what is being written may go on."""
    workshop, current = _running(workshop, expected)
    if current.state != State.RUNNING or current.ends_at is None:
        raise NotNow
    current.left_seconds = current.seconds_left_at(timezone.now())
    current.state, current.ends_at = State.PAUSED, None
    current.save(update_fields=CLOCK)
    changed(workshop)


@transaction.atomic
def activity_resume(*, workshop: Workshop, expected: UUID | None = None) -> None:
    workshop, current = _running(workshop, expected)
    if current.state != State.PAUSED:
        raise NotNow
    current.state = State.RUNNING
    current.ends_at = timezone.now() + dt.timedelta(seconds=current.left_seconds or 0)
    current.left_seconds = None
    current.save(update_fields=CLOCK)
    changed(workshop)


@transaction.atomic
def activity_extend(*, workshop: Workshop, minutes: int, expected: UUID | None = None) -> None:
    """Give more time (1 to 30 minutes), also after the clock has run out; not once all is revealed. Raises NotNow."""
    workshop, current = _running(workshop, expected)
    if current.is_revealed and current.has_secret:
        raise NotNow
    minutes = max(1, min(minutes, 30))
    now = timezone.now()
    if current.state == State.PAUSED:
        current.left_seconds = (current.left_seconds or 0) + minutes * 60
    else:
        begins = max(current.ends_at, now) if current.ends_at is not None else now
        current.ends_at = begins + dt.timedelta(minutes=minutes)
    current.ended_at = None
    current.save(update_fields=CLOCK)
    changed(workshop)


@transaction.atomic
def activity_reveal(*, workshop: Workshop, expected: UUID | None = None) -> None:
    """Show all notes, counts or ratings to all; the round is closed with it. Raises NotNow for what has no secret."""
    workshop, current = _running(workshop, expected)
    if not current.has_secret:
        raise NotNow
    if current.revealed_at is None:
        current.revealed_at = timezone.now()
        current.save(update_fields=CLOCK)
        changed(workshop)


@transaction.atomic
def activity_add(*, workshop: Workshop, after: Activity | None = None, **fields: Any) -> Activity:
    """Put an item on the agenda, after another one or at its end."""
    workshop = locked(workshop)
    open_or_refuse(workshop)
    order = list(workshop.activities.order_by("rank", "id"))
    place = len(order) if after is None else next(n for n, one in enumerate(order, 1) if one.pk == after.pk)
    activity = Activity(workspace_id=workshop.workspace_id, workshop=workshop, rank=STEP, **fields)
    order.insert(place, activity)
    _space(order)
    changed(workshop)
    return activity


def _space(order: list[Activity]) -> None:
    """Number the items anew in their order; an agenda is short."""
    for number, one in enumerate(order, 1):
        one.rank = number * STEP
        one.save(update_fields=None if one._state.adding else ["rank"])


@transaction.atomic
def activity_edit(*, activity: Activity, **fields: Any) -> None:
    """Change an item. More or fewer minutes for the one that runs move its end. Raises WorkshopOver."""
    workshop = locked(activity.workshop)
    open_or_refuse(workshop)
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    before = activity.minutes
    for name, value in fields.items():
        setattr(activity, name, value)
    names = list(fields)
    if activity.state == State.RUNNING and activity.minutes != before and not activity.is_revealed:
        begins = activity.ends_at or timezone.now()
        change = activity.minutes - (before if activity.ends_at else 0)
        activity.ends_at = begins + dt.timedelta(minutes=change) if activity.minutes else None
        names.append("ends_at")
    activity.save(update_fields=names)
    changed(workshop)


@transaction.atomic
def activity_move(*, activity: Activity, by: int) -> None:
    """Put an item one place earlier (−1) or later (+1)."""
    workshop = locked(activity.workshop)
    open_or_refuse(workshop)
    order = list(workshop.activities.order_by("rank", "id"))
    place = next(number for number, one in enumerate(order) if one.pk == activity.pk)
    to = max(0, min(place + by, len(order) - 1))
    order.insert(to, order.pop(place))
    _space(order)
    changed(workshop)


@transaction.atomic
def activity_delete(*, activity: Activity) -> None:
    """Take an item off the agenda. Raises NotNow when it has begun: what was written there would go with it."""
    workshop = locked(activity.workshop)
    open_or_refuse(workshop)
    if Activity.objects.get(pk=activity.pk).state != State.WAITING:
        raise NotNow
    Activity.objects.filter(pk=activity.pk).delete()
    changed(workshop)
