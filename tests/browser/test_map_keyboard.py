"""The same map without a mouse: everything that a pointer does, a key does."""

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from journeys.models import Card, CurvePoint, Journey, Lane
from tests.browser.board import Opener, cell, names, place, saving, texts


@pytest.fixture
def page(enter: Opener, ed: User, journey: Journey) -> Page:
    """Ed's map with the focus in the first cell of the first lane, come there by Tab and arrows."""
    page = enter(journey.get_absolute_url(), user=ed)
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.matches('[data-cell]')"):
            break
    assert place(page) == (0, 0)
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert place(page) == (2, 1)
    return page


def write(page: Page, text: str) -> None:
    page.keyboard.type(text)
    with saving(page, "/cards/add/"):
        page.keyboard.press("Enter")
    expect(page.locator("[data-card] [data-text]").get_by_text(text, exact=True)).to_be_visible()


def test_the_grid_is_one_tab_stop(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('[data-grid]')") is None
    page.keyboard.press("Shift+Tab")
    assert place(page) == (2, 1)


def test_arrows_and_ends(page: Page) -> None:
    for key, there in (
        ("End", (2, 6)),
        ("Home", (2, 0)),
        ("Control+ArrowRight", (2, 1)),
        ("Control+ArrowRight", (2, 2)),
        ("Control+ArrowLeft", (2, 1)),
        ("Control+Home", (0, 0)),
        ("Control+End", (9, 6)),
        ("ArrowUp", (8, 6)),
    ):
        page.keyboard.press(key)
        assert place(page) == there, key


def test_type_edit_and_leave(page: Page, journey: Journey) -> None:
    write(page, "Veut du café")
    assert place(page) == (2, 1)
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.type(" frais")
    with saving(page, "/edit/"):
        page.keyboard.press("Enter")
    assert texts(journey) == ["Veut du café frais"]
    page.keyboard.press("F2")
    page.keyboard.type("perdu")
    page.keyboard.press("Escape")
    expect(cell(page, "goals", 1).locator("[data-text]")).to_have_text("Veut du café frais")
    assert place(page) == (2, 1)
    assert texts(journey) == ["Veut du café frais"]


def test_move_a_card_with_alt(page: Page, journey: Journey) -> None:
    write(page, "Flâne")
    with saving(page, "/move/"):
        page.keyboard.press("Alt+ArrowRight")
    expect(cell(page, "goals", 2).locator("[data-card]")).to_have_count(1)
    assert place(page) == (2, 2)
    with saving(page, "/move/"):
        page.keyboard.press("Alt+ArrowDown")
    expect(cell(page, "actions", 2).locator("[data-card]")).to_have_count(1)
    assert place(page) == (3, 2)
    assert Card.objects.get(journey=journey).lane.kind == "actions"


def test_move_steps_stages_and_lanes_with_alt(page: Page, journey: Journey) -> None:
    steps, stages, lanes = names(page, "step"), names(page, "stage"), names(page, "lane")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("N")
    expect(page.locator("th[data-kind=step]")).to_have_count(7)
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowRight")
    with saving(page, "/move/"):
        page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("th[data-kind=stage] [data-text]").first).to_have_text(stages[1])
    assert names(page, "stage")[:2] == [stages[1], stages[0]]
    with saving(page, "/undo/"):
        page.keyboard.press("Control+z")
    expect(page.locator("th[data-kind=stage] [data-text]").first).to_have_text(stages[0])
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert place(page) == (1, 1)
    with saving(page, "/move/"):
        page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("th[data-kind=step] [data-text]").nth(1)).to_have_text(steps[0])
    assert place(page) == (1, 2)
    for key in ("Home", "ArrowDown"):
        page.keyboard.press(key)
    with saving(page, "/move/"):
        page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("th[data-kind=lane] [data-text]").first).to_have_text(lanes[1])
    assert Lane.objects.filter(journey=journey, kind="goals").exists()
    assert place(page) == (3, 0)


def test_new_steps_with_n(page: Page) -> None:
    before = names(page, "step")
    page.keyboard.press("ArrowUp")
    with saving(page, "/steps/add/"):
        page.keyboard.press("n")
    expect(page.locator("th[data-kind=step]")).to_have_count(7)
    assert names(page, "step")[0] == before[0]
    assert names(page, "step")[2:] == before[1:]
    assert place(page) == (1, 2)
    with saving(page, "/steps/add/"):
        page.keyboard.press("Shift+N")
    expect(page.locator("th[data-kind=step]")).to_have_count(8)


def test_delete_undo_and_redo(page: Page) -> None:
    write(page, "Hésite")
    cards = cell(page, "goals", 1).locator("[data-card]")
    with saving(page, "/delete/"):
        page.keyboard.press("Delete")
    expect(cards).to_have_count(0)
    with saving(page, "/undo/"):
        page.keyboard.press("Control+z")
    expect(cards).to_have_count(1)
    with saving(page, "/redo/"):
        page.keyboard.press("Control+Shift+Z")
    expect(cards).to_have_count(0)
    with saving(page, "/undo/"):
        page.keyboard.press("Control+z")
    expect(cards).to_have_count(1)
    assert place(page) == (2, 1)


def test_set_the_curve_with_digits(page: Page, journey: Journey) -> None:
    for _press in range(4):
        page.keyboard.press("ArrowDown")
    with saving(page, "/curve/"):
        page.keyboard.press("5")
    expect(cell(page, "emotion", 1)).to_contain_text("+2,0")
    with saving(page, "/curve/"):
        page.keyboard.press("1")
    expect(cell(page, "emotion", 1)).to_contain_text("−2,0")
    assert CurvePoint.objects.get(step__journey=journey).level == -2
    page.keyboard.press("Enter")
    expect(page.locator(".popover button").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    with saving(page, "/curve/"):
        page.keyboard.press("Enter")
    expect(cell(page, "emotion", 1)).to_contain_text("+1,0")
    # The next step has no level yet: the picker goes on there, until Escape.
    for column, key in ((2, "4"), (3, "2")):
        expect(page.locator(".popover .menu__step")).to_contain_text(f"{column} ")
        with saving(page, "/curve/"):
            page.keyboard.press(key)
        expect(cell(page, "emotion", column).locator("[data-believed]")).to_have_count(1)
    page.keyboard.press("Escape")
    assert place(page) == (6, 4)
    for _press in range(3):
        page.keyboard.press("ArrowLeft")
    with saving(page, "/curve/"):
        page.keyboard.press("0")
    expect(cell(page, "emotion", 1).locator("[data-believed]")).to_have_count(0)


def test_the_menu_of_a_step(page: Page) -> None:
    before = names(page, "step")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".popover button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".popover")).to_have_count(0)
    assert place(page) == (1, 1)
    page.keyboard.press("Control+Enter")
    hide = page.locator(".popover").get_by_role("button", name="Masquer")
    expect(page.locator(".popover button").first).to_be_focused()
    for _press in range(12):
        if hide.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    with saving(page, "/hide/"):
        page.keyboard.press("Enter")
    expect(page.locator("th[data-kind=step]")).to_have_count(5)
    assert names(page, "step") == before[1:]


def test_the_list_of_keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("dialog[data-keys]")).to_be_visible()
    expect(page.locator("dialog[data-keys]")).to_contain_text("Ctrl+Z")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[data-keys]")).to_be_hidden()
    assert place(page) == (2, 1)


def test_rename_a_step_with_enter(page: Page) -> None:
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.keyboard.type("Rêve")
    with saving(page, "/rename/"):
        page.keyboard.press("Enter")
    expect(page.locator("th[data-kind=step] [data-text]").first).to_have_text("Rêve")
    assert place(page) == (1, 1)
