"""Workshops: an agenda that runs on the server, guests without an account, and what they write, vote and feel.

Whoever takes part is a Participant, not a user: a name and a department, known again by a secret in a cookie. Until a
round is revealed its notes are read by nobody but their author. What is brought to the map leaves a Result, so that
bringing it twice makes nothing twice.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cxmap.workspaces.models import WorkspaceOwned
from improvements.models import Pain, Solution
from journeys.models import Card, Evidence, Journey, Step

GRACE = dt.timedelta(seconds=20)  # a note that was on its way when the time ended still arrives
PRESENT = dt.timedelta(seconds=40)  # a page that asked within this time is open
PEOPLE_MAX = 60  # participants of one workshop
NOTES_MAX = 60  # notes of one participant in one round
DOTS_MAX = 20  # dots of one participant in one vote
MINUTES_MAX = 240
NAMES_KEPT_DAYS = 30  # after the end
FORGOTTEN_DAYS = 60  # after a guest's page was last open, of workshops that nobody ended


class Workshop(WorkspaceOwned):
    """One meeting about one journey."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("workshop", "planned")
        RUNNING = "running", pgettext_lazy("workshop", "running")
        ENDED = "ended", pgettext_lazy("workshop", "finished")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey(Journey, models.CASCADE, related_name="workshops", verbose_name=_("journey"))
    title = models.CharField(_("title"), max_length=160)
    # The one who leads; any editor may take over.
    facilitator = models.ForeignKey(
        "workspaces.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("facilitator")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    current = models.ForeignKey("Activity", models.SET_NULL, null=True, related_name="+")
    code = models.CharField(max_length=6)  # what people type at /join/; free again after the end
    doors_closed = models.BooleanField(default=False)  # nobody else may come in
    # Moves with every change that guests have to see; what only the facilitator counts does not move it.
    revision = models.PositiveBigIntegerField(default=1)
    names_shown = models.BooleanField(_("names in the summary"), default=False)
    names_erased_at = models.DateTimeField(null=True, editable=False)
    # What the cards that came of it rest on.
    evidence = models.ForeignKey(Evidence, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(status="ended"), name="workshops_workshop_unique_code"
            ),
            models.CheckConstraint(
                condition=~Q(status="ended") | Q(ended_at__isnull=False), name="workshops_workshop_ended_has_time"
            ),
        ]
        indexes = [models.Index(fields=["status", "ended_at"], name="workshops_workshop_status")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("workshops:detail", args=[self.pk])

    @property
    def has_ended(self) -> bool:
        return self.status == self.Status.ENDED

    @property
    def code_spaced(self) -> str:
        """The code as it is read aloud: KX4 7TQ."""
        return f"{self.code[:3]} {self.code[3:]}"


class Target(models.TextChoices):
    """What the notes of a round become on the map."""

    STEPS = "steps", _("steps of the journey")
    GOALS = "goals", _("customer goals")
    ACTIONS = "actions", _("what the customer does")
    THOUGHTS = "thoughts", _("what the customer thinks")
    TOUCHPOINTS = "touchpoints", _("touchpoints")
    FRONTSTAGE = "frontstage", _("what our people do in sight")
    BACKSTAGE = "backstage", _("what happens behind the scenes")
    PAINS = "pains", _("pain points")
    OPPORTUNITIES = "opportunities", _("opportunities")
    IDEAS = "ideas", _("ideas and solutions")


class Activity(WorkspaceOwned):
    """One item of the agenda. Its clock stands here, so that it goes on whoever's page is closed."""

    class Kind(models.TextChoices):
        WELCOME = "welcome", _("welcome and instructions")
        WRITING = "writing", _("silent writing")
        GROUPING = "grouping", pgettext_lazy("workshop", "grouping")
        VOTING = "voting", _("dot voting")
        RATING = "rating", _("emotion at each step")
        DECISIONS = "decisions", pgettext_lazy("workshop", "decisions")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("activity", "to come")
        RUNNING = "running", pgettext_lazy("activity", "running")
        PAUSED = "paused", pgettext_lazy("activity", "paused")
        DONE = "done", pgettext_lazy("activity", "done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="activities")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title"), max_length=120)
    question = models.TextField(_("question or instructions"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=5)  # 0: without a clock
    target = models.CharField(_("the notes become"), max_length=14, choices=Target, blank=True)
    dots = models.PositiveSmallIntegerField(_("dots for each person"), default=5)
    everyone_groups = models.BooleanField(_("everybody may group"), default=False)
    rank = models.FloatField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    started_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)  # while it runs, with minutes
    left_seconds = models.PositiveIntegerField(null=True)  # while it is paused
    revealed_at = models.DateTimeField(null=True)  # notes, counts of votes or ratings are there for everybody
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["workshop", "rank", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(dots__gte=1, dots__lte=DOTS_MAX), name="workshops_activity_dots"),
            models.CheckConstraint(condition=Q(minutes__lte=MINUTES_MAX), name="workshops_activity_minutes"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_revealed(self) -> bool:
        return self.revealed_at is not None

    @property
    def has_secret(self) -> bool:
        """True for what is written, voted or felt silently and then shown to all."""
        return self.kind in {self.Kind.WRITING, self.Kind.VOTING, self.Kind.RATING}

    def closes_at(self) -> dt.datetime | None:
        """Return when what guests send stops being taken, without the grace; None: not yet known."""
        ends = [when for when in (self.ends_at, self.revealed_at, self.ended_at) if when is not None]
        return min(ends, default=None)

    def takes_at(self, now: dt.datetime) -> bool:
        """True while notes, votes or ratings are taken: from the start to the end of the clock, and a short grace."""
        if self.state == self.State.WAITING:
            return False
        closes = self.closes_at()
        return closes is None or now <= closes + GRACE

    def is_over_at(self, now: dt.datetime) -> bool:
        """True when the clock has run out or the round was closed."""
        closes = self.closes_at()
        return closes is not None and now >= closes

    def seconds_left_at(self, now: dt.datetime) -> int | None:
        """Return the seconds on the clock, 0 when it has run out, None without a clock."""
        if self.state == self.State.PAUSED:
            return self.left_seconds
        if self.ends_at is None or self.state != self.State.RUNNING:
            return None
        return max(0, round((self.ends_at - now).total_seconds()))


class Participant(WorkspaceOwned):
    """A guest. The secret of the cookie is kept as its digest; the name is erased some weeks later."""

    COLOURS = 8

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="participants")
    name = models.CharField(_("name"), max_length=60, blank=True)
    department = models.CharField(_("department"), max_length=60)
    digest = models.CharField(max_length=64)  # SHA-256 of a 256-bit random text
    colour = models.PositiveSmallIntegerField(default=0)
    finished = models.ForeignKey(Activity, models.SET_NULL, null=True, related_name="+")  # "I have finished" here
    joined_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # taken out, or gone before the end: not counted any more

    class Meta:
        ordering = ["workshop", "joined_at", "id"]

    def __str__(self) -> str:
        return self.name or self.department

    @property
    def initials(self) -> str:
        words = (self.name or self.department).split()
        return "".join(word[0] for word in words[:2]).upper()

    @property
    def is_present(self) -> bool:
        return timezone.now() - self.seen_at < PRESENT


class NoteGroup(WorkspaceOwned):
    """Notes that say the same, under one title."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="groups")
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="groups")  # whose notes they are
    title = models.CharField(_("title"), max_length=200)
    rank = models.FloatField(default=1024)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["activity", "rank", "id"]

    def __str__(self) -> str:
        return self.title


class Note(WorkspaceOwned):
    """One sticky note. Its id is made by the page that wrote it: the same note sent twice is one note."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="notes")
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="notes")
    # None: the row of who wrote it is gone.
    participant = models.ForeignKey(Participant, models.SET_NULL, null=True, related_name="notes")
    step = models.ForeignKey(Step, models.SET_NULL, null=True, related_name="+")
    text = models.CharField(_("note"), max_length=400)
    group = models.ForeignKey(NoteGroup, models.SET_NULL, null=True, related_name="notes")
    rank = models.FloatField(default=1024)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["activity", "rank", "created_at", "id"]
        indexes = [models.Index(fields=["participant", "activity"], name="workshops_note_author")]

    def __str__(self) -> str:
        return self.text


class Vote(WorkspaceOwned):
    """One dot. Dots are numbered from 1 to those of the vote, each once a person: nobody can have one too many."""

    id = models.BigAutoField(primary_key=True)
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="votes")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="votes")
    number = models.PositiveSmallIntegerField()
    note = models.ForeignKey(Note, models.CASCADE, null=True, related_name="votes")
    group = models.ForeignKey(NoteGroup, models.CASCADE, null=True, related_name="votes")

    class Meta:
        ordering = ["activity", "participant", "number"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "participant", "number"], name="workshops_vote_unique_dot"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=DOTS_MAX), name="workshops_vote_number"),
            models.CheckConstraint(
                condition=Q(note__isnull=True, group__isnull=False) | Q(note__isnull=False, group__isnull=True),
                name="workshops_vote_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.number}"


class Rating(WorkspaceOwned):
    """How one person thinks that the customer feels at a step, −2 to +2."""

    id = models.BigAutoField(primary_key=True)
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="ratings")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="ratings")
    step = models.ForeignKey(Step, models.CASCADE, related_name="+")
    level = models.SmallIntegerField()

    class Meta:
        ordering = ["activity", "step", "id"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "participant", "step"], name="workshops_rating_unique"),
            models.CheckConstraint(condition=Q(level__gte=-2, level__lte=2), name="workshops_rating_level"),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.level}"


class Decision(WorkspaceOwned):
    """What was decided, by whom it is done and until when; or a point that stays open."""

    class Kind(models.TextChoices):
        DECISION = "decision", pgettext_lazy("workshop", "decision")
        OPEN = "open", _("open point")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="decisions")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.DECISION)
    text = models.CharField(_("what"), max_length=300)
    owner = models.CharField(pgettext_lazy("workshop", "who"), max_length=120, blank=True)
    due_on = models.DateField(pgettext_lazy("workshop", "until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["workshop", "created_at", "id"]

    def __str__(self) -> str:
        return self.text


class Result(WorkspaceOwned):
    """What a note or a group became: a card, a pain point or an opportunity, a solution, or a step."""

    id = models.BigAutoField(primary_key=True)
    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="results")
    note = models.OneToOneField(Note, models.CASCADE, null=True, related_name="result")
    group = models.OneToOneField(NoteGroup, models.CASCADE, null=True, related_name="result")
    card = models.ForeignKey(Card, models.SET_NULL, null=True, related_name="+")
    pain = models.ForeignKey(Pain, models.SET_NULL, null=True, related_name="+")
    solution = models.ForeignKey(Solution, models.SET_NULL, null=True, related_name="+")
    step = models.ForeignKey(Step, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["workshop", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(note__isnull=True, group__isnull=False) | Q(note__isnull=False, group__isnull=True),
                name="workshops_result_one_origin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.note_id or self.group_id}"

    @property
    def made(self) -> Any:
        """What stands on the map, or None when it was deleted since: it may then be brought again."""
        things: Sequence[Any] = (self.card, self.pain, self.solution, self.step)
        return next((thing for thing in things if thing is not None and thing.deleted_at is None), None)

    @property
    def place(self) -> str:
        """The name of the step at which it stands; of a step its own."""
        made = self.made
        step = made if isinstance(made, Step) else getattr(made, "step", None)
        return step.name if step else "—"
