"""A real Chromium before a live server: one browser, one demonstration, one context a test.

The demonstration takes seconds to make, so the database is filled once for the folder and emptied at its end;
every test that changes something works on a map of its own.
"""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from cxmap.demo.services import demo_seed
from cxmap.workspaces.models import User, Workspace
from journeys.models import Journey
from journeys.services.journeys import journey_create
from tests.base import CastMixin
from tests.faults import until

FOLDER = Path(__file__).parent
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
TIMEOUT = 8000  # milliseconds
DESKTOP = {"width": 1366, "height": 768}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the folder; the mark of the database has it made and puts these tests behind all test cases."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture
def _django_db_helper(server: str) -> None:
    """Instead of emptying the database around every test: the server fills it once and empties it at the end."""


def chromium_path() -> str | None:
    named = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return named if Path(named).exists() else shutil.which("chromium") or shutil.which("chromium-browser")


class Cast(CastMixin):
    """Olga, Ed and the others, for tests that are no test cases."""


@contextmanager
def serve() -> Iterator[str]:
    """Run the web process as it is served, pages and stream of events, in a thread: it sees the database of the test."""
    from cxmap.asgi import application

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        web = uvicorn.Server(uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=1))
        thread = Thread(target=web.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        assert until(lambda: web.started, seconds=30)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            web.should_exit = True
            thread.join(timeout=10)


@pytest.fixture(scope="package")
def server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Serve the pages over a database that holds the demonstration and the cast."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        # Playwright keeps a loop running in this thread; the tests still read the database from it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        for _line in demo_seed():
            pass
        Cast.make_cast()
        try:
            with serve() as url:
                yield url
        finally:
            connections.close_all()
            call_command("flush", verbosity=0, interactive=False)
            with connection.cursor() as cursor:  # threads of the server may keep theirs open for a while
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture(scope="package")
def browser(server: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def fresh_connections(browser: Browser) -> None:
    """Begin with new connections: what ends another folder's database may have ended those of this thread's loop."""
    connections.close_all()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complained about; a test that provokes a complaint clears the list itself."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def enter(browser: Browser, server: str, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own: enter("/w/demo/", user=…, locale="fr-FR")."""
    contexts: list[BrowserContext] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def open_page(path: str | None = None, *, user: User | None = None, locale: str = "fr-FR", **options) -> Page:
        options.setdefault("viewport", DESKTOP)
        context = browser.new_context(base_url=server, locale=locale, **options)
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        if user:
            client = Client()
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
        if path:
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def demo() -> Workspace:
    return Workspace.objects.get(slug="demo")


@pytest.fixture
def demo_user(server: str) -> User:
    return User.objects.get(email=settings.DEMO_EMAIL)


@pytest.fixture
def ed(server: str) -> User:
    return User.objects.get(email="ed@example.org")


@pytest.fixture
def olga(server: str) -> User:
    return User.objects.get(email="olga@example.org")


_numbers = count(1)


@pytest.fixture
def journey(ed: User) -> Journey:
    """A new map of Ed's from the six-stage template, in French."""
    with translation.override("fr"):
        workspace = Workspace.objects.get(slug="acme")
        return journey_create(workspace=workspace, actor=ed, name=f"Acheter {next(_numbers)}", no_persona_yet=True)
