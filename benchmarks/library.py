"""The library page over 5,000 touchpoints that stand on 40 maps, with KPIs, costs and content."""

import datetime as dt
from collections.abc import Iterator

from benchmarks import Result, benchmark, measured

TOUCHPOINTS, JOURNEYS, CARDS = 5000, 40, 500  # cards a map
BAR = 100


def _fill() -> "object":
    """Return the owner of a workspace with the library, its maps, a KPI on every second touchpoint and old content."""
    from cxmap.lib.text import sort_key
    from cxmap.workspaces.models import User
    from cxmap.workspaces.services import workspace_create
    from journeys.models import Card, Lane, Step
    from journeys.services.journeys import journey_create
    from kpis.models import Binding, Kpi
    from touchpoints.models import Category, Channel, ContentItem, Touchpoint

    owner = User.objects.create_user("bench@example.org")
    workspace = workspace_create(name="Bench", owner=owner, slug="bench")
    categories = list(Category.objects.filter(workspace=workspace))
    channels = list(Channel.objects.filter(workspace=workspace))
    rows = []
    for number in range(TOUCHPOINTS):
        name, owning = f"Étape {number * 7919 % TOUCHPOINTS} du parcours", f"Équipe {number % 25}"
        rows.append(
            Touchpoint(
                workspace=workspace,
                code=f"t-{number}",
                name=name,
                sort_key=sort_key(name),
                category=categories[number % len(categories)],
                channel=channels[number % len(channels)],
                owner=owning,
                description="Ce que le client y fait, et ce qui se passe ensuite.",
                cost=number if number % 3 else None,
                volume=number * 10 if number % 4 else None,
            )
        )
    touchpoints = Touchpoint.objects.bulk_create(rows)
    kpi = Kpi.objects.get(workspace=workspace, code="csat")
    Binding.objects.bulk_create(
        Binding(workspace=workspace, touchpoint=touchpoint, kpi=kpi, direction="higher")
        for touchpoint in touchpoints[::2]
    )
    ContentItem.objects.bulk_create(
        ContentItem(workspace=workspace, touchpoint=touchpoint, title="FAQ", updated_on=dt.date(2020, 1, 1))
        for touchpoint in touchpoints[::5]
    )
    for number in range(JOURNEYS):
        journey = journey_create(workspace=workspace, actor=owner, name=f"Map {number}", no_persona_yet=True)
        lane = Lane.objects.get(journey=journey, kind="touchpoints")
        steps = list(Step.objects.filter(journey=journey))
        Card.objects.bulk_create(
            Card(
                workspace=workspace,
                journey=journey,
                lane=lane,
                step=steps[place % len(steps)],
                touchpoint=touchpoints[(number * 131 + place) % TOUCHPOINTS],
                rank=place + 1,
                serial=place + 1,
            )
            for place in range(CARDS)
        )
    return owner


@benchmark
def library_page() -> Iterator[Result]:
    """Server time p95 of the library, as it opens, searched, filtered, sorted by use, and its last page; bar 100 ms."""
    from django.db import connection
    from django.test import Client

    owner = _fill()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(owner)  # type: ignore[arg-type]
    for name, query in (
        ("library_page", ""),
        ("library_page_search", "?q=etape equipe"),
        ("library_page_filters", "?maps=unused&kpis=without&content=old"),
        ("library_page_sorted", "?sort=-maps"),
        ("library_page_last", "?page=50"),
    ):

        def act(address: str = f"/w/bench/touchpoints/{query}") -> None:
            response = client.get(address)
            assert response.status_code == 200, response.content[:300]

        times = measured(act, beside=lambda: client.get("/healthz"))
        context = {"bar": BAR, **times.context, "touchpoints": TOUCHPOINTS, "journeys": JOURNEYS}
        yield Result(times.p95, "ms", context, name=name)
