"""Dashboards by mail: set up, claimed when due, one mail per period and person.

Changes have no scope, so undo never touches them: an earlier row knows neither its recipients nor a time that lies ahead.
"""

import datetime as dt
import logging
import zoneinfo
from collections.abc import Sequence
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation

from cxmap.history.services import recording
from cxmap.lib.errors import StaleRevision
from cxmap.workspaces.models import Membership, User
from dashboards.documents.mail import Mail, mail_of
from dashboards.errors import NobodyToWriteTo
from dashboards.models import Dashboard, Delivery, MailRhythm, Recipient, Schedule

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=10)  # a document takes seconds, a slow mail server a minute
RETRY = dt.timedelta(minutes=15)
ATTEMPTS = 5
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
def schedules_claim(*, now: dt.datetime) -> int:
    """Turn what is due into one delivery per person, and set the next time. Returns how many deliveries were made.

    Rows that another worker holds are passed over; the unique row of a delivery keeps a repetition from making a second
    one. After a long stop only the newest mail is sent. Without a mail server nothing is made, the next time is set.
    """
    due = (
        Schedule.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("workspace")
        .filter(next_at__lte=now, deleted_at=None, dashboard__deleted_at=None)
        .order_by("next_at", "id")[:BATCH]
    )
    made = 0
    for schedule in due:
        zone = schedule.workspace.zone
        period_on = _newest_due(schedule, zone, now=now)
        schedule.next_at = next_at(schedule.rhythm, schedule.hour, zone, after=now)
        schedule.save(update_fields=["next_at"])
        if not mail_works():
            continue
        people = list(Recipient.objects.filter(schedule=schedule).values_list("user_id", flat=True))
        rows = [
            Delivery(workspace_id=schedule.workspace_id, schedule=schedule, user_id=user, period_on=period_on)
            for user in people
        ]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        made += len(rows)
    return made


def _newest_due(schedule: Schedule, zone: zoneinfo.ZoneInfo, *, now: dt.datetime) -> dt.date:
    """Return the day of the last time that has come."""
    at = schedule.next_at
    while True:
        following = next_at(schedule.rhythm, schedule.hour, zone, after=at)
        if following > now:
            return at.astimezone(zone).date()
        at = following


def _claim(delivery: Delivery, *, now: dt.datetime) -> bool:
    """Take a delivery for LEASE. False: sent, given up, or another worker has it."""
    free = Delivery.objects.filter(
        Q(leased_until=None) | Q(leased_until__lt=now), pk=delivery.pk, sent_at=None, attempts__lt=ATTEMPTS
    )
    return free.update(leased_until=now + LEASE, attempts=F("attempts") + 1) == 1


def _may_read(delivery: Delivery) -> bool:
    """True while the person is a member who may open the dashboard, and nobody stopped the mails."""
    schedule = delivery.schedule
    if schedule.deleted_at is not None or schedule.dashboard.deleted_at is not None or not delivery.user.is_active:
        return False
    if not schedule.dashboard.shared and schedule.dashboard.owner_id != delivery.user_id:
        return False
    return Membership.objects.filter(workspace=delivery.workspace_id, user=delivery.user_id).exists()


def deliveries_send(*, now: dt.datetime) -> int:
    """Send what is waiting, outside of any transaction; returns how many mails went out.

    A mail is written down as sent right after the server took it. When this process dies between the two the mail may
    come twice, which no protocol of mail can exclude.
    """
    if not mail_works():
        return 0
    waiting = (
        Delivery.objects.filter(
            Q(leased_until=None) | Q(leased_until__lt=now),
            sent_at=None,
            attempts__lt=ATTEMPTS,
            period_on__gt=now.date() - dt.timedelta(days=7),
        )
        .select_related(
            "user",
            "schedule__dashboard__workspace",
            "schedule__dashboard__journey",
            "schedule__dashboard__persona",
            "schedule__dashboard__category",
        )
        .order_by("schedule_id", "period_on", "id")
    )
    made: dict[tuple[Any, ...], Mail | Exception] = {}
    sent = 0
    for delivery in waiting:
        if not _claim(delivery, now=now):
            continue
        if not _may_read(delivery):
            Delivery.objects.filter(pk=delivery.pk).update(attempts=ATTEMPTS, leased_until=None, error="not a reader")
            continue
        language = delivery.user.language or delivery.schedule.language
        key = (delivery.schedule_id, delivery.period_on, language)
        if key not in made:
            made.clear()  # one document at a time in memory
            made[key] = _drawn(delivery, language)
        drawn = made[key]
        if isinstance(drawn, Exception):
            _put_off(delivery, drawn, now=now)
        else:
            sent += _send(delivery, drawn, now=now)
    return sent


def _drawn(delivery: Delivery, language: str) -> Mail | Exception:
    """Return the mail, or why it cannot be made: one broken dashboard does not keep the others from their readers."""
    try:
        with translation.override(language), timezone.override(delivery.schedule.dashboard.workspace.zone):
            return mail_of(delivery.schedule, today=delivery.period_on)
    except Exception as error:
        logger.exception("The mail of schedule %s could not be made", delivery.schedule_id)
        return error


def _put_off(delivery: Delivery, error: Exception, *, now: dt.datetime) -> None:
    later = {"leased_until": now + RETRY, "error": type(error).__name__}
    Delivery.objects.filter(pk=delivery.pk).update(**later)


def _send(delivery: Delivery, mail: Mail, *, now: dt.datetime) -> int:
    message = EmailMessage(
        subject=mail.subject,
        body=mail.text,
        to=[delivery.user.email],
        headers={"Message-ID": f"<dashboard-{delivery.pk}-{delivery.schedule_id}@{_domain()}>"},
    )
    message.attach(mail.filename, mail.pdf, "application/pdf")
    try:
        message.send()
    except (SMTPException, OSError) as error:
        logger.warning("Delivery %s of a dashboard failed: %s", delivery.pk, type(error).__name__)
        _put_off(delivery, error, now=now)
        return 0
    Delivery.objects.filter(pk=delivery.pk).update(sent_at=timezone.now(), leased_until=None, error="")
    return 1


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"


def schedules_sweep(*, now: dt.datetime | None = None) -> int:
    """Send every dashboard whose time has come; safe to call any number of times, by several workers at once."""
    moment = now or timezone.now()
    schedules_claim(now=moment)
    return deliveries_send(now=moment)
