"""Pain points, opportunities and the solutions that answer them (A33, A38, A39)."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cxmap.workspaces.models import WorkspaceOwned
from improvements.checklists import Checklist
from journeys.models import Journey, Step
from kpis.models import Binding, Flag
from touchpoints.models import Department, Touchpoint


class Nature(models.TextChoices):
    """What kind of friction it is (A17)."""

    ERGONOMICS = "ergonomics", _("ergonomics")
    CONTENT = "content", _("content")
    WAITING = "waiting", _("waiting")
    PRICE = "price", _("price")
    QUALITY = "quality", _("quality")
    RELATION = "relation", _("relation, welcome")
    OTHER = "other", _("other")


class NatureOrigin(models.TextChoices):
    PROPOSED = "proposed", _("proposed from the KPI")
    CHOSEN = "chosen", _("chosen by a person")


class Pain(WorkspaceOwned):
    """A pain point, or an opportunity, which need not come from a pain (A33)."""

    class Kind(models.TextChoices):
        PAIN = "pain", _("pain point")
        OPPORTUNITY = "opportunity", _("opportunity")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PAIN)
    title = models.CharField(_("title"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    nature = models.CharField(_("nature"), max_length=12, choices=Nature, blank=True)
    # Whether the nature is the product's proposal, left as it was, or a person's own choice; empty: not known, or none.
    nature_origin = models.CharField(max_length=8, choices=NatureOrigin, blank=True, editable=False)
    # Where it hurts. Steps are never removed from their table, so a restored step finds its pains again.
    journey = models.ForeignKey(Journey, models.SET_NULL, null=True, blank=True, related_name="pains")
    step = models.ForeignKey(Step, models.SET_NULL, null=True, blank=True, related_name="pains")
    touchpoint = models.ForeignKey(Touchpoint, models.SET_NULL, null=True, blank=True, related_name="pains")
    flag = models.ForeignKey(Flag, models.SET_NULL, null=True, blank=True, related_name="pains")
    # Who has to deal with it; None: whoever is in charge of the touchpoint.
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="pains", verbose_name=_("department")
    )
    rank = models.FloatField(default=1024)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def in_charge(self) -> Department | None:
        """Its own department, or that of the touchpoint at which it hurts; None: nobody yet."""
        own = self.department or (self.touchpoint.department if self.touchpoint else None)
        return own if own is not None and own.deleted_at is None else None


class ExpectedUnit(models.TextChoices):
    """A34–A36: an expected effect says of what."""

    RELATIVE = "relative", _("relative %")
    POINTS = "points", _("points")


class Solution(WorkspaceOwned):
    """What the team does about it; its first status is idea."""

    class Kind(models.TextChoices):
        FIX = "fix", _("fix")
        ENHANCE = "enhance", _("enhance")
        PREVENT = "prevent", _("prevent")

    class Status(models.TextChoices):
        IDEA = "idea", _("idea")
        PLANNED = "planned", _("planned")
        DOING = "doing", _("in progress")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FIX)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.IDEA)
    pain = models.ForeignKey(Pain, models.SET_NULL, null=True, blank=True, related_name="solutions")
    journey = models.ForeignKey(Journey, models.SET_NULL, null=True, blank=True, related_name="solutions")
    step = models.ForeignKey(Step, models.SET_NULL, null=True, blank=True, related_name="solutions")
    impact = models.PositiveSmallIntegerField(_("impact (1 to 5)"), null=True, blank=True)
    effort = models.PositiveSmallIntegerField(_("effort (1 to 5)"), null=True, blank=True)
    binding = models.ForeignKey(
        Binding, models.SET_NULL, null=True, blank=True, related_name="solutions", verbose_name=_("KPI")
    )
    # Signed: −20 with relative reads "20 % fewer"; points are those of the KPI's unit (1 = one percentage point).
    expected_value = models.FloatField(_("expected effect"), null=True, blank=True)
    expected_unit = models.CharField(_("unit"), max_length=10, choices=ExpectedUnit, blank=True)
    owner = models.CharField(pgettext_lazy("item", "owner"), max_length=120, blank=True)
    due_on = models.DateField(_("due date"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    rank = models.FloatField(default=1024)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(impact=None) | Q(impact__gte=1, impact__lte=5), name="improvements_solution_impact"
            ),
            models.CheckConstraint(
                condition=Q(effort=None) | Q(effort__gte=1, effort__lte=5), name="improvements_solution_effort"
            ),
            models.CheckConstraint(
                condition=Q(expected_value=None) | ~Q(expected_unit=""),
                name="improvements_solution_expected_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Review(WorkspaceOwned):
    """One dated look at a journey by a checklist: from channel to channel (A47), or by the six principles (B19)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="reviews")
    checklist = models.CharField(_("checklist"), max_length=12, choices=Checklist)
    held_on = models.DateField(_("date of the review"))
    people = models.CharField(_("who takes part"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    # The channel groups (codes) that stood on the map on that day: what was asked stays what it was. Of principles: none.
    groups = models.JSONField(default=list, editable=False)
    revision = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-held_on", "-created_at", "id"]
        indexes = [models.Index(fields=["journey", "checklist"], name="improvements_review_journey")]

    def __str__(self) -> str:
        return f"{self.get_checklist_display()} {self.held_on}"

    def get_absolute_url(self) -> str:
        return reverse("improvements:review", args=[self.pk])


class ReviewAnswer(WorkspaceOwned):
    """What was found at one point of one place. Without a row nobody has looked yet, which is never good."""

    class Answer(models.TextChoices):
        YES = "yes", pgettext_lazy("checklist", "yes")
        PARTLY = "partly", pgettext_lazy("checklist", "partly")
        NO = "no", pgettext_lazy("checklist", "no")
        NOT_APPLICABLE = "na", pgettext_lazy("checklist", "not applicable")
        UNLOOKED = "", pgettext_lazy("checklist", "not looked at yet")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, models.CASCADE, related_name="answers")
    place = models.CharField(max_length=40)  # key of a pair of groups, or of a principle
    criterion = models.CharField(max_length=40)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, blank=True)
    note = models.TextField(_("note"), blank=True)
    evidence = models.URLField(_("evidence"), max_length=500, blank=True)
    # Who gave this answer and when; a note alone changes neither.
    answered_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, editable=False)
    # The opportunity that the gap has become; once it is deleted the gap may be noted again.
    pain = models.ForeignKey(Pain, models.SET_NULL, null=True, blank=True, related_name="review_answers")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["review", "place", "criterion", "id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "place", "criterion"], name="improvements_reviewanswer_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.criterion}: {self.answer}"
