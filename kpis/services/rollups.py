"""Roll-ups: claim dirty buckets, recompute them from the observations; never add to what is there."""

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from cxmap.workspaces.models import Workspace
from kpis.services.locks import Lock, lock
from kpis.services.nudges import states_mark

BUCKETS_AT_ONCE = 5000

# As text and not row by row: five thousand buckets go through here as three values.
CLAIM = """
WITH claimed AS (
    DELETE FROM kpis_bucket WHERE id IN (
        SELECT id FROM kpis_bucket ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING workspace_id, series_id, day
), ordered AS (
    SELECT * FROM claimed ORDER BY workspace_id, series_id, day
)
SELECT count(*), array_agg(workspace_id)::text, array_agg(series_id)::text, array_agg(day)::text,
       (SELECT json_object_agg(workspace_id, since)
          FROM (SELECT workspace_id, min(day) AS since FROM claimed GROUP BY workspace_id) AS oldest)
  FROM ordered
"""

SUMS = """
SELECT row.workspace_id, row.series_id, row.first_day AS day, sum(row.n)::bigint AS n, sum(row.numerator) AS numerator,
       sum(row.denominator) AS denominator,
       CASE WHEN count(*) = count(row.sum_squares) THEN sum(row.sum_squares) END AS sum_squares,
       sum(row.excluded)::bigint AS excluded, count(row.bin) AS binned
  FROM {rows}
 GROUP BY row.workspace_id, row.series_id, row.first_day
"""
HISTOGRAMS = """
SELECT workspace_id, series_id, day, jsonb_object_agg(bin, n) AS histogram FROM (
    SELECT row.workspace_id, row.series_id, row.first_day AS day, row.bin, sum(row.n)::bigint AS n
      FROM {rows}
     GROUP BY row.workspace_id, row.series_id, row.first_day, row.bin
    ) AS bins
 GROUP BY workspace_id, series_id, day
"""

# Ratios: each row is one unit, unless it says nothing but what was excluded. Other kinds are told apart once a statement, and pay nothing for it.
RATIO_SERIES = """
SELECT series.id FROM kpis_kpi AS kpi JOIN kpis_series AS series ON series.kpi_id = kpi.id WHERE kpi.kind = 'ratio'
"""
RATIO_SUMS = """
sum(row.numerator * row.numerator) FILTER (WHERE row.numerator <> 0 OR row.denominator <> 0) AS numerator_squares,
sum(row.denominator * row.denominator) FILTER (WHERE row.numerator <> 0 OR row.denominator <> 0) AS denominator_squares,
sum(row.numerator * row.denominator) FILTER (WHERE row.numerator <> 0 OR row.denominator <> 0) AS cross_product,
count(*) FILTER (WHERE row.numerator <> 0 OR row.denominator <> 0) AS units
"""

FACTS = "n, numerator, denominator, sum_squares, excluded, histogram, denominator_squares, cross_product, units"
KEPT_FACTS, FRESH_FACTS, NEW_FACTS = (
    ", ".join(f"{table}.{name}" for name in FACTS.split(", ")) for table in ("kept", "fresh", "excluded")
)

DAY = """FROM kpis_observation AS row
         WHERE row.workspace_id = claimed.workspace_id AND row.series_id = claimed.series_id
           AND row.first_day = claimed.day AND row.last_day = claimed.day"""

# Each day is looked up by index, and so is its histogram if it has scores. Joined, a planner that expects one row of each
# re-reads the whole history for every day (25 s instead of 0.2 s for 5,000 buckets of a table never analysed), and one that
# knows better reads the whole table for every 5,000 buckets. A day without rows has no roll-up any more.
REFRESH = f"""
WITH ratios AS MATERIALIZED ({RATIO_SERIES} AND kpi.workspace_id = ANY(%(workspaces)s::bigint[])
), sums AS MATERIALIZED (
    SELECT claimed.*, day.rows, day.n, day.numerator, day.denominator, day.excluded,
           coalesce(pairs.numerator_squares, day.sum_squares) AS sum_squares, pairs.denominator_squares, pairs.cross_product,
           nullif(pairs.units, 0) AS units,
           CASE WHEN day.binned > 0 THEN (
               SELECT jsonb_object_agg(bins.bin, bins.n) FROM (
                   SELECT row.bin, sum(row.n)::bigint AS n {DAY} AND row.bin IS NOT NULL GROUP BY row.bin) AS bins
               ) END AS histogram
      FROM unnest(%(workspaces)s::bigint[], %(series)s::bigint[], %(days)s::date[]) AS claimed (workspace_id, series_id, day)
      JOIN workspaces_workspace AS workspace ON workspace.id = claimed.workspace_id
       AND claimed.day >= coalesce(workspace.sealed_before, '-infinity')
     CROSS JOIN LATERAL (
        SELECT count(*) AS rows, sum(row.n)::bigint AS n, sum(row.numerator) AS numerator, sum(row.denominator) AS denominator,
               CASE WHEN count(*) = count(row.sum_squares) THEN sum(row.sum_squares) END AS sum_squares,
               sum(row.excluded)::bigint AS excluded, count(row.bin) AS binned
          {DAY}) AS day
     CROSS JOIN LATERAL (
        SELECT {RATIO_SUMS} {DAY} AND claimed.series_id IN (SELECT id FROM ratios)) AS pairs
), emptied AS (
    DELETE FROM kpis_rollup AS kept USING sums
     WHERE sums.rows = 0 AND kept.workspace_id = sums.workspace_id AND kept.series_id = sums.series_id AND kept.day = sums.day
)
INSERT INTO kpis_rollup AS kept (workspace_id, series_id, day, {FACTS}, computed_at)
SELECT workspace_id, series_id, day, {FACTS}, clock_timestamp() FROM sums WHERE rows > 0
ON CONFLICT (workspace_id, series_id, day) DO UPDATE
   SET ({FACTS}, computed_at) = ({NEW_FACTS}, excluded.computed_at)
 WHERE ({KEPT_FACTS}) IS DISTINCT FROM ({NEW_FACTS})
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many buckets were recomputed, and the workspaces that they belong to."""

    buckets: int
    workspaces: frozenset[int]


@transaction.atomic
def rollups_refresh(*, limit: int = BUCKETS_AT_ONCE) -> Refreshed:
    """Recompute up to limit dirty buckets, those that no other worker is at; safe to call any number of times.

    The claim is a statement of its own: the statements after it see every observation committed before a mark was taken.
    One that commits later finds the mark gone and sets it again, having waited for this transaction (see MARK_BUCKETS).
    """
    lock(Lock.ROLLUPS, shared=True)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [limit])
        count, workspaces, series, days, oldest = cursor.fetchone()
        if not count:
            return Refreshed(0, frozenset())
        cursor.execute(REFRESH, {"workspaces": workspaces, "series": series, "days": days})
    since: dict[int, date | None] = {int(workspace_id): date.fromisoformat(day) for workspace_id, day in oldest.items()}
    states_mark(since)
    return Refreshed(count, frozenset(since))


# "Not later" and not "equal": the planner takes equal columns for rare, and sorts a million rows instead of hashing them.
REBUILD_ROWS = "kpis_observation AS row WHERE NOT row.last_day > row.first_day {only}"

FRESH = """
CREATE TEMP TABLE kpis_rollup_fresh ON COMMIT DROP AS
SELECT workspace_id, series_id, day, n, numerator, denominator, sum_squares, excluded, NULL::jsonb AS histogram, binned,
       NULL::float8 AS denominator_squares, NULL::float8 AS cross_product, NULL::bigint AS units
  FROM ({sums}) AS sums
"""
FRESH_BINS = """
UPDATE kpis_rollup_fresh AS fresh SET histogram = bins.histogram FROM ({histograms}) AS bins
 WHERE fresh.workspace_id = bins.workspace_id AND fresh.series_id = bins.series_id AND fresh.day = bins.day
"""
FRESH_RATIOS = f"""
UPDATE kpis_rollup_fresh AS fresh
   SET (sum_squares, denominator_squares, cross_product, units) = ROW (
       coalesce(pairs.numerator_squares, fresh.sum_squares), pairs.denominator_squares, pairs.cross_product, nullif(pairs.units, 0))
  FROM (
    SELECT row.workspace_id, row.series_id, row.first_day AS day, {RATIO_SUMS}
      FROM {{rows}} AND row.series_id IN ({RATIO_SERIES})
     GROUP BY row.workspace_id, row.series_id, row.first_day
    ) AS pairs
 WHERE fresh.workspace_id = pairs.workspace_id AND fresh.series_id = pairs.series_id AND fresh.day = pairs.day
"""  # noqa: S608 - constants


# Days whose observations retention has dropped: their roll-ups are all that is left.
SEALED = """EXISTS (
    SELECT FROM workspaces_workspace AS workspace WHERE workspace.id = kept.workspace_id AND kept.day < workspace.sealed_before)"""
FORGET_SEALED = f"DELETE FROM kpis_rollup_fresh AS kept WHERE {SEALED}"  # noqa: S608 - constants


@transaction.atomic
def rollups_rebuild(*, workspace: Workspace | None = None) -> int:
    """Recompute every roll-up of one or of all workspaces from the observations, and return how many differed.

    Roll-ups that are right already are not rewritten, those of sealed days never. Writers go on meanwhile: what they commit after the start stays marked.
    """
    lock(Lock.ROLLUPS)
    only = "" if workspace is None else "AND row.workspace_id = %(workspace)s"
    mine = "TRUE" if workspace is None else "kept.workspace_id = %(workspace)s"
    params = {"workspace": workspace.pk if workspace else None}
    rows = REBUILD_ROWS.format(only=only)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kpis_bucket WHERE id IN (SELECT id FROM kpis_bucket AS kept WHERE "  # noqa: S608 - constants
            + mine
            + " FOR UPDATE SKIP LOCKED)",
            params,
        )
        cursor.execute("DROP TABLE IF EXISTS pg_temp.kpis_rollup_fresh")
        cursor.execute(FRESH.format(sums=SUMS.format(rows=rows)), params)
        cursor.execute(FORGET_SEALED)
        cursor.execute("ANALYZE kpis_rollup_fresh")
        cursor.execute("SELECT EXISTS (SELECT FROM kpis_rollup_fresh WHERE binned > 0)")
        if cursor.fetchone()[0]:
            histograms = HISTOGRAMS.format(rows=rows + " AND row.bin IS NOT NULL")
            cursor.execute(FRESH_BINS.format(histograms=histograms), params)
        cursor.execute(f"SELECT EXISTS ({RATIO_SERIES})")
        if cursor.fetchone()[0]:
            cursor.execute(FRESH_RATIOS.format(rows=rows), params)
        cursor.execute(
            f"""
            WITH gone AS (
                DELETE FROM kpis_rollup AS kept WHERE {mine} AND NOT {SEALED} AND NOT EXISTS (
                    SELECT FROM kpis_rollup_fresh AS fresh WHERE fresh.workspace_id = kept.workspace_id
                       AND fresh.series_id = kept.series_id AND fresh.day = kept.day)
                RETURNING workspace_id, day
            ), corrected AS (
                UPDATE kpis_rollup AS kept SET ({FACTS}, computed_at) = ROW ({FRESH_FACTS}, clock_timestamp())
                  FROM kpis_rollup_fresh AS fresh
                 WHERE fresh.workspace_id = kept.workspace_id AND fresh.series_id = kept.series_id AND fresh.day = kept.day
                   AND ({KEPT_FACTS}) IS DISTINCT FROM ({FRESH_FACTS})
                RETURNING kept.workspace_id, kept.day
            ), added AS (
                INSERT INTO kpis_rollup (workspace_id, series_id, day, {FACTS}, computed_at)
                SELECT workspace_id, series_id, day, {FACTS}, clock_timestamp() FROM kpis_rollup_fresh AS fresh
                 WHERE NOT EXISTS (
                    SELECT FROM kpis_rollup AS kept WHERE fresh.workspace_id = kept.workspace_id
                       AND fresh.series_id = kept.series_id AND fresh.day = kept.day)
                 ORDER BY workspace_id, series_id, day
                RETURNING workspace_id, day
            )
            SELECT workspace_id, min(day), count(*)
              FROM (SELECT * FROM gone UNION ALL SELECT * FROM corrected UNION ALL SELECT * FROM added) AS changed
             GROUP BY workspace_id
            """,  # noqa: S608 - constants
            params,
        )
        found = cursor.fetchall()
    states_mark({workspace_id: day for workspace_id, day, _ in found})
    return sum(count for _, _, count in found)
