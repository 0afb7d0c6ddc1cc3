"""Journeys: stages hold steps, lanes cross them, cards stand in the cells.

Rows of a map are never removed: `deleted_at` takes them off the screen, so that undo brings back the very same row with
everything that points to it.
"""

import uuid
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from cxmap.workspaces.models import BroughtFile, Named, Sector, WorkspaceOwned
from journeys.querysets import CommentQuerySet, JourneyQuerySet, NumberedQuerySet
from personas.models import Persona
from touchpoints.models import Channel, Touchpoint


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


class EvidenceKind(models.TextChoices):
    """What a statement on a map rests on, strongest first (journey-map § 4, A8, A15)."""

    DATA = "data", _("live data")
    SURVEY = "survey", pgettext_lazy("evidence", "survey")
    INTERVIEW = "interview", pgettext_lazy("evidence", "interview")
    TICKET = "ticket", pgettext_lazy("evidence", "support ticket")
    WORKSHOP = "workshop", _("workshop opinion")


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
    owner = models.CharField(pgettext_lazy("item", "owner"), max_length=120, blank=True)
    review_on = models.DateField(_("review date"), null=True, blank=True)
    # The review date of which the owner was told that it has passed: once for each date.
    review_told_on = models.DateField(null=True, editable=False)
    # What whoever cannot edit sees (journeys/picture.py); None: nothing was published yet, and all see the draft.
    published_version = models.ForeignKey("Version", models.SET_NULL, null=True, editable=False, related_name="+")
    # The journey that this one is a part of (journeys form a hierarchy), and the as-is journey of a to-be one.
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="parts", verbose_name=_("part of the journey")
    )
    as_is = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="to_bes", verbose_name=_("as-is journey")
    )
    # Pixels; None: what fits the screen (selectors.column_width).
    column_width = models.PositiveSmallIntegerField(_("width of columns"), null=True, blank=True)
    label_width = models.PositiveSmallIntegerField(_("width of lane labels"), null=True, blank=True)
    # Own names of the five levels of the curve, from very negative to very positive; empty: the usual ones.
    level_names = ArrayField(models.CharField(max_length=40), default=list, blank=True)
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
        indexes = [
            models.Index(fields=["workspace", "sort_key"], name="journeys_journey_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("journeys:detail", args=[self.pk])

    @property
    def expectation_label(self) -> str:
        """What the scenario says of the person whose journey it is."""
        if self.kind == JourneyKind.EMPLOYEE:
            return gettext("What the employee expects")
        return gettext("What the customer expects")

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


class NumberedRow(MapRow):
    """Abstract: a row with a public identifier, stable and never given twice on its map ("S-014")."""

    PREFIX = ""

    # Counted per kind of row and map by NumberedQuerySet; a copy to another map keeps it, so that two maps compare.
    serial = models.PositiveIntegerField(editable=False)

    objects = NumberedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def public_id(self) -> str:
        return f"{self.PREFIX}-{self.serial:03d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Number a new row."""
        if self.serial is None:
            type(self)._default_manager.number([self])
        super().save(*args, **kwargs)


class Stage(NumberedRow):
    """A phase of the journey in the guides' words: need, awareness, evaluation, purchase…"""

    PREFIX = "ST"

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("note"), max_length=300, blank=True)
    # The stage of the template it came from: lets one matrix line up several journeys.
    template_key = models.CharField(max_length=40, blank=True)
    rank = models.FloatField()
    hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ["journey", "rank", "id"]
        constraints = [models.UniqueConstraint(fields=["journey", "serial"], name="journeys_stage_unique_serial")]

    def __str__(self) -> str:
        return self.name


class Step(NumberedRow):
    """One column: a moment that the customer lives."""

    PREFIX = "S"

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="steps")
    stage = models.ForeignKey(Stage, models.CASCADE, related_name="steps")
    name = models.CharField(_("name"), max_length=160)
    rank = models.FloatField()  # among the steps of its stage
    hidden = models.BooleanField(default=False)
    moment_of_truth = models.BooleanField(_("moment of truth"), default=False)
    optional = models.BooleanField(_("optional"), default=False)
    repeatable = models.BooleanField(_("repeatable"), default=False)
    # Neighbouring steps of one stage with the same branch are ways that a customer chooses between; each has the
    # name of its way ("by phone"). Empty: the step is lived by everybody.
    branch = models.CharField(_("branch"), max_length=60, blank=True)
    path = models.CharField(_("way"), max_length=60, blank=True)
    # The journey that tells this step in detail; its worst state is shown here.
    linked_journey = models.ForeignKey(
        Journey, models.SET_NULL, null=True, blank=True, related_name="linking_steps", verbose_name=_("sub-journey")
    )
    width = models.PositiveSmallIntegerField(null=True, blank=True)  # pixels; None: the width of the map's columns

    class Meta:
        ordering = ["journey", "stage", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["journey", "serial"], name="journeys_step_unique_serial"),
            models.CheckConstraint(
                condition=Q(width=None) | Q(width__gte=140, width__lte=480), name="journeys_step_width"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Lane(NumberedRow):
    """One row across all steps; its kind says who fills it (journeys/lanes.py)."""

    PREFIX = "L"

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="lanes")
    kind = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=80, blank=True)  # empty: the label of the kind
    rank = models.FloatField()
    hidden = models.BooleanField(default=False)
    pinned = models.BooleanField(default=False)  # stays under the step headers while the map scrolls
    height = models.PositiveSmallIntegerField(null=True, blank=True)  # pixels at least; None: what the text needs

    class Meta:
        ordering = ["journey", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["journey", "serial"], name="journeys_lane_unique_serial"),
            models.CheckConstraint(
                condition=Q(height=None) | Q(height__gte=72, height__lte=320), name="journeys_lane_height"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.kind


class Evidence(MapRow):
    """What cards rest on: an interview with what was noted, a survey, tickets, a workshop (A8, A15)."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=10, choices=EvidenceKind, default=EvidenceKind.INTERVIEW)
    title = models.CharField(_("title"), max_length=160)
    # Roles, never names: "4 customers of the last month".
    asked = models.CharField(_("who was asked"), max_length=200, blank=True)
    count = models.PositiveIntegerField(_("how many"), null=True, blank=True)
    happened_on = models.DateField(_("date"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    url = models.URLField(_("link"), max_length=500, blank=True)

    class Meta:
        ordering = ["journey", "-happened_on", "id"]

    def __str__(self) -> str:
        return self.title


def attachments_folder(workspace_id: int) -> str:
    """Return where a workspace's files are kept, by their digest: the same file on two maps is kept once."""
    return f"attachments/{workspace_id}"


class Attachment(WorkspaceOwned):
    """A file that stands on a map: an image, re-encoded when it came in, or a document to download."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="attachments")
    name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()  # bytes
    digest = models.CharField(max_length=64)  # SHA-256 of the content, the name under which it is kept
    width = models.PositiveIntegerField(null=True)  # pixels of an image
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["journey", "created_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.width is not None


@dataclass(frozen=True, slots=True)
class Interaction:
    """How a persona deals with another: direction (to, from, both), weight 1 to 3, solid or dashed line."""

    direction: str = "to"
    weight: int = 1
    style: str = "solid"

    DIRECTIONS: ClassVar[tuple[str, ...]] = ("to", "from", "both")
    STYLES: ClassVar[tuple[str, ...]] = ("solid", "dashed")
    SIGNS: ClassVar[dict[str, str]] = {"to": "→", "from": "←", "both": "↔"}

    @property
    def sign(self) -> str:
        return self.SIGNS[self.direction]

    def __str__(self) -> str:
        return f"{self.direction}:{self.weight}:{self.style}"

    @classmethod
    def parse(cls, text: str) -> "Interaction":
        """Read what str() wrote; anything else is a plain arrow, so that an old card never breaks a page."""
        direction, _colon, rest = text.partition(":")
        weight, _colon, style = rest.partition(":")
        if direction not in cls.DIRECTIONS or weight not in {"1", "2", "3"} or style not in cls.STYLES:
            return cls()
        return cls(direction, int(weight), style)


VIDEO_HOSTS = ("youtube.com", "youtu.be", "vimeo.com", "dailymotion.com", "loom.com", "peertube")


class Card(NumberedRow):
    """The smallest thing that is edited: a text, touchpoint, channel, picture, link or file in a cell."""

    PREFIX = "C"

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
    evidence = models.ForeignKey(Evidence, models.SET_NULL, null=True, blank=True, related_name="cards")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="cards")
    attachment = models.ForeignKey(Attachment, models.SET_NULL, null=True, blank=True, related_name="cards")
    url = models.URLField(_("link"), max_length=500, blank=True)
    # Whom the persona of an interaction deals with, and how its arrow looks (Interaction in journeys/lanes.py).
    other_persona = models.ForeignKey(Persona, models.SET_NULL, null=True, blank=True, related_name="+")
    arrow = models.CharField(max_length=30, blank=True)
    # The last step and lane that the card covers (None: its own cell). Rows, not counts: a column that is put in
    # or taken away inside the span widens or narrows it without a write.
    until_step = models.ForeignKey(Step, models.SET_NULL, null=True, blank=True, related_name="+")
    until_lane = models.ForeignKey(Lane, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["journey", "lane", "step", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["journey", "serial"], name="journeys_card_unique_serial"),
            models.CheckConstraint(
                condition=~Q(text="")
                | ~Q(url="")
                | Q(touchpoint__isnull=False)
                | Q(channel__isnull=False)
                | Q(attachment__isnull=False)
                | Q(other_persona__isnull=False)
                # A card whose persona or file was deleted stays, to be filled again.
                | Q(deleted_at__isnull=False)
                | ~Q(arrow=""),
                name="journeys_card_not_empty",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "touchpoint"], name="journeys_card_touchpoint"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def content(self) -> str:
        """What stands on the card: touchpoint, channel, media (file or link), interaction or text."""
        if self.touchpoint_id:
            return "touchpoint"
        if self.channel_id:
            return "channel"
        if self.arrow:
            return "interaction"
        if self.attachment_id or self.url:
            return "media"
        return "text"

    @property
    def interaction(self) -> Interaction:
        return Interaction.parse(self.arrow)

    @property
    def is_video(self) -> bool:
        """True for links to films: they get their own sign. Nothing of other hosts is ever embedded."""
        return any(host in self.url for host in VIDEO_HOSTS) or self.url.lower().endswith((".mp4", ".webm", ".mov"))


class CurvePoint(MapRow):
    """What customers feel at a step, from −2 to +2 in halves: as the team believes, or as it wants it to be (§ 4)."""

    class Layer(models.TextChoices):
        BELIEVED = "believed", _("believed by the team")
        TO_BE = "to_be", pgettext_lazy("curve", "aimed at")

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="curve_points")
    step = models.ForeignKey(Step, models.CASCADE, related_name="curve_points")
    layer = models.CharField(max_length=10, choices=Layer, default=Layer.BELIEVED)
    # None: the curve of the map as a whole.
    persona = models.ForeignKey(Persona, models.SET_NULL, null=True, blank=True, related_name="+")
    level = models.DecimalField(max_digits=3, decimal_places=1)

    class Meta:
        ordering = ["journey", "step", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "layer", "persona"],
                condition=Q(deleted_at=None),
                nulls_distinct=False,
                name="journeys_curvepoint_unique",
            ),
            models.CheckConstraint(condition=Q(level__gte=-2) & Q(level__lte=2), name="journeys_curvepoint_level"),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.level}"


class CommentTarget(models.TextChoices):
    """What of a map comments can be on; apps above add what they put on maps (journeys/comments.py)."""

    MAP = "map", _("the whole map")
    STAGE = "stage", _("stage")
    STEP = "step", _("step")
    LANE = "lane", _("lane")
    CARD = "card", _("card")
    CELL = "cell", _("cell")


class Comment(WorkspaceOwned):
    """Something that somebody said of a map or of an element of it: it begins a thread, or answers in one.

    What it is on is named by kind and id, not by a foreign key: pains and solutions are rows of apps above. Rows of a
    map are never removed, so a comment stays when its element is deleted and stands on it again when it comes back.
    """

    TEXT_MAX: ClassVar[int] = 4000  # characters

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="comments")
    # The comment that began the thread; None: this one did. Replies are on what their root is on.
    root = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    target_kind = models.CharField(max_length=20, default=CommentTarget.MAP)
    target_id = models.UUIDField(null=True, blank=True)  # of a cell: the lane; None: the map
    step = models.ForeignKey(Step, models.CASCADE, null=True, blank=True, related_name="+")  # of a cell only
    # A member, or a guest by name; None without a guest's name: the account was deleted.
    author = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, blank=True, related_name="+")
    guest_name = models.CharField(max_length=80, blank=True)
    text = models.TextField(_("comment"))
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, editable=False)
    # Of a root: when and by whom the thread was resolved.
    resolved_at = models.DateTimeField(null=True, editable=False)
    resolved_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, blank=True, related_name="+")
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(author__isnull=True) | Q(guest_name=""), name="journeys_comment_member_or_guest"
            ),
            models.CheckConstraint(
                condition=Q(root__isnull=True) | Q(resolved_at__isnull=True), name="journeys_comment_threads_resolve"
            ),
            models.CheckConstraint(
                condition=Q(target_kind="map", target_id=None) | (~Q(target_kind="map") & Q(target_id__isnull=False)),
                name="journeys_comment_target",
            ),
            models.CheckConstraint(
                condition=Q(target_kind="cell", step__isnull=False) | (~Q(target_kind="cell") & Q(step=None)),
                name="journeys_comment_cell_has_step",
            ),
        ]
        indexes = [
            models.Index(fields=["journey", "-created_at"], condition=Q(root=None), name="journeys_comment_threads"),
            models.Index(fields=["root", "created_at"], name="journeys_comment_replies"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        """The address for mails and alerts: it opens the map with the thread beside it."""
        return reverse("journeys:comment", args=[self.pk])

    @property
    def thread_id(self) -> uuid.UUID:
        return self.root_id or self.pk

    @property
    def author_name(self) -> str:
        return str(self.author) if self.author is not None else self.guest_name or gettext("somebody who has left")


class Mention(WorkspaceOwned):
    """A member whom a comment names."""

    id = models.BigAutoField(primary_key=True)
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["comment", "id"]
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="journeys_mention_unique")]
        indexes = [models.Index(fields=["workspace", "user"], name="journeys_mention_user")]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.user_id}"


class Follower(WorkspaceOwned):
    """A member who is told of every new comment on a map."""

    id = models.BigAutoField(primary_key=True)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="followers")
    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["journey", "id"]
        constraints = [models.UniqueConstraint(fields=["journey", "user"], name="journeys_follower_unique")]

    def __str__(self) -> str:
        return f"{self.journey_id} {self.user_id}"


class ShareLink(WorkspaceOwned):
    """A link to one map, to read it or to comment on it; its address is signed, so nothing secret is stored."""

    class Permission(models.TextChoices):
        VIEW = "view", pgettext_lazy("link", "read")
        COMMENT = "comment", pgettext_lazy("link", "read and comment")

    class Shows(models.TextChoices):
        PUBLISHED = "published", _("the published version")
        DRAFT = "draft", _("the working draft")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="share_links")
    label = models.CharField(_("for whom"), max_length=120, blank=True)
    permission = models.CharField(
        _("whoever has the link may"), max_length=10, choices=Permission, default=Permission.VIEW, db_default="view"
    )
    # A link that shows the published version shows the draft, labelled so, until something is published.
    shows = models.CharField(_("shows"), max_length=10, choices=Shows, default=Shows.PUBLISHED, db_default="draft")
    # A hash of Django's; empty: the address alone is enough.
    password = models.CharField(max_length=128, blank=True, default="", db_default="")
    embeddable = models.BooleanField(_("may be embedded"), default=False, db_default=False)
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    opened_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            # A frame of another site has no cookies in which it could be kept that the password was given.
            models.CheckConstraint(
                condition=Q(embeddable=False) | Q(password=""), name="journeys_sharelink_embedded_is_open"
            ),
        ]

    def __str__(self) -> str:
        return self.label or str(self.pk)

    @property
    def may_comment(self) -> bool:
        return self.permission == self.Permission.COMMENT


class Version(WorkspaceOwned):
    """A named state of a map, kept as its whole document (journeys/interchange)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    document = models.JSONField()
    # Ids of the rows that the document describes, list by list in its order: what was published is drawn with them.
    # Empty in versions that were saved before anything could be published.
    rows = models.JSONField(default=dict, db_default={})
    # The change log up to here is what the version holds.
    last_change = models.BigIntegerField(null=True)
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)  # None: a version for those who edit
    published_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["journey", "-number"]
        constraints = [models.UniqueConstraint(fields=["journey", "number"], name="journeys_version_unique_number")]

    def __str__(self) -> str:
        return self.name or str(self.number)

    @property
    def published_words(self) -> str:
        """ "published version 4 of 12 Nov 2026"."""
        return gettext("published version %(number)s of %(day)s") % {
            "number": self.number,
            "day": formats.short_date(self.published_at),
        }


class Approval(WorkspaceOwned):
    """One round of approval: somebody asks others to look at a map before everybody reads it."""

    class Status(models.TextChoices):
        OPEN = "open", _("waiting for an answer")
        PUBLISHED = "published", pgettext_lazy("approval", "published")
        SENT_BACK = "sent_back", _("sent back")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="approvals")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    note = models.TextField(_("note"), blank=True)
    asked_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    version = models.ForeignKey(Version, models.SET_NULL, null=True, related_name="+")  # what was published

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["journey"], condition=Q(status="open"), name="journeys_approval_one_open"),
            models.CheckConstraint(
                condition=Q(status="open") | Q(answered_at__isnull=False), name="journeys_approval_answered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} {self.status}"


class ApprovalReviewer(WorkspaceOwned):
    """Somebody who was asked to look at a map."""

    id = models.BigAutoField(primary_key=True)
    approval = models.ForeignKey(Approval, models.CASCADE, related_name="reviewers")
    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["approval", "id"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "user"], name="journeys_approvalreviewer_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.approval_id} {self.user_id}"


class SavedView(WorkspaceOwned):
    """A way of looking at a map, kept under a name: the view with its filters, as the query of its address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=600, blank=True)
    is_default = models.BooleanField(default=False, db_default=False)  # what the bare address of the map shows
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["journey", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "name"], condition=Q(deleted_at=None), name="journeys_savedview_unique_name"
            ),
            models.UniqueConstraint(
                fields=["journey"],
                condition=Q(deleted_at=None, is_default=True),
                name="journeys_savedview_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name


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


def export_path(instance: "Export", filename: str) -> str:
    """Store under the workspace, by the export's own id."""
    return f"exports/{instance.workspace_id}/{instance.pk}"


class Export(WorkspaceOwned):
    """A file that is being made of a map, or waits to be fetched; it expires (journeys/services/exports.py)."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        WORKING = "working", pgettext_lazy("export", "being made")
        DONE = "done", pgettext_lazy("export", "ready")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="exports")
    format = models.CharField(max_length=10)
    options = models.JSONField(default=dict)  # what the form said, with language and period
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    progress_percent = models.PositiveSmallIntegerField(default=0)
    file = models.FileField(upload_to=export_path, blank=True)
    filename = models.CharField(max_length=120, blank=True)
    error = models.TextField(blank=True)  # in the language of who asked
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)  # a worker that dies lets it run out
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["status", "expires_at"], name="journeys_export_status")]

    def __str__(self) -> str:
        return self.filename or str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("journeys:export", args=[self.pk])

    @property
    def is_working(self) -> bool:
        return self.status in {self.Status.WAITING, self.Status.WORKING}


class Draft(BroughtFile):
    """A file that somebody brought and is still looking at: a table to begin a map from, or a document to replace one."""

    # The map that a document replaces; None: a new one begins.
    journey = models.ForeignKey(Journey, models.CASCADE, null=True, related_name="drafts")
    payload = models.JSONField()
