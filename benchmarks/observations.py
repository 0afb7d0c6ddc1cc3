"""Observations through the API's real endpoint."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median

from django.test import Client

from benchmarks import Result, benchmark, seconds, size
from benchmarks._kpis import Ground, ground
from cxmap.workspaces.services import token_create

BATCH = 10_000
TOUCHPOINTS = 40


def body(made: Ground, start: int, count: int) -> str:
    days = [(date(2025, 1, 1) + timedelta(days=number)).isoformat() for number in range(365)]
    return json.dumps(
        [
            {
                "touchpoint": made.touchpoints[number % TOUCHPOINTS].code,
                "kpi": "purchase-rate",
                "day": days[number // TOUCHPOINTS % 365],
                "numerator": number % 9,
                "denominator": 100,
                "external_id": f"visit-{number}",
            }
            for number in range(start, start + count)
        ]
    )


@benchmark
def api_batch() -> Iterator[Result]:
    """Rows a second, 10,000 rows a request, committed; then the same rows again, and one row a request."""
    made = ground(TOUCHPOINTS)
    _, text = token_create(workspace=made.workspace, user=made.owner, actor=None, role="owner")
    client = Client(headers={"authorization": f"Token {text}"})

    def post(payload: str) -> None:
        response = client.post("/api/v1/observations/", payload, content_type="application/json")
        assert response.status_code == 200, response.content
        assert response.json()["rejected"] == 0, response.json()["rows"][:3]

    post(body(made, 0, 1))
    batches = [body(made, number * BATCH, BATCH) for number in range(1, 1 + size("batches", 8))]
    new = [seconds(lambda batch=batch: post(batch)) for batch in batches]  # type: ignore[misc]
    again = [seconds(lambda batch=batch: post(batch)) for batch in batches]  # type: ignore[misc]
    context = {"rows": BATCH, "batches": len(batches), "same_again_rows_per_second": round(BATCH / median(again))}
    yield Result(BATCH / median(new), "rows/s", context)
    single = [body(made, number, 1) for number in range(10_000_000, 10_000_200)]
    times = [seconds(lambda one=one: post(one)) for one in single]  # type: ignore[misc]
    yield Result(median(times) * 1000, "ms", {"requests": len(single)}, name="api_single")
