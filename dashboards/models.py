"""Dashboards that people make of tiles, their links and mails, and the outcomes that a workspace works for."""

import datetime as dt
import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cxmap.workspaces.models import Named, WorkspaceOwned
from journeys.models import Journey
from kpis.models import Kpi
from personas.models import Persona
from touchpoints.models import Category

DELETED_FOR = dt.timedelta(days=30)  # as long as a deleted dashboard is offered back


class PeriodChoice(models.TextChoices):
    """The days that a dashboard shows when its address names none. All end with the last closed week or month."""

    CLOSED = "closed", _("last closed period of each KPI")
    WEEKS_4 = "4w", _("last 4 weeks")
    WEEKS_12 = "12w", _("last 12 weeks")
    MONTH = "month", _("last closed month")
    WEEKS_52 = "52w", _("last 52 weeks")


class Dashboard(WorkspaceOwned, Named):
    """Tiles in an order, over the same days and the same part of the library."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    # Not shared: nobody else in the workspace finds it.
    shared = models.BooleanField(_("shared with everybody in the workspace"), default=False)
    period = models.CharField(_("period"), max_length=8, choices=PeriodChoice, default=PeriodChoice.CLOSED)
    journey = models.ForeignKey(
        Journey, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("journey")
    )
    persona = models.ForeignKey(
        Persona, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("persona")
    )
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["sort_key", "id"]
        indexes = [
            models.Index(fields=["workspace", "sort_key"], name="dashboards_dashboard_list"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("dashboards:detail", args=[self.workspace.slug, self.pk])


class Tile(WorkspaceOwned):
    """One tile. `kind` is registered by a module of dashboards/tiles, which also says what `settings` holds."""

    class Width(models.IntegerChoices):
        """Columns of twelve."""

        QUARTER = 3, pgettext_lazy("part of a line", "a quarter")
        THIRD = 4, _("a third")
        HALF = 6, _("half")
        FULL = 12, _("the whole line")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="tiles")
    kind = models.CharField(max_length=20)
    settings = models.JSONField(default=dict)
    width = models.PositiveSmallIntegerField(_("width"), choices=Width, default=Width.THIRD)
    rank = models.FloatField(default=1024)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["rank", "id"]
        constraints = [models.CheckConstraint(condition=Q(width__in=[3, 4, 6, 12]), name="dashboards_tile_width")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class DashboardLink(WorkspaceOwned):
    """A read-only link to one dashboard. It stops with its day, when it is ended, and with its maker's rights."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="links")
    label = models.CharField(_("for whom"), max_length=120, blank=True)
    created_by = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    opened_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.label or str(self.pk)


class MailRhythm(models.TextChoices):
    WEEKLY = "weekly", _("every Monday")
    MONTHLY = "monthly", _("on the first of the month")


class Schedule(WorkspaceOwned):
    """A dashboard that goes out by mail. A worker claims the row when `next_at` has come (SKIP LOCKED)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="schedules")
    rhythm = models.CharField(_("how often"), max_length=8, choices=MailRhythm, default=MailRhythm.WEEKLY)
    hour = models.PositiveSmallIntegerField(
        pgettext_lazy("of the day", "hour"), default=8, validators=[MaxValueValidator(23)]
    )  # on the clock of the workspace
    language = models.CharField(_("language"), max_length=5, default="en")  # of those who chose none themselves
    address = models.URLField(max_length=500, blank=True)  # of the dashboard, as whoever set this up sees it
    recipients = models.ManyToManyField("workspaces.User", through="Recipient", related_name="+")
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    next_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["next_at"], condition=Q(deleted_at=None), name="dashboards_schedule_due")]
        constraints = [models.CheckConstraint(condition=Q(hour__lte=23), name="dashboards_schedule_hour")]

    def __str__(self) -> str:
        return f"{self.dashboard_id} {self.rhythm}"


class Recipient(WorkspaceOwned):
    """Who gets a mail: members only, looked up again when it is sent."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="recipient_rows")
    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["schedule", "id"]
        constraints = [models.UniqueConstraint(fields=["schedule", "user"], name="dashboards_recipient_unique")]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.user_id}"


class OutcomeKind(models.TextChoices):
    """What a better experience is to bring (A3, B2, B3)."""

    SATISFACTION = "satisfaction", _("satisfaction")
    LOYALTY = "loyalty", _("loyalty")
    RETENTION = "retention", _("retention")
    REPEAT = "repeat", _("repeat purchase and return")
    REFERRAL = "referral", _("recommendation and word of mouth")
    CONVERSION = "conversion", _("conversion")
    REVENUE = "revenue", _("revenue and customer lifetime value")
    COST = "cost", _("acquisition cost and other costs")


class Outcome(WorkspaceOwned):
    """A KPI that the workspace works for, over all touchpoints that carry it, and the journeys that should move it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("what it says"), max_length=12, choices=OutcomeKind)
    kpi = models.ForeignKey(Kpi, models.CASCADE, related_name="+", verbose_name=_("KPI"))
    note = models.CharField(_("why this KPI"), max_length=300, blank=True)
    rank = models.FloatField(default=1024)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["rank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "kpi"], condition=Q(deleted_at=None), name="dashboards_outcome_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.kpi_id}"


class OutcomeJourney(WorkspaceOwned):
    """A journey that is said to move an outcome."""

    outcome = models.ForeignKey(Outcome, models.CASCADE, related_name="journey_links")
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="+")
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["outcome", "id"]
        constraints = [models.UniqueConstraint(fields=["outcome", "journey"], name="dashboards_outcomejourney_unique")]

    def __str__(self) -> str:
        return f"{self.outcome_id} {self.journey_id}"
