"""Messages that leave the application: mails, calls of other programs."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One effect to bring about outside the database, once.

    The key says what it is (transition, channel, recipient): a second row with the same key cannot be written. All times
    are compared by the clock of the database, so that a worker whose own clock is wrong neither waits nor hurries.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("to be sent")
        DELIVERED = "delivered", _("delivered")
        DROPPED = "dropped", _("not sent")  # there was no reason left to send it; `error` says why
        FAILED = "failed", _("given up")

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey("workspaces.Workspace", models.CASCADE, related_name="+")
    topic = models.CharField(max_length=40)  # who delivers it (registry.py)
    key = models.CharField(max_length=200, unique=True)
    # Sent along with every attempt: a receiver that has seen it before has nothing to do.
    delivery_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField(max_length=60, blank=True)  # what it goes to, for lists: webhook:<id>
    payload = models.JSONField(default=dict)  # ids only, never a customer's text
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    available_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.UUIDField(null=True)
    answer_code = models.PositiveSmallIntegerField(null=True)  # of the last attempt, where there is such a thing
    error = models.CharField(max_length=300, blank=True)  # of the last attempt: a code, with a detail after a bar
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["available_at", "id"], condition=Q(status="waiting"), name="outbox_message_due"),
            models.Index(fields=["subject", "-id"], condition=~Q(subject=""), name="outbox_message_subject"),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="outbox_message_done"),
        ]

    def __str__(self) -> str:
        return self.key
