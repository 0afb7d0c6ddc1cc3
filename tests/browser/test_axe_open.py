"""What opens over a page before axe: drawers with their charts, dialogs, menus, folded parts; in English and on a telephone."""

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from journeys.models import Journey
from journeys.services.saved_views import saved_view_default, saved_view_save
from tests.browser.board import Opener, cell
from tests.browser.test_axe import MINIMUM, violations

SIZES = {"desktop": {"width": 1366, "height": 768}, "telephone": {"width": MINIMUM, "height": 844}}


@pytest.fixture
def english_map(server: str) -> Journey:
    journey = Journey.objects.filter(workspace__slug="demo-en").order_by("created_at").first()
    assert journey is not None
    return journey


def open_all_details(page: Page, within: str) -> int:
    """Unfold everything in a part of the page, and return how much that was."""
    return page.locator(within).evaluate(
        """box => { const folded = box.querySelectorAll("details");
                    folded.forEach(one => { one.open = true; }); return folded.length; }"""
    )


@pytest.mark.parametrize("size", SIZES)
def test_the_drawer_of_a_signal(enter: Opener, demo_user: User, size: str) -> None:
    page = enter("/w/demo-en/", user=demo_user, locale="en-GB", viewport=SIZES[size])
    page.locator(".hurts a[data-drawer]").first.click()
    drawer = page.locator("[data-drawer-panel]")
    expect(drawer.locator("[data-chart] .main-svg").first).to_be_visible(timeout=20_000)
    assert open_all_details(page, "[data-drawer-panel]") >= 2  # snooze, not a problem
    assert violations(page) == []


@pytest.mark.parametrize("size", SIZES)
def test_the_drawer_of_a_kpi_on_the_map(enter: Opener, demo_user: User, english_map: Journey, size: str) -> None:
    page = enter(english_map.get_absolute_url(), user=demo_user, locale="en-GB", viewport=SIZES[size])
    page.locator("tr.map__lane--metrics .kpi:has(.tone-worse) a[data-drawer]").first.click()
    drawer = page.locator("[data-drawer-panel]")
    expect(drawer.locator("[data-chart] .main-svg").first).to_be_visible(timeout=20_000)
    open_all_details(page, "[data-drawer-panel]")
    assert violations(page) == []


def test_the_list_of_keys_and_a_form_over_the_map(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed, locale="en-GB")
    cell(page, "actions", 1).click()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog[data-keys]")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    cell(page, "touchpoints", 1).locator("a[data-dialog]").first.click()
    expect(page.locator(".cell__edit")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("button", name="Whole form…").click()
    expect(page.locator("dialog[data-dialog-panel]")).to_be_visible()
    assert violations(page) == []


def test_a_cell_that_is_written_in(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed, locale="en-GB")
    cell(page, "actions", 1).click()
    page.keyboard.type("Looks around")
    expect(page.locator(".cell__edit")).to_be_visible()
    assert violations(page) == []


def test_the_menu_of_a_step(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed, locale="en-GB")
    cell(page, "actions", 1).click()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".popover button").first).to_be_visible()
    # The menu hangs at the end of the body, where no landmark holds it.
    assert [one for one in violations(page) if not one.startswith("region:")] == []


@pytest.mark.parametrize("size", SIZES)
def test_the_menu_of_saved_views_holds_its_form(enter: Opener, ed: User, journey: Journey, size: str) -> None:
    page = enter(f"{journey.get_absolute_url()}?view=curve", user=ed, locale="fr-FR", viewport=SIZES[size])
    page.locator("summary", has_text="Vues enregistrées").click()
    page.locator("#view-name").fill("Une vue dont le nom est long et tient pourtant dans le menu")
    page.keyboard.press("Enter")
    page.locator("summary", has_text="Vues enregistrées (1)").click()
    menu = page.locator(".menu__list--views")
    assert menu.evaluate("box => box.scrollWidth <= box.clientWidth")
    box = menu.bounding_box()
    width = page.viewport_size["width"]  # type: ignore[index]
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.locator("#view-name").evaluate("input => input.clientWidth") > 90
    assert violations(page) == []


@pytest.mark.parametrize("size", SIZES)
def test_menus_of_the_matrix(enter: Opener, demo_user: User, size: str) -> None:
    page = enter("/w/demo-en/matrix/", user=demo_user, locale="en-GB", viewport=SIZES[size])
    page.locator("summary").filter(has_text="Export").click()
    expect(page.locator(".menu__list a").filter(has_text="CSV for machines").first).to_be_visible()
    assert violations(page) == []


def test_a_form_with_errors(enter: Opener, demo_user: User, complaints: list[str]) -> None:
    page = enter("/w/demo-en/touchpoints/new/", user=demo_user, locale="en-GB")
    page.locator("form.form").evaluate("form => { form.noValidate = true; }")
    page.locator("form.form button[type=submit]").first.click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    assert violations(page) == []
    assert "422" in complaints.pop()


@pytest.mark.parametrize("width", [1366, 1024, 768, MINIMUM])
def test_the_views_kept_under_a_name(enter: Opener, ed: User, journey: Journey, width: int) -> None:
    view = saved_view_save(journey=journey, actor=ed, name="For the meeting", query="view=map")
    saved_view_default(view=view, actor=ed, default=True)
    page = enter(journey.get_absolute_url(), user=ed, locale="en-GB", viewport={"width": width, "height": 800})
    page.locator("summary", has_text="Saved views").click()
    page.locator(".menu__more summary").click()
    expect(page.get_by_role("button", name="Rename")).to_be_visible()
    menu = page.locator(".menu__list--views").bounding_box()
    assert menu is not None
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= width
    assert violations(page) == []


def test_folded_lanes(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed, locale="en-GB")
    for head in page.locator("th[data-kind=lane]").all():
        head.focus()
        page.keyboard.press("Space")
    assert page.locator("tr.is-folded").count() == page.locator("tr.map__lane").count() > 0
    assert violations(page) == []
