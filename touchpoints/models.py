"""The touchpoint library: categories and channels are separate attributes (A19), reused by many journeys."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cxmap.search.texts import search_index
from cxmap.workspaces.models import Named, WorkspaceOwned
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


class Touchpoint(WorkspaceOwned, Named):
    """An occasion on which a customer meets the company (A1), wherever it stands on however many maps."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=60)  # names it in files and in the API
    category = models.ForeignKey(Category, models.PROTECT, related_name="touchpoints", verbose_name=_("category"))
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="touchpoints", verbose_name=_("channel"))
    presence = models.CharField(_("online or offline"), max_length=10, choices=Presence, default=Presence.ONLINE)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase, default=Phase.DURING)
    owner = models.CharField(pgettext_lazy("item", "owner"), max_length=120, blank=True)  # a department or a person
    description = models.TextField(_("description"), blank=True)
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
        ]
        indexes = [search_index("name", "code", "owner", "description", name="touchpoints_touchpoint_search")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("touchpoints:detail", args=[self.pk])
