"""Dropping old observations: what they add up to stays, and nobody can write behind the seal."""

from datetime import UTC, date, datetime, timedelta
from unittest import mock

from cxmap.workspaces.services import token_create
from kpis.errors import DaySealed
from kpis.models import Bucket, Observation, ReplacedObservation, Rollup
from kpis.services import observations_drop, observations_write, rollups_rebuild, rollups_refresh
from kpis.services.retention import sealing_day
from kpis.tasks import retention_sweep
from sources.errors import Sealed
from sources.models import Import
from sources.services import import_withdraw, import_withdraw_start
from tests.kpis.base import KpiTestCase, drain, rollups, row

OLD, NEW = date(2025, 3, 31), date(2025, 4, 1)
NOW = datetime(2026, 4, 15, 9, tzinfo=UTC)


class RetentionTest(KpiTestCase):
    def setUp(self) -> None:
        clock = mock.patch("kpis.services.retention.today_of", return_value=NOW.date())
        clock.start()
        self.addCleanup(clock.stop)
        self.workspace.retention_months = 12
        self.workspace.save()
        rows = [row(2, day=OLD), row(3, day=NEW), row(4, day=OLD, last_day=OLD + timedelta(days=1))]
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)
        drain(rollups_refresh)

    def test_whole_months_are_sealed(self) -> None:
        self.assertEqual(sealing_day(self.workspace, date(2026, 4, 15)), date(2025, 4, 1))
        self.assertEqual(sealing_day(self.workspace, date(2026, 1, 31)), date(2025, 1, 1))
        self.workspace.retention_months = None
        self.assertIsNone(sealing_day(self.workspace, date(2026, 4, 15)))

    def test_observations_go_and_values_stay(self) -> None:
        before = rollups()
        retention_sweep()
        self.workspace.refresh_from_db()
        self.assertEqual(self.workspace.sealed_before, NEW)
        self.assertEqual(set(Observation.objects.values_list("line", flat=True)), {3, 4})
        self.assertEqual(rollups(), before)
        self.assertEqual(rollups_rebuild(workspace=self.workspace), 0)
        self.assertEqual(rollups_rebuild(), 0)
        self.assertEqual(rollups(), before)
        again = observations_drop(workspace=self.workspace)
        self.assertEqual(again.observations if again else None, 0)

    def test_a_worker_whose_clock_is_years_ahead_drops_nothing(self) -> None:
        """What it would drop is gone for good: it takes the day of the database, when that is earlier."""
        ahead = date(2036, 4, 15)
        clocks = mock.patch(
            "kpis.services.retention.today_of", side_effect=lambda _, now=None: NOW.date() if now else ahead
        )
        with clocks:
            retention_sweep()
        self.workspace.refresh_from_db()
        self.assertEqual(self.workspace.sealed_before, NEW)
        self.assertEqual(set(Observation.objects.values_list("line", flat=True)), {3, 4})

    def test_a_mark_on_a_sealed_day_empties_nothing(self) -> None:
        before = rollups()
        retention_sweep()
        Bucket.objects.create(workspace_id=self.workspace.pk, series_id=Rollup.objects.get(day=OLD).series_id, day=OLD)
        drain(rollups_refresh)
        self.assertEqual(rollups(), before)

    def test_writing_behind_the_seal_is_refused_whole(self) -> None:
        retention_sweep()
        with self.assertRaises(DaySealed):
            observations_write(workspace=self.workspace, source=self.source, rows=[row(2, day=OLD), row(3, day=NEW)])
        self.assertEqual(Observation.objects.count(), 2)

    def test_other_workspaces_keep_theirs(self) -> None:
        self.workspace.retention_months = None
        self.workspace.save()
        retention_sweep()
        self.assertEqual(Observation.objects.count(), 3)

    def test_what_an_import_replaced_goes_too(self) -> None:
        observations_write(
            workspace=self.workspace, source=self.source, rows=[row(2, day=OLD, numerator=5)], import_id=2
        )
        self.assertEqual(ReplacedObservation.objects.count(), 1)
        retention_sweep()
        self.assertFalse(ReplacedObservation.objects.exists())

    def test_an_import_that_lost_rows_cannot_be_withdrawn(self) -> None:
        retention_sweep()
        import_ = Import.objects.create(
            workspace=self.workspace, source=self.source, status=Import.Status.DONE, first_day=OLD, last_day=NEW
        )
        with self.assertRaises(Sealed):
            import_withdraw_start(import_=import_, actor=self.ana)

    def test_nor_when_the_seal_came_after_it_was_asked_for(self) -> None:
        import_ = Import.objects.create(
            pk=1, workspace=self.workspace, source=self.source, status=Import.Status.DONE, first_day=OLD, last_day=NEW
        )
        import_withdraw_start(import_=import_, actor=self.ana)
        retention_sweep()
        before = rollups()
        import_withdraw(import_.pk)
        import_.refresh_from_db()
        self.assertEqual((import_.status, import_.error_code), (Import.Status.DONE, "import_sealed"))
        drain(rollups_refresh)
        self.assertEqual(rollups(), before)

    def test_a_run_that_was_interrupted_is_gone_on_with(self) -> None:
        self.workspace.sealed_before = NEW
        self.workspace.save()
        with mock.patch("kpis.services.retention.BATCH", 1):
            dropped = observations_drop(workspace=self.workspace)
        self.assertEqual((dropped.observations if dropped else 0, Observation.objects.filter(line=2).count()), (1, 0))

    def test_the_api_refuses_the_row_and_says_why(self) -> None:
        retention_sweep()
        response = self.post_rows(
            {"touchpoint": "shop", "kpi": "ctr", "day": str(OLD), "numerator": 1, "denominator": 2}
        )
        self.assertEqual(response["rejected"], 1)
        self.assertIn("deleted by the workspace's retention", str(response["rows"][0]))

    def post_rows(self, *rows: dict[str, object]) -> dict[str, object]:
        _, text = token_create(workspace=self.workspace, user=self.ana, actor=None, role="analyst")
        answer = self.client.post(
            "/api/v1/observations/",
            list(rows),
            content_type="application/json",
            headers={"authorization": f"Token {text}"},
        )
        return answer.json()
