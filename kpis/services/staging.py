"""The statements behind observations_write: from staged rows to facts, set by set.

`{stage}` is the temporary table that COPY fills; the other tables are temporary too, made once a connection and emptied for
every write, so that a call of the API leaves nothing behind in the system catalogue.
"""

# In the order of a COPY row. References are codes; dimensions are canonical JSON or "".
STAGED = (
    'line, "column", touchpoint, kpi, first_day, last_day, at, external_id, '
    "n, numerator, denominator, sum_squares, excluded, bin, segment, dimensions"
)

COPY = f"""
COPY {{stage}} ({STAGED}) FROM STDIN (
    FORMAT csv, FORCE_NULL (at, external_id, sum_squares, bin),
    FORCE_NOT_NULL ("column", touchpoint, kpi, segment, dimensions)
)
"""

CREATE_STAGE = """
CREATE TEMP TABLE IF NOT EXISTS {stage} (
    line integer NOT NULL, "column" text NOT NULL, touchpoint text NOT NULL, kpi text NOT NULL,
    first_day date NOT NULL, last_day date NOT NULL, at timestamptz, external_id text,
    n bigint NOT NULL, numerator float8 NOT NULL, denominator float8 NOT NULL, sum_squares float8,
    excluded bigint NOT NULL, bin integer, segment text NOT NULL, dimensions text NOT NULL
)
"""

CREATE_HELPERS = """
CREATE TEMP TABLE IF NOT EXISTS kpis_stage_ref (
    touchpoint text, kpi text, segment text, dimensions text,
    touchpoint_id uuid, kpi_id uuid, segment_id bigint, dimensions_key text, series_id bigint, origin_key text
);
CREATE TEMP TABLE IF NOT EXISTS kpis_stage_group (
    series_id bigint, first_day date, last_day date, with_id bigint, without_id bigint
);
CREATE TEMP TABLE IF NOT EXISTS kpis_stage_old (
    id bigint, series_id bigint, first_day date, last_day date, at timestamptz, "column" text, n bigint,
    numerator float8, denominator float8, sum_squares float8, excluded bigint, bin integer, twin bigint
);
CREATE TEMP TABLE IF NOT EXISTS kpis_stage_hit (
    line integer, "column" text, series_id bigint, first_day date, last_day date, at timestamptz, external_id text,
    n bigint, numerator float8, denominator float8, sum_squares float8, excluded bigint, bin integer,
    status text, old_id bigint
);
CREATE TEMP TABLE IF NOT EXISTS kpis_stage_gone (id bigint, series_id bigint, first_day date, last_day date)
   ;
"""

HELPERS = ("kpis_stage_ref", "kpis_stage_group", "kpis_stage_old", "kpis_stage_hit", "kpis_stage_gone")
# Emptying at every commit (ON COMMIT DELETE ROWS) costs a single row more than writing it; so does TRUNCATE.
EMPTY_HELPERS = "; ".join(f"DELETE FROM {name}" for name in HELPERS)  # noqa: S608 - constants
# Not the references: they are few, and whoever wrote may still ask in the same transaction what they were.
TRUNCATE_HELPERS = "TRUNCATE " + ", ".join(HELPERS[1:])

# Every combination of references in the rows, with what it means in this workspace; NULL where it means nothing. The code of
# a touchpoint that was merged means the one that stays, in a series of its own.
REFER = """
INSERT INTO kpis_stage_ref
SELECT used.touchpoint, used.kpi, used.segment, used.dimensions, coalesce(living.id, touchpoint.id), kpi.id,
       CASE WHEN used.segment = '' THEN 0 ELSE segment.id END,
       CASE WHEN used.dimensions = '' THEN '' ELSE encode(sha256(convert_to(used.dimensions, 'UTF8')), 'hex') END, NULL,
       CASE WHEN living.id IS NULL THEN '' ELSE touchpoint.id::text END
  FROM (SELECT DISTINCT touchpoint, kpi, segment, dimensions FROM {stage}) AS used
  LEFT JOIN touchpoints_touchpoint AS touchpoint
         ON touchpoint.workspace_id = %(workspace)s AND touchpoint.code = used.touchpoint
        AND (touchpoint.deleted_at IS NULL OR touchpoint.merged_into_id IN (
             SELECT id FROM touchpoints_touchpoint WHERE workspace_id = %(workspace)s AND deleted_at IS NULL))
  LEFT JOIN touchpoints_touchpoint AS living ON living.id = touchpoint.merged_into_id
  LEFT JOIN kpis_kpi AS kpi ON kpi.workspace_id = %(workspace)s AND kpi.code = used.kpi
  LEFT JOIN personas_segment AS segment ON segment.workspace_id = %(workspace)s AND segment.code = used.segment
"""

KNOWN = "ref.touchpoint_id IS NOT NULL AND ref.kpi_id IS NOT NULL AND ref.segment_id IS NOT NULL"

JOIN_REF = """JOIN kpis_stage_ref AS ref ON ref.touchpoint = row.touchpoint AND ref.kpi = row.kpi
        AND ref.segment = row.segment AND ref.dimensions = row.dimensions"""

UNKNOWN = f"""
SELECT row.line, row."column",
       CASE WHEN ref.touchpoint_id IS NULL THEN 'unknown_touchpoint'
            WHEN ref.kpi_id IS NULL THEN 'unknown_kpi' ELSE 'unknown_segment' END,
       CASE WHEN ref.touchpoint_id IS NULL THEN row.touchpoint
            WHEN ref.kpi_id IS NULL THEN row.kpi ELSE row.segment END
  FROM {{stage}} AS row {JOIN_REF}
 WHERE NOT ({KNOWN})
 ORDER BY row.line
"""  # noqa: S608 - constants

ADD_SERIES = f"""
INSERT INTO kpis_series (workspace_id, touchpoint_id, kpi_id, segment_id, segment_key, dimensions, dimensions_key, origin_key)
SELECT %(workspace)s, ref.touchpoint_id, ref.kpi_id, nullif(ref.segment_id, 0), ref.segment_id,
       coalesce(nullif(ref.dimensions, '')::jsonb, '{{}}'::jsonb), ref.dimensions_key, ref.origin_key
  FROM kpis_stage_ref AS ref
 WHERE {KNOWN} AND NOT EXISTS (
       SELECT FROM kpis_series AS series
        WHERE series.workspace_id = %(workspace)s AND series.touchpoint_id = ref.touchpoint_id
          AND series.kpi_id = ref.kpi_id AND series.segment_key = ref.segment_id
          AND series.dimensions_key = ref.dimensions_key AND series.origin_key = ref.origin_key)
 ORDER BY ref.touchpoint_id, ref.kpi_id, ref.segment_id, ref.dimensions_key, ref.origin_key
ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants

FIND_SERIES = """
UPDATE kpis_stage_ref AS ref SET series_id = series.id
  FROM kpis_series AS series
 WHERE series.workspace_id = %(workspace)s AND series.touchpoint_id = ref.touchpoint_id
   AND series.kpi_id = ref.kpi_id AND series.segment_key = ref.segment_id
   AND series.dimensions_key = ref.dimensions_key AND series.origin_key = ref.origin_key
"""

GROUP = f"""
INSERT INTO kpis_stage_group
SELECT ref.series_id, row.first_day, row.last_day, count(row.external_id), count(*) - count(row.external_id)
  FROM {{stage}} AS row {JOIN_REF}
 WHERE ref.series_id IS NOT NULL
 GROUP BY 1, 2, 3
"""  # noqa: S608 - constants

COUNTS = """
SELECT coalesce(sum(with_id), 0), coalesce(sum(without_id), 0), min(first_day), max(last_day),
       (SELECT sealed_before FROM workspaces_workspace WHERE id = %(workspace)s),
       (SELECT time_zone FROM workspaces_workspace WHERE id = %(workspace)s)
  FROM kpis_stage_group
"""

VALUES = "n, numerator, denominator, sum_squares, excluded, bin"
ROW_VALUES = ", ".join(f"row.{name}" for name in VALUES.split(", "))
SAME = " AND ".join(
    [
        "old.at IS NOT DISTINCT FROM fresh.at",
        "old.n = fresh.n",
        "old.numerator = fresh.numerator",
        "old.denominator = fresh.denominator",
        "old.sum_squares IS NOT DISTINCT FROM fresh.sum_squares",
        "old.excluded = fresh.excluded",
        "old.bin IS NOT DISTINCT FROM fresh.bin",
        "old.series_id = fresh.series_id",
        "old.first_day = fresh.first_day",
        "old.last_day = fresh.last_day",
    ]
)

# Rows with an id of their own: the last of each id, in the order of the key that finds the former ones.
LAST_OF_EACH_ID = f"""
SELECT DISTINCT ON (row.external_id, row."column")
       row.line, row."column", ref.series_id, row.first_day, row.last_day, row.at, row.external_id, {ROW_VALUES}
  FROM {{stage}} AS row {JOIN_REF}
 WHERE ref.series_id IS NOT NULL AND row.external_id IS NOT NULL
 ORDER BY row.external_id, row."column", row.line DESC, row.ctid DESC
"""  # noqa: S608 - constants

# A lookup a row, in the order of the index, and not a join: on a table without statistics yet (the first minutes of every
# installation) the planner takes a source's rows for one, and compares every row with every other.
MATCH_IDS = f"""
INSERT INTO kpis_stage_hit
SELECT fresh.*, CASE WHEN old.id IS NULL THEN 'created' WHEN {SAME} THEN 'unchanged' ELSE 'updated' END, old.id
  FROM ({LAST_OF_EACH_ID}) AS fresh
  LEFT JOIN LATERAL (
       SELECT * FROM kpis_observation AS row
        WHERE row.workspace_id = %(workspace)s AND row.source_id = %(source)s AND row.external_id = fresh.external_id
          AND row."column" = fresh."column" AND row.external_id IS NOT NULL
        LIMIT 1) AS old ON TRUE
"""  # noqa: S608 - constants

# What rows without ids replace: of the same source and mapping, the same series on the days that the file covers.
OLD_OF_FILE = """
SELECT old.* FROM (
       SELECT series_id, min(first_day) OVER () AS first, max(first_day) OVER () AS last,
              row_number() OVER (PARTITION BY series_id) AS place
         FROM kpis_stage_group WHERE without_id > 0) AS covered
 CROSS JOIN LATERAL (
       SELECT * FROM kpis_observation AS row
        WHERE row.workspace_id = %(workspace)s AND row.series_id = covered.series_id
          AND row.first_day BETWEEN covered.first AND covered.last
          AND row.source_id = %(source)s AND row.external_id IS NULL AND row.mapping_key = %(mapping)s
       OFFSET 0) AS old
  JOIN (SELECT DISTINCT first_day, last_day FROM kpis_stage_group WHERE without_id > 0) AS span USING (first_day, last_day)
 WHERE covered.place = 1
"""

# The API says each series and day by itself.
OLD_OF_API = """
SELECT old.* FROM kpis_stage_group AS covered
 CROSS JOIN LATERAL (
       SELECT * FROM kpis_observation AS row
        WHERE row.workspace_id = %(workspace)s AND row.series_id = covered.series_id
          AND row.first_day = covered.first_day AND row.last_day = covered.last_day
          AND row.source_id = %(source)s AND row.external_id IS NULL
       OFFSET 0) AS old
 WHERE covered.without_id > 0
"""

ALIKE = 'series_id, first_day, last_day, at, "column", n, numerator, denominator, sum_squares, excluded, bin'

ADD_OLD = f"""
INSERT INTO kpis_stage_old
SELECT id, {ALIKE}, row_number() OVER (PARTITION BY {ALIKE} ORDER BY id)
  FROM ({{old}}) AS old
"""  # noqa: S608 - constants

# Rows without ids are told apart by their values only: the first of three equal ones matches the first of the former ones.
MATCH_DAYS = f"""
INSERT INTO kpis_stage_hit
SELECT line, "column", series_id, first_day, last_day, at, NULL, {VALUES},
       CASE WHEN old_id IS NOT NULL THEN 'unchanged'
            WHEN row_number() OVER (PARTITION BY series_id, first_day, last_day, old_id IS NULL ORDER BY line) <= left_over
            THEN 'updated' ELSE 'created' END, old_id
  FROM (
        SELECT fresh.*, old.id AS old_id,
               coalesce(former.n, 0)
               - count(old.id) OVER (PARTITION BY fresh.series_id, fresh.first_day, fresh.last_day) AS left_over
          FROM (
                SELECT row.line, row."column", ref.series_id, row.first_day, row.last_day, row.at, {ROW_VALUES},
                       row_number() OVER (
                           PARTITION BY ref.series_id, row.first_day, row.last_day, row.at, row."column", {ROW_VALUES}
                           ORDER BY row.line, row.ctid) AS twin
                  FROM {{stage}} AS row {JOIN_REF}
                 WHERE ref.series_id IS NOT NULL AND row.external_id IS NULL
               ) AS fresh
          LEFT JOIN kpis_stage_old AS old ON old.twin = fresh.twin AND old."column" = fresh."column" AND {SAME}
          LEFT JOIN (SELECT series_id, first_day, last_day, count(*) AS n FROM kpis_stage_old GROUP BY 1, 2, 3) AS former
                 ON former.series_id = fresh.series_id AND former.first_day = fresh.first_day
                AND former.last_day = fresh.last_day
       ) AS matched
"""  # noqa: S608 - constants

ADD_GONE = """
INSERT INTO kpis_stage_gone
SELECT old.id, old.series_id, old.first_day, old.last_day
  FROM kpis_observation AS old JOIN kpis_stage_hit AS hit ON hit.old_id = old.id AND hit.status = 'updated'
UNION ALL
SELECT old.id, old.series_id, old.first_day, old.last_day
  FROM kpis_stage_old AS old
 WHERE NOT EXISTS (SELECT FROM kpis_stage_hit AS hit WHERE hit.old_id = old.id)
"""

KEPT = (
    'workspace_id, series_id, first_day, last_day, at, source_id, import_id, line, external_id, "column", mapping_key, '
    "n, numerator, denominator, sum_squares, excluded, bin"
)

# A write of the API cannot be withdrawn; what it replaces matters only to the withdrawal of the import that wrote it.
KEEP_REPLACED = f"""
INSERT INTO kpis_replacedobservation (replaced_by_import, mark, observation_id, {KEPT})
SELECT coalesce(%(import)s, 0), %(mark)s, old.id, {", ".join(f"old.{name}" for name in KEPT.split(", "))}
  FROM kpis_observation AS old JOIN kpis_stage_gone AS gone USING (id)
 WHERE %(import)s IS NOT NULL OR old.import_id IS NOT NULL
 ORDER BY old.id
"""  # noqa: S608 - constants

DELETE_GONE = "DELETE FROM kpis_observation AS old USING kpis_stage_gone AS gone WHERE old.id = gone.id"

ADD_OBSERVATIONS = f"""
INSERT INTO kpis_observation ({KEPT})
SELECT %(workspace)s, series_id, first_day, last_day, at, %(source)s, %(import)s, line, external_id, "column", %(mapping)s, {VALUES}
  FROM (SELECT * FROM ({{fresh}}) AS unsorted ORDER BY {{order}}) AS fresh
"""  # noqa: S608 - constants

WITHOUT_ID = f"""
SELECT row.line, row."column", ref.series_id, row.first_day, row.last_day, row.at, row.external_id, {ROW_VALUES}
  FROM {{stage}} AS row {JOIN_REF}
 WHERE ref.series_id IS NOT NULL AND row.external_id IS NULL
"""  # noqa: S608 - constants

CHANGED_HITS = "SELECT * FROM kpis_stage_hit WHERE status <> 'unchanged'"

# DO UPDATE and not DO NOTHING: the row is locked until this transaction ends, so that no worker takes the mark before the
# observations behind it can be seen.
MARK_BUCKETS = """
INSERT INTO kpis_bucket (workspace_id, series_id, day, marked_at)
SELECT %(workspace)s::bigint, series_id, first_day, clock_timestamp()
  FROM ({touched}) AS touched
 WHERE first_day = last_day
 GROUP BY series_id, first_day
 ORDER BY series_id, first_day
ON CONFLICT (workspace_id, series_id, day) DO UPDATE SET marked_at = excluded.marked_at
"""

TOUCHED = """
SELECT series_id, first_day, last_day FROM kpis_stage_gone
UNION
SELECT series_id, first_day, last_day FROM kpis_stage_hit WHERE status <> 'unchanged'
"""
