"""A large library: touchpoints with KPIs, states and targets, standing on the maps of many journeys."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import connection

from cxmap.lib.text import sort_key
from cxmap.workspaces.models import User, Workspace
from cxmap.workspaces.services import workspace_create
from journeys.models import Card, Journey, Lane, Stage, Step
from kpis.models import Binding, Kpi, Target
from touchpoints.models import Category, Channel, Phase, Touchpoint

STAGES = ("need", "awareness", "evaluation", "purchase", "use", "loyalty")
STEPS = 5  # a stage
KPIS = ("purchase-rate", "bounce-rate", "csat")
LAST_WEEK = dt.date(2026, 11, 16)
# Thirteen weeks of states a binding; one in ten bindings has none, as a KPI without data.
STATES = """
INSERT INTO kpis_kpistate (workspace_id, binding_id, period_start, period_end, state, n, numerator, denominator, excluded,
                           value, low, high, minimum_n, target, baseline, baseline_low, baseline_high, periods,
                           definition_version, newest_day, evaluated_at)
SELECT %(workspace)s, b.id, week::date, week::date + 6,
       (ARRAY['on_target', 'on_target', 'on_target', 'better', 'watch', 'off_target', 'worse', 'no_data'])
           [1 + (b.place * 31 + extract(doy FROM week)::int / 7) %% 8],
       14000, 192, 14000, 0, 0.0137, 0.012, 0.016, 149, 0.02, 0.0193, 0.018, 0.021, 2, 1, week::date + 6, now()
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM kpis_binding WHERE workspace_id = %(workspace)s) AS b,
       generate_series(%(last)s::date - 84, %(last)s::date, interval '7 days') AS week
 WHERE b.place %% 10 > 0
"""


@dataclass(frozen=True, slots=True)
class Library:
    owner: User
    workspace: Workspace
    touchpoints: Sequence[Touchpoint]
    journeys: Sequence[Journey]


def library(*, touchpoints: int = 5000, journeys: int = 40, on_each: int = 500) -> Library:
    """Make a workspace whose journeys share a library: `on_each` touchpoints stand on each map, so most on several.

    Two touchpoints in three have three KPIs, the others two; every third binding has a target.
    """
    owner = User.objects.create_user("library@example.org", name="Bench")
    workspace = workspace_create(name="Library", owner=owner, slug="library")
    made = _touchpoints(workspace, touchpoints)
    _bindings(workspace, made)
    maps = _journeys(workspace, journeys)
    _cards(workspace, maps, made, on_each)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Library(owner, workspace, made, maps)


def _touchpoints(workspace: Workspace, count: int) -> list[Touchpoint]:
    channels = list(Channel.objects.filter(workspace=workspace).prefetch_related("categories"))
    places = [(channel, category) for channel in channels for category in channel.categories.all()]
    categories = list(Category.objects.filter(workspace=workspace))
    rows = []
    for number in range(count):
        channel, category = places[number % len(places)]
        if number % 17 == 0:
            category = categories[number % len(categories)]
        name = f"Touchpoint number {number} on {channel.name_en}"
        rows.append(
            Touchpoint(
                workspace=workspace,
                code=f"t-{number}",
                name=name,
                sort_key=sort_key(name),
                category=category,
                channel=channel,
                phase=Phase.values[number % 3],
                owner=f"Team {number % 12}",
            )
        )
    return Touchpoint.objects.bulk_create(rows)


def _bindings(workspace: Workspace, touchpoints: Sequence[Touchpoint]) -> None:
    kpis = {kpi.code: kpi for kpi in Kpi.objects.filter(workspace=workspace, code__in=KPIS)}
    bindings = Binding.objects.bulk_create(
        Binding(workspace=workspace, touchpoint=touchpoint, kpi=kpis[code], direction=kpis[code].direction or "higher")
        for number, touchpoint in enumerate(touchpoints)
        for code in KPIS[: 2 if number % 3 == 0 else 3]
    )
    Target.objects.bulk_create(Target(workspace=workspace, binding=binding, value=0.02) for binding in bindings[::3])
    with connection.cursor() as cursor:
        cursor.execute(STATES, {"workspace": workspace.pk, "last": LAST_WEEK})


def _journeys(workspace: Workspace, count: int) -> list[Journey]:
    """Half of the maps began with a template, the others name their stages alike."""
    maps = Journey.objects.bulk_create(
        Journey(
            workspace=workspace,
            name=f"Journey {number}",
            sort_key=sort_key(f"Journey {number}"),
            no_persona_yet=True,
            template="six-stages" if number % 2 else "",
        )
        for number in range(count)
    )
    stages = Stage.objects.bulk_create(
        Stage(
            workspace=workspace,
            journey=journey,
            name=key.capitalize(),
            template_key=key if journey.template else "",
            rank=1024.0 * place,
        )
        for journey in maps
        for place, key in enumerate(STAGES, 1)
    )
    Step.objects.bulk_create(
        Step(workspace=workspace, journey=stage.journey, stage=stage, name=f"Step {place}", rank=1024.0 * place)
        for stage in stages
        for place in range(1, STEPS + 1)
    )
    Lane.objects.bulk_create(
        Lane(workspace=workspace, journey=journey, kind="touchpoints", rank=1024.0) for journey in maps
    )
    return maps


def _cards(workspace: Workspace, maps: Sequence[Journey], touchpoints: Sequence[Touchpoint], on_each: int) -> None:
    steps: dict[object, list[Step]] = {journey.pk: [] for journey in maps}
    for step in Step.objects.filter(journey__in=maps).order_by("stage__rank", "rank"):
        steps[step.journey_id].append(step)
    lanes = {lane.journey_id: lane for lane in Lane.objects.filter(journey__in=maps)}
    width = len(STAGES) * STEPS
    edges = [number * on_each // width for number in range(width + 1)]
    rows = []
    for place, journey in enumerate(maps):
        first = place * len(touchpoints) // max(len(maps), 1)
        for step, (start, end) in zip(steps[journey.pk], pairwise(edges), strict=True):
            rows += [
                Card(
                    workspace=workspace,
                    journey=journey,
                    lane=lanes[journey.pk],
                    step=step,
                    touchpoint=touchpoints[(first + number) % len(touchpoints)],
                    rank=1024.0 * (1 + number - start),
                )
                for number in range(start, end)
            ]
    Card.objects.bulk_create(rows, batch_size=5000)
