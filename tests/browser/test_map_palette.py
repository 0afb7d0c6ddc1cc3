"""The palette, typing into lanes of pains, ranges, and working without a connection."""

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from improvements.models import Pain
from journeys.models import Journey
from tests.browser.board import Opener, cell, saving, texts


@pytest.fixture
def page(enter: Opener, ed: User, journey: Journey) -> Page:
    page = enter(journey.get_absolute_url(), user=ed)
    cell(page, "goals", 1).focus()
    return page


def test_the_palette_finds_an_action_by_its_french_or_english_name(page: Page) -> None:
    for words in ("ajouter un moment apres", "add a step after"):
        count = page.locator("th[data-kind=step]").count()
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        with saving(page, "/steps/add/"):
            page.keyboard.press("Enter")
        expect(page.locator("th[data-kind=step]")).to_have_count(count + 1)


def test_a_pain_point_is_typed_into_its_cell_and_undone(page: Page, journey: Journey) -> None:
    cell(page, "pains", 2).focus()
    page.keyboard.type("Trop long")
    with saving(page, "/improvements/pain/"):
        page.keyboard.press("Enter")
    expect(cell(page, "pains", 2).locator(".painnote")).to_contain_text("Trop long")
    assert Pain.objects.get(title="Trop long", journey=journey).step is not None
    with saving(page, "/undo/"):
        page.keyboard.press("Control+z")
    expect(cell(page, "pains", 2).locator(".painnote")).to_have_count(0)


def test_a_range_is_selected_and_deleted_as_one_gesture(page: Page, journey: Journey) -> None:
    for column in (1, 2):
        cell(page, "goals", column).focus()
        page.keyboard.type(f"But {column}")
        with saving(page, "/cards/add/"):
            page.keyboard.press("Enter")
    cell(page, "goals", 1).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".is-range")).to_have_count(2)
    with saving(page, "/cells/clear/"):
        page.keyboard.press("Delete")
    assert texts(journey) == []
    with saving(page, "/undo/"):
        page.keyboard.press("Control+z")
    assert texts(journey) == ["But 1", "But 2"]


def test_a_card_reaches_over_two_columns(page: Page) -> None:
    page.keyboard.type("Partout")
    with saving(page, "/cards/add/"):
        page.keyboard.press("Enter")
    with saving(page, "/span/"):
        page.keyboard.press("Alt+Shift+ArrowRight")
    expect(cell(page, "goals", 1)).to_have_attribute("colspan", "2")


def test_without_a_connection_texts_wait_and_are_sent_later(
    page: Page, journey: Journey, complaints: list[str]
) -> None:
    page.context.set_offline(True)
    page.keyboard.type("Dans le train")
    page.keyboard.press("Enter")
    expect(page.locator(".offline")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.type(" de nuit")
    page.keyboard.press("Enter")
    assert texts(journey) == []
    with page.expect_response(lambda response: "/edit/" in response.url or "/cards/add/" in response.url):
        page.context.set_offline(False)
    expect(page.locator(".offline")).to_be_hidden(timeout=20_000)
    for _wait in range(40):
        if texts(journey) == ["Dans le train de nuit"]:
            break
        page.wait_for_timeout(100)
    assert texts(journey) == ["Dans le train de nuit"]
    expect(cell(page, "goals", 1).locator("[data-card]")).to_have_count(1)
    # The browser itself reports each request that found no connection.
    assert all("ERR_INTERNET_DISCONNECTED" in complaint for complaint in complaints)
    complaints.clear()
