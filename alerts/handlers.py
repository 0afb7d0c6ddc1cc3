"""Delivering what the outbox holds: mails to members, calls to webhooks. Each may run twice for one message.

Everything is read again at the time of delivery: whoever has left, turned mails off or paused the webhook since gets nothing.
"""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.links import unsubscribe_url
from alerts.models import Alert, Event, Mute, Webhook
from alerts.selectors import EVENT_PARTS
from alerts.services.preferences import preference_of
from alerts.services.sending import is_muted
from alerts.services.timing import quiet_end
from alerts.services.webhooks import webhook_answered
from alerts.wording import kept_state, words
from cxmap.lib.outbound import AddressRefused, CallFailed, post
from cxmap.outbox.mails import mail_send, message_id
from cxmap.outbox.models import Message
from cxmap.outbox.registry import Delivered, Dropped, Failed, Later, Outcome
from cxmap.workspaces.models import Membership, Role
from journeys.comments import Place
from journeys.models import Comment

PAUSED_LOOK = timedelta(hours=1)  # how often a message looks whether its webhook was resumed
PAUSED_KEEP = timedelta(days=7)  # how long messages wait for it
GONE = 410  # the receiver says that it wants no more calls
STATE_FIELDS = (
    "period_start", "period_end", "state", "n", "value", "low", "high", "target", "baseline", "baseline_low",
    "baseline_high", "p_target_adjusted", "p_baseline_adjusted",
)  # fmt: skip


def mail_deliver(message: Message) -> Outcome:
    """Send one mail with the alerts that point to it."""
    rows = Membership.objects.select_related("user", "workspace")
    member = rows.filter(pk=message.payload["membership"], user__is_active=True).first()
    if member is None:
        return Dropped("left")
    preference = preference_of(member)
    now = timezone.now()
    if not preference.mail:
        return Dropped("mail_off")
    today = now.astimezone(member.workspace.zone).date()
    if is_muted(preference, today):
        return Dropped("muted")
    until = quiet_end(preference, now, member.workspace.zone)
    if until is not None:
        return Later(until)
    alerts = Alert.objects.filter(mail=message, membership=member).select_related(*EVENT_PARTS)
    events = [alert.event for alert in alerts.order_by("id")]
    if not events:
        return Dropped("gone")
    muted = set(Mute.objects.filter(membership=member, until__gt=today).values_list("flag", flat=True))
    events = [event for event in events if event.flag_id not in muted]
    if not events:
        return Dropped("muted")
    with translation.override(member.user.language or preference.language or settings.LANGUAGE_CODE):
        mail = _mail(member, events, message)
    return mail_send(mail)


def _mail(member: Membership, events: list[Event], message: Message) -> EmailMultiAlternatives:
    """Write the mail."""
    entries = [words(event, role=Role(member.role)) for event in events]
    number = len(entries)
    if number == 1:
        subject = _("%(title)s: %(about)s") % {"title": entries[0].title, "about": entries[0].about}
    else:
        subject = ngettext("%(n)s alert in %(workspace)s", "%(n)s alerts in %(workspace)s", number) % {
            "n": number,
            "workspace": member.workspace.name,
        }
    leave = unsubscribe_url(member)
    context = {
        "workspace": member.workspace,
        "entries": entries,
        "base": settings.PUBLIC_URL,
        "leave": leave,
        "language": (translation.get_language() or "en")[:2],
        "subject": subject,
    }
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string("alerts/mail.txt", context),
        to=[member.user.email],
        headers={
            "Message-ID": message_id(message),
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string("alerts/mail.html", context), "text/html")
    return mail


def webhook_deliver(message: Message) -> Outcome:
    """Call one webhook about one event, or with a ping."""
    webhook = Webhook.objects.select_related("workspace").filter(pk=message.payload["webhook"], deleted_at=None).first()
    if webhook is None:
        return Dropped("webhook_deleted")
    event_id = message.payload.get("event")
    if event_id is None:
        outcome = _call(webhook, message, "ping", {}, at=message.created_at)
        return Failed(outcome.error, outcome.code, permanent=True) if isinstance(outcome, Failed) else outcome
    if webhook.paused_at is not None:
        now = timezone.now()
        if now - message.created_at > PAUSED_KEEP:
            return Dropped("paused_long")
        return Later(now + PAUSED_LOOK)
    event = (
        Event.objects.select_related(*(part.removeprefix("event__") for part in EVENT_PARTS))
        .filter(pk=event_id)
        .first()
    )
    if event is None:
        return Dropped("gone")
    outcome = _call(webhook, message, event.kind, event_data(event), at=event.at)
    webhook_answered(webhook=webhook, error=outcome.error if isinstance(outcome, Failed) else "")
    return outcome


def event_data(event: Event) -> dict[str, Any]:
    """Return the data of an event as webhooks get it (docs/webhooks.md)."""
    texts = {}
    for language in ("en", "fr"):
        with translation.override(language):
            texts[language] = words(event).sentence
    path = words(event).path
    state, binding, source, comment = kept_state(event), event.binding, event.source, event.comment
    return {
        "event": str(event.pk),
        "flag": str(event.flag_id) if event.flag_id else None,
        "target": str(event.target_id) if event.target_id else None,
        "touchpoint": {"code": binding.touchpoint.code, "name": binding.touchpoint.name} if binding else None,
        "kpi": binding.kpi.code if binding else None,
        "source": {"key": source.key, "name": source.name} if source else None,
        "state": {name: _plain(getattr(state, name)) for name in STATE_FIELDS} if state else None,
        "facts": {} if comment else {name: value for name, value in event.facts.items() if name != "state"},
        "comment": comment_data(comment, event.facts.get("by", "")) if comment else None,
        "sentence": texts,
        "url": f"{settings.PUBLIC_URL}{path}" if path else None,
    }


def comment_data(comment: Comment, by: str) -> dict[str, Any]:
    """Return what programs get of a comment: where it stands and who spoke, never what was said."""
    return {
        "id": str(comment.pk),
        "thread": str(comment.thread_id),
        "journey": {"id": str(comment.journey_id), "name": comment.journey.name},
        "on": str(Place.of(comment)),
        "by": by,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def signature(secret: str, *, delivery_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a call as Standard Webhooks 1.0 has it: HMAC-SHA256 over "id.timestamp.body"."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _call(webhook: Webhook, message: Message, kind: str, data: dict[str, Any], *, at: Any) -> Outcome:
    delivery_id, timestamp = str(message.delivery_id), int(time.time())
    content = {"type": kind, "timestamp": at.isoformat(), "workspace": webhook.workspace.slug, "data": data}
    body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "cxmap-webhooks/1",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(webhook.secret, delivery_id=delivery_id, timestamp=timestamp, body=body),
    }
    try:
        answer = post(webhook.url, body=body, headers=headers)
    except AddressRefused:
        return Failed("private")
    except CallFailed as error:
        return Failed(str(error))
    if 200 <= answer.code < 300:
        return Delivered(answer.code)
    if 300 <= answer.code < 400:
        return Failed("redirect", answer.code)
    return Failed(f"answered|{answer.code}", answer.code, permanent=answer.code == GONE)
