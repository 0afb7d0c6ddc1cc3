"""Events (what happened once), alerts (what one member is told of it), preferences, mutes and webhooks."""

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.outbox.models import Message
from cxmap.workspaces.models import Membership, Role, WorkspaceOwned
from journeys.models import Comment
from kpis.models import Binding, Flag, Source, Target


class EventKind(models.TextChoices):
    """What people and programs can be told of; the values are what webhooks send as their type."""

    FLAG_OPENED = "flag.opened", _("a signal opens")
    FLAG_WORSENED = "flag.worsened", _("a signal worsens")
    FLAG_CLOSED = "flag.closed", _("a signal closes")
    DATA_STALE = "data.stale", _("data are late")
    DATA_FRESH = "data.fresh", _("late data have arrived")
    TARGET_AT_RISK = "target.at_risk", _("a target is at risk")
    TARGET_REVIEW = "target.review", _("a target is to be reviewed")
    COMMENT_MENTION = "comment.mention", _("a comment names me")
    COMMENT_REPLY = "comment.reply", _("somebody answers in a thread that I take part in")
    COMMENT_ADDED = "comment.added", _("there is a new comment on a map that I own or follow")
    COMMENT_RESOLVED = "comment.resolved", _("a thread that I began is resolved")


# What is about one person, whatever figures they work on: it is told to those who are concerned, whatever their scope.
PERSONAL = (
    EventKind.COMMENT_MENTION,
    EventKind.COMMENT_REPLY,
    EventKind.COMMENT_ADDED,
    EventKind.COMMENT_RESOLVED,
)
# What programs are called about: whom a comment names is nobody's business but theirs.
FOR_WEBHOOKS = tuple(kind for kind in EventKind if kind not in {EventKind.COMMENT_MENTION, EventKind.COMMENT_REPLY})


def webhook_kinds() -> list[tuple[str, Any]]:
    """Return the choices of kinds that a webhook can be called about, in the words of a program's author."""
    own = {
        EventKind.COMMENT_ADDED: _("somebody comments on a map"),
        EventKind.COMMENT_RESOLVED: _("a thread of comments is resolved"),
    }
    return [(kind.value, own.get(kind, kind.label)) for kind in FOR_WEBHOOKS]


class Event(WorkspaceOwned):
    """One transition, written in the transaction of the evaluation that found it. Its key keeps it the only one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=EventKind)
    key = models.CharField(max_length=120)  # flag:<id>:opened
    binding = models.ForeignKey(Binding, models.CASCADE, null=True, related_name="+")
    flag = models.ForeignKey(Flag, models.CASCADE, null=True, related_name="+")
    target = models.ForeignKey(Target, models.CASCADE, null=True, related_name="+")
    source = models.ForeignKey(Source, models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")
    # The closed period that decided, and what else its sentence needs, as they were: {"state": {...}, "newest_day": …}.
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="alerts_event_once"),
            models.CheckConstraint(
                condition=Q(binding__isnull=False) | Q(source__isnull=False) | Q(comment__isnull=False),
                name="alerts_event_of_something",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "-at"], condition=Q(source__isnull=False), name="alerts_event_source"),
            models.Index(fields=["comment"], condition=Q(comment__isnull=False), name="alerts_event_comment"),
        ]

    def __str__(self) -> str:
        return self.key


class Alert(WorkspaceOwned):
    """One event for one member: in the list and the counter of the page (in_app), in a mail, or both.

    It goes with the membership: nobody sees alerts of a workspace that they left.
    """

    id = models.BigAutoField(primary_key=True)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, models.CASCADE, related_name="alerts")
    in_app = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")  # the mail that tells it

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["membership", "event"], name="alerts_alert_once")]
        indexes = [
            models.Index(fields=["membership", "-id"], condition=Q(in_app=True), name="alerts_alert_list"),
            models.Index(fields=["membership"], condition=Q(in_app=True, read_at=None), name="alerts_alert_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.event_id}"


class Scope(models.TextChoices):
    EVERYTHING = "everything", _("everything in the workspace")
    JOURNEYS = "journeys", _("the journeys that I choose")
    CATEGORIES = "categories", _("the categories that I choose")
    MINE = "mine", _("only what I own")


class MailRhythm(models.TextChoices):
    IMMEDIATE = "immediate", _("at once")
    DAILY = "daily", _("one summary a day")
    WEEKLY = "weekly", _("one summary a week")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


def all_kinds() -> list[str]:
    return [kind.value for kind in EventKind]


def hook_kinds() -> list[str]:
    return [kind.value for kind in FOR_WEBHOOKS]


class Preference(WorkspaceOwned):
    """What one member wants to be told, and how. Hours and days are those of the workspace's time zone."""

    id = models.BigAutoField(primary_key=True)
    membership = models.OneToOneField(Membership, models.CASCADE, related_name="alert_preference")
    kinds = ArrayField(models.CharField(max_length=20, choices=EventKind), default=all_kinds, blank=True)
    scope = models.CharField(max_length=12, choices=Scope, default=Scope.EVERYTHING)
    journeys = ArrayField(models.UUIDField(), default=list, blank=True)
    categories = ArrayField(models.BigIntegerField(), default=list, blank=True)
    in_app = models.BooleanField(default=True)
    mail = models.BooleanField(default=False)
    mail_rhythm = models.CharField(max_length=10, choices=MailRhythm, default=MailRhythm.IMMEDIATE)
    summary_hour = models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(23)])
    summary_weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MONDAY)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    muted_until = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=5, blank=True)  # of the page on which mails were asked for

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None) | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="alerts_preference_quiet_hours",
            ),
            models.CheckConstraint(condition=Q(summary_hour__lte=23), name="alerts_preference_hour"),
        ]

    def __str__(self) -> str:
        return str(self.membership_id)

    @classmethod
    def default_of(cls, membership: Membership) -> "Preference":
        """Return what holds for a member who has chosen nothing: everything in the list, for a viewer what is about them."""
        works = Role(membership.role).level >= Role.ANALYST.level
        kinds = all_kinds() if works else [kind.value for kind in PERSONAL]
        return cls(workspace_id=membership.workspace_id, membership=membership, kinds=kinds)


class Mute(WorkspaceOwned):
    """One member hears nothing of one signal until a day."""

    id = models.BigAutoField(primary_key=True)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    flag = models.ForeignKey(Flag, models.CASCADE, related_name="+")
    until = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["membership", "flag"], name="alerts_mute_unique")]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.flag_id}"


class Webhook(WorkspaceOwned):
    """An address of another program that is called at events; docs/webhooks.md is for whoever writes that program."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    url = models.CharField(max_length=500)
    # Kept as it is, because it signs; shown once, and never written to the change log.
    secret = models.CharField(max_length=80)
    kinds = ArrayField(models.CharField(max_length=20, choices=EventKind), default=hook_kinds)
    failures = models.PositiveSmallIntegerField(default=0)  # failed attempts in a row
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=300, blank=True)  # empty: somebody paused it
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """Under which its messages stand in the outbox."""
        return f"webhook:{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("alerts:webhook", args=[self.pk])
