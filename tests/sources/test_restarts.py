"""A database that is restarted under a worker: the same worker goes on and finishes, nothing lost, nothing doubled."""

import threading
from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import override_settings

from alerts.models import Event
from alerts.services import webhook_add
from cxmap.history.models import Change
from cxmap.outbox.models import Message
from kpis.models import Bucket, Evaluation, Flag, Kpi, KpiState, Observation, Source
from kpis.services import binding_create, observations_write, source_get_or_create, today_of
from sources import services
from sources.models import Import
from sources.services import jobs
from tests.alerts.receiver import Receiver, receiver
from tests.faults import LEASE_SECONDS, OwnDatabaseTestCase, until
from tests.kpis.base import by_hand, make_touchpoint, rollups, row
from tests.sources.base import TIDY

pytestmark = pytest.mark.faults


class RestartTest(OwnDatabaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        shop = make_touchpoint(self.workspace, self.olga, "Shop")
        kpi = Kpi.objects.get(workspace=self.workspace, code="ctr")
        self.binding = binding_create(touchpoint=shop, kpi=kpi, actor=self.ana)
        self.source = source_get_or_create(workspace=self.workspace, key="file", kind=Source.Kind.FILE)[0]
        for patch in (
            mock.patch("sources.services.nudges.current_app", self.producer),
            mock.patch("kpis.services.nudges.current_app", self.producer),
            mock.patch.object(jobs, "LEASE", timedelta(seconds=LEASE_SECONDS)),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def swept(self, condition: Callable[[], bool], task: str = "kpis.rollups_sweep") -> bool:
        """Play the schedule, quicker: sweep until the condition holds."""

        def look() -> bool:
            self.send(task)
            return until(condition, seconds=2)

        return until(look)

    def settled(self) -> bool:
        done = Evaluation.objects.filter(workspace=self.workspace, dirty_at=None)
        return not Bucket.objects.exists() and done.exists()

    def restart_before_the_answer(self, listener: Receiver, settled: threading.Event) -> threading.Event:
        """Have the database restarted while the receiver of the first call thinks; the event says when it was."""
        done = threading.Event()

        def restart() -> None:
            listener.before_answer = None
            settled.wait(timeout=60)
            self.server.stop(seconds=10)
            self.server.start()
            done.set()

        listener.before_answer = restart
        return done

    def delivered(self) -> bool:
        return Message.objects.filter(topic="alerts.webhook", status="delivered").exists()

    @override_settings(WEBHOOK_PRIVATE_HOSTS=["127.0.0.1"])
    def test_rolling_up_evaluating_and_telling(self) -> None:
        """A call that was made cannot be taken back: it comes again, with the id of the first."""
        start = today_of(self.workspace) - timedelta(days=14 * 7)
        rows = []
        for number in range(14 * 7):
            share = 60 if number < 10 * 7 else 30
            rows.append(row(number, day=start + timedelta(days=number), numerator=share + number % 5, denominator=300))
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)
        settled = threading.Event()
        with receiver() as listener, self.workers() as (worker,):
            webhook_add(workspace=self.workspace, actor=self.olga, name="Chat", url=listener.url, kinds=["flag.opened"])
            restarted = self.restart_before_the_answer(listener, settled)
            for table in ("kpis_rollup", "kpis_kpistate"):
                with self.held(table):
                    self.assertTrue(
                        self.swept(lambda table=table: self.waiting_for(table)), f"nobody came to write {table}"
                    )
                    self.restart()
                # What it was at is taken back whole, and still to be done.
                self.assertFalse(KpiState.objects.exists())
                self.assertFalse(self.settled())
            self.assertTrue(self.swept(self.settled))
            settled.set()
            self.send("outbox.sweep")
            self.assertTrue(restarted.wait(timeout=60), "nobody called")
            connection.close()
            self.assertTrue(self.swept(self.delivered, "outbox.sweep"))
            self.assertIsNone(worker.poll())
        self.assertEqual((len(rollups()), rollups()), (98, by_hand()))
        self.assertEqual(KpiState.objects.filter(binding=self.binding).count(), 12)
        self.assertEqual((Flag.objects.filter(binding=self.binding).count(), Event.objects.count()), (1, 1))
        self.assertEqual((len(listener.ids), len(set(listener.ids))), (2, 1))

    def queued(self, numerator: int) -> Import:
        lines = "".join(f"shop,ctr,2026-{1 + n % 9:02}-{1 + n % 28:02},{numerator},10,{n}\n" for n in range(500))
        import_ = services.import_upload(
            workspace=self.workspace,
            source=self.source,
            actor=self.ana,
            file=ContentFile((TIDY.replace("denominator", "denominator,id") + lines).encode()),
            filename="file.csv",
        )
        self.addCleanup(import_.file.delete, save=False)
        import_ = services.import_set_mapping(import_=import_, actor=self.ana, document={"layout": "tidy"}, check=False)
        return services.import_queue(import_=import_, actor=self.ana, policy="good_lines")

    def done(self, import_: Import) -> bool:
        """Play the schedule, quicker: sweep until the import is done."""
        services.imports_sweep()
        import_.refresh_from_db()
        return import_.status == Import.Status.DONE

    def test_importing_both_ways(self) -> None:
        """The first file goes straight to its place, the second replaces its rows by way of a temporary table."""
        with self.workers() as (worker,):
            for number, table in ((3, "kpis_rollup"), (4, "kpis_observation")):
                with self.held(table):
                    import_ = self.queued(number)
                    self.assertTrue(until(lambda table=table: self.waiting_for(table)), f"nobody came to write {table}")
                    self.restart()
                import_.refresh_from_db()
                self.assertEqual(import_.status, "running")
                self.assertEqual(
                    set(Observation.objects.values_list("numerator", flat=True)), {3} if number == 4 else set()
                )
                self.assertTrue(until(lambda import_=import_: self.done(import_)))
                self.assertEqual((Observation.objects.count(), import_.attempts), (500, 2))
                self.assertEqual(set(Observation.objects.values_list("numerator", flat=True)), {number})
                self.assertTrue(until(lambda: not Bucket.objects.exists()))
                self.assertEqual(rollups(), by_hand())
            self.assertIsNone(worker.poll())
        self.assertEqual(Change.objects.filter(action="import.done").count(), 2)
