"""The keeper: one small process per instance that runs the servers while anybody holds the lease.

Locks in var/, all flock, which the kernel releases however a process ends:

- lease.lock   shared: "I use the servers". Held by every process of cxmap until its end; a forked child
               keeps its parent's.
- setup.lock   exclusive, short: somebody looks whether the servers run, starts the keeper, or stops them.
- keeper.lock  exclusive: the keeper lives. Taken by whoever starts it and handed over at birth, so that
               there is no moment in which two can start.

The keeper is the servers' parent: it starts one again that dies and ends both when the lease is free. It
has a session of its own, so neither Ctrl-C in a terminal nor kill -9 of a holder reaches it. If it is
killed itself, the next holder starts another, which takes over the servers that still run.
"""

import json
import logging
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from cxmap.local import servers
from cxmap.local.errors import LocalError
from cxmap.local.instance import PROJECT, LocalConfig, ensure_instance, read_instance, var_folder
from cxmap.local.locks import exclusive, open_lock, share, try_exclusive, unlock
from cxmap.local.places import places

POLL_SECONDS = 0.2
FIRST_START_SECONDS = 180.0
ANSWER_SECONDS = 45.0
STOP_SECONDS = 10.0

logger = logging.getLogger(__name__)
_leases: dict[Path, int] = {}
_leases_guard = threading.Lock()


def hold(var: Path | None = None, *, durable: bool = True) -> LocalConfig:
    """Make sure that both servers run and keep them running until this process ends.

    Calling it again is harmless and checks the servers again. A forked child keeps the lease. With
    durable=False a new instance is a throw-away one: quick, unprotected from power cuts, and removed by
    the keeper at its end. Raises LocalError when the servers do not come up.
    """
    folder = var_folder(var)
    ensure_instance(folder, durable=durable)
    with _leases_guard, exclusive(folder / "setup.lock"):
        held = _leases.get(folder)
        lease = open_lock(folder / "lease.lock") if held is None else held
        try:
            share(lease)
            ensure_keeper(folder)
            wait_until_answering(folder)
        except BaseException:
            if held is None:
                os.close(lease)
            raise
        _leases[folder] = lease
        return read_instance(folder).config(folder)


def leave(var: Path | None = None, *, seconds: float = 30.0) -> bool:
    """Give up this process's lease; True when that stopped the servers, False when others hold them.

    Only for a process that wants to see the servers gone before it ends; all others just end.
    """
    folder = var_folder(var)
    with _leases_guard:
        lease = _leases.pop(folder, None)
    if lease is not None:
        os.close(lease)
    deadline = time.monotonic() + seconds
    busy = 0
    while time.monotonic() < deadline and folder.exists():
        # While the keeper stops the servers it has this lock, so that the loop waits here.
        with suppress(FileNotFoundError), exclusive(folder / "setup.lock", seconds=seconds):
            if is_free(folder / "keeper.lock"):
                return True
            busy = 0 if is_free(folder / "lease.lock") else busy + 1
        if busy > 5:  # once may be the keeper, which looks whether the lease is free
            return False
        time.sleep(0.03)
    return not folder.exists()


def is_free(path: Path) -> bool:
    descriptor = open_lock(path)
    try:
        return try_exclusive(descriptor)
    finally:
        os.close(descriptor)


def ensure_keeper(var: Path) -> None:
    """Start the keeper unless it lives, and wait until it has started the servers."""
    lock = open_lock(var / "keeper.lock")
    try:
        if not try_exclusive(lock):
            return
        (var / "log").mkdir(mode=0o700, exist_ok=True)
        reader, writer = os.pipe()
        with (var / "log" / "keeper.log").open("ab") as output, os.fdopen(reader, "rb", 0) as answer:
            try:
                process = subprocess.Popen(
                    [sys.executable, "-m", "cxmap.local", "keep", str(var), str(lock), str(writer)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=PROJECT,
                    pass_fds=(lock, writer),
                    start_new_session=True,
                )
            finally:
                os.close(writer)
            # The keeper outlives this process or ends before it; nobody here asks for its exit code.
            threading.Thread(target=process.wait, daemon=True).start()
            problem = read_answer(answer.fileno())
        if problem:
            raise LocalError(problem)
    finally:
        os.close(lock)


def read_answer(descriptor: int) -> str:
    """Return what the keeper says about its start: nothing when all is well."""
    text = b""
    deadline = time.monotonic() + FIRST_START_SECONDS
    while select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
        part = os.read(descriptor, 65536)
        if not part:
            break
        text += part
    try:
        return str(json.loads(text)["problem"])
    except (ValueError, KeyError):
        return "The process that runs the embedded servers ended at once; var/log/keeper.log says why."


def wait_until_answering(var: Path) -> None:
    """Wait until both servers accept this instance's passwords, for example while the keeper restarts one."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        instance = read_instance(var)
        if servers.valkey_answers(instance) and servers.postgres_answers(instance, var):
            return
        if time.monotonic() > deadline:
            raise LocalError(
                f"The embedded servers do not answer on ports {instance.postgres_port} (PostgreSQL) and "
                f"{instance.valkey_port} (Valkey). Their logs are in {var / 'log'}."
            )
        time.sleep(0.05)


class Keeper:
    """The loop of the keeper process."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.asked_to_stop = False
        self.servers: list[servers.Server] = []
        self.durable = True

    def start(self) -> None:
        """Start both servers, or take over those that run. Raises LocalError."""
        instance = read_instance(self.var)
        self.durable = instance.durable
        where = places(self.var, instance)
        self.servers = [
            servers.Valkey(self.var, instance, where),
            servers.Postgres(self.var, instance, where),
        ]
        for server in self.servers:
            server.instance = instance
            instance = server.start()

    def run(self, keeper_lock: int) -> None:
        """Return when nobody holds the lease any more and both servers are stopped."""
        lease = open_lock(self.var / "lease.lock")
        again_at = 0.0
        pause = 1.0
        while not self.asked_to_stop:
            time.sleep(POLL_SECONDS)
            try:
                if try_exclusive(lease):
                    unlock(lease)
                    with exclusive(self.var / "setup.lock"):
                        if try_exclusive(lease):
                            self.stop(keeper_lock)
                            return
            except OSError:
                logger.exception("The folder of the instance is gone.")
                break
            dead = [server for server in self.servers if server.pid() is None]
            if dead and time.monotonic() >= again_at:
                pause = min(pause * 2, 30.0)
                again_at = time.monotonic() + pause
                self.start_again(dead)
            elif not dead and time.monotonic() > again_at + 60:
                pause = 1.0
        self.stop(keeper_lock)

    def start_again(self, dead: list[servers.Server]) -> None:
        for server in dead:
            logger.warning("%s has died; starting it again.", server.name)
            try:
                server.instance = read_instance(self.var)
                server.start()
            except (LocalError, OSError):
                logger.exception("%s does not start.", server.name)

    def stop(self, keeper_lock: int) -> None:
        for server in self.servers:
            server.stop(seconds=STOP_SECONDS)
        if not self.durable:
            remove_instance(self.var, self.servers)
        # Before the set-up lock is released: who gets that one next must see that a keeper is needed.
        os.close(keeper_lock)


def remove_instance(var: Path, stopped: list[servers.Server]) -> None:
    """Remove the data of a throw-away instance."""
    for server in stopped:
        shutil.rmtree(server.folder, ignore_errors=True)
    shutil.rmtree(var, ignore_errors=True)


def keep(var: Path, keeper_lock: int, writer: int) -> int:
    """Run the keeper; the two descriptors come from the process that starts it. Returns the exit code."""
    os.umask(0o077)
    os.set_inheritable(keeper_lock, False)
    os.set_inheritable(writer, False)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    keeper = Keeper(var)

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        keeper.asked_to_stop = True

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    problem = ""
    try:
        keeper.start()
    except (LocalError, OSError) as error:
        logger.exception("The servers do not start.")
        problem = str(error)
    with suppress(BrokenPipeError):
        os.write(writer, json.dumps({"problem": problem}).encode())
    os.close(writer)
    if problem:
        for server in keeper.servers:
            server.stop(seconds=STOP_SECONDS)
        return 1
    keeper.run(keeper_lock)
    return 0
