"""The throw-away servers of a test run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cxmap.local.instance import PROJECT
from tests.local.base import environment, python, query, running, until

pytestmark = pytest.mark.faults

INNER = """
import os, psycopg2, pytest

@pytest.mark.parametrize("number", range(4))
def test_environment(number):
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SELECT current_setting('fsync'), current_setting('max_connections')")
    assert cursor.fetchone() == ("off", "300")
    cursor.execute(f"CREATE DATABASE test_{number}")
    assert os.environ["CXMAP_TESTING"] == "1"
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(os.environ["DATABASE_URL"] + " " + os.environ["REDIS_URL"] + "\\n")
    {last}
"""


def inner_run(folder: Path, *options: str, last: str = "", **extra: str) -> "subprocess.Popen[str]":
    (folder / "test_inner.py").write_text(INNER.format(last=last, number="{number}"))
    command = [sys.executable, "-m", "pytest", "-p", "tests.plugin", "-p", "no:django", "-c", os.devnull]
    return subprocess.Popen(
        [*command, "--rootdir", str(folder), "-p", "no:cacheprovider", *options, str(folder / "test_inner.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=PROJECT,
        env={**environment(folder / "var"), "NOTES": str(folder / "notes"), "TMPDIR": str(folder), **extra},
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_one_pair_of_servers_for_all_workers(var: Path, workers: str) -> None:
    folder = var.parent
    output = inner_run(folder, "-n", workers).communicate(timeout=120)[0]
    assert "4 passed" in output
    assert len(set((folder / "notes").read_text().splitlines())) == 1
    assert until(lambda: not running(folder), seconds=3), running(folder)
    assert list(folder.glob("cxmap-test-*")) == []


def test_killed_run_leaves_nothing(var: Path) -> None:
    folder = var.parent
    run = inner_run(folder, last="os.kill(os.getpid(), 9)")
    run.communicate(timeout=120)
    assert run.returncode == -9
    assert until(lambda: not running(folder)), running(folder)
    assert until(lambda: not list(folder.glob("cxmap-test-*")), seconds=3)


def test_external_servers_are_used_when_named(var: Path) -> None:
    holder = python(
        "import sys; from cxmap import local; c = local.hold(); print(c.owner_url, flush=True); sys.stdin.read()", var
    )
    assert holder.stdout is not None
    url = holder.stdout.readline().strip()
    query(url, "CREATE TABLE seen AS SELECT 1 AS one")
    folder = var.parent
    extra = {"DATABASE_URL": url, "DATABASE_OWNER_URL": url, "REDIS_URL": "redis://127.0.0.1:1/0"}
    output = inner_run(folder, last="", **extra).communicate(timeout=120)[0]
    assert "4 failed" in output  # the inner test looks for the settings of the throw-away cluster
    assert "('on', '100')" in output
    assert list(folder.glob("cxmap-test-*")) == []
    holder.communicate()
