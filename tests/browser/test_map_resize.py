"""Widths and heights of a map by dragging borders, by a number, and back again."""

from playwright.sync_api import Locator, Page, expect

from cxmap.workspaces.models import User
from journeys.models import Journey, Lane, Step
from tests.browser.board import Opener, saving


def drag(page: Page, grip: Locator, *, x: float = 0, y: float = 0) -> None:
    box = grip.bounding_box()
    assert box
    left, top = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + x / 2, top + y / 2)
    page.mouse.move(left + x, top + y)


def test_drag_the_border_of_a_column(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    head = page.locator("th[data-kind=step]").first
    col = page.locator("colgroup col").nth(1)
    before = head.bounding_box()["width"]
    drag(page, head.locator("[data-resize]"), x=61)
    with saving(page, "/width/"):
        page.mouse.up()
    width = Step.objects.filter(journey=journey).order_by("stage__rank", "rank")[0].width
    assert width is not None
    assert width % 4 == 0
    assert abs(width - before - 61) <= 4
    expect(col).to_have_class(f"w-{width}")
    assert col.get_attribute("style") is None
    assert abs(page.locator("th[data-kind=step]").first.bounding_box()["width"] - width) < 2
    with saving(page, "/undo/"):
        page.locator("button[data-undo]").click()
    assert Step.objects.filter(journey=journey).order_by("stage__rank", "rank")[0].width is None


def test_drag_the_lower_border_of_a_lane(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    label = page.locator("tr.map__lane--actions th")
    before = label.bounding_box()["height"]
    drag(page, label.locator("[data-resize]"), y=100)
    with saving(page, "/look/"):
        page.mouse.up()
    height = Lane.objects.get(journey=journey, kind="actions").height
    assert height is not None
    assert abs(height - before - 100) <= 4
    expect(page.locator(f"tr.map__lane--actions td.h-{height}")).to_have_count(6)
    with saving(page, "/look/"):
        page.locator("tr.map__lane--actions th [data-resize]").dblclick(position={"x": 20, "y": 4})
    assert Lane.objects.get(journey=journey, kind="actions").height is None


def test_escape_leaves_everything_as_it_was(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    head = page.locator("th[data-kind=step]").first
    before = page.locator("colgroup col").nth(1).get_attribute("class")
    drag(page, head.locator("[data-resize]"), x=80)
    assert page.locator("colgroup col").nth(1).get_attribute("class") != before
    page.keyboard.press("Escape")
    page.mouse.up()
    assert page.locator("colgroup col").nth(1).get_attribute("class") == before
    assert not Step.objects.filter(journey=journey).exclude(width=None).exists()


def test_a_number_does_without_dragging(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    head = page.locator("th[data-kind=step]").first
    head.focus()
    page.keyboard.press("Control+Enter")
    page.locator("#menu-width").fill("300")
    with saving(page, "/width/"):
        page.locator("#menu-width").press("Enter")
    expect(page.locator("colgroup col").nth(1)).to_have_class("w-300")
