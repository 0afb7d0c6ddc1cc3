"""The one change log: who changed what, when, from which rows to which."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext

from cxmap.history.sentences import sentence_of


class Change(models.Model):
    """One act of one person (or of the system), with every row that it touched before and after.

    Undo, activity feed, audit, named versions and semantic difference all read this table.
    """

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey("workspaces.Workspace", models.CASCADE, related_name="changes")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")  # None: system
    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=60)  # "step.moved"
    # What the change belongs to on a screen: the journey for everything on its map.
    scope_type = models.CharField(max_length=60, blank=True)
    scope_id = models.CharField(max_length=40, blank=True)
    target_type = models.CharField(max_length=60)
    target_id = models.CharField(max_length=40)
    summary = models.JSONField(default=dict)  # names to show in a feed: {"name": …, "from": …, "to": …}
    # [{"model": "journeys.card", "pk": …, "before": {...} | null, "after": {...} | null}]; only changed fields.
    rows = models.JSONField(default=list)
    # One gesture may be several changes (a paste of cells): they undo together.
    gesture = models.UUIDField(default=uuid.uuid4)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["workspace", "scope_type", "scope_id", "-id"], name="history_change_scope"),
            models.Index(fields=["workspace", "target_type", "target_id", "-id"], name="history_change_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_id}"

    @property
    def who(self) -> str:
        """Who did it: a member, a guest by the name that they gave, or the product itself."""
        if self.actor is not None:
            return str(self.actor)
        guest = self.summary.get("guest")
        return gettext("%(name)s (guest)") % {"name": guest} if guest else "cxmap"

    @property
    def sentence(self) -> str:
        """What was done, in the reader's language, with the names that were kept."""
        return sentence_of(self.action, self.summary)
