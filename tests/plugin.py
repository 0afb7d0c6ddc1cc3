"""pytest plugin: a throw-away PostgreSQL and Valkey for the test run, unless DATABASE_URL names others.

Loaded by "-p tests.plugin", before Django's settings. The environment it sets is inherited by the workers
of pytest-xdist and by every process that a test starts.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cxmap.local import keeper

ENVIRONMENT = "CXMAP_TESTING"


class EmbeddedServers:
    """The servers of one run; every run has its own, so that two runs never meet."""

    def __init__(self) -> None:
        # Short and outside the project: the server user of root must be able to enter it.
        self.var = Path(tempfile.mkdtemp(prefix="cxmap-test-"))
        if os.geteuid() == 0:
            self.var.chmod(0o711)

    def start(self) -> None:
        config = keeper.hold(self.var, durable=False)
        os.environ.update(
            DATABASE_URL=config.database_url,
            DATABASE_OWNER_URL=config.owner_url,
            REDIS_URL=config.redis_url,
            REDIS_PREFIX=config.redis_prefix,
            SECRET_KEY=config.secret_key,
            CXMAP_VAR=str(self.var / "application"),
        )

    def stop(self) -> None:
        keeper.leave(self.var)
        shutil.rmtree(self.var, ignore_errors=True)


_embedded: list[EmbeddedServers] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the servers before pytest-django reads the settings: a wrapper runs ahead of all others."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ or hasattr(early_config, "workerinput")
    if not is_worker and not os.environ.get("DATABASE_URL"):
        embedded = EmbeddedServers()
        _embedded.append(embedded)
        embedded.start()
    os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver")
    os.environ.setdefault("SECRET_KEY", "only-for-tests-only-for-tests-only-for-tests")
    os.environ[ENVIRONMENT] = "1"
    return (yield)


def pytest_unconfigure() -> None:
    while _embedded:
        _embedded.pop().stop()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Begin every test in the language of the settings, whatever the one before it has left."""
    from django.conf import settings
    from django.utils import translation

    if settings.configured:
        translation.deactivate()
