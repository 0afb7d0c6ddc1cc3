"""The matrix by keyboard, its drawers, and a missing touchpoint added where it is missing."""

from playwright.sync_api import expect

from cxmap.workspaces.models import User
from journeys.models import Card, Journey
from tests.browser.board import Opener
from tests.browser.test_axe import violations
from touchpoints.models import Touchpoint

URL = "/w/demo-en/matrix/"


def test_arrows_walk_enter_opens_and_categories_fold(enter: Opener, demo_user: User) -> None:
    page = enter(f"{URL}?columns=stages", user=demo_user, locale="en-GB")
    grid = page.get_by_role("grid")
    assert grid.locator("[tabindex='0']").count() == 1  # one stop of the Tab key
    cell = grid.locator("td:has(.matrix__count:visible)").first
    cell.focus()
    place = cell.evaluate("cell => cell.cellIndex")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(cell).to_be_focused()
    assert cell.evaluate("cell => cell.cellIndex") == place
    page.keyboard.press("Enter")
    drawer = page.locator("[data-drawer-panel]")
    expect(drawer.locator(".matrix-list > li").first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    cell.focus()
    page.keyboard.press("Home")
    fold = page.locator("[data-fold]:focus")
    expect(fold).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(page.locator("tbody[data-group=marketing] [data-row]").first).to_be_hidden()
    assert "closed=marketing" in page.url
    page.reload()
    expect(page.locator("tbody[data-group=marketing] .matrix__sum")).to_be_visible()


def test_filters_are_chips_that_come_off(enter: Opener, demo_user: User) -> None:
    page = enter(f"{URL}?columns=stages&state=worse", user=demo_user, locale="en-GB")
    with page.expect_navigation():
        page.get_by_role("link", name="Take the filter").click()
    assert "state=" not in page.url
    assert "columns=stages" in page.url


def test_a_missing_touchpoint_is_added_where_it_is_missing(enter: Opener, demo_user: User) -> None:
    journey = Journey.objects.filter(workspace__slug="demo-en", as_is=None).order_by("sort_key").first()
    assert journey is not None
    page = enter(f"{URL}?journey={journey.pk}&mode=coverage", user=demo_user, locale="en-GB")
    line = page.locator(".coverage li").filter(has_text="No touchpoint of").first
    sentence = line.locator("span").first.inner_text()
    line.get_by_role("link", name="Add one").click()
    form = page.locator("[data-drawer-panel] form.form")
    form.get_by_label("Name of the new touchpoint").fill("A touchpoint that was missing")
    if not form.locator("[name=channel]").input_value():
        form.locator("[name=channel]").select_option(index=1)
    with page.expect_navigation():
        form.get_by_role("button", name="Add the touchpoint").click()
    made = Touchpoint.objects.get(workspace__slug="demo-en", name="A touchpoint that was missing")
    assert Card.objects.filter(touchpoint=made, journey=journey, deleted_at=None).count() == 1
    assert page.locator(".coverage li").filter(has_text=sentence).count() == 0
