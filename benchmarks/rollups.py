"""Rebuilding roll-ups, beside one plain SQL statement that adds up the same rows."""

from statistics import median

from django.db import connection

from benchmarks import Result, benchmark, seconds, size
from benchmarks._kpis import Ground, ground
from kpis.models import Rollup
from kpis.services import rollups_rebuild

SERIES = 200
DAYS = 365

OBSERVATIONS = """
INSERT INTO kpis_observation (workspace_id, series_id, first_day, last_day, source_id, n, numerator, denominator, sum_squares,
                              excluded, "column", mapping_key)
SELECT %(workspace)s, (%(series)s::bigint[])[1 + number %% %(count)s], day, day, 1, 100, number %% 7, 100, number %% 7, 0, '', 0
  FROM generate_series(1, %(rows)s) AS number, LATERAL (SELECT date '2025-01-01' + (number / %(count)s %% %(days)s)::integer AS day) AS d
"""

PLAIN = """
INSERT INTO plain (workspace_id, series_id, day, n, numerator, denominator, sum_squares, excluded, computed_at)
SELECT workspace_id, series_id, first_day, sum(n), sum(numerator), sum(denominator), sum(sum_squares), sum(excluded), now()
  FROM kpis_observation WHERE first_day = last_day GROUP BY 1, 2, 3
"""


def execute(statement: str, **params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)


def fill(made: Ground, rows: int) -> None:
    execute(OBSERVATIONS, workspace=made.workspace.pk, series=made.series, count=SERIES, days=DAYS, rows=rows)
    execute("VACUUM ANALYZE kpis_observation")


@benchmark
def rebuild_ratio() -> Result:
    """All roll-ups made from nothing / the same by one statement into an identical indexed table, seconds, medians of 3."""
    rows = size("rows", 1_000_000)
    made = ground(SERIES)
    fill(made, rows)
    execute("CREATE TABLE plain (LIKE kpis_rollup INCLUDING ALL)")
    ours, plain, again = [], [], []
    for _ in range(3):
        execute("TRUNCATE plain")
        plain.append(seconds(lambda: execute(PLAIN)))
        execute("TRUNCATE kpis_rollup")
        ours.append(seconds(rollups_rebuild))
        again.append(seconds(rollups_rebuild))
    context = {
        "rows": rows,
        "rollups": Rollup.objects.count(),
        "ours_seconds": round(median(ours), 3),
        "plain_seconds": round(median(plain), 3),
        "nothing_wrong_seconds": round(median(again), 3),
    }
    execute("DROP TABLE plain")
    return Result(median(ours) / median(plain), "ratio", context)
