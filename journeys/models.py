"""Journeys: stages hold steps, lanes cross them, cards stand in the cells.

Rows of a map are never removed: `deleted_at` takes them off the screen, so that undo brings back the very same row with
everything that points to it.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Named, Sector, WorkspaceOwned
from journeys.querysets import JourneyQuerySet
from personas.models import Persona
from touchpoints.models import Touchpoint


class JourneyKind(models.TextChoices):
    """Whose journey it is (B1, B24)."""

    CUSTOMER = "customer", _("customer journey (CX)")
    EMPLOYEE = "employee", _("employee journey (EX)")
    PRODUCT = "product", _("product journey (PX)")


class Horizon(models.TextChoices):
    AS_IS = "as_is", _("as-is journey")
    TO_BE = "to_be", _("to-be journey")


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    PUBLISHED = "published", _("published")


class Aim(models.TextChoices):
    """Why the journey is followed (B7)."""

    RESOURCES = "resources", _("target resources")
    CUSTOMERS = "customers", _("reach new groups of customers")
    SIMPLIFY = "simplify", _("simplify online and offline")


class Method(models.TextChoices):
    """How the map was made (A12); the form says what each is good and bad at."""

    WORKSHOP = "workshop", _("workshop")
    DATA = "data", _("data analysis")
    INTERVIEWS = "interviews", _("surveys and interviews")


class Journey(WorkspaceOwned, Named):
    """One journey of one workspace, drawn as a map."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=JourneyKind, default=JourneyKind.CUSTOMER)
    horizon = models.CharField(_("horizon"), max_length=10, choices=Horizon, default=Horizon.AS_IS)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    personas = models.ManyToManyField(Persona, through="JourneyPersona", related_name="journeys")
    # A map has a persona, or says openly that it has none yet (A6).
    no_persona_yet = models.BooleanField(_("no persona yet"), default=False)
    scenario = models.TextField(_("scenario"), blank=True)
    expectation = models.TextField(_("what the customer expects"), blank=True)
    success_measure = models.CharField(_("measure of success"), max_length=300, blank=True)
    aims = ArrayField(models.CharField(max_length=20, choices=Aim), default=list, blank=True, verbose_name=_("aims"))
    methods = ArrayField(
        models.CharField(max_length=20, choices=Method), default=list, blank=True, verbose_name=_("methods used")
    )
    owner = models.CharField(_("owner"), max_length=120, blank=True)
    review_on = models.DateField(_("review date"), null=True, blank=True)
    template = models.CharField(max_length=40, blank=True)  # the template it began with
    revision = models.PositiveIntegerField(default=1)  # guards the settings of the journey itself
    # Moves with every edit of anything on the map: the key under which its rendered board may be kept.
    board_revision = models.PositiveBigIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = JourneyQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        indexes = [models.Index(fields=["workspace", "sort_key"], name="journeys_journey_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("journeys:detail", args=[self.pk])

    @property
    def aim_labels(self) -> list[str]:
        return [str(Aim(aim).label) for aim in self.aims]

    @property
    def method_labels(self) -> list[str]:
        return [str(Method(method).label) for method in self.methods]


class JourneyPersona(WorkspaceOwned):
    """A persona on a map, in order."""

    id = models.BigAutoField(primary_key=True)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="persona_links")
    persona = models.ForeignKey(Persona, models.CASCADE, related_name="journey_links")
    rank = models.FloatField(default=0)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["journey", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["journey", "persona"], name="journeys_journeypersona_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} {self.persona_id}"


class MapRow(WorkspaceOwned):
    """Abstract: a stage, step, lane, card or point of a map."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


class Stage(MapRow):
    """A phase of the journey in the guides' words: need, awareness, evaluation, purchase…"""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("note"), max_length=300, blank=True)
    # The stage of the template it came from: lets one matrix line up several journeys.
    template_key = models.CharField(max_length=40, blank=True)
    rank = models.FloatField()
    hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ["journey", "rank", "id"]

    def __str__(self) -> str:
        return self.name


class Step(MapRow):
    """One column: a moment that the customer lives."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="steps")
    stage = models.ForeignKey(Stage, models.CASCADE, related_name="steps")
    name = models.CharField(_("name"), max_length=160)
    rank = models.FloatField()  # among the steps of its stage
    hidden = models.BooleanField(default=False)
    moment_of_truth = models.BooleanField(_("moment of truth"), default=False)

    class Meta:
        ordering = ["journey", "stage", "rank", "id"]

    def __str__(self) -> str:
        return self.name


class Lane(MapRow):
    """One row across all steps; its kind says who fills it (journeys/lanes.py)."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="lanes")
    kind = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=80, blank=True)  # empty: the label of the kind
    rank = models.FloatField()
    hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ["journey", "rank", "id"]

    def __str__(self) -> str:
        return self.name or self.kind


class Card(MapRow):
    """The smallest thing that is edited: a text or a touchpoint in the cell of a step and a lane."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="cards")
    lane = models.ForeignKey(Lane, models.CASCADE, related_name="cards")
    step = models.ForeignKey(Step, models.CASCADE, related_name="cards")
    rank = models.FloatField(default=1024)
    text = models.TextField(_("text"), blank=True)
    # PROTECT: a touchpoint leaves the library by deleted_at, which keeps what stands on maps.
    touchpoint = models.ForeignKey(Touchpoint, models.PROTECT, null=True, blank=True, related_name="cards")
    persona = models.ForeignKey(Persona, models.SET_NULL, null=True, blank=True, related_name="cards")
    # A thought is a hypothesis of the team, or a verbatim with its source.
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        ordering = ["journey", "lane", "step", "rank", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") | Q(touchpoint__isnull=False), name="journeys_card_not_empty"),
        ]
        indexes = [models.Index(fields=["workspace", "touchpoint"], name="journeys_card_touchpoint")]

    def __str__(self) -> str:
        return self.text[:60]


class CurvePoint(MapRow):
    """What the team believes that customers feel at a step, from −2 to +2 in halves (journey-map § 4)."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="curve_points")
    step = models.ForeignKey(Step, models.CASCADE, related_name="curve_points")
    level = models.DecimalField(max_digits=3, decimal_places=1)

    class Meta:
        ordering = ["journey", "step", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step"], condition=Q(deleted_at=None), name="journeys_curvepoint_unique_step"
            ),
            models.CheckConstraint(condition=Q(level__gte=-2) & Q(level__lte=2), name="journeys_curvepoint_level"),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.level}"


class ShareLink(WorkspaceOwned):
    """A read-only link to one map; its address is signed, so nothing secret is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="share_links")
    label = models.CharField(_("for whom"), max_length=120, blank=True)
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    opened_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.label or str(self.pk)


class JourneyTemplate(WorkspaceOwned, Named):
    """A template that the workspace made from one of its maps; its content reads as the files of journeys/blueprints/."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    description = models.CharField(_("description"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=JourneyKind, default=JourneyKind.CUSTOMER)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector, blank=True)  # empty: every sector
    content = models.JSONField(default=dict)
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["sort_key", "id"]
        indexes = [models.Index(fields=["workspace", "sort_key"], name="journeys_template_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("journeys:add-own", args=[self.pk])
