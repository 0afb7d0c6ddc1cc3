"""Every page of the access table before axe, in English: forms, menus as pages, lists with something in them."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from cxmap.workspaces.models import Role, User
from tests.access import Row, World, all_rows
from tests.browser.board import Opener
from tests.browser.conftest import Cast
from tests.browser.test_axe import violations

# For machines, which send a token; a fragment that only stands within a form (its form is on the list); what only the
# guests of a running workshop are told.
WITHOUT_PAGE = {"metrics", "touchpoints:suggestion", "workshops:guest-token"}
PAGES = {
    row.name: row for row in all_rows() if isinstance(row, Row) and row.method == "get" and row.name not in WITHOUT_PAGE
}


@pytest.fixture(scope="module")
def world(server: str) -> World:
    return World(Cast)


@pytest.mark.parametrize("name", PAGES)
def test_page(enter: Opener, olga: User, world: World, name: str) -> None:
    row = PAGES[name]
    query = row.query(world) if callable(row.query) else row.query
    address = reverse(name, kwargs=row.kwargs(world)) + query
    user = olga if isinstance(row.needs, Role) or name.startswith("workspaces:") else None
    client = Client(headers={"Accept-Language": "en"})
    if user:
        client.force_login(user)
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    if not answer["Content-Type"].startswith("text/html"):
        # A file to save, or data for a script: nothing that a person reads in the browser.
        assert "Content-Disposition" in answer or answer["Content-Type"].startswith(("application/", "text/plain"))
        return
    page = enter(address, user=user, locale="en-GB")
    page.wait_for_load_state("networkidle")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.locator("h1").count() == 1
    assert violations(page) == []
