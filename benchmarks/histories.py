"""What a long history costs: new observations up to visible states, and reading a dashboard and a map."""

from datetime import date, timedelta
from statistics import median
from typing import Any

from django.test import Client
from django.utils import timezone

from benchmarks import Result, benchmark, seconds, size
from benchmarks._kpis import Ground, ground
from benchmarks.rollups import execute
from journeys.models import Card, Lane, Stage, Step
from journeys.services.journeys import journey_create
from kpis.models import Binding, Bucket, KpiState, Rollup, Target
from kpis.services import (
    Row,
    observations_write,
    rollups_rebuild,
    rollups_refresh,
    source_get_or_create,
    states_evaluate,
)

SERIES = 300
SHORT = 100_000
NEW = 10_000
ROUNDS = 60

# As many rows on every day, the last of which is yesterday.
HISTORY = """
INSERT INTO kpis_observation (workspace_id, series_id, first_day, last_day, source_id, n, numerator, denominator, sum_squares,
                              excluded, "column", mapping_key)
SELECT %(workspace)s, (%(series)s::bigint[])[1 + number %% %(count)s], day, day, %(source)s, 100, number %% 7, 100, number %% 7, 0, '', 0
  FROM generate_series(1, %(rows)s) AS number,
       LATERAL (SELECT %(first)s::date + (number::bigint * %(days)s / (%(rows)s + 1))::integer AS day) AS d
"""


def _filled(made: Ground, rows: int, days: int, today: date, source_id: int) -> None:
    """Put an even history in place of what is there, with its roll-ups and states."""
    execute(
        "TRUNCATE kpis_observation, kpis_rollup, kpis_bucket, kpis_replacedobservation, kpis_kpistate, kpis_flag CASCADE"
    )
    first = today - timedelta(days=days)
    execute(
        HISTORY,
        workspace=made.workspace.pk,
        series=made.series,
        count=len(made.series),
        rows=rows,
        days=days,
        first=first,
        source=source_id,
    )
    execute("VACUUM ANALYZE kpis_observation")
    rollups_rebuild()
    execute("VACUUM ANALYZE kpis_rollup")
    states_evaluate(workspace=made.workspace)
    execute("VACUUM ANALYZE kpis_kpistate")


def _bound() -> Ground:
    made = ground(SERIES)
    bindings = Binding.objects.bulk_create(
        Binding(workspace=made.workspace, touchpoint=touchpoint, kpi=made.kpi, direction="higher")
        for touchpoint in made.touchpoints
    )
    Target.objects.bulk_create(
        Target(workspace=made.workspace, binding=binding, value=0.03) for binding in bindings[::2]
    )
    return made


@benchmark
def refresh_history_ratio() -> Result:
    """10,000 new observations, write to states: seconds after a long history / after a short one, medians of 5."""
    made = _bound()
    source, _ = source_get_or_create(workspace=made.workspace, key="bench", kind="file")
    today = timezone.localdate(timezone=made.workspace.zone)
    yesterday = today - timedelta(days=1)
    count = 0

    def bring() -> None:
        nonlocal count
        rows = [
            Row(
                line=number,
                column="",
                touchpoint=made.touchpoints[number % SERIES].code,
                kpi="purchase-rate",
                first_day=yesterday,
                last_day=yesterday,
                at=None,
                external_id=f"new-{count}-{number}",
                n=50,
                numerator=number % 5,
                denominator=50,
                sum_squares=number % 5,
                excluded=0,
                bin=None,
            )
            for number in range(NEW)
        ]
        count += 1
        observations_write(workspace=made.workspace, source=source, rows=rows, import_id=count)
        while rollups_refresh().buckets:
            pass
        states_evaluate(workspace=made.workspace)
        assert not Bucket.objects.exists()

    found = {}
    history = size("history", 10_000_000)
    for rows in (SHORT, history):
        _filled(made, rows, 365, today, source.pk)
        bring()
        found[rows] = median(seconds(bring) for _ in range(5))
    context = {
        "new": NEW,
        "short_history": SHORT,
        "long_history": history,
        "short_seconds": round(found[SHORT], 3),
        "long_seconds": round(found[history], 3),
    }
    return Result(found[history] / found[SHORT], "ratio", context)


@benchmark
def read_history_ratio() -> Result:
    """A dashboard and a map with 300 KPIs: p95 after a long history / after a short one, the worse of the two pages."""
    made = _bound()
    source, _ = source_get_or_create(workspace=made.workspace, key="bench", kind="file")
    today = timezone.localdate(timezone=made.workspace.zone)
    journey = journey_create(workspace=made.workspace, actor=made.owner, name="Bench", no_persona_yet=True)
    stages = list(Stage.objects.filter(journey=journey, deleted_at=None))
    common = {"workspace": made.workspace, "journey": journey}
    steps = Step.objects.bulk_create(
        Step(**common, stage=stages[number % len(stages)], name=f"Step {number}", rank=5000.0 + number)
        for number in range(50)
    )
    lane = Lane.objects.get(journey=journey, kind="touchpoints")
    Card.objects.bulk_create(
        Card(**common, lane=lane, step=steps[number % len(steps)], touchpoint=touchpoint, rank=1024.0 + number)
        for number, touchpoint in enumerate(made.touchpoints)
    )
    client = Client()
    client.force_login(made.owner)
    pages = {"dashboard": f"/w/{made.workspace.slug}/", "map": journey.get_absolute_url()}
    history = size("history", 10_000_000)
    p95: dict[tuple[str, int], float] = {}
    rollups = {}
    for rows, days in ((SHORT, 91), (history, 1095)):
        _filled(made, rows, days, today, source.pk)
        rollups[rows] = Rollup.objects.count()
        for name, url in pages.items():
            for _ in range(3):
                assert client.get(url).status_code == 200
            times = sorted(seconds(lambda url=url: client.get(url)) for _ in range(ROUNDS))  # type: ignore[misc]
            p95[name, rows] = times[int(ROUNDS * 0.95) - 1]
    ratios = {name: p95[name, history] / p95[name, SHORT] for name in pages}
    context: dict[str, Any] = {
        "kpis": SERIES,
        "short_history": SHORT,
        "long_history": history,
        "rollups": list(rollups.values()),
        "states": KpiState.objects.count(),
    }
    for name in pages:
        context[f"{name}_ratio"] = round(ratios[name], 2)
        context[f"{name}_p95_ms"] = round(p95[name, history] * 1000, 1)
    return Result(max(ratios.values()), "ratio", context)
