"""Real processes for the tests of cxmap.local: every test has its own instance in its own folder."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from cxmap.local.instance import PROJECT
from cxmap.local.servers import processes

NOBODY = pwd.getpwnam("nobody")
IS_ROOT = os.geteuid() == 0

# A process of cxmap in miniature: takes the lease, says how to reach the servers, lives until told.
HOLDER = """
import json, sys
from cxmap import local
config = local.hold()
print(json.dumps({"database": config.database_url, "owner": config.owner_url, "redis": config.redis_url}), flush=True)
sys.stdin.read()
"""


def environment(var: Path, **extra: str) -> dict[str, str]:
    """The environment of a fresh clone: nothing of the test run's own servers."""
    cleared = ("DATABASE_", "REDIS_", "CXMAP_", "SECRET_KEY", "PYTEST_", "DJANGO_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(cleared)}
    return {**env, "CXMAP_VAR": str(var), **extra}


def python(code: str, var: Path, *, ordinary_user: bool = False, **options: Any) -> "subprocess.Popen[str]":
    """Start Python code in the project; as root on demand under the account "nobody"."""
    executable, extra = sys.executable, {}
    if ordinary_user and IS_ROOT:
        executable = readable_python()
        site = next(path for path in sys.path if path.endswith("site-packages"))
        extra = {"PYTHONPATH": site, "HOME": "/nonexistent"}
        options |= {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid, "extra_groups": []}
    return subprocess.Popen(
        [executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env=environment(var, **extra),
        **options,
    )


def readable_python() -> str:
    """An interpreter that every user may run; the one of the test may lie in a private home."""
    account = {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid, "extra_groups": []}
    for name in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with suppress(OSError):
            if subprocess.run([name, "-c", ""], check=False, **account).returncode == 0:
                return name
    raise AssertionError("No interpreter that an ordinary user can run.")


class Holder:
    """A running process that holds the lease of an instance."""

    def __init__(self, var: Path, **options: Any) -> None:
        self.process = python(HOLDER, var, **options)
        self._answer: dict[str, str] | None = None

    @property
    def answer(self) -> dict[str, str]:
        if self._answer is None:
            assert self.process.stdout is not None
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(self.process.communicate()[1])
            self._answer = json.loads(line)
        return self._answer

    def end(self) -> None:
        self.process.communicate(timeout=20)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=20)


@contextmanager
def instance_folder(*, mode: int = 0o711, name: str = "var") -> Iterator[Path]:
    """A folder for one instance; at the end nothing of it runs or stays, whatever the test did."""
    parent = Path(tempfile.mkdtemp(prefix="cxmap-local-"))
    parent.chmod(mode)
    var = parent / name
    try:
        yield var
    finally:
        for pid, _ in running(var):
            os.kill(pid, signal.SIGKILL)
        remove_system_folder(var)
        shutil.rmtree(parent)


def remove_system_folder(var: Path) -> None:
    for note in Path("/var/lib/cxmap").glob("*/belongs-to"):
        if note.read_text().strip() == str(var):
            shutil.rmtree(note.parent)


def running(var: Path) -> list[tuple[int, str]]:
    """Ids and programs of keeper and servers of an instance."""
    folders = [str(var)]
    for note in Path("/var/lib/cxmap").glob("*/belongs-to") if IS_ROOT else ():
        if note.read_text().strip() == str(var):
            folders.append(str(note.parent))
    return [
        (pid, "keeper" if "keep" in arguments else Path(arguments[0]).name)
        for pid, arguments in processes()
        if pid != os.getpid() and any(folder in argument for folder in folders for argument in arguments)
    ]


def pids(var: Path, program: str) -> list[int]:
    return [pid for pid, name in running(var) if name == program]


def until(condition: Callable[[], object], *, seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def query(url: str, sql: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []
