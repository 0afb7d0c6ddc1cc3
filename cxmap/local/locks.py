"""File locks (flock): they end with the last process that holds them, however that process ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxmap.local.errors import LocalError

POLL_SECONDS = 0.02


def open_lock(path: Path) -> int:
    """Return a descriptor of the lock file, closed on exec; made when absent."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_exclusive(descriptor: int) -> bool:
    """Take the exclusive lock if nobody else holds any; never waits."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def share(descriptor: int) -> None:
    """Take the shared lock; waits for an exclusive holder."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def unlock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def exclusive(path: Path, *, seconds: float = 180.0) -> Iterator[None]:
    """Hold the exclusive lock of a file for the block.

    Raises LocalError when another process keeps it for longer than the given seconds.
    """
    descriptor = open_lock(path)
    try:
        deadline = time.monotonic() + seconds
        while not try_exclusive(descriptor):
            if time.monotonic() > deadline:
                raise LocalError(f"Another process has held {path} for {seconds:.0f} seconds.")
            time.sleep(POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)
