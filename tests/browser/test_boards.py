"""Dashboards in the browser: arranged by keys and by mouse, forms in a dialog, the drawer behind a tile, on a telephone."""

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User, Workspace
from dashboards.models import Dashboard
from dashboards.services import boards
from tests.browser.board import Opener
from tests.browser.test_axe import MINIMUM, too_wide, violations


@pytest.fixture
def board(ed: User) -> Dashboard:
    """Four tiles of words by Ed."""
    made = boards.dashboard_create(workspace=Workspace.objects.get(slug="acme"), actor=ed, name="Revue", shared=True)
    for name in ("Un", "Deux", "Trois", "Quatre"):
        boards.tile_add(dashboard=made, actor=ed, kind="text", settings={"title": name, "text": name}, width=6)
    return made


def titles(page: Page) -> list[str]:
    return page.locator("[data-tile] h2").all_inner_texts()


def stored(board: Dashboard) -> list[str]:
    return [tile.settings["title"] for tile in boards.live_tiles(board)]


def test_arranged_with_the_arrow_keys_and_said_aloud(enter: Opener, ed: User, board: Dashboard) -> None:
    page = enter(f"{board.get_absolute_url()}?edit=1", user=ed)
    grip = page.locator("[data-grip]").first
    grip.focus()
    with page.expect_response(lambda answer: answer.url.endswith("/move/")):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-live]")).to_contain_text("2")
    with page.expect_response(lambda answer: answer.url.endswith("/move/")):
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-live]")).to_contain_text("3")
    assert titles(page) == ["Deux", "Trois", "Un", "Quatre"] == stored(board)
    assert "Un" in (page.evaluate("document.activeElement.getAttribute('aria-label')") or "")
    page.get_by_role("button", name="Annuler", exact=True).click()
    expect(page.locator("[data-tile] h2").nth(1)).to_have_text("Un")


def test_arranged_with_the_mouse(enter: Opener, ed: User, board: Dashboard) -> None:
    page = enter(f"{board.get_absolute_url()}?edit=1", user=ed)
    with page.expect_response(lambda answer: answer.url.endswith("/move/")):
        page.locator("[data-grip]").nth(3).drag_to(
            page.locator("[data-tile]").first, target_position={"x": 10, "y": 40}
        )
    assert titles(page) == ["Quatre", "Un", "Deux", "Trois"] == stored(board)


def test_a_tile_is_added_in_a_dialog(enter: Opener, ed: User, board: Dashboard) -> None:
    page = enter(f"{board.get_absolute_url()}?edit=1", user=ed)
    page.locator(".page__actions a[data-dialog]").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    dialog.locator("a[href*='kind=text']").click()
    dialog.locator("[name=text]").fill("Cinq")
    assert violations(page) == []
    dialog.locator("button[type=submit]").click()
    expect(page.locator("[data-tile]")).to_have_count(5)
    expect(page.locator("[data-tile]").last).to_contain_text("Cinq")


def test_every_kind_of_tile_before_axe_and_on_a_telephone(enter: Opener, demo_user: User, demo: Workspace) -> None:
    board = Dashboard.objects.get(workspace=demo, name="Revue hebdomadaire")
    page = enter(board.get_absolute_url(), user=demo_user)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".chart svg.main-svg").first).to_be_visible()
    assert violations(page) == []
    for width in (1366, MINIMUM):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
        assert too_wide(page) == []


def test_from_a_tile_to_the_line_of_the_import(enter: Opener, demo_user: User, demo: Workspace) -> None:
    board = Dashboard.objects.get(workspace=demo, name="Revue hebdomadaire")
    page = enter(board.get_absolute_url(), user=demo_user)
    page.locator(".board-worst a").first.click()
    drawer = page.locator("[data-drawer-panel]")
    expect(drawer).to_be_visible()
    drawer.locator("a[href*='/observations/']").click()
    expect(page.locator("table")).to_be_visible()
    assert violations(page) == []
    page.locator("td a[href*='/imports/']").first.click()
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("name", ["outcomes", "report", "reference-figures", "dashboards"])
def test_the_other_pages_before_axe_and_on_a_telephone(enter: Opener, demo_user: User, name: str) -> None:
    page = enter(f"/w/demo/{name}/", user=demo_user)
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    page.set_viewport_size({"width": MINIMUM, "height": 844})
    page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=MINIMUM)
    assert too_wide(page) == []


def test_full_screen_has_no_frame(enter: Opener, ed: User, board: Dashboard) -> None:
    page = enter(f"{board.get_absolute_url()}?view=full", user=ed)
    expect(page.locator(".topbar")).to_have_count(0)
    expect(page.locator("[data-fullscreen]")).to_be_visible()
    assert violations(page) == []
