"""A workspace that moves: rows that know their instant follow, also over the nights when clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as ExampleTestCase

from cxmap.workspaces.models import Workspace
from cxmap.workspaces.services import workspace_update
from kpis.models import Observation
from kpis.services import observations_write, rollups_rebuild, rollups_refresh, workspaces_moved
from kpis.services.time_zones import observations_rezone
from kpis.tasks import time_zones_sweep
from tests.kpis.base import KpiTestCase, by_hand, drain, rollups, row

ZONES = ["Europe/Paris", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC"]
# The week-ends of both changes of the clock in Paris and New York.
CHANGES = (datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC))
instants = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(0, 9 * 24 * 60)
)


class TimeZonesTest(KpiTestCase, ExampleTestCase):
    def write(self, moments: list[datetime]) -> None:
        rows = [
            row(line, day=moment.astimezone(self.workspace.zone).date(), at=moment, external_id=f"r{line}")
            for line, moment in enumerate(moments)
        ]
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)

    def test_rows_move_to_their_new_day(self) -> None:
        self.write([datetime(2026, 11, 2, 23, 30, tzinfo=UTC), datetime(2026, 11, 3, 12, tzinfo=UTC)])
        observations_write(
            workspace=self.workspace, source=self.source, rows=[row(9, day=date(2026, 11, 3))], import_id=2
        )
        drain(rollups_refresh)
        workspace_update(workspace=self.workspace, actor=self.olga, time_zone="America/New_York")
        self.assertEqual(workspaces_moved(), [self.workspace])
        time_zones_sweep()
        drain(rollups_refresh)
        days = Observation.objects.order_by("line").values_list("line", "first_day")
        self.assertEqual(list(days), [(0, date(2026, 11, 2)), (1, date(2026, 11, 3)), (9, date(2026, 11, 3))])
        self.assertEqual(rollups(), by_hand())
        self.assertEqual(workspaces_moved(), [])

    def test_there_and_back_before_a_worker_came(self) -> None:
        workspace_update(workspace=self.workspace, actor=self.olga, time_zone="Asia/Kolkata")
        workspace_update(workspace=self.workspace, actor=self.olga, time_zone="Europe/Paris")
        self.write([datetime(2026, 11, 2, 23, 30, tzinfo=UTC)])
        self.assertEqual(observations_rezone(workspace=self.workspace), 0)

    def test_rows_that_were_read_before_the_move_follow_too(self) -> None:
        """A program holds the workspace as it was; the sweep has been there when its rows are written."""
        moments = [datetime(2026, 11, 2, 23, 30, tzinfo=UTC)]
        workspace_update(
            workspace=Workspace.objects.get(pk=self.workspace.pk), actor=self.olga, time_zone="America/New_York"
        )
        time_zones_sweep()
        self.write(moments)
        time_zones_sweep()
        self.assertEqual(Observation.objects.get().first_day, date(2026, 11, 2))

    def test_a_sealed_day_takes_no_rows(self) -> None:
        self.write([datetime(2026, 11, 1, 2, tzinfo=UTC)])
        drain(rollups_refresh)
        before = rollups()
        self.workspace.sealed_before = date(2026, 11, 1)
        self.workspace.save()
        workspace_update(workspace=self.workspace, actor=self.olga, time_zone="America/New_York")
        time_zones_sweep()
        drain(rollups_refresh)
        self.assertEqual(rollups(), before)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        moments=st.lists(instants, min_size=1, max_size=8),
        zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3),
    )
    def test_any_moves_equal_a_rebuild(self, moments: list[datetime], zones: list[str]) -> None:
        with self.undone():
            self.workspace.refresh_from_db()
            self.write(moments)
            for zone in zones:
                workspace_update(workspace=self.workspace, actor=self.olga, time_zone=zone)
                time_zones_sweep()
                rollups_refresh(limit=2)
            drain(rollups_refresh)
            self.assertEqual(rollups(), by_hand())
            self.assertEqual(rollups_rebuild(workspace=self.workspace), 0)
            for one in Observation.objects.all():
                assert one.at is not None
                self.assertEqual(one.first_day, one.at.astimezone(ZoneInfo(zones[-1])).date())
                self.assertLess(abs(one.at.date() - one.first_day), timedelta(days=2))
