"""What `make run` is: servers, migrations, demo, then web, worker and beat until Ctrl-C."""

import asyncio
import ctypes
import errno
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cxmap.local import keeper
from cxmap.local.instance import HOST, PROJECT, is_local, var_folder

STOP_SECONDS = 7.0  # then children are killed; a job that is cut off is taken up again at the next start
STEADY_SECONDS = 60.0  # a child that lived this long starts again without delay
LONGEST_PAUSE_SECONDS = 30.0
USAGE_EXIT = 2
# Celery's advice about root is no news to somebody who runs everything as root on their own machine.
QUIET = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True)
class Child:
    """One process to run and to start again when it dies."""

    name: str
    command: Sequence[str]


def run() -> int:
    """Run everything until SIGINT or SIGTERM. Returns the exit code: 0, 1 after a failure, 2 for a bad PORT.

    Raises LocalError when the embedded servers do not start.
    """
    port, problem = chosen_port(os.environ.get("PORT", ""))
    if problem:
        say(problem)
        return USAGE_EXIT
    var = var_folder()
    local = is_local()
    # The signal counts from here on: a Ctrl-C during the start ends it as calmly as one later.
    supervisor = Supervisor(children(port, var), url=f"http://{HOST}:{port}/")
    manage = [sys.executable, "manage.py"]
    first_steps = [[*manage, "migrate", "--verbosity", "0"], [*manage, "seed_demo"]]
    if not local:
        # With external servers, files are served as in production: collected and compressed.
        first_steps.append([*manage, "collectstatic", "--no-input", "--verbosity", "0"])
    return asyncio.run(supervisor.run(first_steps, hold=local))


def children(port: int, var: Path) -> list[Child]:
    """Return the processes of one instance."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "-A", "cxmap"]
    worker = ["worker", "-Q", "ingest,rollup,default", "-c", "2", "--without-gossip", "--without-mingle"]
    web = ["uvicorn", "cxmap.asgi:application", "--host", HOST, "--port", str(port)]
    return [
        Child("web", [*python, *web, "--timeout-graceful-shutdown", "2", "--log-level", "warning"]),
        Child("worker", [*celery, *worker, "-l", "warning"]),
        Child("beat", [*celery, "beat", "-s", str(var / "beat-schedule"), "--pidfile", "", "-l", "warning"]),
    ]


def chosen_port(text: str) -> tuple[int, str]:
    """Return the port of the web process and a problem with it, in a sentence; no problem is ""."""
    if not text:
        text = "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        return 0, f"PORT is {text!r}; write a number from 1 to 65535, for example: PORT=8010 make run"
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            return port, f"Port {port} is reserved for root. Choose one above 1023: PORT=8010 make run"
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return port, f"Port {port} cannot be used: {error.strerror}."
            other = 8010 if port != 8010 else 8020
            return port, (
                f"Port {port} is taken, perhaps by a cxmap that already runs: look at http://{HOST}:{port}/ . "
                f"Stop that program, or choose another port: PORT={other} make run"
            )
    return port, ""


class Supervisor:
    """Runs children, prefixes their lines, starts them again, and ends them together."""

    def __init__(self, children: Sequence[Child], *, url: str, env: Mapping[str, str] | None = None) -> None:
        self.children = children
        self.url = url
        self.env = {**os.environ, **(env or {}), "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": QUIET}
        self.width = max(len(child.name) for child in children)
        self.stopping = asyncio.Event()
        self.signals = 0
        self.running: dict[str, asyncio.subprocess.Process] = {}

    async def run(self, first_steps: Sequence[Sequence[str]] = (), *, hold: bool = False) -> int:
        """Start the embedded servers if asked, do the first steps one after the other, supervise until a signal."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.ask_to_stop)
        try:
            if hold:
                say("Starting PostgreSQL and Valkey …")
                await asyncio.to_thread(keeper.hold)
            for step in first_steps:
                code = 0 if self.stopping.is_set() else await self.step(step)
                if code and not self.stopping.is_set():
                    say(f"“{' '.join(step[1:])}” failed (exit {code}); nothing was started.")
                    return 1
            tasks = [asyncio.create_task(self.keep_running(child)) for child in self.children]
            announcing = asyncio.create_task(self.announce())
            await self.stopping.wait()
            announcing.cancel()
            await asyncio.gather(*tasks)
        finally:
            if hold and not await asyncio.to_thread(keeper.leave):
                say("PostgreSQL and Valkey go on: another cxmap command is using them.")
        say("Stopped.")
        return 0

    def ask_to_stop(self) -> None:
        self.signals += 1
        if not self.stopping.is_set():
            say("Stopping …")
        self.stopping.set()
        # The first signal asks the children to finish, a second one does not wait for them.
        number = signal.SIGTERM if self.signals == 1 else signal.SIGKILL
        for process in self.running.values():
            send(process, number)

    async def step(self, command: Sequence[str]) -> int:
        return await self.run_once(Child(command[-1] if len(command) < 3 else command[2], command))

    async def keep_running(self, child: Child) -> None:
        """Start the child again whenever it ends, less and less often when it ends at once."""
        pause = 1.0
        while not self.stopping.is_set():
            started = time.monotonic()
            code = await self.run_once(child)
            if self.stopping.is_set():
                return
            if time.monotonic() - started > STEADY_SECONDS:
                pause = 1.0
            say(f"{child.name} has ended ({reason(code)}); it starts again in {pause:.0f} s.")
            try:
                await asyncio.wait_for(self.stopping.wait(), pause)
            except TimeoutError:
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def run_once(self, child: Child) -> int:
        """Run one process to its end and show its lines; returns the exit code, negative for a signal."""
        process = await asyncio.create_subprocess_exec(
            *child.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=PROJECT,
            env=self.env,
            # Own group: Ctrl-C in a terminal reaches the supervisor only, which then asks each child once.
            start_new_session=True,
            preexec_fn=end_with_parent(os.getpid()),
        )
        self.running[child.name] = process
        if self.stopping.is_set():
            send(process, signal.SIGTERM)
        lines = asyncio.create_task(self.show_lines(child.name, process))
        ending = asyncio.create_task(self.kill_when_late(process))
        code = await process.wait()
        ending.cancel()
        del self.running[child.name]
        # What the child itself left behind in its group must not outlive it.
        send(process, signal.SIGKILL)
        await lines
        return code

    async def kill_when_late(self, process: asyncio.subprocess.Process) -> None:
        await self.stopping.wait()
        await asyncio.sleep(STOP_SECONDS)
        send(process, signal.SIGKILL)

    async def show_lines(self, name: str, process: asyncio.subprocess.Process) -> None:
        """Print what the process says, line by line, each with its name; long lines are cut into pieces."""
        rest = b""
        while process.stdout and (part := await process.stdout.read(65536)):
            *lines, rest = (rest + part).split(b"\n")
            if len(rest) > 65536:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self.show(name, line)
        if rest:
            self.show(name, rest)

    def show(self, name: str, line: bytes) -> None:
        say(line.decode(errors="replace").rstrip(), name=name.ljust(self.width))

    async def announce(self) -> None:
        """Say the address as soon as the web process answers."""
        while not await asyncio.to_thread(answers, f"{self.url}healthz"):
            await asyncio.sleep(0.2)
        say(f"cxmap is ready: {self.url}   (Ctrl-C stops everything)")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  # our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def reason(code: int) -> str:
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit {code}"


def send(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Send a signal: to end, the process alone, which tells its own children; to kill, its whole group."""
    try:
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    except (ProcessLookupError, PermissionError):
        return


def end_with_parent(parent: int) -> Callable[[], None] | None:
    """Return what a new process does so that it ends when the supervisor is killed (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    set_parent_death_signal = 1

    def prepare() -> None:
        libc.prctl(set_parent_death_signal, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def say(text: str, *, name: str = "cxmap ") -> None:
    """Print one line at once; a closed terminal is no reason to fail."""
    try:
        print(f"{name} | {text}", flush=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
