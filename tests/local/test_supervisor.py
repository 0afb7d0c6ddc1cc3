"""What `make run` does with its processes; small stand-ins in place of web, worker and beat."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from cxmap.local.instance import HOST, PROJECT, free_port
from cxmap.local.supervisor import children, chosen_port
from tests.local.base import environment, python, running, until

pytestmark = pytest.mark.faults

SUPERVISE = """
import asyncio, sys
from cxmap.local import supervisor
supervisor.STOP_SECONDS = 1.0
def child(name, code):
    return supervisor.Child(name, [sys.executable, "-c", code])
children = [{children}]
sys.exit(asyncio.run(supervisor.Supervisor(children, url="http://127.0.0.1:9/").run({steps}, hold={hold})))
"""
SLEEPER = "import os, time; print('pid', os.getpid()); time.sleep(60)"


class Supervised:
    """A running supervisor whose lines are collected."""

    def __init__(self, var: Path, *children: tuple[str, str], steps: str = "()", hold: bool = False) -> None:
        listed = ", ".join(f"child({name!r}, {code!r})" for name, code in children)
        code = SUPERVISE.format(children=listed, steps=steps, hold=hold)
        # As in a terminal: a group of its own, which Ctrl-C reaches as a whole.
        self.process = python(code, var, start_new_session=True)
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def pids(self, name: str) -> list[int]:
        return [int(line.split()[-1]) for line in self.lines if line.startswith(name) and " pid " in line]

    def ctrl_c(self) -> float:
        """Send what a terminal sends; returns the seconds until the end."""
        started = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=20)
        self.reader.join(timeout=5)
        return time.monotonic() - started

    def errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_lines_carry_the_name_of_their_process(tmp_path: Path) -> None:
    supervised = Supervised(tmp_path, ("web", SLEEPER), ("worker", "import time; print('né'); time.sleep(60)"))
    assert until(lambda: "worker | né" in supervised.text and "web    | pid" in supervised.text), supervised.text
    assert supervised.ctrl_c() < 3
    assert supervised.process.returncode == 0
    assert supervised.errors() == ""
    assert supervised.lines[-1] == "cxmap  | Stopped."
    assert not alive(supervised.pids("web")[0])


def test_terminate_stops_as_calmly_as_ctrl_c(tmp_path: Path) -> None:
    supervised = Supervised(tmp_path, ("web", SLEEPER))
    assert until(lambda: supervised.pids("web"))
    supervised.process.terminate()
    assert supervised.process.wait(timeout=10) == 0
    assert supervised.errors() == ""


def test_dead_child_is_started_again(tmp_path: Path) -> None:
    supervised = Supervised(tmp_path, ("web", SLEEPER), ("beat", SLEEPER))
    assert until(lambda: supervised.pids("web") and supervised.pids("beat"))
    os.kill(supervised.pids("web")[0], signal.SIGKILL)
    assert until(lambda: len(supervised.pids("web")) == 2), supervised.text
    assert "web has ended (signal SIGKILL); it starts again in 1 s." in supervised.text
    assert len(supervised.pids("beat")) == 1
    supervised.ctrl_c()
    assert not any(alive(pid) for pid in supervised.pids("web") + supervised.pids("beat"))


def test_child_that_ends_at_once_is_started_less_and_less_often(tmp_path: Path) -> None:
    supervised = Supervised(tmp_path, ("web", "import sys; sys.exit(3)"))
    assert until(lambda: "starts again in 2 s" in supervised.text), supervised.text
    assert "web has ended (exit 3)" in supervised.text
    assert supervised.ctrl_c() < 2


def test_stubborn_child_and_its_own_children_are_killed(tmp_path: Path) -> None:
    code = (
        "import os, signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('pid', subprocess.Popen(['sleep', '60']).pid); print('pid', os.getpid()); time.sleep(60)"
    )
    supervised = Supervised(tmp_path, ("web", code))
    assert until(lambda: len(supervised.pids("web")) == 2)
    assert 0.9 < supervised.ctrl_c() < 5
    assert not any(alive(pid) for pid in supervised.pids("web"))


def test_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('pid', 0); time.sleep(60)"
    supervised = Supervised(tmp_path, ("web", code))
    assert until(lambda: supervised.pids("web"))
    os.killpg(supervised.process.pid, signal.SIGINT)
    assert until(lambda: "Stopping" in supervised.text)
    assert supervised.ctrl_c() < 0.8


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells a process that its parent died")
def test_killed_supervisor_takes_its_children_along(var: Path) -> None:
    supervised = Supervised(var, ("web", SLEEPER), hold=True)
    assert until(lambda: supervised.pids("web"))
    supervised.process.kill()
    supervised.process.wait()
    assert until(lambda: not alive(supervised.pids("web")[0]))
    assert until(lambda: not running(var)), running(var)


def test_servers_run_with_the_children_and_end_with_them(var: Path) -> None:
    supervised = Supervised(var, ("web", SLEEPER), hold=True)
    assert until(lambda: supervised.pids("web")), supervised.text
    assert len(running(var)) == 3
    assert supervised.ctrl_c() < 8
    assert until(lambda: not running(var), seconds=2), running(var)
    assert supervised.errors() == ""


def test_first_steps_come_first_and_must_succeed(tmp_path: Path) -> None:
    good = "[[sys.executable, '-c', 'print(1)'], [sys.executable, '-c', 'print(2); sys.exit(4)', 'migrate']]"
    supervised = Supervised(tmp_path, ("web", SLEEPER), steps=good)
    assert supervised.process.wait(timeout=20) == 1
    supervised.reader.join()
    assert "failed (exit 1); nothing was started." in supervised.text
    assert supervised.pids("web") == []


def test_ctrl_c_during_the_first_steps(tmp_path: Path) -> None:
    steps = "[[sys.executable, '-c', 'import time; print(\"busy\", flush=True); time.sleep(60)']]"
    supervised = Supervised(tmp_path, ("web", SLEEPER), steps=steps)
    assert until(lambda: "busy" in supervised.text)
    assert supervised.ctrl_c() < 3
    assert supervised.process.returncode == 0
    assert supervised.errors() == ""
    assert supervised.pids("web") == []


def test_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "cxmap.local", "run"],
            check=False,
            capture_output=True,
            text=True,
            cwd=PROJECT,
            env=environment(tmp_path / "var", PORT=str(port)),
        )
    assert done.returncode == 2
    assert f"Port {port} is taken" in done.stdout
    assert "PORT=8010 make run" in done.stdout
    assert done.stderr == ""
    assert not (tmp_path / "var").exists()


def test_everything_runs_and_ends_with_one_ctrl_c(var: Path) -> None:
    """What `make run` starts, for real: migrations, demonstration, web, worker and beat over the embedded servers."""
    port = free_port()
    log = var.parent / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cxmap.local", "run"],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=PROJECT,
            env=environment(var, PORT=str(port)),
            start_new_session=True,
        )
    try:
        ready = f"cxmap is ready: http://127.0.0.1:{port}/"
        assert until(lambda: ready in log.read_text() or process.poll() is not None, seconds=180), log.read_text()

        def state() -> dict[str, str]:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
                return json.loads(answer.read())

        assert until(lambda: state()["status"] == "ok", seconds=40), state()
        names = {name for _, name in running(var)}
        assert names >= {"keeper", "postgres", "valkey-server"}
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
    assert log.read_text().rstrip().endswith("Stopped."), log.read_text()
    assert until(lambda: not running(var), seconds=5), running(var)


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "８０００", "80 80"])
def test_port_that_is_none(text: str) -> None:
    assert "write a number from 1 to 65535" in chosen_port(text)[1]


def test_port_left_out_is_8000() -> None:
    assert chosen_port("")[0] == 8000


def test_the_processes_of_an_instance(tmp_path: Path) -> None:
    commands = {child.name: " ".join(child.command[1:]) for child in children(8010, tmp_path)}
    assert list(commands) == ["web", "worker", "beat"]
    assert "uvicorn cxmap.asgi:application --host 127.0.0.1 --port 8010" in commands["web"]
    assert "--timeout-graceful-shutdown 2" in commands["web"]
    assert "-Q ingest,rollup,default -c 2" in commands["worker"]
