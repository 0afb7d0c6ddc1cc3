"""Webhooks of a workspace. Their secret signs, so it is kept; the change log never sees it."""

import base64
import secrets
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from alerts.errors import TooManyWebhooks
from alerts.models import Webhook
from alerts.topics import WEBHOOK
from cxmap.history.services import history_record
from cxmap.lib.outbound import address_check
from cxmap.outbox.models import Message
from cxmap.outbox.services import outbox_hasten, outbox_put
from cxmap.workspaces.models import User, Workspace

MOST = 20  # webhooks of one workspace
PAUSE_AFTER = 10  # failed attempts in a row


def _secret() -> str:
    """Return a new secret as the Standard Webhooks libraries expect it: 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _note(webhook: Webhook, actor: User | None, action: str) -> None:
    history_record(actor=actor, action=action, target=webhook, name=webhook.name)


@transaction.atomic
def webhook_add(*, workspace: Workspace, actor: User, name: str, url: str, kinds: Sequence[str]) -> Webhook:
    """Add an address to call; `secret` of what is returned is shown this once. Raises AddressRefused, TooManyWebhooks."""
    address_check(url)
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    if Webhook.objects.filter(workspace=workspace, deleted_at=None).count() >= MOST:
        raise TooManyWebhooks
    webhook = Webhook.objects.create(
        workspace=workspace, name=name, url=url, kinds=list(kinds), secret=_secret(), created_by=actor
    )
    _note(webhook, actor, "webhook.added")
    return webhook


@transaction.atomic
def webhook_update(*, webhook: Webhook, actor: User, **fields: object) -> Webhook:
    """Change name, url or kinds. Raises AddressRefused."""
    if "url" in fields:
        address_check(str(fields["url"]))
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    changed = {name: value for name, value in fields.items() if getattr(webhook, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(webhook, name, value)
        webhook.save(update_fields=list(changed))
        _note(webhook, actor, "webhook.updated")
    return webhook


@transaction.atomic
def webhook_delete(*, webhook: Webhook, actor: User) -> None:
    """Call it no more; what waits for it is dropped when its turn comes."""
    if Webhook.objects.filter(pk=webhook.pk, deleted_at=None).update(deleted_at=timezone.now(), secret=""):
        _note(webhook, actor, "webhook.deleted")
        outbox_hasten([webhook.subject])


@transaction.atomic
def webhook_secret_renew(*, webhook: Webhook, actor: User) -> Webhook:
    """Give it a new secret, shown this once; the old one signs nothing any more."""
    webhook.secret = _secret()
    webhook.save(update_fields=["secret"])
    _note(webhook, actor, "webhook.secret_renewed")
    return webhook


@transaction.atomic
def webhook_pause(*, webhook: Webhook, actor: User) -> None:
    if Webhook.objects.filter(pk=webhook.pk, paused_at=None).update(paused_at=timezone.now(), pause_reason=""):
        _note(webhook, actor, "webhook.paused")


@transaction.atomic
def webhook_resume(*, webhook: Webhook, actor: User) -> None:
    """Call it again, what waited first."""
    paused = Webhook.objects.filter(pk=webhook.pk, paused_at__isnull=False)
    if paused.update(paused_at=None, pause_reason="", failures=0):
        _note(webhook, actor, "webhook.resumed")
        outbox_hasten([webhook.subject])


@transaction.atomic
def webhook_test(*, webhook: Webhook) -> Message:
    """Send a ping, also to a paused one; it is tried once, and counts for nothing. One that waits is returned instead."""
    # One at a time: two pings would each find that none waits.
    Webhook.objects.select_for_update().get(pk=webhook.pk)
    ping = f"webhook:{webhook.pk}:ping:"
    waiting = Message.objects.filter(subject=webhook.subject, status=Message.Status.WAITING, key__startswith=ping)
    if (first := waiting.first()) is not None:
        return first
    key = f"{ping}{uuid.uuid4()}"
    message = Message(
        workspace_id=webhook.workspace_id,
        topic=WEBHOOK,
        key=key,
        subject=webhook.subject,
        payload={"webhook": str(webhook.pk)},
    )
    return outbox_put([message])[key]


@transaction.atomic
def webhook_answered(*, webhook: Webhook, error: str) -> None:
    """Count the attempts that failed in a row; PAUSE_AFTER of them pause the webhook. An empty error: it worked."""
    rows = Webhook.objects.filter(pk=webhook.pk)
    if not error:
        rows.exclude(failures=0).update(failures=0)
        return
    rows.filter(failures__lt=1000).update(failures=F("failures") + 1)
    paused = rows.filter(paused_at=None, deleted_at=None, failures__gte=PAUSE_AFTER)
    if paused.update(paused_at=timezone.now(), pause_reason=error[:300]):
        _note(webhook, None, "webhook.gave_up")
