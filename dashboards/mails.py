"""Sending one dashboard to one person, as the outbox asks."""

import datetime as dt
import time
from functools import lru_cache
from uuid import UUID

from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.utils import timezone, translation

from cxmap.outbox.mails import mail_send, message_id
from cxmap.outbox.models import Message
from cxmap.outbox.registry import Dropped, Outcome
from cxmap.workspaces.models import Membership, User
from dashboards.documents.mail import Mail, mail_of
from dashboards.models import Schedule

TOPIC = "dashboards.mail"
SAME_DOCUMENT = 15 * 60  # seconds for which recipients of one language get the same document


def dashboard_deliver(message: Message) -> Outcome:
    """Draw a dashboard and send it, unless its reader may no longer open it or somebody stopped the mails meanwhile."""
    payload = message.payload
    schedule = _schedules().filter(pk=payload["schedule"], deleted_at=None, dashboard__deleted_at=None).first()
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if schedule is None or user is None or not _may_read(schedule, user):
        return Dropped("not_reader")
    day = dt.date.fromisoformat(payload["day"])
    language = user.language or schedule.language
    drawn = _drawn(schedule.pk, schedule.dashboard.revision, day, language, int(time.time() // SAME_DOCUMENT))
    mail = EmailMessage(
        subject=drawn.subject, body=drawn.text, to=[user.email], headers={"Message-ID": message_id(message)}
    )
    mail.attach(drawn.filename, drawn.pdf, "application/pdf")
    return mail_send(mail)


def _schedules() -> QuerySet[Schedule]:
    return Schedule.objects.select_related(
        "dashboard__workspace", "dashboard__journey", "dashboard__persona", "dashboard__category"
    )


def _may_read(schedule: Schedule, user: User) -> bool:
    if not schedule.dashboard.shared and schedule.dashboard.owner_id != user.pk:
        return False
    return Membership.objects.filter(workspace=schedule.workspace_id, user=user).exists()


@lru_cache(maxsize=1)  # one document at a time in memory
def _drawn(schedule_id: UUID, revision: int, day: dt.date, language: str, quarter: int) -> Mail:
    """Return the mail; revision and quarter (of an hour) only say until when the same one will do."""
    schedule = _schedules().get(pk=schedule_id)
    with translation.override(language), timezone.override(schedule.dashboard.workspace.zone):
        return mail_of(schedule, today=day)
