"""A map in a page of another site: where the workspace names that site, and nowhere else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User, Workspace
from cxmap.workspaces.services import workspace_update
from journeys.access import share_token
from journeys.models import Journey
from journeys.services import cards
from journeys.services.journeys import share_link_create
from tests.browser.board import Opener
from tests.browser.test_axe import violations

TEXT = "Compare trois offres"


@contextmanager
def site(html: str) -> Iterator[int]:
    """Serve one page on a port of its own, which is another origin under each name of this machine."""

    class OnePage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_args: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), OnePage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


@pytest.fixture
def framed(journey: Journey, ed: User, olga: User, server: str) -> Iterator[tuple[int, str]]:
    """A site with the map in a frame, and the address of that frame."""
    cards.card_add(lane=journey.lanes.get(kind="actions"), step=cards.shown_steps(journey)[0], actor=ed, text=TEXT)
    link = share_link_create(journey=journey, actor=ed, days=1, embeddable=True)
    address = f"{server}/embed/{share_token(link)}/"
    snippet = f'<iframe src="{address}" title="{journey.name}" width="100%" height="640"></iframe>'
    with site(f"<!doctype html><html lang=fr><title>Intranet</title><h1>Intranet</h1>{snippet}") as port:
        workspace = Workspace.objects.get(pk=journey.workspace_id)
        # "localhost" is named, 127.0.0.1 with the same port is not: two origins.
        workspace_update(workspace=workspace, actor=olga, embed_origins=[f"http://localhost:{port}"])
        yield port, address
    workspace_update(workspace=workspace, actor=olga, embed_origins=[])


def frame_of(page: Page, address: str) -> bool:
    """True when the browser shows the map in the frame."""
    found = [frame for frame in page.frames if frame.url.startswith(address)]
    return bool(found) and TEXT in found[0].content()


def test_it_works(enter: Opener, framed: tuple[int, str]) -> None:
    port, address = framed
    page = enter()
    page.goto(f"http://localhost:{port}/")
    inside = page.frame_locator("iframe")
    expect(inside.get_by_text(TEXT)).to_be_visible()
    inside.get_by_role("link", name="Tableau").click()
    expect(inside.get_by_text(TEXT)).to_be_visible()
    assert frame_of(page, address)
    assert page.context.cookies() == []


def test_a_site_that_is_not_named(enter: Opener, framed: tuple[int, str], complaints: list[str]) -> None:
    port, address = framed
    page = enter()
    page.goto(f"http://127.0.0.1:{port}/")
    page.wait_for_load_state("networkidle")
    assert not frame_of(page, address)
    assert any("frame-ancestors" in text for text in complaints)
    complaints.clear()


def test_other_pages_stay_outside_frames(
    enter: Opener, framed: tuple[int, str], server: str, complaints: list[str]
) -> None:
    _port, address = framed
    shared = address.replace("/embed/", "/shared/")
    with site(
        f'<!doctype html><html lang=fr><title>Intranet</title><iframe src="{shared}" title="x"></iframe>'
    ) as port:
        page = enter()
        page.goto(f"http://localhost:{port}/")
        page.wait_for_load_state("networkidle")
        assert not frame_of(page, shared)
    assert any("frame-ancestors" in text or "X-Frame-Options" in text for text in complaints)
    complaints.clear()


def test_a_locked_link(enter: Opener, journey: Journey, ed: User, complaints: list[str]) -> None:
    link = share_link_create(journey=journey, actor=ed, days=1, password="ouvre-toi donc")
    page = enter(f"/shared/{share_token(link)}/")
    assert violations(page) == []
    field = page.get_by_label("Mot de passe")
    field.fill("faux mot")
    page.get_by_role("button", name="Ouvrir la carte").click()
    expect(page.locator(".errorlist")).to_be_visible()
    complaints.clear()  # the browser notes the 422
    page.get_by_label("Mot de passe").fill("ouvre-toi donc")
    page.get_by_role("button", name="Ouvrir la carte").click()
    expect(page.get_by_role("heading", level=1, name=journey.name)).to_be_visible()
