"""Taking an import back, exactly, also when later imports lie over it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from cxmap.workspaces.models import Workspace
from kpis.models import Source
from kpis.services.locks import Lock, lock
from kpis.services.nudges import refresh_soon
from kpis.services.staging import KEPT

# Observations stand in groups whose members replace each other: those of one external id, or those without ids of one
# mapping on the same days of the same series.
ID_KEY = ("source_id", "external_id", '"column"')
DAYS_KEY = ("source_id", "mapping_key", "series_id", "first_day", "last_day")

CREATE = """
CREATE TEMP TABLE IF NOT EXISTS kpis_undo_group (
    source_id bigint, external_id text, "column" text, mapping_key bigint, series_id bigint, first_day date, last_day date,
    start bigint, heir bigint, heir_mark bigint
) ON COMMIT DELETE ROWS;
DELETE FROM kpis_undo_group
"""

# start: a key between the observations that were there before the import and those that came with it or later.
GROUPS = """
INSERT INTO kpis_undo_group ({key}, start)
SELECT {key}, min(start) FROM (
    SELECT {key}, id - 1 AS start FROM kpis_observation
     WHERE workspace_id = %(workspace)s AND import_id = %(import)s AND external_id {identity}
    UNION ALL
    SELECT {key}, observation_id - 1 FROM kpis_replacedobservation
     WHERE workspace_id = %(workspace)s AND import_id = %(import)s AND external_id {identity}
    UNION ALL
    SELECT {key}, mark FROM kpis_replacedobservation
     WHERE workspace_id = %(workspace)s AND replaced_by_import = %(import)s AND external_id {identity}
    ) AS touched
 GROUP BY {key}
"""

# The heir of a group is the first write after the import that said something about it: 0 for the API.
HEIRS = """
UPDATE kpis_undo_group AS grp SET heir = found.heir, heir_mark = found.mark
  FROM (
    SELECT DISTINCT ON ({of_later}) {of_later}, later.heir, later.mark FROM (
        SELECT {key}, replaced_by_import AS heir, mark FROM kpis_replacedobservation
         WHERE workspace_id = %(workspace)s AND import_id = %(import)s AND external_id {identity}
        {others}
        ) AS later
     ORDER BY {of_later}, later.mark
    ) AS found
 WHERE {same}
"""

# Rows without ids only: an import may have emptied a day, or left its rows beside new ones. An id has one row at a time.
OTHERS = """UNION ALL
        SELECT {of_row}, coalesce(row.import_id, 0), row.id - 1
          FROM kpis_undo_group AS near
         CROSS JOIN LATERAL (
               SELECT * FROM kpis_observation AS one
                WHERE one.workspace_id = %(workspace)s AND one.series_id = near.series_id
                  AND one.first_day = near.first_day AND one.external_id IS NULL
                OFFSET 0) AS row
         WHERE {near} AND row.id > near.start AND row.import_id IS DISTINCT FROM %(import)s
        UNION ALL
        SELECT {of_row}, coalesce(row.import_id, 0), row.observation_id - 1
          FROM kpis_undo_group AS near JOIN kpis_replacedobservation AS row
            ON row.workspace_id = %(workspace)s AND {near}
         WHERE row.observation_id > near.start AND row.import_id IS DISTINCT FROM %(import)s AND row.external_id IS NULL"""

MARK = """
INSERT INTO kpis_bucket (workspace_id, series_id, day, marked_at)
SELECT %(workspace)s::bigint, series_id, first_day, clock_timestamp() FROM (
    SELECT row.series_id, row.first_day, row.last_day
      FROM kpis_observation AS row JOIN kpis_undo_group AS grp ON {matches}
     WHERE row.workspace_id = %(workspace)s AND row.import_id = %(import)s AND grp.heir IS NULL AND row.external_id {identity}
    UNION
    SELECT row.series_id, row.first_day, row.last_day
      FROM kpis_replacedobservation AS row JOIN kpis_undo_group AS grp ON {matches}
     WHERE row.workspace_id = %(workspace)s AND row.replaced_by_import = %(import)s AND grp.heir IS NULL
       AND row.external_id {identity}
    ) AS touched
 WHERE first_day = last_day
 GROUP BY series_id, first_day
 ORDER BY series_id, first_day
ON CONFLICT (workspace_id, series_id, day) DO UPDATE SET marked_at = excluded.marked_at
"""

# Without an heir: the import's rows go, what they replaced comes back under its own keys.
DELETE_STANDING = """
DELETE FROM kpis_observation AS row USING kpis_undo_group AS grp
 WHERE row.workspace_id = %(workspace)s AND row.import_id = %(import)s AND row.external_id {identity}
   AND grp.heir IS NULL AND {matches}
"""
RESTORE = f"""
WITH restored AS (
    DELETE FROM kpis_replacedobservation AS row USING kpis_undo_group AS grp
     WHERE row.workspace_id = %(workspace)s AND row.replaced_by_import = %(import)s AND row.external_id {{identity}}
       AND grp.heir IS NULL AND {{matches}}
    RETURNING row.*
)
INSERT INTO kpis_observation (id, {KEPT}) SELECT observation_id, {KEPT} FROM restored
"""  # noqa: S608 - constants

# With an heir: what of the import still stands was said by the heir too, and is its own from now on; what the heir replaced
# was never there; what the import replaced was replaced by the heir.
INHERIT_STANDING = """
UPDATE kpis_observation AS row SET import_id = nullif(grp.heir, 0) FROM kpis_undo_group AS grp
 WHERE row.workspace_id = %(workspace)s AND row.import_id = %(import)s AND row.external_id {identity}
   AND grp.heir IS NOT NULL AND {matches}
"""
CUT_OUT = """
DELETE FROM kpis_replacedobservation AS row USING kpis_undo_group AS grp
 WHERE row.workspace_id = %(workspace)s AND row.import_id = %(import)s AND row.external_id {identity}
   AND row.replaced_by_import = grp.heir AND {matches}
"""
INHERIT_REPLACED = """
UPDATE kpis_replacedobservation AS row SET import_id = nullif(grp.heir, 0) FROM kpis_undo_group AS grp
 WHERE row.workspace_id = %(workspace)s AND row.import_id = %(import)s AND row.external_id {identity}
   AND grp.heir IS NOT NULL AND {matches}
"""
HAND_OVER = """
UPDATE kpis_replacedobservation AS row SET replaced_by_import = grp.heir, mark = grp.heir_mark
  FROM kpis_undo_group AS grp
 WHERE row.workspace_id = %(workspace)s AND row.replaced_by_import = %(import)s AND row.external_id {identity}
   AND grp.heir IS NOT NULL AND {matches}
"""


@dataclass(frozen=True, slots=True)
class WithdrawReport:
    """removed: observations taken out; restored: former ones put back; kept: days that a later write has said since."""

    removed: int = 0
    restored: int = 0
    kept: int = 0


@transaction.atomic
def import_withdraw(*, workspace: Workspace, source: Source, import_id: int) -> WithdrawReport:
    """Undo an import as if it had not been made, and have the roll-ups follow.

    What no later write has touched is put back to exactly the rows that were there before, keys included. Where a later
    write has replaced the import's rows, its values stay and inherit what the import had replaced, so that withdrawing that one
    too leads back further. A later import that found everything unchanged has written nothing: it holds nothing in place.
    """
    lock(Lock.SOURCE, source.pk)
    removed = restored = kept = 0
    with connection.cursor() as cursor:
        # On a table without statistics yet the planner takes an import's rows for one, and compares each with every group.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for key, identity in ((ID_KEY, "IS NOT NULL"), (DAYS_KEY, "IS NULL")):
            params: dict[str, Any] = {"workspace": workspace.pk, "import": import_id}
            words = {
                "key": ", ".join(key),
                "identity": identity,
                "of_row": ", ".join(f"row.{name}" for name in key),
                "of_later": ", ".join(f"later.{name}" for name in key),
                "near": " AND ".join(f"row.{name} = near.{name}" for name in key),
                "matches": " AND ".join(f"row.{name} = grp.{name}" for name in key),
                "same": " AND ".join(f"grp.{name} = found.{name}" for name in key),
            }

            words["others"] = OTHERS.format(**words) if key is DAYS_KEY else ""

            def run(statement: str, words: dict[str, str] = words, params: dict[str, Any] = params) -> int:
                cursor.execute(statement.format(**words), params)
                return int(cursor.rowcount)

            cursor.execute(CREATE)
            run(GROUPS)
            cursor.execute("ANALYZE kpis_undo_group")
            kept += run(HEIRS)
            run(MARK)
            removed += run(DELETE_STANDING)
            restored += run(RESTORE)
            run(INHERIT_STANDING)
            run(CUT_OUT)
            run(INHERIT_REPLACED)
            run(HAND_OVER)
        cursor.execute("SET LOCAL enable_nestloop = on")
    if removed or restored:
        refresh_soon()
    return WithdrawReport(removed=removed, restored=restored, kept=kept)
