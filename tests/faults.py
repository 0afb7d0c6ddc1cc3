"""What tests with real processes share: workers of their own, tables held, a database of their own that can be restarted."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis
from celery import Celery
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from cxmap.local.instance import PROJECT, ensure_instance, read_instance
from cxmap.local.places import places, valkey_binary
from cxmap.local.servers import Postgres
from tests.base import CastMixin

LEASE_SECONDS = 2
WORKER = ("worker", "-c", "1", "-P", "solo", "--without-gossip", "--without-mingle")


def until(condition: Callable[[], object], *, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())


def answers(port: int) -> bool:
    """True when something listens there."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def database_url() -> str:
    """Return the address of the database of this test, for other processes."""
    database = connection.settings_dict
    address = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(netloc=address, path=f"/{database['NAME']}"))


class Server:
    """A process that listens on a port, and can be killed and started again."""

    def __init__(self, port: int, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        self.port = port
        self._command = command
        self._environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command, cwd=PROJECT, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert until(lambda: answers(self.port)), f"nothing listens on {self.port}"

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()


def broker(port: int) -> Server:
    """A broker of a test's own, empty at every start."""
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    return Server(port, [valkey_binary(), *options])


def web(port: int, environment: Mapping[str, str]) -> Server:
    """A web process of a test's own."""
    command = [sys.executable, "-m", "uvicorn", "cxmap.asgi:application", "--port", str(port), "--log-level", "warning"]
    return Server(port, command, environment)


class FaultsTestCase(CastMixin, TransactionTestCase):
    """The cast, and processes that use the database of this test and a broker of their own inside the run's server."""

    def setUp(self) -> None:
        self.make_cast()
        self.prefix = f"faults-{uuid.uuid4().hex[:8]}:"
        self.producer = Celery(broker=settings.REDIS_URL)
        self.producer.conf.broker_transport_options = {"global_keyprefix": f"{self.prefix}celery:"}
        self.addCleanup(self.flush)

    def environment(self) -> dict[str, str]:
        url = database_url()
        return {
            **os.environ,
            "DATABASE_URL": url,
            "DATABASE_OWNER_URL": url,
            "REDIS_PREFIX": self.prefix,
            "IMPORT_LEASE_SECONDS": str(LEASE_SECONDS),
            "OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
            "WEBHOOK_PRIVATE_HOSTS": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "cxmap.settings",
        }

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "cxmap", *command, "-l", "warning"],
            cwd=PROJECT,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @contextmanager
    def workers(self, number: int = 1, *, beats: int = 0) -> Iterator[list["subprocess.Popen[bytes]"]]:
        """Workers first, then beats; all are killed at the end."""
        with tempfile.TemporaryDirectory() as folder:
            queues = ("-Q", "ingest,rollup,default")
            found = [self.start(*WORKER, *queues, "-n", f"{uuid.uuid4().hex}@test") for _ in range(number)]
            found += [
                self.start("beat", "-s", f"{folder}/{one}", "--pidfile", f"{folder}/{one}.pid") for one in range(beats)
            ]
            try:
                yield found
            finally:
                for process in found:
                    self.kill(process)

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    def send(self, task: str, *args: object) -> None:
        queue = {"sources": "ingest", "kpis": "rollup"}.get(task.partition(".")[0], "default")
        self.producer.send_task(task, args=args, queue=queue, ignore_result=True)

    def flush(self) -> None:
        """Empty the broker of this test: what FLUSHALL does, without the neighbours of the run."""
        broker: Any = redis.Redis.from_url(settings.REDIS_URL)
        for key in broker.scan_iter(f"{self.prefix}*"):
            broker.delete(key)

    def is_idle(self) -> bool:
        """Whether every message has been worked off."""
        broker: Any = redis.Redis.from_url(settings.REDIS_URL)
        queues = [f"{self.prefix}celery:{name}" for name in ("ingest", "rollup", "default")]
        return not any(broker.llen(name) for name in queues) and not broker.hlen(f"{self.prefix}celery:unacked")

    @contextmanager
    def held(self, table: str, mode: str = "EXCLUSIVE") -> Iterator[None]:
        """Nobody can write (EXCLUSIVE) or read (ACCESS EXCLUSIVE) the table until the block ends, or the database."""
        database = connection.get_connection_params()
        names = ("dbname", "user", "password", "host", "port")
        link = psycopg2.connect(**{key: database[key] for key in names if database.get(key)})
        try:
            link.cursor().execute(f"LOCK TABLE {table} IN {mode} MODE")
            yield
        finally:
            link.close()

    def waiting_for(self, table: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table])
            return bool(cursor.fetchone()[0])


class OwnDatabaseTestCase(FaultsTestCase):
    """The same in a PostgreSQL of its own: the run's server has other tests' work in it and is not restarted."""

    server: Postgres

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(prefix="cxmap-faults-", ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        var = Path(folder.name)
        var.chmod(0o711)
        instance = ensure_instance(var, durable=False)
        cls.server = Postgres(var, instance, places(var, instance))
        cls.addClassCleanup(cls.server.stop, seconds=10)
        cls.server.start()
        cls.move()

    @classmethod
    def move(cls) -> None:
        """Copy the empty database of the run to the own server, and use that one until the class ends."""
        old = dict(connection.settings_dict)
        instance = read_instance(cls.server.var)
        new = {
            "HOST": "127.0.0.1",
            "PORT": str(instance.postgres_port),
            "USER": "cxmap_admin",
            "PASSWORD": instance.admin_password,
            "NAME": old["NAME"],
        }
        programs = cls.server.places.postgres_bin
        address = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format
        connection.close()
        dump = subprocess.run(
            [programs / "pg_dump", "--create", address(**old)], check=True, capture_output=True
        ).stdout
        subprocess.run(
            [programs / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", address(**new | {"NAME": "postgres"})],
            check=True, capture_output=True, input=dump,
        )  # fmt: skip

        def back() -> None:
            connection.close()
            connection.settings_dict.update(old)

        cls.addClassCleanup(back)
        connection.settings_dict.update(new)

    def restart(self) -> None:
        """Restart the database; every connection is lost, also this test's."""
        self.server.stop(seconds=10)
        self.server.start()
        connection.close()
