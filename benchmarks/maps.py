"""The map and the dashboard: server time of the standing bars, next to an empty view of the same stack."""

import statistics
import time
from collections.abc import Callable
from decimal import Decimal

from benchmarks import Result, benchmark

ROUNDS = 30


def _owner_and_workspace():  # noqa: ANN202 - Django is set up only when a benchmark runs
    from cxmap.workspaces.models import User
    from cxmap.workspaces.services import workspace_create

    user = User.objects.create_user("bench@example.org", name="Bench")
    return user, workspace_create(name="Bench", owner=user, slug="bench")


def _client(user):  # noqa: ANN001, ANN202
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


def _times(call: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Return milliseconds of each call, after three that warm up."""
    for _ in range(3):
        call()
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        found.append((time.perf_counter() - start) * 1000)
    return found


def _fill(journey, user, *, steps: int, lanes: int, cards: int):  # noqa: ANN001, ANN202
    """Widen a map to so many steps and lanes, spread the cards over it, and give every step a touchpoint with a KPI."""
    from journeys.models import Card, CurvePoint, Lane, Step
    from journeys.services.stages import live_stages
    from kpis.models import Kpi
    from kpis.services import binding_create, target_set
    from touchpoints.models import Category, Channel
    from touchpoints.services import touchpoint_create

    stages = live_stages(journey)
    common = {"workspace_id": journey.workspace_id, "journey": journey}
    have = Step.objects.filter(journey=journey).count()
    Step.objects.bulk_create(
        Step(**common, stage=stages[n % len(stages)], name=f"Step number {n}", rank=2000.0 + n)
        for n in range(steps - have)
    )
    present = Lane.objects.filter(journey=journey).count()
    Lane.objects.bulk_create(
        Lane(**common, kind="text", name=f"Lane {n}", rank=90000.0 + n) for n in range(lanes - present)
    )
    all_steps = list(Step.objects.filter(journey=journey))
    typed = list(Lane.objects.filter(journey=journey, kind__in=["goals", "actions", "thoughts", "text"]))
    Card.objects.bulk_create(
        Card(
            **common,
            lane=typed[n // len(all_steps) % len(typed)],
            step=all_steps[n % len(all_steps)],
            text=f"What the customer does here, said in a sentence of usual length ({n})",
            rank=1024.0 * (1 + n // (len(all_steps) * len(typed))),
        )
        for n in range(cards - len(all_steps))
    )
    CurvePoint.objects.bulk_create(
        CurvePoint(**common, step=step, level=Decimal(n % 9 - 4) / 2) for n, step in enumerate(all_steps)
    )
    lane = Lane.objects.get(journey=journey, kind="touchpoints")
    category = Category.objects.filter(workspace_id=journey.workspace_id).first()
    channel = Channel.objects.filter(workspace_id=journey.workspace_id).first()
    kpi = Kpi.objects.get(workspace_id=journey.workspace_id, code="purchase-rate")
    for n, step in enumerate(all_steps):
        touchpoint = touchpoint_create(
            workspace=journey.workspace, actor=user, name=f"Touchpoint {n}", category=category, channel=channel
        )
        binding = binding_create(touchpoint=touchpoint, kpi=kpi, actor=user)
        target_set(binding=binding, actor=user, value=0.02)
        _states(binding)
        Card.objects.create(**common, lane=lane, step=step, touchpoint=touchpoint)


def _states(binding) -> None:  # noqa: ANN001
    from datetime import date, timedelta

    from kpis.models import KpiState

    KpiState.objects.bulk_create(
        KpiState(
            workspace_id=binding.workspace_id,
            binding=binding,
            period_start=date(2026, 11, 9) - timedelta(days=7 * n),
            period_end=date(2026, 11, 15) - timedelta(days=7 * n),
            state="worse" if n < 2 else "on_target",
            n=14000,
            numerator=192,
            denominator=14000,
            value=0.0137 + n / 10000,
            low=0.012,
            high=0.016,
            target=0.02,
            baseline=0.0193,
            baseline_low=0.018,
            baseline_high=0.021,
            minimum_n=149,
            periods=2,
            newest_day=date(2026, 11, 15),
        )
        for n in range(13)
    )


def _map(*, steps: int, lanes: int, cards: int, bar: float) -> Result:
    from journeys.services.journeys import journey_create

    user, workspace = _owner_and_workspace()
    journey = journey_create(workspace=workspace, actor=user, name="Bench", no_persona_yet=True)
    _fill(journey, user, steps=steps, lanes=lanes, cards=cards)
    client = _client(user)
    url = journey.get_absolute_url()
    page = client.get(url, headers={"accept-encoding": "gzip"})
    times = _times(lambda: client.get(url))
    empty = _times(lambda: client.get("/healthz"))
    return Result(
        statistics.median(times),
        "ms",
        {
            "bar": bar,
            "p95": round(sorted(times)[int(len(times) * 0.95) - 1], 1),
            "empty_view_ms": round(statistics.median(empty), 2),
            "ratio_to_empty_view": round(statistics.median(times) / statistics.median(empty), 1),
            "steps": steps,
            "lanes": lanes,
            "cards": cards,
            "html_gzip_kb": round(len(page.content) / 1024, 1),
        },
    )


@benchmark
def map_page_small() -> Result:
    """6 stages × 10 steps × 8 lanes, with KPIs: server time p50, bar 40 ms."""
    return _map(steps=10, lanes=8, cards=80, bar=40)


@benchmark
def map_page_large() -> Result:
    """60 steps × 25 lanes with 1,500 cards: server time p50, bar 250 ms."""
    return _map(steps=60, lanes=25, cards=1500, bar=250)


@benchmark
def map_edit() -> Result:
    """One edit of a card on the large map, as the page's script sends it: p50, bar 50 ms."""
    from journeys.models import Card
    from journeys.services.journeys import journey_create

    user, workspace = _owner_and_workspace()
    journey = journey_create(workspace=workspace, actor=user, name="Bench", no_persona_yet=True)
    _fill(journey, user, steps=60, lanes=25, cards=1500)
    client = _client(user)
    card = Card.objects.filter(journey=journey, touchpoint=None).first()
    number = 0

    def edit() -> None:
        nonlocal number
        number += 1
        response = client.post(
            f"/cards/{card.pk}/edit/",
            {"text": f"Text {number}", "revision": number},
            headers={"x-requested-with": "fetch"},
        )
        assert response.status_code == 200, response.content

    times = _times(edit)
    empty = _times(lambda: client.get("/healthz"))
    context = {"bar": 50, "ratio_to_empty_view": round(statistics.median(times) / statistics.median(empty), 1)}
    return Result(statistics.median(times), "ms", context)


@benchmark
def dashboard() -> Result:
    """The dashboard over 60 KPIs with a quarter of weekly states: server time p50."""
    from journeys.services.journeys import journey_create

    user, workspace = _owner_and_workspace()
    journey = journey_create(workspace=workspace, actor=user, name="Bench", no_persona_yet=True)
    _fill(journey, user, steps=60, lanes=8, cards=120)
    client = _client(user)
    times = _times(lambda: client.get(f"/w/{workspace.slug}/"))
    empty = _times(lambda: client.get("/healthz"))
    context = {"kpis": 60, "ratio_to_empty_view": round(statistics.median(times) / statistics.median(empty), 1)}
    return Result(statistics.median(times), "ms", context)
