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

# Spans stay: they have no roll-up that could stand for them, and they are few.
DROP = """
DELETE FROM kpis_observation WHERE workspace_id = %(workspace)s AND first_day < %(day)s AND last_day = first_day
"""
DROP_REPLACED = """
DELETE FROM kpis_replacedobservation WHERE workspace_id = %(workspace)s AND first_day < %(day)s AND last_day = first_day
"""


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
    """Return the workspaces that have observations older than they want to keep."""
    found = []
    for workspace in Workspace.objects.exclude(retention_months=None).order_by("pk"):
        day = sealing_day(workspace, today_of(workspace))
        if day is not None and (workspace.sealed_before is None or workspace.sealed_before < day):
            found.append(workspace)
    return found


def observations_drop(*, workspace: Workspace) -> Dropped | None:
    """Drop what is older than the workspace keeps, and seal its days. None: nothing to do, or roll-ups are still being made.

    Days whose roll-ups are not made yet wait for the next night: sealed wrong they would stay wrong. What is dropped is gone,
    so a worker's clock that is ahead of the database's is not believed.
    """
    while rollups_refresh().buckets:
        pass
    with transaction.atomic():
        # In the order in which writers wait for each other: the locks of the sources, then the workspace's row.
        for source_id in Source.objects.filter(workspace=workspace).order_by("pk").values_list("pk", flat=True):
            lock(Lock.SOURCE, source_id)
        lock(Lock.ROLLUPS)
        workspace = Workspace.objects.select_for_update().get(pk=workspace.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            today = min(today_of(workspace), today_of(workspace, cursor.fetchone()[0]))
        day = sealing_day(workspace, today)
        if day is None or (workspace.sealed_before is not None and workspace.sealed_before >= day):
            return None
        if Bucket.objects.filter(workspace_id=workspace.pk, day__lt=day).exists():
            return None
        with connection.cursor() as cursor:
            cursor.execute(DROP, {"workspace": workspace.pk, "day": day})
            count = cursor.rowcount
            cursor.execute(DROP_REPLACED, {"workspace": workspace.pk, "day": day})
        workspace.sealed_before = day
        workspace.save(update_fields=["sealed_before"])
        history_record(
            actor=None,
            action="observations.dropped",
            target=workspace,
            name=workspace.name,
            count=count,
            before=day.isoformat(),
        )
    return Dropped(count, day)
