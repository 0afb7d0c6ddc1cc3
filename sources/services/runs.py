"""From a mapped file to a preview, and from a decision to observations. Both are claimed jobs (jobs.py)."""

import logging
from collections.abc import Callable
from typing import Any

import polars as pl
from django.db import IntegrityError, transaction
from django.utils import timezone

from cxmap.history.services import history_record
from cxmap.workspaces.models import User, Workspace
from kpis.errors import AlreadyBound
from kpis.models import Binding, Direction, Kpi
from kpis.services.bindings import binding_create
from kpis.services.loading import UNKNOWN_KEPT, Loader, NotFresh
from kpis.services.observations import WriteReport, observation_stage
from sources.errors import NotReady
from sources.models import Import
from sources.reading import FileProblem, copy_text
from sources.services.jobs import Job, LeaseLost, failure, job_claim, job_release
from sources.services.nudges import work_soon
from sources.services.passes import VALUES_SHOWN, Pass, rejection_stage, rejections_keep, totals, written_pairs
from touchpoints.merging import aliases
from touchpoints.models import Touchpoint

logger = logging.getLogger(__name__)
Status = Import.Status


def import_check(import_id: int) -> None:
    """Make the preview: read the whole file, and find out what writing it would change, without writing it."""
    _work(import_id, (Status.CHECKING,), Status.CHECKING, _check)


def import_run(import_id: int) -> None:
    """Write the observations of an import that somebody decided on; safe to call any number of times."""
    _work(import_id, (Status.QUEUED, Status.RUNNING), Status.RUNNING, _run)


def _work(import_id: int, statuses: tuple[str, ...], status: str, work: Callable[[Import, Job], None]) -> None:
    job = job_claim(import_id, statuses=statuses, status=status)
    if job is None:
        return
    import_ = Import.objects.select_related("workspace", "source", "created_by").get(pk=import_id)
    try:
        with job.heartbeat():
            work(import_, job)
    except LeaseLost:
        logger.warning("Import %s was taken over by another worker", import_id)
    except FileProblem as problem:
        params = {
            "line": problem.line,
            "column": problem.column,
            "params": problem.params,
        }
        job.rows().update(**failure(f"file:{problem.code}", message=problem.message(), params=params))
    except FileNotFoundError as error:
        job.rows().update(**failure("file_missing", message=str(error)))
    except Exception:
        # The next one may have more luck (a database that restarts); after some attempts the import has failed.
        job_release(job)
        raise


def _check(import_: Import, job: Job) -> None:
    workspace, source = import_.workspace, import_.source
    import_.rows_total = None
    with observation_stage(workspace=workspace, source=source) as stage, rejection_stage():
        found = Pass(import_, job)
        found.read(lambda frame: stage.copy(copy_text(frame)))
        report = WriteReport()
        values: list[dict[str, Any]] = []
        with transaction.atomic():
            with transaction.atomic():
                # Written and taken back, so that the counters are those that writing will have.
                found.segments.make()
                report = stage.finish(import_id=import_.pk, mapping_key=_mapping_key(import_), nudge=False)
                values = totals(stage, _kinds(import_))
                transaction.set_rollback(True)
            rejections_keep(import_)
            counts = found.counts
            job.end(
                status=Status.READY,
                preview={
                    "lines": counts.lines,
                    "observations": counts.observations,
                    "rejections": counts.rejections,
                    "rejected_lines": counts.rejected_lines,
                    **_counters(report),
                    "values": values[:VALUES_SHOWN],
                    "values_total": len(values),
                    "notes": [{"code": note.code, "params": dict(note.params)} for note in found.notes],
                    "new_segments": sorted(found.segments.new.values()),
                    "unbound": _unbound(import_, values),
                },
                rows_read=counts.lines,
                rows_total=counts.lines,
                rejected_count=counts.rejections,
                first_day=report.first_day,
                last_day=report.last_day,
            )


def _run(import_: Import, job: Job) -> None:
    with rejection_stage():
        try:
            _load(import_, job)
        except (NotFresh, IntegrityError):
            # Rows that replace others, or an id twice in the file: each has to be compared.
            _stage(import_, job)


def _load(import_: Import, job: Job) -> None:
    """Write the file in one transaction, straight to its place. Raises NotFresh, IntegrityError: nothing was written."""
    found = Pass(import_, job)
    with job.in_one_transaction(), transaction.atomic():
        loader = Loader(
            workspace=import_.workspace,
            source=import_.source,
            import_id=import_.pk,
            mapping_key=_mapping_key(import_),
        )

        def add(frame: pl.DataFrame) -> None:
            found.segments.make()
            loader.add(frame)

        found.read(add)
        found.reject_unknown(loader.unknown)
        if import_.policy == Import.Policy.ALL_OR_NOTHING and found.counts.rejections:
            raise NotFresh  # refused: the refusals are kept, the rows are not
        report = loader.finish()
        _bind(import_, loader.pairs)
        _end(import_, job, found, report, refused=False)


def _stage(import_: Import, job: Job) -> None:
    """Write the file by way of a temporary table, in which its rows are compared with what is there."""
    with observation_stage(workspace=import_.workspace, source=import_.source) as stage:
        found = Pass(import_, job)
        found.read(lambda frame: stage.copy(copy_text(frame)))
        with transaction.atomic():
            refused = import_.policy == Import.Policy.ALL_OR_NOTHING and found.counts.rejections > 0
            report = WriteReport()
            if not refused:
                with transaction.atomic():
                    found.segments.make()
                    report = stage.finish(import_id=import_.pk, mapping_key=_mapping_key(import_))
                    refused = bool(report.rejected) and import_.policy == Import.Policy.ALL_OR_NOTHING
                    if refused:
                        transaction.set_rollback(True)
                    else:
                        _bind(import_, written_pairs())
                if report.rejected:
                    found.reject_unknown(stage.unknown(limit=UNKNOWN_KEPT))
            _end(import_, job, found, WriteReport() if refused else report, refused=refused)


def _end(import_: Import, job: Job, found: Pass, report: WriteReport, *, refused: bool) -> None:
    """Say what became of the import, in the transaction that wrote it."""
    rejections_keep(import_)
    counts = found.counts
    job.end(
        status=Status.REFUSED if refused else Status.DONE,
        rows_read=counts.lines,
        rows_total=counts.lines,
        created_count=report.created,
        updated_count=report.updated,
        unchanged_count=report.unchanged,
        superseded_count=report.superseded,
        rejected_count=counts.rejections,
        first_day=report.first_day or import_.first_day,
        last_day=report.last_day or import_.last_day,
        error_code="",
        error_message="",
        error_params={},
        finished_at=timezone.now(),
    )
    history_record(
        actor=import_.created_by,
        action="import.refused" if refused else "import.done",
        target=import_,
        name=str(import_),
        source=import_.source.name,
        counters=_counters(report) | {"rejected": counts.rejections},
    )


def _counters(report: WriteReport) -> dict[str, int]:
    return {
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "superseded": report.superseded,
        "removed": report.removed,
    }


def _mapping_key(import_: Import) -> int:
    return import_.saved_mapping_id or 0


def _kinds(import_: Import) -> dict[str, str]:
    return dict(Kpi.objects.filter(workspace_id=import_.workspace_id).values_list("code", "kind"))


def _unbound(import_: Import, values: list[dict[str, Any]]) -> dict[str, int]:
    """Return, by KPI code, on how many touchpoints of the file it does not stand yet."""
    bound = set(
        Binding.objects.filter(workspace_id=import_.workspace_id, deleted_at=None).values_list(
            "touchpoint__code", "kpi__code"
        )
    )
    former = aliases(import_.workspace_id)
    found: dict[str, int] = {}
    for value in values:
        touchpoint = value["touchpoint"]
        if (former[touchpoint][1] if touchpoint in former else touchpoint, value["kpi"]) not in bound:
            found[value["kpi"]] = found.get(value["kpi"], 0) + 1
    return found


def _bind(import_: Import, pairs: list[tuple[str, str]]) -> None:
    """Put KPIs on the touchpoints that the file has numbers for, as decided with the import: only then do maps show them."""
    wanted = {code: direction for code, direction in import_.bindings.items() if direction in Direction.values}
    former = aliases(import_.workspace_id)
    pairs = [
        (former[touchpoint][1] if touchpoint in former else touchpoint, kpi)
        for touchpoint, kpi in pairs
        if kpi in wanted
    ]
    if not pairs:
        return
    workspace = import_.workspace
    bound = set(
        Binding.objects.filter(workspace=workspace, deleted_at=None).values_list("touchpoint__code", "kpi__code")
    )
    kpis = {kpi.code: kpi for kpi in Kpi.objects.filter(workspace=workspace, code__in=wanted)}
    names = {touchpoint for touchpoint, _ in pairs}
    touchpoints = {
        touchpoint.code: touchpoint
        for touchpoint in Touchpoint.objects.filter(workspace=workspace, code__in=names, deleted_at=None)
    }
    for touchpoint, kpi in pairs:
        if (touchpoint, kpi) in bound or touchpoint not in touchpoints or kpi not in kpis:
            continue
        try:
            binding_create(
                touchpoint=touchpoints[touchpoint], kpi=kpis[kpi], actor=import_.created_by, direction=wanted[kpi]
            )
        except AlreadyBound:
            continue


@transaction.atomic
def import_start(*, import_: Import, actor: User | None, policy: str, bindings: dict[str, str] | None = None) -> Import:
    """Decide on a previewed import: have it written by a worker. Raises NotReady."""
    import_ = Import.objects.select_for_update(of=("self",)).select_related("source").get(pk=import_.pk)
    if import_.status not in Import.STARTABLE and not (import_.status == Status.FAILED and import_.preview):
        raise NotReady
    _queue(import_, policy=policy, bindings=bindings or {})
    import_.created_by = actor or import_.created_by
    import_.save(update_fields=["created_by"])
    history_record(actor=actor, action="import.started", target=import_, name=str(import_), policy=policy)
    return import_


def _queue(import_: Import, *, policy: str, bindings: dict[str, str]) -> None:
    import_.status = Status.QUEUED
    import_.policy = Import.Policy(policy)
    import_.bindings = bindings
    import_.rows_read = 0
    import_.queued_at, import_.attempts = timezone.now(), 0
    import_.leased_until = import_.lease_token = import_.finished_at = None
    import_.error_code, import_.error_message, import_.error_params = "", "", {}
    import_.save(
        update_fields=[
            "status", "policy", "bindings", "rows_read", "queued_at", "attempts", "leased_until", "lease_token", "finished_at",
            "error_code", "error_message", "error_params",
        ]
    )  # fmt: skip
    work_soon(import_)


def directions_of(workspace: Workspace) -> dict[str, str]:
    """Return the KPIs that can be put on touchpoints without asking: those with a direction of their own."""
    return dict(Kpi.objects.filter(workspace=workspace).exclude(direction="").values_list("code", "direction"))


@transaction.atomic
def import_queue(*, import_: Import, actor: User | None, policy: str, bindings: dict[str, str] | None = None) -> Import:
    """Have a mapped file written without a preview, as programs do. Raises NotReady."""
    import_ = Import.objects.select_for_update(of=("self",)).select_related("source").get(pk=import_.pk)
    if import_.mapping is None or import_.is_working or import_.status in (Status.DONE, Status.WITHDRAWN):
        raise NotReady
    _queue(import_, policy=policy, bindings=bindings or {})
    history_record(actor=actor, action="import.started", target=import_, name=str(import_), policy=policy)
    return import_
