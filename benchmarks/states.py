"""Deciding the states of a large workspace."""

from datetime import UTC, datetime

from django.db import connection

from benchmarks import Result, benchmark, seconds, size
from benchmarks._kpis import ground
from kpis.models import Binding, Flag, KpiState, Target
from kpis.services import states_evaluate

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)

ROLLUPS = """
INSERT INTO kpis_rollup (workspace_id, series_id, day, n, numerator, denominator, sum_squares, excluded, computed_at)
SELECT %(workspace)s, series, day::date, 400, y, 400, y, 0, now()
  FROM unnest(%(series)s::bigint[]) AS series, generate_series(date '2025-06-01', date '2026-01-04', interval '1 day') AS day,
       LATERAL (SELECT (16 + (series * 7 + extract(doy FROM day)::int * 5) %% 9 - CASE WHEN series %% 10 = 0
                            AND day >= date '2025-12-22' THEN 12 ELSE 0 END)::float8 AS y) AS value
"""


@benchmark
def states() -> Result:
    """A daily run over all bindings with their flags in place, seconds; the first run with its history in the context."""
    count = size("bindings", 3600)
    made = ground(count)
    bindings = Binding.objects.bulk_create(
        Binding(workspace=made.workspace, touchpoint=touchpoint, kpi=made.kpi, direction="higher")
        for touchpoint in made.touchpoints
    )
    Target.objects.bulk_create(
        Target(workspace=made.workspace, binding=binding, value=0.045) for binding in bindings[::2]
    )
    with connection.cursor() as cursor:
        cursor.execute(ROLLUPS, {"workspace": made.workspace.pk, "series": made.series})
        cursor.execute("ANALYZE kpis_rollup")
    first = seconds(lambda: states_evaluate(workspace=made.workspace, now=NOW))
    daily = [seconds(lambda: states_evaluate(workspace=made.workspace, now=NOW)) for _ in range(3)]
    context = {
        "bindings": count,
        "states": KpiState.objects.count(),
        "flags": Flag.objects.count(),
        "first_run_seconds": round(first, 3),
    }
    return Result(sorted(daily)[1], "s", context)
