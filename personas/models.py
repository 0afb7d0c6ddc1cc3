"""Personas: who the journey is told for, in four groups of ten fields, each with its evidence (A6–A9)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
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


class Status(models.TextChoices):
    """How far a sheet is. Only a validated one was read and agreed to by somebody, on a day."""

    TO_RESEARCH = "to_research", _("To be researched")
    DRAFT = "draft", _("Draft")
    VALIDATED = "validated", _("Validated")


class Portrait(models.TextChoices):
    """What stands for a face: a drawing of ours, the initials, or a picture that the team brought."""

    DRAWING = "drawing", _("Drawing")
    INITIALS = "initials", _("Initials")
    PICTURE = "picture", _("Own picture")


class PersonaSector(models.TextChoices):
    """Finer than the sector of a workspace: what people expect of a bank is not what they expect of an insurer."""

    RETAIL = "retail", _("Retail and e-commerce")
    BANKING = "banking", _("Banking")
    INSURANCE = "insurance", _("Insurance")
    TELECOM = "telecom", _("Telecommunications and media")
    ENERGY = "energy", _("Energy and water")
    HEALTH = "health", _("Health")
    PUBLIC = "public", _("Public services")
    TOURISM = "tourism", _("Tourism, hotels and restaurants")
    TRANSPORT = "transport", _("Transport and mobility")
    SOFTWARE = "software", _("Software and online services")
    INDUSTRY = "industry", _("Industry")
    EDUCATION = "education", _("Education and culture")
    OTHER = "other", _("Other")


class Market(models.TextChoices):
    """Whom the organisation serves, and through whom: it decides who buys, who uses and who advises."""

    B2C = "b2c", _("Company serving consumers (B2C)")
    B2B = "b2b", _("Company serving companies (B2B)")
    B2B2C = "b2b2c", _("Company serving consumers through partners (B2B2C)")
    PUBLIC = "public", _("Public body")
    ASSOCIATION = "association", _("Association or foundation")


class Relation(models.TextChoices):
    """Where somebody stands towards the organisation: the audience that a persona belongs to."""

    PROSPECT = "prospect", _("Prospects")
    NEW = "new", _("New customers")
    LOYAL = "loyal", _("Loyal customers")
    AT_RISK = "at_risk", _("Customers about to leave")
    LOST = "lost", _("Lost customers")
    PRESCRIBER = "prescriber", _("Prescribers and advisers")
    PARTNER = "partner", _("Partners and resellers")
    EMPLOYEE = "employee", _("Employees")


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
    # Whose data are this persona's, beside the segments: dimension → values that count (rules.py).
    dimensions = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    # A more general persona that this one refines. It may lie in the trash: the sheet then says so.
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children", verbose_name=_("more general persona")
    )
    sector = models.CharField(_("sector"), max_length=20, choices=PersonaSector, blank=True, default="", db_default="")
    market = models.CharField(
        _("type of company"), max_length=20, choices=Market, blank=True, default="", db_default=""
    )
    relation = models.CharField(_("audience"), max_length=20, choices=Relation, blank=True, default="", db_default="")
    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.DRAFT, db_default=Status.DRAFT.value
    )
    validated_at = models.DateTimeField(null=True, editable=False)
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    review_on = models.DateField(_("review date"), null=True, blank=True)
    # When the sheet was changed after its validation; None: what was validated is what stands there.
    changed_at = models.DateTimeField(null=True, editable=False)
    portrait = models.CharField(
        _("portrait"), max_length=20, choices=Portrait, default=Portrait.DRAWING, db_default=Portrait.DRAWING.value
    )
    portrait_variant = models.PositiveSmallIntegerField(default=0, db_default=0)
    # The SHA-256 of the team's own picture, the name under which it is kept (pictures.py); empty: there is none.
    picture = models.CharField(max_length=64, blank=True, editable=False, default="", db_default="")
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="validated") | Q(validated_at__isnull=False, review_on__isnull=False),
                name="personas_persona_validated_has_dates",
            ),
            models.CheckConstraint(
                condition=~Q(portrait="picture") | ~Q(picture=""), name="personas_persona_picture_is_kept"
            ),
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

    @property
    def is_validated(self) -> bool:
        return self.status == Status.VALIDATED

    @property
    def review_due(self) -> bool:
        """True from the review date on: an old agreement no longer speaks for the sheet."""
        return self.is_validated and self.review_on is not None and self.review_on <= timezone.localdate()

    @property
    def stands(self) -> bool:
        """True when somebody agreed to exactly this sheet and its review is not due yet."""
        return self.is_validated and self.changed_at is None and not self.review_due


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


class SectionKind(models.TextChoices):
    """The forms that a section of the team's own can take; sections.py says what each holds."""

    TEXT = "text", _("Text")
    LIST = "list", _("List")
    SLIDERS = "sliders", _("Sliders between two poles")
    TAGS = "tags", _("Tags")
    BARS = "bars", _("Bars")
    CHANNELS = "channels", _("Preferred channels")
    BRANDS = "brands", _("Brands")
    JOBS = "jobs", _("Jobs to be done")
    QUESTIONS = "questions", _("Questions to answer")
    EMPATHY = "empathy", _("Empathy map")


# What a team can add: the quadrants of the empathy map are there once each.
OWN_SECTION_KINDS = [choice for choice in SectionKind.choices if choice[0] != "empathy"]


class Quadrant(models.TextChoices):
    """The six parts of an empathy map."""

    SAYS = "says", _("Says")
    THINKS = "thinks", _("Thinks")
    DOES = "does", _("Does")
    FEELS = "feels", _("Feels")
    PAINS = "pains", _("Pain points")
    GAINS = "gains", _("Gains")


class Section(WorkspaceOwned):
    """A part of a sheet beyond the ten fields: one of the team's own, or a quadrant of the empathy map."""

    id = models.BigAutoField(primary_key=True)
    persona = models.ForeignKey(Persona, models.CASCADE, related_name="sections")
    kind = models.CharField(_("kind"), max_length=20, choices=SectionKind)
    quadrant = models.CharField(max_length=20, choices=Quadrant, blank=True, default="")
    title = models.CharField(_("title"), max_length=80, blank=True)
    content = models.JSONField(default=dict)  # its shape by kind: sections.py
    rank = models.FloatField(default=0)
    revision = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["persona", "rank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["persona", "quadrant"],
                condition=~Q(quadrant="") & Q(deleted_at=None),
                name="personas_section_unique_quadrant",
            ),
            models.CheckConstraint(
                condition=Q(kind="empathy") & ~Q(quadrant="") | ~Q(kind="empathy") & Q(quadrant="") & ~Q(title=""),
                name="personas_section_quadrant_or_title",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.get_quadrant_display()


class TraitEvidence(WorkspaceOwned):
    """What a field or a section of a persona rests on (A8): kind, where it stands, when, how many were asked."""

    id = models.BigAutoField(primary_key=True)
    trait = models.ForeignKey(Trait, models.CASCADE, null=True, related_name="evidence")
    section = models.ForeignKey(Section, models.CASCADE, null=True, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind)
    title = models.CharField(_("title"), max_length=200)
    link = models.URLField(_("link"), blank=True)
    gathered_on = models.DateField(_("date"), null=True, blank=True)
    n = models.PositiveIntegerField(_("people asked"), null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(trait=None, section__isnull=False) | Q(trait__isnull=False, section=None),
                name="personas_evidence_of_field_or_section",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def holder(self) -> "Trait | Section":
        """The field or section that rests on it."""
        found = self.trait or self.section
        assert found is not None  # noqa: S101 - the constraint says so; this narrows the type
        return found

    @property
    def anchor(self) -> str:
        """Where its holder stands on the sheet."""
        return f"trait-{self.trait_id}" if self.trait_id else f"section-{self.section_id}"
