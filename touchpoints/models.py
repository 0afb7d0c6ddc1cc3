"""The touchpoint library: categories and channels are separate attributes (A19), reused by many journeys."""

import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import BroughtFile, Named, WorkspaceOwned
from touchpoints.querysets import TouchpointQuerySet


class Bilingual(models.Model):
    """Abstract: a name in both languages."""

    name_fr = models.CharField(_("French name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_fr if (get_language() or "").startswith("fr") else self.name_en


class Category(WorkspaceOwned, Bilingual):
    """One of the four categories of the guide (A19): marketing, sales, service, product."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=60)
    abbreviation = models.CharField(max_length=2)  # MK, VE, SC, PR: stands beside the colour, never colour alone
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["rank", "id"]
        constraints = [models.UniqueConstraint(fields=["workspace", "code"], name="touchpoints_category_unique_code")]


class Channel(WorkspaceOwned, Bilingual):
    """How a touchpoint reaches people. The same channel serves several categories (social networks, e-mail, chat)."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=60)
    icon = models.CharField(max_length=40, default="website")  # id in the icon sprite
    # The SHA-256 of the workspace's own icon, the name under which it is kept (icons.py); empty: the one of the sprite.
    own_icon = models.CharField(max_length=64, blank=True, editable=False, default="", db_default="")
    own_icon_type = models.CharField(max_length=20, blank=True, editable=False, default="", db_default="")
    online = models.BooleanField(default=True)
    rank = models.PositiveSmallIntegerField(default=0)
    # The categories for which the guides name this channel: proposed first, never the only ones allowed.
    categories = models.ManyToManyField(Category, related_name="channels", blank=True)

    class Meta:
        ordering = ["rank", "id"]
        constraints = [models.UniqueConstraint(fields=["workspace", "code"], name="touchpoints_channel_unique_code")]


class Presence(models.TextChoices):
    ONLINE = "online", _("online")
    OFFLINE = "offline", _("offline")
    BOTH = "both", _("online and offline")


class Phase(models.TextChoices):
    BEFORE = "before", _("before the sale")
    DURING = "during", _("during the sale")
    AFTER = "after", _("after the sale")


class Span(models.TextChoices):
    """The period that a cost or a volume is counted over."""

    MONTH = "month", _("per month")
    QUARTER = "quarter", _("per quarter")
    YEAR = "year", _("per year")

    @property
    def per_year(self) -> int:
        """How many of them make a year."""
        return {Span.MONTH: 12, Span.QUARTER: 4, Span.YEAR: 1}[self]


class Personalisation(models.TextChoices):
    """How far a touchpoint adapts to whom it meets (A53, B5); nothing at all is only said when somebody said it."""

    NONE = "none", _("the same for everybody")
    SEGMENT = "segment", _("by segment")
    INDIVIDUAL = "individual", _("individual, from what is known of the person")
    LIVE = "live", _("individual, from what the person is doing now")


class PointKind(models.TextChoices):
    """What CJML makes of it: something is exchanged, or one side acts alone."""

    COMMUNICATION = "communication", _("communication point: two sides exchange something")
    ACTION = "action", _("action: one side acts alone")


class Party(models.TextChoices):
    """Who begins it, and who receives it (CJML)."""

    CUSTOMER = "customer", _("the customer")
    COMPANY = "company", _("the company")
    PARTNER = "partner", _("a partner of the company")
    OTHERS = "others", _("other people: friends, the press")


CONTENT_MONTHS = 12


class Department(WorkspaceOwned, Named):
    """A part of the company that is in charge of touchpoints and of what hurts there, across all maps (A13)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # Its touchpoints keep pointing to it, so that it comes back with them; until then they are nobody's.
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "sort_key"],
                condition=models.Q(deleted_at=None),
                name="touchpoints_department_unique_name",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Touchpoint(WorkspaceOwned, Named):
    """An occasion on which a customer meets the company (A1), wherever it stands on however many maps."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=60)  # names it in files and in the API
    category = models.ForeignKey(Category, models.PROTECT, related_name="touchpoints", verbose_name=_("category"))
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="touchpoints", verbose_name=_("channel"))
    presence = models.CharField(_("online or offline"), max_length=10, choices=Presence, default=Presence.ONLINE)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase, default=Phase.DURING)
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="touchpoints", verbose_name=_("department")
    )
    owner = models.CharField(pgettext_lazy("item", "owner"), max_length=120, blank=True)  # a person, mostly
    description = models.TextField(_("description"), blank=True)
    # In the workspace's currency. None: unknown, which is never nothing.
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=2, null=True, blank=True)
    cost_span = models.CharField(
        _("cost period"), max_length=10, choices=Span, default=Span.MONTH, db_default=Span.MONTH
    )
    # How many contacts somebody says there are; what is measured stands beside it (volumes.py). None: unknown.
    volume = models.PositiveBigIntegerField(_("contacts"), null=True, blank=True)
    volume_span = models.CharField(
        _("contacts period"), max_length=10, choices=Span, default=Span.MONTH, db_default=Span.MONTH
    )
    personalisation = models.CharField(
        _("personalisation"), max_length=10, choices=Personalisation, blank=True, default="", db_default=""
    )
    competitor_note = models.TextField(_("competitors"), blank=True, default="", db_default="")
    proactive_trigger = models.TextField(_("proactive help"), blank=True, default="", db_default="")
    kind = models.CharField(
        _("kind"), max_length=15, choices=PointKind, default=PointKind.COMMUNICATION, db_default=PointKind.COMMUNICATION
    )
    initiator = models.CharField(
        _("begun by"), max_length=10, choices=Party, default=Party.CUSTOMER, db_default=Party.CUSTOMER
    )
    # Empty for an action: nobody receives it.
    receiver = models.CharField(
        _("received by"), max_length=10, choices=Party, blank=True, default=Party.COMPANY, db_default=Party.COMPANY
    )
    # After how many months its content is said to be old.
    content_months = models.PositiveSmallIntegerField(
        _("content is old after (months)"),
        default=CONTENT_MONTHS,
        db_default=CONTENT_MONTHS,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    # What it became; its code and name still mean that one in files and in the API (merging.py).
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="merged")
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = TouchpointQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "code"], name="touchpoints_touchpoint_unique_code"),
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=Q(deleted_at=None), name="touchpoints_touchpoint_unique_name"
            ),
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0), name="touchpoints_touchpoint_cost"),
            models.CheckConstraint(
                condition=Q(kind=PointKind.ACTION, receiver="") | (Q(kind=PointKind.COMMUNICATION) & ~Q(receiver="")),
                name="touchpoints_touchpoint_receiver",
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "sort_key", "id"],
                condition=Q(deleted_at=None),
                name="touchpoints_touchpoint_sorted",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("touchpoints:detail", args=[self.pk])

    @property
    def cost_per_year(self) -> Decimal | None:
        """The cost of twelve months; None where it is unknown."""
        return None if self.cost is None else self.cost * Span(self.cost_span).per_year

    @property
    def volume_per_year(self) -> int | None:
        """The contacts of twelve months, as they were typed; None where unknown."""
        return None if self.volume is None else self.volume * Span(self.volume_span).per_year

    @property
    def cost_per_contact(self) -> Decimal | None:
        """None where either is unknown, or nobody came."""
        cost, volume = self.cost_per_year, self.volume_per_year
        return cost / volume if cost is not None and volume else None


class ContentItem(WorkspaceOwned):
    """One piece of content of a touchpoint: an answer of the FAQ, a help article, a video (A48, A49)."""

    class Kind(models.TextChoices):
        FAQ = "faq", _("answer of the FAQ")
        ARTICLE = "article", _("help article")
        VIDEO = "video", _("video tutorial")
        PAGE = "page", pgettext_lazy("content", "page")
        MESSAGE = "message", _("e-mail or message template")
        SCRIPT = "script", _("script for agents")
        PRINT = "print", _("printed matter")
        OTHER = "other", pgettext_lazy("content", "other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    touchpoint = models.ForeignKey(Touchpoint, models.CASCADE, related_name="contents")
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ARTICLE)
    address = models.URLField(_("address"), max_length=500, blank=True)
    updated_on = models.DateField(_("last updated on"), null=True, blank=True)  # None: nobody knows, so it is not fresh
    owner = models.CharField(pgettext_lazy("item", "owner"), max_length=120, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["touchpoint"], condition=Q(deleted_at=None), name="touchpoints_content_live")]

    def __str__(self) -> str:
        return self.title


class LibraryDraft(BroughtFile):
    """A file of touchpoints that somebody brought and is still looking at."""

    rows = models.JSONField()  # texts, a list a line, headings first
