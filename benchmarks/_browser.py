"""A Chromium before a live server on the benchmark's database."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium_path() -> str | None:
    named = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return named if Path(named).exists() else shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def browser() -> Iterator[tuple[Any, str]]:
    """Yield a Chromium and the address of a live server."""
    from django.db import connections
    from playwright.sync_api import sync_playwright
    from pytest_django.live_server_helper import LiveServer

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop running in this thread
    server = LiveServer("127.0.0.1")
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            yield chromium, server.url
            chromium.close()
    finally:
        server.stop()
        connections.close_all()


def signed_in(chromium: Any, address: str, user: Any, **options: Any) -> Any:
    """Return a page in a context of its own, where the user is signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    name = settings.SESSION_COOKIE_NAME
    context = chromium.new_context(base_url=address, **options)
    context.set_default_timeout(10_000)
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
    return context.new_page()
