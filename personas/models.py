"""Personas: who the journey is told for, in four groups of ten fields, each with its evidence (A6–A9)."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Named, WorkspaceOwned


class TraitGroup(models.TextChoices):
    DEMOGRAPHIC = "demographic", _("Demographic")
    PSYCHOGRAPHIC = "psychographic", _("Psychographic")
    BEHAVIOURAL = "behavioural", _("Behavioural")
    MOTIVATIONAL = "motivational", _("Motivational")


class TraitField(models.TextChoices):
    """The ten fields of the guide (A7), in its order."""

    AGE = "age", _("Age")
    SEX = "sex", _("Sex")
    PLACE = "place", _("Place of residence")
    VALUES = "values", _("Values")
    INTERESTS = "interests", _("Interests")
    LIFESTYLE = "lifestyle", _("Lifestyle")
    PURCHASE_HABITS = "purchase_habits", _("Purchase habits")
    PRODUCT_USE = "product_use", _("Product use")
    GOALS = "goals", _("Personal goals")
    FRUSTRATIONS = "frustrations", _("Frustrations")


FIELDS_OF_GROUP: dict[TraitGroup, tuple[TraitField, ...]] = {
    TraitGroup.DEMOGRAPHIC: (TraitField.AGE, TraitField.SEX, TraitField.PLACE),
    TraitGroup.PSYCHOGRAPHIC: (TraitField.VALUES, TraitField.INTERESTS, TraitField.LIFESTYLE),
    TraitGroup.BEHAVIOURAL: (TraitField.PURCHASE_HABITS, TraitField.PRODUCT_USE),
    TraitGroup.MOTIVATIONAL: (TraitField.GOALS, TraitField.FRUSTRATIONS),
}


class EvidenceKind(models.TextChoices):
    """How a statement about customers was obtained (A8)."""

    SURVEY = "survey", _("Survey")
    INTERVIEW = "interview", _("Interview")
    DATA = "data", _("Data analysis")


class Segment(WorkspaceOwned, Named):
    """A value that observations carry; a persona lists the segments that it stands for."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["workspace", "code"], name="personas_segment_unique_code")]

    def __str__(self) -> str:
        return self.name


class Persona(WorkspaceOwned, Named):
    """A semi-fictional customer, resting on research and data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tagline = models.CharField(_("in a few words"), max_length=200, blank=True)  # "34, in a hurry"
    quote = models.CharField(_("quotation"), max_length=400, blank=True)
    summary = models.TextField(_("who is it?"), blank=True)
    share_percent = models.PositiveSmallIntegerField(_("share of customers (%)"), null=True, blank=True)
    # Index into the Okabe–Ito set; the dash and marker of the curve follow it (journey-map § 5).
    colour = models.PositiveSmallIntegerField(default=0)
    segments = models.ManyToManyField(Segment, blank=True, related_name="personas", verbose_name=_("segments"))
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=Q(deleted_at=None), name="personas_persona_unique_name"
            ),
            models.CheckConstraint(
                condition=Q(share_percent=None) | Q(share_percent__lte=100), name="personas_persona_share_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("personas:detail", args=[self.pk])

    @property
    def spoken(self) -> str:
        """The quotation without the marks that people type around it: pages and paper set those of the reader's language."""
        return self.quote.strip('«»“”" \u00a0\u202f')

    @property
    def share_fraction(self) -> float | None:
        """The share of customers from 0 to 1."""
        return None if self.share_percent is None else self.share_percent / 100


class Trait(WorkspaceOwned):
    """One field of one persona: one of the ten of the guide, or one of the team's own (field empty, label set)."""

    id = models.BigAutoField(primary_key=True)
    persona = models.ForeignKey(Persona, models.CASCADE, related_name="traits")
    group = models.CharField(max_length=20, choices=TraitGroup)
    field = models.CharField(max_length=20, choices=TraitField, blank=True)
    label = models.CharField(_("label"), max_length=80, blank=True)
    text = models.TextField(_("text"), blank=True)
    rank = models.FloatField(default=0)
    revision = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["persona", "rank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["persona", "field"],
                condition=~Q(field="") & Q(deleted_at=None),
                name="personas_trait_unique_field",
            ),
            models.CheckConstraint(condition=~Q(field="") | ~Q(label=""), name="personas_trait_field_or_label"),
        ]

    def __str__(self) -> str:
        return self.label or self.get_field_display()


class TraitEvidence(WorkspaceOwned):
    """What a field of a persona rests on (A8): kind, where it stands, when, how many were asked."""

    id = models.BigAutoField(primary_key=True)
    trait = models.ForeignKey(Trait, models.CASCADE, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind)
    title = models.CharField(_("title"), max_length=200)
    link = models.URLField(_("link"), blank=True)
    gathered_on = models.DateField(_("date"), null=True, blank=True)
    n = models.PositiveIntegerField(_("people asked"), null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["trait", "id"]

    def __str__(self) -> str:
        return self.title
