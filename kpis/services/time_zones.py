"""Cutting the days of the facts anew after a workspace has moved to another time zone."""

from typing import Any

from django.db import connection, transaction

from cxmap.workspaces.models import Workspace
from kpis.models import Source
from kpis.services.locks import Lock, lock
from kpis.services.nudges import refresh_soon

# Rows that know their instant. Neither end may be a sealed day: what was added up there cannot be added up again.
MOVE = """
WITH moved AS (
    SELECT id, series_id, first_day AS old_day, (at AT TIME ZONE %(zone)s)::date AS new_day
      FROM kpis_observation
     WHERE workspace_id = %(workspace)s AND at IS NOT NULL AND last_day = first_day
       AND first_day <> (at AT TIME ZONE %(zone)s)::date
       AND (at AT TIME ZONE %(zone)s)::date >= coalesce(%(sealed)s, '-infinity'::date)
), written AS (
    UPDATE kpis_observation AS row SET first_day = moved.new_day, last_day = moved.new_day
      FROM moved WHERE row.id = moved.id
), touched AS (
    SELECT series_id, old_day AS day FROM moved UNION SELECT series_id, new_day FROM moved
), marked AS (
    INSERT INTO kpis_bucket (workspace_id, series_id, day, marked_at)
    SELECT %(workspace)s::bigint, series_id, day, clock_timestamp() FROM touched ORDER BY series_id, day
    ON CONFLICT (workspace_id, series_id, day) DO UPDATE SET marked_at = excluded.marked_at
)
SELECT count(*) FROM moved
"""
MOVE_REPLACED = """
UPDATE kpis_replacedobservation SET first_day = (at AT TIME ZONE %(zone)s)::date, last_day = (at AT TIME ZONE %(zone)s)::date
 WHERE workspace_id = %(workspace)s AND at IS NOT NULL AND last_day = first_day
   AND first_day <> (at AT TIME ZONE %(zone)s)::date
   AND (at AT TIME ZONE %(zone)s)::date >= coalesce(%(sealed)s, '-infinity'::date)
"""


def workspaces_moved() -> list[Workspace]:
    """Return the workspaces whose facts are still cut by another zone's days."""
    return list(Workspace.objects.exclude(facts_time_zone="").order_by("pk"))


@transaction.atomic
def observations_rezone(*, workspace: Workspace) -> int:
    """Move the observations that know their instant to the workspace's days, and return how many moved.

    Rows that came with a day keep it: nobody knows better. Running it twice changes nothing.
    """
    for source_id in Source.objects.filter(workspace=workspace).order_by("pk").values_list("pk", flat=True):
        lock(Lock.SOURCE, source_id)
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    params: dict[str, Any] = {"workspace": workspace.pk, "zone": workspace.time_zone, "sealed": workspace.sealed_before}
    with connection.cursor() as cursor:
        cursor.execute(MOVE, params)
        count = int(cursor.fetchone()[0])
        cursor.execute(MOVE_REPLACED, params)
    workspace.facts_time_zone = ""
    workspace.save(update_fields=["facts_time_zone"])
    if count:
        refresh_soon()
    return count
