"""What the pages of alerts read: a constant number of queries each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from alerts.models import Alert, Event, EventKind, Mute, Webhook
from alerts.wording import Words, problem, words
from cxmap.outbox.models import Message
from cxmap.workspaces.models import Membership, Role, Workspace

PAGE = 50
COUNTED = 100  # beyond, the counter says 99+
DELIVERIES = 50
# What the words of an event read, from an alert.
EVENT_PARTS = (
    "event__binding__kpi", "event__binding__touchpoint", "event__flag", "event__target", "event__source",
    "event__comment__journey",
)  # fmt: skip


def unread_count(membership_id: int) -> int:
    """Return how many alerts of a member are unread, at most COUNTED; one query over a partial index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM alerts_alert WHERE membership_id = %s AND in_app AND read_at IS NULL LIMIT %s) AS unread",
            [membership_id, COUNTED],
        )
        return cursor.fetchone()[0]


@dataclass(frozen=True, slots=True)
class AlertRow:
    alert: Alert
    words: Words
    day: date  # in the time zone of the workspace
    muted_until: date | None

    @property
    def flag_id(self) -> UUID | None:
        """The signal that can be muted; None when there is none, or it is closed."""
        flag = self.alert.event.flag
        return flag.pk if flag is not None and flag.status != flag.Status.CLOSED else None


@dataclass(frozen=True, slots=True)
class AlertList:
    rows: Sequence[AlertRow]
    newest: int  # the newest alert shown, up to which all can be marked as read
    next: int | None
    unread: bool
    kind: str


def alerts_of(membership: Membership) -> QuerySet[Alert]:
    return Alert.objects.filter(membership=membership, in_app=True).select_related(*EVENT_PARTS)


def alert_list(membership: Membership, *, unread: bool = False, kind: str = "", before: int | None = None) -> AlertList:
    """Return a page of a member's alerts, newest first, of one kind or unread only."""
    found = alerts_of(membership)
    if unread:
        found = found.filter(read_at=None)
    if kind in EventKind.values:
        found = found.filter(event__kind=kind)
    if before is not None:
        found = found.filter(pk__lt=before)
    alerts = list(found.order_by("-id")[: PAGE + 1])
    shown, more = alerts[:PAGE], len(alerts) > PAGE
    today = timezone.localdate(timezone=membership.workspace.zone)
    mutes = dict(Mute.objects.filter(membership=membership, until__gt=today).values_list("flag", "until"))
    rows = [
        AlertRow(
            alert=alert,
            words=words(alert.event, role=Role(membership.role)),
            day=timezone.localdate(alert.event.at, timezone=membership.workspace.zone),
            muted_until=mutes.get(alert.event.flag_id) if alert.event.flag_id else None,
        )
        for alert in shown
    ]
    return AlertList(
        rows=rows,
        newest=shown[0].pk if shown else 0,
        next=shown[-1].pk if more else None,
        unread=unread,
        kind=kind if kind in EventKind.values else "",
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to a webhook or a member, as they see it."""

    message: Message
    kind: str

    @property
    def day(self) -> date:
        return timezone.localdate(self.message.created_at)

    @property
    def problem(self) -> str:
        return problem(self.message.error)


def last_mail(membership: Membership) -> Delivery | None:
    """Return the last mail to a member when it could not be sent (yet)."""
    mails = Message.objects.filter(subject=f"member:{membership.pk}").exclude(status=Message.Status.WAITING, attempts=0)
    newest = mails.order_by("-id").first()
    if newest is None or newest.status in {Message.Status.DELIVERED, Message.Status.DROPPED} or not newest.error:
        return None
    return Delivery(newest, "mail")


def webhook_list(workspace: Workspace) -> list[Webhook]:
    return list(Webhook.objects.filter(workspace=workspace, deleted_at=None))


def webhooks_paused(workspace: Workspace) -> bool:
    """Return whether a webhook was paused because it kept failing."""
    paused = Webhook.objects.filter(workspace=workspace, deleted_at=None, paused_at__isnull=False)
    return paused.exclude(pause_reason="").exists()


def deliveries_of(webhook: Webhook) -> list[Delivery]:
    """Return the last messages to a webhook with the kind of what they tell; two queries."""
    messages = list(Message.objects.filter(subject=webhook.subject).order_by("-id")[:DELIVERIES])
    events = {UUID(message.payload["event"]) for message in messages if message.payload.get("event")}
    kinds = dict(Event.objects.filter(pk__in=events).values_list("pk", "kind"))
    return [
        Delivery(message, kinds.get(UUID(message.payload.get("event") or "0" * 32), "ping")) for message in messages
    ]
