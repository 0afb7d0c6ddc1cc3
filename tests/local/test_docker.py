"""The steps of the image, run without Docker, and what the compose file says."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import psycopg2
import pytest
import yaml

from cxmap.local.instance import PROJECT, free_port
from cxmap.local.places import postgres_package
from cxmap.local.servers import CLEAN, ROLES_SQL
from tests.local.base import Holder, environment, query, until

pytestmark = pytest.mark.faults

# bin/python of the environment, not the interpreter it points to.
VENV = Path(sys.prefix)


def script(name: str, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [PROJECT / "docker" / name, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**environment(Path(env.get("CXMAP_VAR", "/nonexistent"))), "VENV": str(VENV), **env},
        timeout=300,
    )


def test_every_step_of_the_image_is_a_step_of_the_script() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text()
    run = re.findall(r"^RUN (.+)$", dockerfile, re.MULTILINE)
    steps = [step for line in run for step in line.split()[1:]]
    assert all(line.startswith("docker/build.sh ") for line in run)
    known = re.findall(r"^step_(\w+)\(\)", (PROJECT / "docker" / "build.sh").read_text(), re.MULTILINE)
    assert steps == known == ["packages", "translations", "folders"]


def test_build_translations_and_folders(var: Path) -> None:
    done = script("build.sh", "translations", "folders", CXMAP_VAR=str(var))
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(var)) == ["static", "uploads"]


def test_build_packages_into_an_environment_that_has_them(var: Path) -> None:
    done = script("build.sh", "packages", CXMAP_VAR=str(var))
    assert done.returncode == 0, done.stderr


def test_container_without_servers_refuses_to_start(var: Path) -> None:
    done = script("entrypoint.sh", "web", CXMAP_VAR=str(var))
    assert done.returncode != 0
    assert "Set DATABASE_URL" in done.stderr
    assert not var.exists()


def test_unknown_role_is_named(var: Path) -> None:
    done = script("entrypoint.sh", "wbe", CXMAP_VAR=str(var), DATABASE_URL="postgresql://x/y")
    assert done.returncode == 2
    assert "unknown role wbe" in done.stderr


def test_secrets_are_new_each_time_and_complete() -> None:
    first, second = (script("make_env.sh", "cxmap.example.org").stdout for _ in range(2))
    values = dict(line.split("=", 1) for line in first.splitlines() if not line.startswith("#"))
    assert first != second
    assert values["HTTPS"] == "1"
    assert values["ALLOWED_HOSTS"] == "cxmap.example.org,127.0.0.1"
    assert len(values["SECRET_KEY"]) == 96
    required = set(re.findall(r"\$\{(\w+):\?", (PROJECT / "docker-compose.yml").read_text()))
    assert required <= set(values)


def test_compose_file_starts_every_process() -> None:
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    assert set(services) == {"web", "worker", "beat", "migrate", "postgres", "redis"}
    assert "DATABASE_OWNER_URL" in services["migrate"]["environment"]
    assert all("DATABASE_OWNER_URL" not in services[name]["environment"] for name in ("web", "worker", "beat"))
    assert any(str(ROLES_SQL.relative_to(PROJECT)) in volume for volume in services["postgres"]["volumes"])


def test_roles_script_by_hand_makes_no_rights_for_tests(var: Path) -> None:
    """As in the image of PostgreSQL and by hand: a superuser, two passwords, no further switch."""
    holder = Holder(var)
    address = psycopg2.extensions.parse_dsn(holder.answer["owner"])
    admin = re.search(r'"admin_password": "(\w+)"', (var / "local.json").read_text())
    assert admin
    env = {
        **CLEAN,
        "PGHOST": "127.0.0.1",
        "PGPORT": address["port"],
        "PGUSER": "cxmap_admin",
        "PGPASSWORD": admin[1],
        "CXMAP_OWNER_PASSWORD": address["password"],
        "CXMAP_APP_PASSWORD": "new-password",
    }
    command = [postgres_package() / "bin" / "psql", "-X", "-f", ROLES_SQL, "postgres"]
    for _ in range(2):
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
        assert (done.returncode, done.stderr) == (0, "")
    assert query(holder.answer["owner"], "SELECT rolcreatedb FROM pg_roles WHERE rolname = 'cxmap_owner'") == [(False,)]
    with pytest.raises(psycopg2.OperationalError):
        query(holder.answer["database"], "SELECT 1")
    del env["CXMAP_APP_PASSWORD"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    assert done.returncode != 0
    assert "CXMAP_APP_PASSWORD" in done.stderr
    holder.end()


def test_every_process_of_the_compose_file_runs_without_docker(var: Path) -> None:
    """migrate, then web, worker and beat by the scripts of the image; web finds the worker; all end when told."""
    holder = Holder(var)
    data = var.parent / "data"
    port = str(free_port())
    env = {
        "CXMAP_VAR": str(data),
        "DATABASE_URL": holder.answer["database"],
        "REDIS_URL": holder.answer["redis"],
        "SECRET_KEY": script("make_env.sh").stdout.partition("SECRET_KEY=")[2].partition("\n")[0],
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "0",
        "PORT": port,
        "HOST": "127.0.0.1",
    }
    assert script("build.sh", "translations", "folders", **env).returncode == 0
    done = script("entrypoint.sh", "migrate", "--verbosity", "0", DATABASE_OWNER_URL=holder.answer["owner"], **env)
    assert done.returncode == 0, done.stderr
    done = script("entrypoint.sh", "manage", "migrate", "--check", **env)
    assert done.returncode == 0, done.stderr
    assert script("entrypoint.sh", "health", **env).returncode != 0

    def fetch(path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.read().decode()

    with ExitStack() as stack:
        processes = {}
        for role in ("web", "worker", "beat"):
            command = [PROJECT / "docker" / "entrypoint.sh", role]
            process = subprocess.Popen(command, env={**environment(data), "VENV": str(VENV), **env})
            processes[role] = process
            stack.callback(process.wait, timeout=20)
            stack.callback(process.send_signal, signal.SIGTERM)
        assert until(lambda: script("entrypoint.sh", "health", **env).returncode == 0, seconds=40)
        assert until(lambda: json.loads(fetch("/readyz"))["status"] == "ok", seconds=40), fetch("/readyz")
        assert until(lambda: list(data.glob("beat-schedule*")), seconds=20)
        # Collected files carry the hash of their content in the name, and are served.
        styles = re.findall(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', fetch("/"))
        assert styles
        assert "@layer" in fetch(styles[0])
    assert [process.returncode in (0, -signal.SIGTERM) for process in processes.values()] == [True] * 3
    holder.end()
