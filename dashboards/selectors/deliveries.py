"""The last mails of a dashboard, as the outbox has them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cxmap.outbox.models import Message
from cxmap.workspaces.models import User
from dashboards.models import Dashboard
from dashboards.services.schedules import subject_of

SHOWN = 20


@dataclass(frozen=True, slots=True)
class SentMail:
    """One mail to one person; sent_at None: waiting, or given_up."""

    day: dt.date
    user: User | None
    sent_at: dt.datetime | None
    given_up: bool


def deliveries_of(dashboard: Dashboard) -> Sequence[SentMail]:
    """Return the newest mails first; two queries."""
    messages = list(Message.objects.filter(workspace=dashboard.workspace_id, subject=subject_of(dashboard.pk))[:SHOWN])
    people = User.objects.in_bulk({message.payload["user"] for message in messages})
    return [
        SentMail(
            day=dt.date.fromisoformat(message.payload["day"]),
            user=people.get(message.payload["user"]),
            sent_at=message.done_at if message.status == Message.Status.DELIVERED else None,
            given_up=message.status in {Message.Status.FAILED, Message.Status.DROPPED},
        )
        for message in messages
    ]
