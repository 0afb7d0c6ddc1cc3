"""What the tests of dashboards start from: a measured touchpoint, and a dashboard of Ed's."""

import datetime as dt
from typing import Any

from django.utils import timezone

from dashboards.models import Dashboard, Tile
from dashboards.services import boards
from kpis.models import Kpi, Rollup, Series
from kpis.services import binding_create
from tests.kpis.test_pages import MONDAY, KpiPagesTestCase
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create

__all__ = ["MONDAY", "BoardTestCase"]


class BoardTestCase(KpiPagesTestCase):
    """The payment page with its purchase rate, and a shared dashboard without tiles."""

    dashboard: Dashboard

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.dashboard = boards.dashboard_create(workspace=cls.workspace, actor=cls.ed, name="Weekly", shared=True)

    def setUp(self) -> None:
        self.url = self.dashboard.get_absolute_url()
        self.client.force_login(self.ed)

    def tile(self, kind: str, width: int = 6, **settings: Any) -> Tile:
        return boards.tile_add(dashboard=self.dashboard, actor=self.ed, kind=kind, settings=settings, width=width)

    def shown(self, **query: Any) -> list[Any]:
        """Return what the tiles of the page hold."""
        response = self.client.get(self.url, query)
        self.assertEqual(response.status_code, 200)
        return [shown.data for shown in response.context["page"].shown]

    def touchpoint_in(self, category: str, name: str) -> Touchpoint:
        row = Category.objects.get(workspace=self.workspace, code=category)
        channel = Channel.objects.get(workspace=self.workspace, code="website")
        return touchpoint_create(workspace=self.workspace, actor=self.ed, name=name, category=row, channel=channel)

    def measured(self, touchpoint: Touchpoint, code: str, *, days: int = 7, bind: bool = True, **facts: Any) -> Series:
        """Bind a KPI and give it the same facts on each of the last closed week's days."""
        kpi = Kpi.objects.get(workspace=self.workspace, code=code)
        if bind:
            binding_create(touchpoint=touchpoint, kpi=kpi, actor=self.ed)
        series = Series.objects.create(workspace=self.workspace, touchpoint=touchpoint, kpi=kpi)
        for number in range(days):
            day = self.last_monday + dt.timedelta(days=number)
            Rollup.objects.create(workspace_id=self.workspace.pk, series_id=series.pk, day=day, **facts)
        return series

    @property
    def today(self) -> dt.date:
        return timezone.localdate(timezone=self.workspace.zone)

    @property
    def last_monday(self) -> dt.date:
        """The first day of the last closed week."""
        return self.today - dt.timedelta(days=self.today.weekday() + 7)
