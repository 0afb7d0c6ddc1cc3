"""Tenants and people: workspaces, members, invitations, API tokens."""

import uuid
import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.lib.text import sort_key


class UserManager(BaseUserManager["User"]):
    """Users are known by their e-mail address, compared without case."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person. Rights come from memberships only."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(max_length=5, blank=True)  # empty: the browser decides
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["email", "id"]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = (self.name or self.email.split("@")[0].replace(".", " ")).split()
        return "".join(word[0] for word in words[:2]).upper()


class Role(models.TextChoices):
    """What a member may do; every role includes the ones before it."""

    VIEWER = "viewer", _("viewer")
    ANALYST = "analyst", _("analyst")
    EDITOR = "editor", _("editor")
    OWNER = "owner", _("owner")

    @property
    def level(self) -> int:
        return list(Role).index(self)


class Sector(models.TextChoices):
    RETAIL = "retail", _("Retail and e-commerce")
    BANKING = "banking", _("Banking and insurance")
    TELECOM = "telecom", _("Telecommunications and media")
    TRAVEL = "travel", _("Travel, hotels and restaurants")
    HEALTH = "health", _("Health")
    PUBLIC = "public", _("Public services")
    INDUSTRY = "industry", _("Industry and energy")
    SOFTWARE = "software", _("Software and online services")
    EDUCATION = "education", _("Education and culture")
    OTHER = "other", _("Other")


class CompanyType(models.TextChoices):
    STARTUP = "startup", _("Start-up")
    SMALL = "small", _("Small or medium-sized company")
    LARGE = "large", _("Large company")
    PUBLIC = "public", _("Public body")
    ASSOCIATION = "association", _("Association")


class Audience(models.TextChoices):
    CONSUMERS = "consumers", _("Consumers (B2C)")
    BUSINESSES = "businesses", _("Businesses (B2B)")
    BOTH = "both", _("Consumers and businesses")
    CITIZENS = "citizens", _("Citizens, users of a public service")
    EMPLOYEES = "employees", _("Employees")


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("%(zone)s is not a known time zone, such as Europe/Paris."), params={"zone": value})


class Workspace(models.Model):
    """One tenant: everything else belongs to exactly one."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector, default=Sector.OTHER)
    company_type = models.CharField(_("company type"), max_length=20, choices=CompanyType, default=CompanyType.SMALL)
    audience = models.CharField(_("audience"), max_length=20, choices=Audience, default=Audience.CONSUMERS)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Paris", validators=[validate_time_zone])
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    # The KPI of the dashboard's first tile, by code (screens: Dashboard 2).
    headline_kpi = models.CharField(max_length=60, default="csat")
    # Observations older than this many months are dropped, their roll-ups stay; None: they are kept for good.
    retention_months = models.PositiveSmallIntegerField(
        _("keep observations for (months)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(3), MaxValueValidator(240)],
    )
    # Roll-ups of days before this one are sealed: their observations are gone, so they are never recomputed.
    sealed_before = models.DateField(null=True, editable=False)
    # The zone in which the days of the facts were cut; other than time_zone while workers cut them anew. Empty: as time_zone.
    facts_time_zone = models.CharField(max_length=60, default="", editable=False)
    # Sites whose pages may show maps of this workspace in a frame, as browsers write them (cxmap/workspaces/origins.py);
    # empty: no map is embedded anywhere.
    embed_origins = ArrayField(models.CharField(max_length=200), default=list, blank=True, db_default=[])
    fictional = models.BooleanField(default=False)  # the demo says on every page that its figures are made up
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("kpis:dashboard", args=[self.slug])

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Membership(models.Model):
    """One person in one workspace, with one role."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["workspace", "user"]
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="workspaces_membership_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.workspace_id}"


class Invitation(models.Model):
    """A link that makes its bearer a member; good until it expires, is used up or is revoked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.VIEWER)
    email = models.EmailField(_("e-mail"), blank=True)  # empty: whoever has the link
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"{self.role} {self.workspace_id}"


class AccessRequest(models.Model):
    """Somebody who asks an owner for access to a workspace, or for a higher role in it."""

    class Status(models.TextChoices):
        OPEN = "open", _("waiting for an answer")
        GRANTED = "granted", _("granted")
        DECLINED = "declined", _("declined")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="access_requests")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    note = models.TextField(_("note"), blank=True)
    path = models.CharField(max_length=300)  # what they had opened
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    role = models.CharField(_("role"), max_length=10, choices=Role, blank=True)  # what was granted
    created_at = models.DateTimeField(auto_now_add=True)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "user"], condition=Q(status="open"), name="workspaces_accessrequest_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status="open") | Q(answered_at__isnull=False), name="workspaces_accessrequest_answered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.status} {self.workspace_id}"


class ApiToken(models.Model):
    """One token = one workspace + one role. Only its hash is kept; the text is shown once."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="api_tokens")
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.VIEWER)
    name = models.CharField(_("name"), max_length=120, blank=True)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of a 256-bit random text: nothing to stretch
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.name or self.prefix


class WorkspaceOwned(models.Model):
    """Abstract: a row of one workspace. Every tenant table carries the column itself, for row-level security."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class BroughtFile(WorkspaceOwned):
    """Abstract: a file that somebody brought and is still looking at (cxmap/workspaces/brought.py)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.name


class Named(models.Model):
    """Abstract: a name, and beside it the key under which it sorts (cxmap.lib.text.sort_key)."""

    name = models.CharField(_("name"), max_length=200)
    sort_key = models.CharField(max_length=400, editable=False, default="")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the sort key beside the name, also in a save of named fields."""
        self.sort_key = sort_key(self.name)
        fields = kwargs.get("update_fields")
        if fields is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "sort_key"}
        super().save(*args, **kwargs)
