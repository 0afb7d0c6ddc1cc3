"""A workspace with touchpoints and series to measure with."""

from dataclasses import dataclass

from cxmap.workspaces.models import User, Workspace
from cxmap.workspaces.services import workspace_create
from kpis.models import Kpi
from kpis.services import SeriesKey, series_resolve
from touchpoints.models import Category, Channel, Touchpoint


@dataclass(frozen=True, slots=True)
class Ground:
    owner: User
    workspace: Workspace
    touchpoints: list[Touchpoint]
    kpi: Kpi
    series: list[int]


def ground(touchpoints: int) -> Ground:
    """Make a workspace with as many touchpoints, each with a series of purchase rates."""
    owner = User.objects.create_user("bench@example.org")
    workspace = workspace_create(name="Bench", owner=owner, slug="bench")
    category = Category.objects.get(workspace=workspace, code="sales")
    channel = Channel.objects.get(workspace=workspace, code="website")
    made = Touchpoint.objects.bulk_create(
        Touchpoint(workspace=workspace, code=f"t-{number}", name=f"T {number}", category=category, channel=channel)
        for number in range(touchpoints)
    )
    kpi = Kpi.objects.get(workspace=workspace, code="purchase-rate")
    keys = [SeriesKey(touchpoint.pk, kpi.pk) for touchpoint in made]
    series = series_resolve(workspace=workspace, keys=keys)
    return Ground(owner, workspace, made, kpi, [series[key] for key in keys])
