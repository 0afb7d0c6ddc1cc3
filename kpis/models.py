"""KPIs and facts: catalogue, bindings and targets; series, observations, roll-ups; states and flags.

Fact tables (observation, roll-up, bucket) begin their keys with the workspace and carry no foreign key, so that they can
be distributed by workspace one day (architecture: Scale).
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Named, WorkspaceOwned
from personas.models import Segment
from touchpoints.models import Category, Channel, Touchpoint


class KpiKind(models.TextChoices):
    """How a KPI is computed and tested (statistics § 2).

    A duration with a quantile is that quantile of its histogram where all single durations are known, else a mean.
    """

    PROPORTION = "proportion", _("proportion")
    MEAN = "mean", _("mean")
    DURATION = "duration", _("duration")
    NPS = "nps", _("NPS")
    RATIO = "ratio", _("ratio of two sums")
    COUNT = "count", _("count per exposure")
    FORMULA = "formula", _("formula over other KPIs")


class Direction(models.TextChoices):
    HIGHER = "higher", _("higher is better")
    LOWER = "lower", _("lower is better")


class Unit(models.TextChoices):
    PERCENT = "percent", "%"
    POINTS = "points", _("points")  # NPS: no unit sign, always signed
    SCORE = "score", _("score")
    SECONDS = "seconds", _("seconds")
    NUMBER = "number", pgettext_lazy("unit", "number")
    PER_THOUSAND = "per_thousand", _("per 1,000")
    EUR = "eur", _("euros (€)")
    USD = "usd", _("US dollars ($)")
    GBP = "gbp", _("pounds (£)")
    CHF = "chf", _("Swiss francs (CHF)")
    CAD = "cad", _("Canadian dollars ($)")


class Kpi(WorkspaceOwned):
    """One definition of the catalogue, in the workspace's own copy so that its versions are its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=60)
    name_fr = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=KpiKind)
    unit = models.CharField(max_length=12, choices=Unit)
    # Of a duration: 0.5 is the median, 0.9 the P90; None the mean.
    quantile = models.FloatField(null=True, blank=True)
    expression = models.CharField(max_length=300, blank=True)  # of a formula: codes of KPIs of the same touchpoint
    # Empty: asked for each touchpoint (A35: time on page may be interest or difficulty).
    direction = models.CharField(max_length=6, choices=Direction, blank=True)
    formula_fr = models.CharField(max_length=300)
    formula_en = models.CharField(max_length=300)
    # The base, "visits": said beside every value ("base : 1 741 visites").
    numerator_fr = models.CharField(max_length=80, blank=True)
    numerator_en = models.CharField(max_length=80, blank=True)
    denominator_fr = models.CharField(max_length=80)
    denominator_en = models.CharField(max_length=80)
    note_fr = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    # Survey scales: the ends, and the lowest answer that counts as satisfied.
    scale_min = models.SmallIntegerField(null=True)
    scale_max = models.SmallIntegerField(null=True)
    top_from = models.SmallIntegerField(null=True)
    # What customers said of their experience; only such KPIs feed the measured curve (statistics § 5).
    opinion = models.BooleanField(default=False)
    typical_categories = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    typical_channels = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    definition_version = models.PositiveSmallIntegerField(default=1)
    rank = models.PositiveSmallIntegerField(default=0)
    own = models.BooleanField(default=False)  # made in this workspace, not of the product's catalogue
    revision = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True, editable=False)  # offered no more; what uses it goes on

    class Meta:
        ordering = ["rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "code"], name="kpis_kpi_unique_code"),
            models.CheckConstraint(
                condition=Q(quantile=None) | Q(quantile__gt=0, quantile__lt=1, kind="duration"),
                name="kpis_kpi_quantile",
            ),
            models.CheckConstraint(
                condition=Q(kind="formula", expression__gt="") | (~Q(kind="formula") & Q(expression="")),
                name="kpis_kpi_expression",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("kpis:detail", args=[self.pk])

    def _local(self, field: str) -> str:
        language = "fr" if (get_language() or "").startswith("fr") else "en"
        return getattr(self, f"{field}_{language}")

    @property
    def name(self) -> str:
        return capfirst(self._local("name"))

    @property
    def formula(self) -> str:
        return self._local("formula")

    @property
    def numerator_name(self) -> str:
        return self._local("numerator")

    @property
    def denominator_name(self) -> str:
        return self._local("denominator")

    @property
    def note(self) -> str:
        return self._local("note")


class KpiVersion(WorkspaceOwned):
    """A definition that another one has followed: what a value computed by it meant."""

    id = models.BigAutoField(primary_key=True)
    kpi = models.ForeignKey(Kpi, models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField()
    definition = models.JSONField()  # the defining fields of Kpi by name, as they were
    replaced_at = models.DateTimeField(auto_now_add=True)
    replaced_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["kpi", "-version", "id"]
        constraints = [models.UniqueConstraint(fields=["kpi", "version"], name="kpis_kpiversion_unique")]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.version}"


class Rhythm(models.TextChoices):
    """The closed period that a state belongs to."""

    DAILY = "daily", _("daily")
    WEEKLY = "weekly", _("weekly")
    MONTHLY = "monthly", _("monthly")


class Binding(WorkspaceOwned):
    """A KPI on a touchpoint: the thing that has a state. It belongs to the library, not to a map."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    touchpoint = models.ForeignKey(Touchpoint, models.CASCADE, related_name="bindings")
    kpi = models.ForeignKey(Kpi, models.PROTECT, related_name="bindings", verbose_name=_("KPI"))
    direction = models.CharField(_("direction"), max_length=6, choices=Direction)
    rhythm = models.CharField(_("rhythm"), max_length=8, choices=Rhythm, default=Rhythm.WEEKLY)
    tolerance = models.FloatField(_("tolerance"), default=0)  # in the KPI's unit: 0.01 is one point of a proportion
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["touchpoint", "kpi", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["touchpoint", "kpi"], condition=Q(deleted_at=None), name="kpis_binding_unique"
            ),
            models.CheckConstraint(condition=Q(tolerance__gte=0), name="kpis_binding_tolerance"),
        ]

    def __str__(self) -> str:
        return f"{self.touchpoint_id} {self.kpi_id}"


class Target(WorkspaceOwned):
    """What a binding should reach, with the five SMART answers (A25). A new one ends the one before."""

    class Outcome(models.TextChoices):
        """What had become of it on its due date; decided once, by the last closed period until then."""

        REACHED = "reached", _("reached")
        MISSED = "missed", _("not reached")
        UNKNOWN = "unknown", pgettext_lazy("outcome", "unknown")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    binding = models.ForeignKey(Binding, models.CASCADE, related_name="targets")
    # In the unit of storage: 0.018 for 1.8 %, 30 for NPS +30, seconds, scores. None: "later", said openly.
    value = models.FloatField(_("target"), null=True, blank=True)
    specific = models.CharField(_("Specific: what exactly should improve?"), max_length=300, blank=True)
    measurable = models.CharField(_("Measurable: with which data?"), max_length=300, blank=True)
    attainable = models.CharField(_("Attainable: what makes it possible?"), max_length=300, blank=True)
    realistic = models.CharField(_("Realistic: why this value?"), max_length=300, blank=True)
    due_on = models.DateField(_("Time-bound: by when?"), null=True, blank=True)
    # Progress is counted from the last period closed before this day; None: from the day on which it was set.
    starts_on = models.DateField(_("Counted from"), null=True, blank=True)
    review_on = models.DateField(_("Review it on"), null=True, blank=True)
    # Steps on the way, by date: [{"on": "2027-03-31", "value": 0.016}]. A target is never rewritten, so neither are they.
    milestones = models.JSONField(default=list, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, editable=False)
    # The closed period that decided: first and last day, value, interval, n, adjusted p; empty without one.
    outcome_facts = models.JSONField(default=dict, blank=True, editable=False)
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["binding"], condition=Q(ended_at=None), name="kpis_target_one_current"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(due_on__isnull=False, value__isnull=False),
                name="kpis_target_outcome_of_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.binding_id} {self.value}"


class Source(WorkspaceOwned, Named):
    """Where observations come from: an export that is brought again and again, the API, a person's hand."""

    class Kind(models.TextChoices):
        FILE = "file", _("file")
        API = "api", _("API")
        MANUAL = "manual", _("by hand")

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind)
    # The newest day is late when older than three times this (statistics § 5: stale).
    rhythm_days = models.PositiveSmallIntegerField(default=7)
    # Days that the source still restates; no period that reaches into them is judged.
    restatement_days = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="kpis_source_unique_key")]

    def __str__(self) -> str:
        return self.name


class Series(WorkspaceOwned):
    """What one stream of numbers measures. Facts carry its id, so moving or merging touchpoints rewrites no fact."""

    id = models.BigAutoField(primary_key=True)
    touchpoint = models.ForeignKey(Touchpoint, models.CASCADE, related_name="series")
    kpi = models.ForeignKey(Kpi, models.CASCADE, related_name="series")
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, blank=True, related_name="series")
    segment_key = models.BigIntegerField(default=0)  # 0: rows without a segment, which NULL could not make unique
    dimensions = models.JSONField(default=dict)
    dimensions_key = models.CharField(max_length=64, default="")  # "" or SHA-256 of the canonical JSON
    # "" or the id of the touchpoint that it was of before a merge: who goes on using that name replaces its own rows only.
    origin_key = models.CharField(max_length=36, default="", db_default="", editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "touchpoint", "kpi", "segment_key", "dimensions_key", "origin_key"],
                name="kpis_series_unique",
            ),
            models.CheckConstraint(
                condition=Q(segment=None, segment_key=0) | Q(segment_id=F("segment_key")),
                name="kpis_series_segment_key",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Facts(models.Model):
    """Abstract: what adds up. Counts are whole numbers, kept exactly in a double up to 2^53.

    NPS is stored as the mean of +1, 0, −1: numerator = promoters − detractors, sum of squares = promoters + detractors.
    """

    n = models.BigIntegerField()  # how many answers, visits, calls
    numerator = models.FloatField()
    denominator = models.FloatField()
    sum_squares = models.FloatField(null=True)  # None: unknown, so is the interval
    excluded = models.BigIntegerField(default=0)  # dismissed, empty, out of scope

    class Meta:
        abstract = True


class Observation(Facts):
    """One fact as a source said it, on one day or over a span."""

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    at = models.DateTimeField(null=True)
    source_id = models.BigIntegerField()
    import_id = models.BigIntegerField(null=True)  # None: the API
    line = models.IntegerField(null=True)
    external_id = models.CharField(max_length=200, null=True)  # noqa: DJ001 - NULL: the row has no identity of its own
    column = models.CharField(max_length=200, default="")  # the KPI column of a file, the KPI's code elsewhere
    # Tells the mappings of one source apart: a file without ids replaces only what the same mapping brought. 0: none saved.
    mapping_key = models.BigIntegerField(default=0)
    bin = models.IntegerField(null=True)  # score of a survey answer, index of the log-scale histogram of a duration

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace_id", "source_id", "external_id", "column"],
                condition=Q(external_id__isnull=False),
                name="kpis_observation_identity",
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="kpis_observation_days"),
            models.CheckConstraint(condition=Q(n__gte=0) & Q(excluded__gte=0), name="kpis_observation_counts"),
        ]
        indexes = [
            models.Index(fields=["workspace_id", "series_id", "first_day"], name="kpis_observation_series_day"),
            models.Index(fields=["workspace_id", "import_id"], name="kpis_observation_import"),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.first_day}"


class ReplacedObservation(Facts):
    """An observation that a later import replaced: kept so that the import can be withdrawn exactly."""

    id = models.BigAutoField(primary_key=True)
    replaced_by_import = models.BigIntegerField()  # 0: a write of the API, which is no import
    # Between the keys of the observations that were there at the replacement and of those written by it or later.
    mark = models.BigIntegerField(default=0)
    observation_id = models.BigIntegerField()
    workspace_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    at = models.DateTimeField(null=True)
    source_id = models.BigIntegerField()
    import_id = models.BigIntegerField(null=True)
    line = models.IntegerField(null=True)
    external_id = models.CharField(max_length=200, null=True)  # noqa: DJ001
    column = models.CharField(max_length=200, default="")
    mapping_key = models.BigIntegerField(default=0)
    bin = models.IntegerField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["workspace_id", "replaced_by_import"], name="kpis_replaced_by_import"),
            models.Index(fields=["workspace_id", "import_id"], name="kpis_replaced_import"),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.first_day}"


class Bucket(models.Model):
    """A (series, day) whose roll-up no longer matches its observations. Workers claim rows with SKIP LOCKED."""

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    day = models.DateField()
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["workspace_id", "series_id", "day"], name="kpis_bucket_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.day}"


class Rollup(Facts):
    """The observations of one series on one day, added up. Always recomputed from them, never added to.

    Of a ratio each observation is one unit (an order, a campaign's day), and the sum of squares is that of the numerators
    of the units; for other kinds the last three sums stay NULL.
    """

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.BigIntegerField()
    series_id = models.BigIntegerField()
    day = models.DateField()
    histogram = models.JSONField(null=True)  # {"9": 12, "10": 30}: answers by score, or by log-scale bin
    denominator_squares = models.FloatField(null=True)
    cross_product = models.FloatField(null=True)  # Σ numerator · denominator
    units = models.BigIntegerField(null=True)
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["workspace_id", "series_id", "day"], name="kpis_rollup_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.day}"


class Evaluation(WorkspaceOwned):
    """Whether the states of a workspace still match its roll-ups, targets and calendar; one row a workspace.

    Written in the transaction of whatever makes states old, so that a lost message only delays them.
    """

    id = models.BigAutoField(primary_key=True)
    dirty_at = models.DateTimeField(null=True)  # the last mark
    dirty_since = models.DateTimeField(null=True)  # the first mark since the last evaluation: patience counts from it
    dirty_from = models.DateField(
        null=True
    )  # the oldest day that changed; None: no day did, only a target or a binding
    evaluated_at = models.DateTimeField(null=True)
    evaluated_on = models.DateField(null=True)  # the workspace's own day at that time

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["workspace"], name="kpis_evaluation_unique")]

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.evaluated_on}"


class State(models.TextChoices):
    """What the tests say of a binding for one closed period (statistics § 5)."""

    WORSE = "worse", _("getting worse")
    OFF_TARGET = "off_target", _("target missed, stable")
    WATCH = "watch", _("to watch")
    ON_TARGET = "on_target", _("on target")
    BETTER = "better", _("getting better")
    NO_DATA = "no_data", _("not enough data")


class KpiState(WorkspaceOwned):
    """The state of a binding for one closed period, with all that it rests on."""

    id = models.BigAutoField(primary_key=True)
    binding = models.ForeignKey(Binding, models.CASCADE, related_name="states")
    period_start = models.DateField()
    period_end = models.DateField()
    state = models.CharField(max_length=10, choices=State)
    n = models.BigIntegerField(default=0)
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    excluded = models.BigIntegerField(default=0)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    quantile = models.FloatField(null=True)  # what the value is one of; None: not a quantile, as far as is known
    minimum_n = models.PositiveIntegerField(default=0)
    target = models.FloatField(null=True)
    baseline = models.FloatField(null=True)
    baseline_low = models.FloatField(null=True)
    baseline_high = models.FloatField(null=True)
    baseline_start = models.DateField(null=True)
    baseline_end = models.DateField(null=True)
    p_target = models.FloatField(null=True)
    p_target_adjusted = models.FloatField(null=True)
    p_baseline = models.FloatField(null=True)
    p_baseline_adjusted = models.FloatField(null=True)
    p_better = models.FloatField(null=True)
    p_better_adjusted = models.FloatField(null=True)
    periods = models.PositiveSmallIntegerField(default=1)  # closed periods in this state, this one included
    definition_version = models.PositiveSmallIntegerField(default=1)
    newest_day = models.DateField(null=True)  # of the data, whatever the period
    evaluated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["binding", "-period_start", "id"]
        constraints = [models.UniqueConstraint(fields=["binding", "period_start"], name="kpis_kpistate_unique")]
        indexes = [models.Index(fields=["workspace", "-period_start"], name="kpis_kpistate_period")]

    def __str__(self) -> str:
        return f"{self.binding_id} {self.period_start} {self.state}"


class Flag(WorkspaceOwned):
    """A pain-point flag: a binding that is provably worse or off target, with its evidence, until it no longer is."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        ACKNOWLEDGED = "acknowledged", _("taken charge of")
        SNOOZED = "snoozed", _("snoozed")
        REFUSED = "refused", _("dismissed")
        CLOSED = "closed", _("closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    binding = models.ForeignKey(Binding, models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=10, choices=State)  # worse or off_target; follows the latest state
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    owner = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=400, blank=True)  # "not a problem because…"
    snoozed_until = models.DateField(null=True)
    opened_period = models.DateField()  # first day of the period that opened it
    closed_period = models.DateField(null=True)
    baseline_end = models.DateField(null=True)  # frozen: a lasting drop must not become its own normal
    quiet_periods = models.PositiveSmallIntegerField(default=0)  # closed periods in a row without the problem
    evidence = models.JSONField(default=dict)  # the numbers that opened it, never rewritten
    revision = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["binding"], condition=~Q(status="closed"), name="kpis_flag_one_open"),
            models.CheckConstraint(condition=~Q(status="refused") | ~Q(reason=""), name="kpis_flag_refused_has_reason"),
            models.CheckConstraint(
                condition=~Q(status="snoozed") | Q(snoozed_until__isnull=False), name="kpis_flag_snoozed_until"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.binding_id} {self.kind}"


class NotApplicable(WorkspaceOwned):
    """A gap of the matrix that is none: this category or channel has no touchpoint at that stage, and needs none.

    `column` names the stage as the matrix does (selectors/matrix_columns.py): a stage's id with `journey`, else a phase
    or what lines the stages of several journeys up; then it holds for the whole workspace.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journey = models.ForeignKey("journeys.Journey", models.CASCADE, null=True, related_name="not_applicable")
    category = models.ForeignKey(Category, models.CASCADE, related_name="not_applicable")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="not_applicable")  # None: all of them
    column = models.CharField(max_length=160)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "journey", "category", "channel", "column"],
                condition=Q(deleted_at=None),
                nulls_distinct=False,
                name="kpis_notapplicable_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.column}"
