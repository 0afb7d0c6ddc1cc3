"""File imports: what was brought, how it was read, what became of every line."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cxmap.workspaces.models import Named, WorkspaceOwned
from kpis.models import Source


class Mapping(WorkspaceOwned, Named):
    """How the columns of a file become observations (docs/mapping.schema.json); kept for the next file."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(Source, models.CASCADE, related_name="mappings")
    document = models.JSONField()
    header_digest = models.CharField(max_length=64, blank=True)  # recognises the next file of the same shape
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["sort_key", "id"]

    def __str__(self) -> str:
        return self.name


def upload_path(instance: "Import", filename: str) -> str:
    """Store under the workspace, by the import's own id: names of files come from outside and are kept as text only."""
    return f"imports/{instance.workspace_id}/{instance.public_id}"


class Import(WorkspaceOwned):
    """One file on its way into the observations, or one measure typed by hand."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")  # waits for its mapping
        CHECKING = "checking", _("being checked")  # the preview is being made
        READY = "ready", _("ready")  # the preview waits for a decision
        QUEUED = "queued", pgettext_lazy("import", "waiting")
        RUNNING = "running", _("running")
        DONE = "done", pgettext_lazy("import", "done")
        REFUSED = "refused", _("refused")  # all or nothing, and not all lines were good
        FAILED = "failed", _("failed")
        WITHDRAWING = "withdrawing", _("being withdrawn")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Policy(models.TextChoices):
        GOOD_LINES = "good_lines", _("import the good lines")
        ALL_OR_NOTHING = "all_or_nothing", _("nothing unless all lines are good")

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="imports")
    file = models.FileField(upload_to=upload_path, blank=True)
    filename = models.CharField(max_length=255, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(null=True)  # what this import is read with, a draft while people work on it
    saved_mapping = models.ForeignKey(Mapping, models.SET_NULL, null=True, related_name="imports")
    # KPIs to put on the touchpoints that do not have them yet, with their direction: {"time-on-page": "higher"}.
    bindings = models.JSONField(default=dict)
    # What a person typed by hand, for the page: {"who", "note", "entered": [[label, value], …]}.
    measure = models.JSONField(null=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.UPLOADED)
    policy = models.CharField(max_length=16, choices=Policy, blank=True)
    preview = models.JSONField(null=True)  # resulting values and counters of the last check
    rows_total = models.BigIntegerField(null=True)
    rows_read = models.BigIntegerField(default=0)
    created_count = models.BigIntegerField(default=0)
    updated_count = models.BigIntegerField(default=0)
    unchanged_count = models.BigIntegerField(default=0)
    superseded_count = models.BigIntegerField(default=0)
    rejected_count = models.BigIntegerField(default=0)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)  # in English, for logs; pages make the reader's from code and params
    error_params = models.JSONField(default=dict)  # {"line", "column", "advice", …}
    # A worker that dies leaves its lease to run out; the sweep then hands the import to another one. The token tells the
    # holders apart: one that was only slow finds it changed and lets go.
    leased_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True, editable=False)
    queued_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["workspace", "-created_at"], name="sources_import_newest")]

    WORKING = (Status.CHECKING, Status.QUEUED, Status.RUNNING, Status.WITHDRAWING)
    MAPPABLE = (Status.UPLOADED, Status.READY, Status.REFUSED, Status.FAILED)
    STARTABLE = (Status.READY, Status.REFUSED)

    def __str__(self) -> str:
        return self.filename or str(self.public_id)

    def get_absolute_url(self) -> str:
        return reverse("sources:import-detail", args=[self.public_id])

    @property
    def is_working(self) -> bool:
        """True while a worker has it, or should have."""
        return self.status in self.WORKING

    @property
    def is_manual(self) -> bool:
        return self.measure is not None

    @property
    def can_map(self) -> bool:
        return not self.is_manual and self.status in self.MAPPABLE

    @property
    def progress_percent(self) -> int | None:
        """How far the reading is, 0 to 100; None before anybody can tell."""
        if not self.rows_total:
            return None
        return min(100, int(100 * self.rows_read / self.rows_total))


class Rejection(models.Model):
    """One line that was not taken, with its reason, row and column."""

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.BigIntegerField()
    import_id = models.BigIntegerField()
    line = models.IntegerField()
    column = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    raw = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["import_id", "line", "id"]
        indexes = [models.Index(fields=["workspace_id", "import_id", "line"], name="sources_rejection_line")]

    def __str__(self) -> str:
        return f"{self.line} {self.code}"
