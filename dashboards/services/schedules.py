"""Dashboards by mail: set up, and put into the outbox when due, one mail per period and person.

Changes have no scope, so undo never touches them: an earlier row knows neither its recipients nor a time that lies ahead.
"""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cxmap.history.services import recording
from cxmap.lib.errors import StaleRevision
from cxmap.outbox.models import Message
from cxmap.outbox.services import outbox_put
from cxmap.workspaces.models import Membership, User
from dashboards.errors import NobodyToWriteTo
from dashboards.mails import TOPIC
from dashboards.models import Dashboard, MailRhythm, Recipient, Schedule

BATCH = 50  # schedules that one sweep takes


def mail_works() -> bool:
    """False as long as mails are only printed: no mail server is named in the settings."""
    return not settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def next_at(rhythm: str, hour: int, zone: zoneinfo.ZoneInfo, *, after: dt.datetime) -> dt.datetime:
    """Return the first Monday, or first of a month, at this hour of the workspace's clock after an instant."""
    day = after.astimezone(zone).date()
    while True:
        due = day.weekday() == 0 if rhythm == MailRhythm.WEEKLY else day.day == 1
        at = dt.datetime.combine(day, dt.time(hour), tzinfo=zone)
        if due and at > after:
            return at
        day += dt.timedelta(days=1)


def _recipients(dashboard: Dashboard, people: Sequence[User]) -> list[User]:
    """Return those who may open the dashboard. Raises NobodyToWriteTo."""
    members = Membership.objects.filter(workspace=dashboard.workspace_id, user__in=people, user__is_active=True)
    allowed = set(members.values_list("user_id", flat=True))
    if not dashboard.shared:
        allowed &= {dashboard.owner_id}
    found = [person for person in people if person.pk in allowed]
    if not found:
        raise NobodyToWriteTo
    return found


def _set_recipients(schedule: Schedule, people: Sequence[User]) -> None:
    Recipient.objects.filter(schedule=schedule).exclude(user__in=people).delete()
    rows = [Recipient(workspace_id=schedule.workspace_id, schedule=schedule, user=person) for person in people]
    Recipient.objects.bulk_create(rows, ignore_conflicts=True)


def schedule_add(
    *,
    dashboard: Dashboard,
    actor: User,
    rhythm: str,
    hour: int,
    language: str,
    recipients: Sequence[User],
    address: str = "",
    now: dt.datetime | None = None,
) -> Schedule:
    """Have a dashboard sent to members. Raises NobodyToWriteTo."""
    people = _recipients(dashboard, recipients)
    schedule = Schedule(
        workspace_id=dashboard.workspace_id,
        dashboard=dashboard,
        rhythm=rhythm,
        hour=hour,
        language=language,
        address=address,
        created_by=actor,
        next_at=next_at(rhythm, hour, dashboard.workspace.zone, after=now or timezone.now()),
    )
    with recording(actor=actor, action="schedule.added", target=schedule) as record:
        schedule.save()
        _set_recipients(schedule, people)
        record.created(schedule)
    return schedule


def schedule_update(
    *,
    schedule: Schedule,
    actor: User,
    rhythm: str,
    hour: int,
    language: str,
    recipients: Sequence[User],
    expected_revision: int | None = None,
    now: dt.datetime | None = None,
) -> Schedule:
    """Change when a dashboard is sent, and to whom. Raises NobodyToWriteTo, StaleRevision."""
    dashboard = schedule.dashboard
    people = _recipients(dashboard, recipients)
    with recording(actor=actor, action="schedule.updated", target=schedule) as record:
        current = _fresh(schedule, expected_revision)
        record.watch(current)
        current.rhythm, current.hour, current.language = rhythm, hour, language
        current.next_at = next_at(rhythm, hour, dashboard.workspace.zone, after=now or timezone.now())
        current.revision += 1
        current.save(update_fields=["rhythm", "hour", "language", "next_at", "revision"])
        _set_recipients(current, people)
    return current


def schedule_delete(*, schedule: Schedule, actor: User) -> None:
    """Stop sending; what is already on its way stops too."""
    with recording(actor=actor, action="schedule.deleted", target=schedule) as record:
        current = _fresh(schedule, None)
        record.watch(current)
        current.deleted_at = timezone.now()
        current.revision += 1
        current.save(update_fields=["deleted_at", "revision"])


def _fresh(schedule: Schedule, expected_revision: int | None) -> Schedule:
    current = Schedule.objects.select_for_update().get(pk=schedule.pk)
    if current.deleted_at is not None or (expected_revision is not None and current.revision != expected_revision):
        raise StaleRevision(current=current)
    return current


@transaction.atomic
def schedules_sweep(*, now: dt.datetime | None = None) -> int:
    """Turn what is due into one message of the outbox per person, and set the next time; return how many were made.

    Safe to call any number of times, by several workers at once: rows that another one holds are passed over, and the key of a
    message keeps a repetition from making a second one. After a long stop only the newest mail is sent. Without a mail server
    nothing is made, the next time is set.
    """
    now = now or timezone.now()
    due = (
        Schedule.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("workspace")
        .filter(next_at__lte=now, deleted_at=None, dashboard__deleted_at=None)
        .order_by("next_at", "id")[:BATCH]
    )
    messages: list[Message] = []
    for schedule in due:
        zone = schedule.workspace.zone
        day = _newest_due(schedule, zone, now=now)
        schedule.next_at = next_at(schedule.rhythm, schedule.hour, zone, after=now)
        schedule.save(update_fields=["next_at"])
        if mail_works():
            people = Recipient.objects.filter(schedule=schedule).order_by("id").values_list("user_id", flat=True)
            messages += [_message(schedule, day, user) for user in people]
    outbox_put(messages)
    return len(messages)


def _message(schedule: Schedule, day: dt.date, user_id: int) -> Message:
    return Message(
        workspace_id=schedule.workspace_id,
        topic=TOPIC,
        key=f"{TOPIC}:{schedule.pk}:{day.isoformat()}:{user_id}",
        subject=subject_of(schedule.dashboard_id),
        payload={"schedule": str(schedule.pk), "user": user_id, "day": day.isoformat()},
    )


def subject_of(dashboard_id: UUID) -> str:
    """Return what the messages of a dashboard are found by."""
    return f"dashboard:{dashboard_id}"


def _newest_due(schedule: Schedule, zone: zoneinfo.ZoneInfo, *, now: dt.datetime) -> dt.date:
    """Return the day of the last time that has come."""
    at = schedule.next_at
    while True:
        following = next_at(schedule.rhythm, schedule.hour, zone, after=at)
        if following > now:
            return at.astimezone(zone).date()
        at = following
