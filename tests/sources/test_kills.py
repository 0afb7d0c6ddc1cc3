"""Workers killed inside the long transactions: what they wrote is taken back whole, and the next one writes it once."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.core.files.base import ContentFile

from cxmap.history.models import Change
from kpis.models import Bucket, Observation, Source
from kpis.services import observations_write, rollups_refresh, source_get_or_create, today_of
from sources import services
from sources.models import Import
from sources.services import jobs, nudges
from tests.faults import LEASE_SECONDS, FaultsTestCase, until
from tests.kpis.base import by_hand, drain, make_touchpoint, observations, rollups, row
from tests.sources.base import TIDY

pytestmark = pytest.mark.faults
ROWS = 3000


class KilledTest(FaultsTestCase):
    def setUp(self) -> None:
        super().setUp()
        make_touchpoint(self.workspace, self.olga, "Shop")
        self.source = source_get_or_create(workspace=self.workspace, key="file", kind=Source.Kind.FILE)[0]
        for patch in (
            mock.patch("sources.services.nudges.current_app", self.producer),
            mock.patch.object(jobs, "LEASE", timedelta(seconds=LEASE_SECONDS)),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def kill_while_it_waits_for(self, table: str) -> None:
        """Start a worker, and kill it when it has come to write the table."""
        with self.held(table), self.workers() as (worker,):
            self.assertTrue(until(lambda: self.waiting_for(table)), f"nobody came to write {table}")
            self.kill(worker)

    def test_an_import_between_its_rows_and_their_sums(self) -> None:
        """While its one transaction runs others see how far it is, and none of its rows; two workers then write it once."""
        lines = "".join(f"shop,ctr,2026-{1 + n % 9:02}-{1 + n % 28:02},{n % 7},10\n" for n in range(ROWS))
        import_ = services.import_upload(
            workspace=self.workspace,
            source=self.source,
            actor=self.ana,
            file=ContentFile((TIDY + lines).encode()),
            filename="file.csv",
        )
        self.addCleanup(import_.file.delete, save=False)
        import_ = services.import_set_mapping(import_=import_, actor=self.ana, document={"layout": "tidy"}, check=False)
        import_ = services.import_queue(import_=import_, actor=self.ana, policy="good_lines")
        with self.held("kpis_rollup"), self.workers() as (worker,):
            self.assertTrue(until(lambda: self.waiting_for("kpis_rollup")))
            self.assertTrue(until(lambda: Import.objects.filter(pk=import_.pk, rows_read=ROWS).exists()))
            self.assertEqual((Observation.objects.count(), Bucket.objects.count(), rollups()), (0, 0, []))
            self.kill(worker)
        import_.refresh_from_db()
        self.assertEqual((import_.status, import_.attempts, import_.created_count), ("running", 1, 0))
        self.assertFalse(Change.objects.filter(action="import.done").exists())
        self.flush()  # of what the killed one had in hand, too
        with self.workers(2):

            def done() -> bool:
                for _ in range(3):
                    nudges.work_soon(import_)
                return until(lambda: Import.objects.filter(pk=import_.pk, status="done").exists(), seconds=1)

            self.assertTrue(until(done))
            # Late messages, after everything is done.
            nudges.work_soon(import_)
            self.send("kpis.rollups_refresh")
            self.assertTrue(until(self.is_idle))
        self.assertFalse(Bucket.objects.exists())
        import_.refresh_from_db()
        self.assertEqual((import_.status, import_.created_count, import_.rows_read), ("done", ROWS, ROWS))
        self.assertEqual(Observation.objects.count(), ROWS)
        self.assertEqual(sum(Observation.objects.values_list("numerator", flat=True)), sum(n % 7 for n in range(ROWS)))
        self.assertEqual(rollups(), by_hand())
        self.assertEqual(Change.objects.filter(action="import.done").count(), 1)

    def test_dropping_old_rows_and_moving_days(self) -> None:
        today = today_of(self.workspace)
        old, new = today - timedelta(days=500), today - timedelta(days=3)
        late = datetime(new.year, new.month, new.day, 23, 30, tzinfo=UTC)  # the next day in Paris and in Auckland
        rows = [row(1, day=old, numerator=5), row(2, day=new, numerator=7, at=late, external_id="late")]
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)
        drain(rollups_refresh)
        self.workspace.retention_months, self.workspace.time_zone = 12, "Pacific/Auckland"
        self.workspace.facts_time_zone = "UTC"
        self.workspace.save()
        sums = rollups()
        # Sealed, and not all behind the seal deleted yet; then moved by half, which is not moved at all.
        self.send("kpis.retention_sweep")
        self.kill_while_it_waits_for("kpis_replacedobservation")
        self.workspace.refresh_from_db()
        self.assertIsNotNone(self.workspace.sealed_before)
        self.assertEqual((rollups(), Bucket.objects.count()), (sums, 0))
        before = observations()
        self.send("kpis.time_zones_sweep")
        self.kill_while_it_waits_for("kpis_replacedobservation")
        self.workspace.refresh_from_db()
        self.assertEqual(self.workspace.facts_time_zone, "UTC")
        self.assertEqual((observations(), rollups(), Bucket.objects.count()), (before, sums, 0))
        self.flush()
        for task in ("kpis.retention_sweep", "kpis.time_zones_sweep", "kpis.rollups_refresh") * 2:
            self.send(task)
        moved = late.astimezone(self.workspace.zone).date()
        with self.workers():
            self.assertTrue(until(self.is_idle))
        self.assertFalse(Bucket.objects.exists())
        self.workspace.refresh_from_db()
        self.assertIsNotNone(self.workspace.sealed_before)
        kept = Observation.objects.get()
        self.assertEqual((kept.first_day, kept.numerator), (moved, 7))
        self.assertEqual([(one[2], one[4]) for one in rollups()], [(old, 5), (moved, 7)])
        self.assertEqual(Change.objects.filter(action="observations.dropped").count(), 1)
