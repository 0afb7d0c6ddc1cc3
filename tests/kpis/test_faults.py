"""Real workers, killed at the worst moment: nothing lost, nothing doubled; a flushed broker only delays."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
import redis
from django.db import connection
from django.test import TransactionTestCase

from cxmap.local.instance import PROJECT
from kpis.models import Bucket, Evaluation, Flag, Kpi, KpiState, Observation, Source
from kpis.services import binding_create, observations_write, source_get_or_create, today_of
from tests.base import CastMixin
from tests.kpis.base import by_hand, make_touchpoint, rollups, row

pytestmark = pytest.mark.faults


def until(condition: Callable[[], object], *, seconds: float = 40.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())


class WorkerFaultsTest(CastMixin, TransactionTestCase):
    def setUp(self) -> None:
        self.make_cast()
        self.shop = make_touchpoint(self.workspace, self.olga, "Shop")
        self.binding = binding_create(
            touchpoint=self.shop, kpi=Kpi.objects.get(workspace=self.workspace, code="ctr"), actor=self.ana
        )
        self.source = source_get_or_create(workspace=self.workspace, key="ga4", kind=Source.Kind.FILE)[0]
        self.prefix = f"faults-{uuid.uuid4().hex[:8]}:"
        self.today = today_of(self.workspace)

    def environment(self) -> dict[str, str]:
        """The worker uses the database of this test, and a broker of its own inside the run's server."""
        name = connection.settings_dict["NAME"]
        urls = {
            key: urlunsplit(urlsplit(os.environ[key])._replace(path=f"/{name}"))
            for key in ("DATABASE_URL", "DATABASE_OWNER_URL")
            if key in os.environ
        }
        return {**os.environ, **urls, "REDIS_PREFIX": self.prefix, "DJANGO_SETTINGS_MODULE": "cxmap.settings"}

    @contextmanager
    def worker(self, *, beat: bool = True) -> Iterator["subprocess.Popen[bytes]"]:
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                "-m",
                "celery",
                "-A",
                "cxmap",
                "worker",
                "-Q",
                "rollup,default",
                "-c",
                "1",
                "-P",
                "solo",
            ]
            command += ["--without-gossip", "--without-mingle", "-l", "warning"]
            process = subprocess.Popen(
                command, cwd=PROJECT, env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            beater = None
            if beat:
                schedule = ["-s", f"{folder}/beat", "--pidfile", f"{folder}/beat.pid", "-l", "warning"]
                beater = subprocess.Popen(
                    [sys.executable, "-m", "celery", "-A", "cxmap", "beat", *schedule],
                    cwd=PROJECT, env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            try:
                yield process
            finally:
                for one in (process, beater):
                    if one is not None:
                        one.kill()
                        one.wait()

    @contextmanager
    def held(self, table: str) -> Iterator[None]:
        """Nobody can write the table until the block ends."""
        database = connection.get_connection_params()
        link = psycopg2.connect(
            **{key: database[key] for key in ("dbname", "user", "password", "host", "port") if database.get(key)}
        )
        try:
            with link.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            yield
        finally:
            link.close()

    def waiting_for(self, table: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table])
            return bool(cursor.fetchone()[0])

    def write(self) -> None:
        """Fourteen weeks up to yesterday; the share falls in the last three."""
        start = self.today - timedelta(days=14 * 7)
        rows = []
        for number in range(14 * 7):
            share = 60 if number < 10 * 7 else 30
            rows.append(row(number, day=start + timedelta(days=number), numerator=share + number % 5, denominator=300))
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)

    def settled(self) -> bool:
        return (
            not Bucket.objects.exists() and Evaluation.objects.filter(workspace=self.workspace, dirty_at=None).exists()
        )

    def assert_all_is_right(self) -> None:
        self.assertEqual(rollups(), by_hand())
        self.assertEqual(len(rollups()), 98)
        self.assertEqual(KpiState.objects.filter(binding=self.binding).count(), 12)
        self.assertEqual(Flag.objects.filter(binding=self.binding).count(), 1)

    def kill_while_it_waits_for(self, table: str) -> None:
        with self.held(table), self.worker() as process:
            self.assertTrue(until(lambda: self.waiting_for(table)), "the worker never came to write")
            process.send_signal(signal.SIGKILL)
            process.wait()

    def test_a_worker_killed_while_rolling_up(self) -> None:
        self.write()
        self.kill_while_it_waits_for("kpis_rollup")
        self.assertTrue(until(lambda: Bucket.objects.count() == 98), Bucket.objects.count())
        with self.worker():
            self.assertTrue(until(self.settled), Bucket.objects.count())
        self.assert_all_is_right()

    def test_a_worker_killed_while_evaluating(self) -> None:
        self.write()
        self.kill_while_it_waits_for("kpis_kpistate")
        self.assertEqual((KpiState.objects.count(), Flag.objects.count()), (0, 0))
        with self.worker():
            self.assertTrue(until(self.settled))
        self.assert_all_is_right()

    def test_a_flushed_broker(self) -> None:
        self.write()
        link: Any = redis.Redis.from_url(os.environ["REDIS_URL"])
        for key in link.scan_iter(f"{self.prefix}*"):
            link.delete(key)
        with self.worker():
            self.assertTrue(until(self.settled))
        self.assert_all_is_right()

    def test_writing_while_a_worker_claims(self) -> None:
        """A row committed after the claim is not lost: its mark waits for the claim, and is made again."""
        self.write()
        with self.worker():
            for number in range(20):
                rows = [row(1, day=self.today - timedelta(days=3), numerator=number, external_id="late")]
                observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=2 + number)
                time.sleep(0.05)
            self.assertTrue(until(self.settled))
        self.assertEqual(rollups(), by_hand())
        self.assertEqual(Observation.objects.get(external_id="late").numerator, 19)
