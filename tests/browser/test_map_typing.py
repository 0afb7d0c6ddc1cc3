"""Typing into cells: touchpoints and KPIs by name, names one after the other, and no text lost to a redraw."""

import pytest
from playwright.sync_api import Page, Route, expect

from cxmap.workspaces.models import User
from journeys.models import Card, Journey
from kpis.models import Binding
from tests.browser.board import Opener, cell, head, names, saving, texts


@pytest.fixture
def page(enter: Opener, olga: User, journey: Journey) -> Page:
    return enter(journey.get_absolute_url(), user=olga)


def test_a_touchpoint_and_its_kpi_by_name(page: Page, journey: Journey) -> None:
    name = f"Comptoir {journey.name}"
    cell(page, "touchpoints", 2).click()
    page.keyboard.type(name)
    with saving(page, "/cards/touchpoint/"):
        page.keyboard.press("Enter")
    expect(cell(page, "touchpoints", 2).get_by_role("link", name=name)).to_be_visible()
    cell(page, "metrics", 2).click()
    expect(page.locator("datalist option[value='Taux de rebond']")).to_have_count(1)
    page.keyboard.type("taux de reb")
    with saving(page, "/kpi-bindings/quick/"):
        page.keyboard.press("Enter")
    expect(cell(page, "metrics", 2)).to_contain_text("Taux de rebond")
    assert Binding.objects.get(touchpoint__name=name).kpi.code == "bounce-rate"


def test_a_kpi_without_a_touchpoint_says_what_is_missing(page: Page, complaints: list[str]) -> None:
    cell(page, "metrics", 1).click()
    page.keyboard.type("NPS")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("point de contact")
    expect(cell(page, "metrics", 1)).not_to_contain_text("NPS")
    assert "422" in complaints.pop()


def test_the_whole_form_is_one_click_away(page: Page) -> None:
    cell(page, "touchpoints", 1).get_by_text("Quel point de contact").click()
    page.locator(".cell__form").click()
    expect(page.get_by_role("dialog").get_by_label("Catégorie")).to_be_visible()


def test_tab_names_one_step_after_the_other(page: Page) -> None:
    page.locator("th[data-kind=step] [data-text]").first.dblclick()
    for name in ("Rêve", "Hésite", "Ose"):
        expect(page.locator("th .cell__edit")).to_be_focused()
        page.keyboard.type(name)
        with saving(page, "/rename/"):
            page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    for name in ("Rêve", "Hésite", "Ose"):
        expect(head(page, "step", name)).to_have_count(1)
    page.reload()
    assert names(page, "step")[:3] == ["Rêve", "Hésite", "Ose"]


def test_an_answer_that_draws_the_board_leaves_what_is_being_written(page: Page, journey: Journey) -> None:
    release: list[Route] = []

    def hold(route: Route) -> None:
        release.append(route)

    page.route("**/improvements/pain/**", hold)
    cell(page, "pains", 1).click()
    page.keyboard.type("Trop long")
    page.keyboard.press("Enter")
    cell(page, "actions", 1).click()
    page.keyboard.type("Lit un")
    page.wait_for_timeout(100)
    with saving(page, "/improvements/pain/"):
        release[0].continue_()
    page.wait_for_timeout(300)
    expect(page.locator(".cell__edit")).to_have_value("Lit un")
    page.keyboard.type(" guide")
    with saving(page, "/cards/add/"):
        page.keyboard.press("Enter")
    expect(cell(page, "pains", 1).locator(".painnote")).to_contain_text("Trop long")
    expect(cell(page, "actions", 1).locator("[data-text]")).to_have_text("Lit un guide")
    assert texts(journey) == ["Lit un guide"]
    assert Card.objects.filter(journey=journey).count() == 1


def test_a_plus_on_a_border_can_be_pressed_on_both_halves(page: Page) -> None:
    first = page.locator("th[data-kind=step]").first
    for side in (4, 18):
        count = page.locator("th[data-kind=step]").count()
        first.hover()
        with saving(page, "/steps/add/"):
            first.get_by_role("button", name="Ajouter un moment").click(position={"x": side, "y": 11})
        expect(page.locator("th[data-kind=step]")).to_have_count(count + 1)


def test_steps_stay_below_a_stage_of_two_lines_while_scrolling(enter: Opener, olga: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=olga, viewport={"width": 1024, "height": 600})
    page.locator("[data-map-scroll]").evaluate("box => { box.scrollTop = 200; }")
    stages = [place.bounding_box() for place in page.locator("th[data-kind=stage]").all()]
    step = page.locator("th[data-kind=step]").first.bounding_box()
    assert max(box["height"] for box in stages) > 40
    assert step["y"] >= max(box["y"] + box["height"] for box in stages) - 1


def test_what_is_found_is_not_under_the_labels(enter: Opener, olga: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=olga, viewport={"width": 390, "height": 800})
    page.locator("[data-find]").fill("compare")
    found = page.locator(".is-found").bounding_box()
    label = page.locator(".map__corner").first.bounding_box()
    assert found["x"] >= label["x"] + label["width"] - 1
