"""The map on small screens: what covers it can be put away, and nothing opens or is written outside the window."""

from playwright.sync_api import Locator, Page, expect

from cxmap.workspaces.models import User
from journeys.models import Journey, Lane
from journeys.services.cards import card_add, shown_steps
from journeys.services.journeys import journey_update
from journeys.services.stages import step_add
from tests.browser.board import Opener, cell

TABLET = {"width": 1024, "height": 768}
PHONE = {"width": 390, "height": 844}


def inside(page: Page, place: Locator) -> bool:
    box = place.bounding_box()
    assert box
    return box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]


def test_the_overview_is_put_away_and_stays_away(enter: Opener, ed: User, journey: Journey) -> None:
    for step in shown_steps(journey):
        step_add(stage=step.stage, actor=ed, name="Encore")
    page = enter(journey.get_absolute_url(), user=ed, viewport=TABLET)
    picture = page.locator(".minimap canvas")
    expect(picture).to_be_visible()
    page.get_by_title("overview").or_(page.get_by_title("vue d’ensemble")).click()
    expect(picture).to_be_hidden()
    page.reload()
    expect(page.locator(".minimap button")).to_be_visible()
    expect(picture).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("show or hide the overview")
    page.keyboard.press("Enter")
    expect(picture).to_be_visible()


def test_the_scenario_stays_folded(enter: Opener, ed: User, journey: Journey) -> None:
    journey_update(journey=journey, actor=ed, scenario="La cafetière tombe en panne.")
    page = enter(journey.get_absolute_url(), user=ed, viewport=TABLET)
    scenario = page.get_by_text("La cafetière tombe en panne.")
    expect(scenario).to_be_visible()
    page.get_by_text("Scénario et buts").click()
    expect(scenario).to_be_hidden()
    page.reload()
    expect(page.locator("[data-zoom-value]")).to_have_text("100 %")
    expect(scenario).to_be_hidden()
    page.get_by_text("Scénario et buts").click()
    page.reload()
    expect(scenario).to_be_visible()


def test_menus_open_inside_a_phone(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed, viewport=PHONE)
    page.get_by_label("Plus", exact=True).click()
    entries = page.get_by_role("link", name="Versions")
    expect(entries).to_be_visible()
    assert inside(page, page.locator(".menu__list").filter(has=entries))
    page.keyboard.press("Escape")
    stage = page.locator("th[data-kind=stage]").first
    stage.focus()
    page.keyboard.press("Control+Enter")
    menu = page.locator(".popover")
    expect(menu.get_by_role("button", name="Renommer")).to_be_visible()
    assert inside(page, menu)
    assert menu.locator("input[name=name]").bounding_box()["width"] > 100


def test_a_cell_half_under_the_labels_is_written_beside_them(enter: Opener, ed: User, journey: Journey) -> None:
    step = shown_steps(journey)[0]
    card_add(lane=Lane.objects.get(journey=journey, kind="actions"), step=step, actor=ed, text="Constate la panne")
    page = enter(journey.get_absolute_url(), user=ed, viewport=PHONE)
    page.locator("[data-map-scroll]").evaluate("scroll => { scroll.scrollLeft = 120; }")
    place = cell(page, "actions", 1)
    place.click(position={"x": 150, "y": 10})
    label = page.locator("th.map__corner").first.bounding_box()
    box = page.locator(".cell__edit").bounding_box()
    assert box["x"] >= label["x"] + label["width"]
    assert inside(page, page.locator(".cell__edit"))


def test_forms_in_a_dialog_say_what_they_are_of(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed, viewport=PHONE)
    cell(page, "pains", 2).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Formulaire complet").click()
    dialog = page.get_by_role("dialog", name="Point de douleur")
    expect(dialog.get_by_role("heading", name="Point de douleur")).to_be_visible()
    expect(dialog.get_by_label("Point de contact")).to_be_visible()
    page.goto(f"/w/{journey.workspace.slug}/improvements/pains/add/")
    expect(page.get_by_role("heading", name="Point de douleur")).to_have_count(1)
