"""Real workers, web processes and brokers, killed in the middle of an import; messages lost or delivered twice."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
import redis
from celery import Celery
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import TransactionTestCase

from cxmap.history.models import Change
from cxmap.local.instance import PROJECT, free_port
from cxmap.workspaces.services import token_create
from kpis.models import Observation, Source
from kpis.services.sources import source_get_or_create
from sources import services
from sources.models import Import
from sources.services import jobs, nudges
from tests.base import CastMixin
from tests.faults import broker, until, web
from tests.sources.base import TIDY, make_touchpoint

pytestmark = pytest.mark.faults

LEASE_SECONDS = 2
ROWS = 30_000


def stored_files() -> set[str]:
    """Files of imports in the store."""
    return {str(path) for path in (Path(settings.MEDIA_ROOT) / "imports").glob("*/*")}


class ImportFaultsTest(CastMixin, TransactionTestCase):
    def setUp(self) -> None:
        self.make_cast()
        make_touchpoint(self.workspace, self.olga, "Shop")
        self.source = source_get_or_create(workspace=self.workspace, key="file", kind=Source.Kind.FILE)[0]
        self.broker_url = settings.REDIS_URL
        self.prefix = f"faults-{uuid.uuid4().hex[:8]}:"
        producer = Celery(broker=settings.REDIS_URL)
        producer.conf.broker_transport_options = {"global_keyprefix": f"{self.prefix}celery:"}
        for patch in (
            mock.patch("sources.services.nudges.current_app", producer),
            mock.patch.object(jobs, "LEASE", timedelta(seconds=LEASE_SECONDS)),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(self.flush)

    def environment(self) -> dict[str, str]:
        """The worker uses the database of this test, and a broker of its own inside the run's server."""
        name = connection.settings_dict["NAME"]
        urls = {
            key: urlunsplit(urlsplit(os.environ[key])._replace(path=f"/{name}"))
            for key in ("DATABASE_URL", "DATABASE_OWNER_URL")
            if key in os.environ
        }
        return {
            **os.environ,
            **urls,
            "REDIS_URL": self.broker_url,
            "REDIS_PREFIX": self.prefix,
            "IMPORT_LEASE_SECONDS": str(LEASE_SECONDS),
            "DJANGO_SETTINGS_MODULE": "cxmap.settings",
        }

    @contextmanager
    def worker(self) -> Iterator["subprocess.Popen[bytes]"]:
        command = [sys.executable, "-m", "celery", "-A", "cxmap", "worker", "-Q", "ingest", "-c", "1", "-P", "solo"]
        process = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle", "-l", "warning"],
            cwd=PROJECT,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    @contextmanager
    def held(self, table: str) -> Iterator[None]:
        """Nobody can write the table until the block ends."""
        database = connection.get_connection_params()
        names = ("dbname", "user", "password", "host", "port")
        link = psycopg2.connect(**{key: database[key] for key in names if database.get(key)})
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

    def flush(self) -> None:
        """Empty the broker of this test: what FLUSHALL does, without the neighbours of the run."""
        broker = redis.Redis.from_url(settings.REDIS_URL)
        for key in broker.scan_iter(f"{self.prefix}*"):
            broker.delete(key)

    def content(self) -> str:
        lines = "".join(f"shop,ctr,2026-{1 + n % 9:02}-{1 + n % 28:02},{n % 7},10,{n}\n" for n in range(ROWS))
        return TIDY.replace("denominator", "denominator,id") + lines

    def queued(self, policy: str = "good_lines") -> Import:
        content = self.content().encode()
        import_ = services.import_upload(
            workspace=self.workspace,
            source=self.source,
            actor=self.ana,
            file=ContentFile(content),
            filename="many.csv",
        )
        self.addCleanup(import_.file.delete, save=False)
        import_ = services.import_set_mapping(import_=import_, actor=self.ana, document={"layout": "tidy"}, check=False)
        return services.import_queue(import_=import_, actor=self.ana, policy=policy)

    def swept_until(self, import_: Import, status: str, *, seconds: float = 40.0) -> bool:
        """Play the schedule, quicker: sweep until the import is in the status."""

        def look() -> bool:
            services.imports_sweep()
            import_.refresh_from_db()
            time.sleep(0.4)
            return import_.status == status

        return until(look, seconds=seconds)

    def assert_whole(self, import_: Import) -> None:
        self.assertEqual((import_.status, import_.created_count, import_.rejected_count), ("done", ROWS, 0))
        self.assertEqual(Observation.objects.count(), ROWS)
        self.assertEqual(sum(Observation.objects.values_list("numerator", flat=True)), sum(n % 7 for n in range(ROWS)))
        self.assertEqual(Change.objects.filter(action="import.done").count(), 1)

    def test_a_killed_worker_s_import_is_finished_by_another(self) -> None:
        import_ = self.queued()
        with self.worker() as process:
            with self.held("kpis_observation"):
                self.assertTrue(until(lambda: self.waiting_for("kpis_observation")))
                import_.refresh_from_db()
                self.assertEqual((import_.status, import_.attempts), ("running", 1))
                # It waits longer than its lease: the heartbeat keeps everybody else away.
                time.sleep(1.5 * LEASE_SECONDS)
                self.assertEqual(jobs.waiting(), [])
                process.send_signal(signal.SIGKILL)
                process.wait()
            self.assertFalse(Observation.objects.exists())
            import_.refresh_from_db()
            self.assertEqual(import_.status, "running")
        killed = time.monotonic()
        with self.worker():
            self.assertTrue(self.swept_until(import_, "done"))
        self.assertLess(time.monotonic() - killed, 30)
        self.assertEqual(import_.rows_read, ROWS)
        self.assert_whole(import_)

    def test_a_flushed_broker_only_delays(self) -> None:
        import_ = self.queued()
        self.flush()
        with self.worker():
            time.sleep(3)
            import_.refresh_from_db()
            self.assertEqual(import_.status, "queued")
            self.assertTrue(self.swept_until(import_, "done"))
        self.assert_whole(import_)

    def test_messages_delivered_many_times_to_two_workers(self) -> None:
        import_ = self.queued()
        for _ in range(5):
            nudges.work_soon(import_)
        with self.worker(), self.worker():
            self.assertTrue(self.swept_until(import_, "done"))
            import_.status = Import.Status.QUEUED  # as an old message would have it
            nudges.work_soon(import_)
            time.sleep(1)
            import_.refresh_from_db()
        self.assert_whole(import_)

    def test_a_broker_killed_while_a_worker_imports(self) -> None:
        """The worker needs no broker for its work; afterwards the next broker finds nothing left to do."""
        port = free_port()
        self.broker_url = f"redis://127.0.0.1:{port}/0"
        producer = Celery(broker=self.broker_url)
        producer.conf.broker_transport_options = {"global_keyprefix": f"{self.prefix}celery:"}
        with mock.patch("sources.services.nudges.current_app", producer), broker(port) as server:
            import_ = self.queued()
            with self.worker():
                with self.held("kpis_observation"):
                    self.assertTrue(until(lambda: self.waiting_for("kpis_observation")))
                    server.kill()
                self.assertTrue(until(lambda: Import.objects.filter(pk=import_.pk, status="done").exists()))
        with broker(port), self.worker():
            self.assertEqual(services.imports_sweep(), 0)
            time.sleep(1)
        import_.refresh_from_db()
        self.assert_whole(import_)

    def test_a_web_process_killed_during_and_after_the_upload(self) -> None:
        """Half a file leaves nothing behind; a file that was answered for is imported without the web process."""
        _token, text = token_create(workspace=self.workspace, user=self.ana, actor=self.olga, role="analyst")
        boundary = "b" * 20
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="many.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{self.content()}\r\n--{boundary}--\r\n"
        ).encode()
        before = stored_files()  # other tests of this process may have left theirs
        port = free_port()
        head = (
            f"POST /api/v1/imports/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Token {text}\r\n"
            f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        with web(port, self.environment()) as server, socket.create_connection(("127.0.0.1", port)) as link:
            link.sendall(head + body[: len(body) // 2])
            time.sleep(0.5)
            server.kill()
        self.assertFalse(Import.objects.exists())
        self.assertEqual(stored_files(), before)
        with web(port, self.environment()) as server, socket.create_connection(("127.0.0.1", port)) as link:
            link.sendall(head + body)
            self.assertTrue(link.recv(100).startswith(b"HTTP/1.1 202"))
            server.kill()
        import_ = Import.objects.get()
        self.addCleanup(import_.file.delete, save=False)
        self.assertEqual(len(stored_files() - before), 1)
        with self.worker():
            self.assertTrue(self.swept_until(import_, "done"))
        self.assert_whole(import_)

    def test_an_import_that_kills_every_worker_is_given_up(self) -> None:
        import_ = self.queued()
        Import.objects.update(attempts=jobs.ATTEMPTS)
        services.import_run(import_.pk)
        import_.refresh_from_db()
        self.assertEqual((import_.status, import_.error_code), ("failed", "too_many_attempts"))
        self.assertFalse(Observation.objects.exists())
