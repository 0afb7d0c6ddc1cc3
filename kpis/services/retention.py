"""Dropping old observations, as a workspace has decided; what they add up to stays."""

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from cxmap.history.services import history_record
from cxmap.workspaces.models import Workspace
from kpis.models import Bucket, Source
from kpis.services.locks import Lock, lock
from kpis.services.observations import today_of
from kpis.services.rollups import rollups_refresh

BATCH = 50_000  # rows deleted in one transaction

# Spans stay: they have no roll-up that could stand for them, and they are few.
DROP = """
DELETE FROM {table} WHERE id IN (
    SELECT id FROM {table} WHERE workspace_id = %(workspace)s AND first_day < %(day)s AND last_day = first_day LIMIT %(batch)s)
"""
TABLES = ("kpis_observation", "kpis_replacedobservation")


@dataclass(frozen=True, slots=True)
class Dropped:
    """What one run of the retention did to a workspace."""

    observations: int
    sealed_before: date


def sealing_day(workspace: Workspace, today: date) -> date | None:
    """Return the first day that stays open: a first of the month, so that months are sealed whole; None without retention."""
    if workspace.retention_months is None:
        return None
    months = today.year * 12 + today.month - 1 - workspace.retention_months
    return date(months // 12, months % 12 + 1, 1)


def workspaces_to_seal() -> list[Workspace]:
    """Return the workspaces that keep observations for some months only."""
    return list(Workspace.objects.exclude(retention_months=None).order_by("pk"))


def observations_drop(*, workspace: Workspace) -> Dropped | None:
    """Seal the days older than the workspace keeps, then drop their observations. None: there is nothing sealed yet.

    Two steps, so that nobody waits for millions of rows: the seal is a moment under the locks of the writers, and what lies
    behind it is deleted batch by batch. One that is interrupted is gone on with by the next run.
    """
    while rollups_refresh().buckets:
        pass
    day = _seal(workspace)
    if day is None:
        return None
    count = 0
    for table in TABLES:
        while deleted := _drop_some(table, workspace, day):
            count += deleted if table == TABLES[0] else 0
    return Dropped(count, day)


@transaction.atomic
def _seal(workspace: Workspace) -> date | None:
    """Move the seal if it is time, and return the first open day; None without one.

    Days whose roll-ups are not made yet wait for the next run: sealed wrong they would stay wrong.
    """
    # In the order in which writers wait for each other: the locks of the sources, then the workspace's row.
    for source_id in Source.objects.filter(workspace=workspace).order_by("pk").values_list("pk", flat=True):
        lock(Lock.SOURCE, source_id)
    lock(Lock.ROLLUPS)
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    # What is dropped is gone: a worker's clock that is ahead of the database's is not believed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        today = min(today_of(workspace), today_of(workspace, cursor.fetchone()[0]))
    day, sealed_before = sealing_day(workspace, today), workspace.sealed_before
    if day is None or (sealed_before is not None and sealed_before >= day):
        return sealed_before
    if Bucket.objects.filter(workspace_id=workspace.pk, day__lt=day).exists():
        return sealed_before
    workspace.sealed_before = day
    workspace.save(update_fields=["sealed_before"])
    # Said with the seal, and not after the last batch: a worker that is killed in between leaves nothing unsaid.
    history_record(
        actor=None, action="observations.dropped", target=workspace, name=workspace.name, before=day.isoformat()
    )
    return day


@transaction.atomic
def _drop_some(table: str, workspace: Workspace, day: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(DROP.format(table=table), {"workspace": workspace.pk, "day": day, "batch": BATCH})
        return int(cursor.rowcount)
