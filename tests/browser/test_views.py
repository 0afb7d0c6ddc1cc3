"""The views of a map by key, folded lanes and zoom kept under a name, and the presentation by keys."""

import re

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from journeys.models import Journey, SavedView
from tests.browser.board import Opener, cell, saving, texts


@pytest.fixture
def page(enter: Opener, ed: User, journey: Journey) -> Page:
    return enter(journey.get_absolute_url(), user=ed)


def lane(page: Page, kind: str):
    return page.locator(f"tr.map__lane--{kind}")


def test_v_and_a_number_open_a_view_by_the_place_of_the_keys(page: Page) -> None:
    page.locator("h1").click()
    page.keyboard.press("v")
    # The key of 2 on a French keyboard writes é.
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'é', code: 'Digit2', bubbles: true}))"
    )
    expect(page).to_have_url(re.compile("view=table"))
    page.locator("h1").click()
    page.keyboard.press("v")
    page.keyboard.press("6")
    expect(page).to_have_url(re.compile("/present/"))


def test_the_palette_names_the_views_with_their_keys(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("ouvrir matrice")
    expect(page.locator("[data-palette-list] [aria-selected=true]")).to_have_text("Ouvrir : MatriceV 3")


def test_folded_lanes_and_zoom_are_kept_under_a_name(page: Page, journey: Journey) -> None:
    lane(page, "goals").locator("th").focus()
    page.keyboard.press("Space")
    lane(page, "thoughts").locator("th").hover()
    lane(page, "thoughts").locator("[data-fold]").click()
    page.locator("[data-zoom='-1']").click()
    expect(page.locator("tr.is-folded")).to_have_count(2)
    page.locator("summary", has_text="Vues enregistrées").click()
    page.locator("#view-name").fill("Réunion")
    page.locator("[data-view-save] button").click()
    expect(page.locator(".message", has_text="Réunion")).to_be_visible()
    assert re.fullmatch(
        r"view=map&fold=L-\d+\.L-\d+&zoom=90", SavedView.objects.get(journey=journey, name="Réunion").query
    )
    page.goto(f"{journey.get_absolute_url()}?view=map&zoom=100")
    expect(page.locator("tr.is-folded")).to_have_count(0)
    page.locator("summary", has_text="Vues enregistrées").click()
    page.get_by_role("link", name="Réunion").click()
    expect(page.locator("tr.is-folded")).to_have_count(2)
    expect(page.locator("[data-zoom-value]")).to_have_text("90 %")
    expect(lane(page, "goals").locator("[data-fold]")).to_have_attribute("aria-expanded", "false")


def test_nobody_writes_into_a_folded_lane_without_seeing_it(page: Page, journey: Journey) -> None:
    lane(page, "goals").locator("th").focus()
    page.keyboard.press("Space")
    cell(page, "goals", 1).focus()
    page.keyboard.type("Payer vite")
    expect(page.locator("tr.is-folded")).to_have_count(0)
    with saving(page, "/cards/add/"):
        page.keyboard.press("Enter")
    assert texts(journey) == ["Payer vite"]


def test_a_redrawn_board_keeps_its_folds(page: Page) -> None:
    lane(page, "goals").locator("th").focus()
    page.keyboard.press("Space")
    cell(page, "actions", 1).focus()
    with saving(page, "/steps/add/"):
        page.keyboard.press("Control+k")
        page.keyboard.type("ajouter un moment apres")
        page.keyboard.press("Enter")
    expect(page.locator("th[data-kind=step]")).to_have_count(7)
    expect(lane(page, "goals")).to_have_class(re.compile("is-folded"))


def test_a_journey_is_presented_by_keys(page: Page, journey: Journey) -> None:
    page.goto(f"{journey.get_absolute_url()}present/")
    shown = page.locator("[data-slide]:visible")
    expect(shown).to_have_count(1)
    expect(shown.locator("h2")).to_have_text(journey.name)
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("id", "stage-1")
    page.keyboard.press("End")
    expect(shown).to_have_attribute("id", "stage-6")
    page.reload()
    expect(shown).to_have_attribute("id", "stage-6")
    page.keyboard.press("Home")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null || document.body.classList.contains('is-presenting')")
    page.evaluate("document.fullscreenElement && document.exitFullscreen()")
    page.wait_for_function("document.fullscreenElement === null")
    page.evaluate("document.body.classList.remove('is-presenting')")
    page.keyboard.press("Escape")
    expect(page.locator("[data-grid]")).to_be_visible()


def test_all_stages_are_printed(page: Page, journey: Journey) -> None:
    page.goto(f"{journey.get_absolute_url()}present/")
    expect(page.locator("[data-slide]:visible")).to_have_count(1)
    page.emulate_media(media="print")
    expect(page.locator("[data-slide]:visible")).to_have_count(7)


def test_where_full_screen_is_refused_the_frame_goes(page: Page, journey: Journey) -> None:
    page.add_init_script("delete Element.prototype.requestFullscreen")
    page.goto(f"{journey.get_absolute_url()}present/")
    page.keyboard.press("f")
    expect(page.locator(".topbar")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator(".topbar")).to_be_visible()
    expect(page).to_have_url(re.compile("/present/"))
