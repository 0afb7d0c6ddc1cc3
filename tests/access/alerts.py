"""Alerts, preferences and webhooks."""

from datetime import timedelta
from typing import Any

from django.core import signing
from django.utils import timezone

from alerts import services
from alerts.links import SALT
from cxmap.workspaces.models import Membership, Role
from tests.access import ApiRow, Open, Row, World, in_workspace, nothing
from tests.access.kpis import flag


def webhook(world: World) -> dict[str, Any]:
    cast = world.cast
    return {
        "pk": world.once(
            "webhook",
            lambda: services.webhook_add(
                workspace=cast.workspace,
                actor=cast.olga,
                name="Chat",
                url="https://example.org/hook",
                kinds=["flag.opened"],
            ),
        ).pk
    }


def leaving(world: World) -> dict[str, Any]:
    member = Membership.objects.get(workspace=world.cast.workspace, user=world.cast.vi)
    return {"token": signing.dumps(member.pk, salt=SALT)}


TOMORROW = (timezone.now() + timedelta(days=2)).date().isoformat()
HOOK = {"name": "Chat", "url": "https://example.org/hook", "kinds": ["flag.opened"]}

ROWS = [
    Row("alerts:list", in_workspace, Role.VIEWER),
    Row("alerts:read", in_workspace, Role.VIEWER, method="post", data={"up_to": "5"}),
    Row("alerts:preferences", in_workspace, Role.VIEWER),
    Row("alerts:preferences", in_workspace, Role.VIEWER, method="post"),
    Row("alerts:flag-mute", flag, Role.VIEWER, method="post", data={"until": TOMORROW}),
    Row("alerts:unsubscribe", leaving, Open.ANYONE, ok=200),
    Row("alerts:unsubscribe", leaving, Open.ANYONE, method="post", ok=200),
    Row("alerts:webhooks", in_workspace, Role.OWNER),
    Row("alerts:webhook-add", in_workspace, Role.OWNER, method="post", data=HOOK),
    Row("alerts:webhook", webhook, Role.OWNER),
    Row("alerts:webhook", webhook, Role.OWNER, method="post", data=HOOK),
    Row("alerts:webhook-test", webhook, Role.OWNER, method="post"),
    Row("alerts:webhook-secret", webhook, Role.OWNER, method="post"),
    Row("alerts:webhook-pause", webhook, Role.OWNER, method="post"),
    Row("alerts:webhook-resume", webhook, Role.OWNER, method="post"),
    Row("alerts:webhook-delete", webhook, Role.OWNER, method="post"),
    ApiRow("api:alert-list", nothing, Role.VIEWER),
    ApiRow("api:alert-read", nothing, Role.VIEWER, method="post", data={"up_to": 5}),
    ApiRow("api:webhook-list", nothing, Role.OWNER),
    ApiRow("api:webhook-list", nothing, Role.OWNER, method="post", data=HOOK),
    ApiRow("api:webhook-detail", webhook, Role.OWNER),
    ApiRow("api:webhook-detail", webhook, Role.OWNER, method="patch", data={"name": "Tickets"}),
    ApiRow("api:webhook-detail", webhook, Role.OWNER, method="delete"),
]
