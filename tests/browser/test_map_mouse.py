"""A map of one's own with the mouse: write, rename, add, move, hide, delete, take back, paste, set the curve."""

import re

from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from journeys.models import Card, CurvePoint, Journey, Step
from tests.browser.board import Opener, cell, head, names, paste, saving, texts


def write_card(page: Page, lane: str, column: int, text: str) -> None:
    cell(page, lane, column).click(position={"x": 20, "y": 12})
    page.locator(".cell__edit").fill(text)
    with saving(page, "/cards/add/"):
        page.keyboard.press("Enter")
    expect(cell(page, lane, column).locator("[data-card]")).to_have_count(1)


def test_a_new_map_from_the_template_and_a_first_card(enter: Opener, ed: User) -> None:
    page = enter("/w/acme/journeys/", user=ed)
    page.get_by_role("link", name="Nouveau parcours").or_(page.locator("a[href$='/journeys/new/']")).first.click()
    page.get_by_role("link", name="Six étapes").click()
    page.locator("[name=name]").fill("Choisir un café")
    page.locator("[name=no_persona_yet]").check()
    page.get_by_role("button", name="Créer le parcours").click()
    expect(page.locator("h1")).to_have_text("Choisir un café")
    page.wait_for_load_state()  # a click before the scripts have run does nothing
    expect(page.locator("th[data-kind=stage]")).to_have_count(6)
    write_card(page, "actions", 1, "Goûte au comptoir")
    page.reload()
    expect(cell(page, "actions", 1).locator("[data-text]")).to_have_text("Goûte au comptoir")


def test_edit_a_card_in_place(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    write_card(page, "actions", 2, "Lit")
    cell(page, "actions", 2).locator("[data-card]").click()
    page.locator(".cell__edit").fill("Lit un guide")
    with saving(page, "/edit/"):
        page.keyboard.press("Enter")
    assert texts(journey) == ["Lit un guide"]
    cell(page, "actions", 2).locator("[data-card]").click()
    page.locator(".cell__edit").fill("jamais")
    page.keyboard.press("Escape")
    expect(cell(page, "actions", 2).locator("[data-text]")).to_have_text("Lit un guide")
    assert texts(journey) == ["Lit un guide"]


def test_rename_a_step_by_double_click(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    page.locator("th[data-kind=step] [data-text]").first.dblclick()
    page.locator(".cell__edit").fill("Rêve")
    with saving(page, "/rename/"):
        page.keyboard.press("Enter")
    expect(page.locator("th[data-kind=step] [data-text]").first).to_have_text("Rêve")
    assert Step.objects.filter(journey=journey, name="Rêve").exists()


def test_add_a_step_and_a_stage(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    first = page.locator("th[data-kind=step]").first
    first.hover()
    first.locator("[data-menu-link]").click()
    with saving(page, "/steps/add/"):
        page.locator(".popover").get_by_role("button", name="après").click()
    expect(page.locator("th[data-kind=step]")).to_have_count(7)
    before = names(page, "stage")
    with saving(page, "/stages/add/"):
        page.locator("[data-tools] form[action$='/stages/add/'] button").click()
    expect(page.locator("th[data-kind=stage]")).to_have_count(7)
    assert names(page, "stage")[:6] == before


def test_drag_a_card_to_another_cell(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    write_card(page, "actions", 1, "Compare")
    with saving(page, "/move/"):
        cell(page, "actions", 1).locator("[data-card]").drag_to(cell(page, "thoughts", 3))
    expect(cell(page, "thoughts", 3).locator("[data-text]")).to_have_text("Compare")
    expect(cell(page, "actions", 1).locator("[data-card]")).to_have_count(0)
    card = Card.objects.get(journey=journey)
    assert card.lane.kind == "thoughts"


def test_drag_a_step_to_another_stage(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    first = page.locator("th[data-kind=step]").first
    first.focus()
    with saving(page, "/steps/add/"):
        page.keyboard.press("n")
    expect(page.locator("th[data-kind=step]")).to_have_count(7)
    step = page.locator("th[data-kind=step]").nth(0)
    pk = step.get_attribute("data-id")
    target = page.locator("th[data-kind=stage]").nth(2)
    stage = target.get_attribute("data-id")
    with saving(page, f"/steps/{pk}/move/"):
        step.drag_to(target)
    expect(page.locator("th[data-kind=step]").first).not_to_have_attribute("data-id", pk or "")
    assert str(Step.objects.get(pk=pk).stage_id) == stage


def test_drag_a_stage_and_a_lane(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    stages, lanes = names(page, "stage"), names(page, "lane")
    width = page.locator("th[data-kind=stage]").nth(1).bounding_box()["width"]
    with saving(page, "/move/"):
        page.locator("th[data-kind=stage]").nth(0).drag_to(
            page.locator("th[data-kind=stage]").nth(1), target_position={"x": width - 8, "y": 10}
        )
    expect(page.locator("th[data-kind=stage] [data-text]").first).to_have_text(stages[1])
    with saving(page, "/move/"):
        page.locator("th[data-kind=lane]").nth(0).drag_to(
            page.locator("th[data-kind=lane]").nth(2), target_position={"x": 60, "y": 4}
        )
    expect(page.locator("th[data-kind=lane] [data-text]").first).to_have_text(lanes[1])


def test_hide_and_show_a_step(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    name = names(page, "step")[2]
    third = page.locator("th[data-kind=step]").nth(2)
    third.hover()
    third.locator("[data-menu-link]").click()
    with saving(page, "/hide/"):
        page.locator(".popover").get_by_role("button", name="Masquer").click()
    expect(head(page, "step", name)).to_have_count(0)
    with saving(page, "/show/"):
        page.locator(".hiddenbar button").filter(has_text=name).click()
    expect(head(page, "step", name)).to_have_count(1)


def test_delete_and_take_back_by_toast_and_by_key(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    write_card(page, "actions", 1, "Hésite")
    name = names(page, "step")[0]

    def delete() -> None:
        first = head(page, "step", name)
        first.hover()
        first.locator("[data-menu-link]").click()
        with saving(page, "/delete/"):
            page.locator(".popover").get_by_role("button", name="Supprimer").click()
        expect(head(page, "step", name)).to_have_count(0)

    delete()
    with saving(page, "/undo/"):
        page.locator(".toast button").click()
    expect(head(page, "step", name)).to_have_count(1)
    expect(cell(page, "actions", 1).locator("[data-text]")).to_have_text("Hésite")
    delete()
    with saving(page, "/undo/"):
        page.keyboard.press("Control+z")
    expect(head(page, "step", name)).to_have_count(1)
    expect(cell(page, "actions", 1).locator("[data-text]")).to_have_text("Hésite")


def test_paste_a_block_of_cells(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    cell(page, "actions", 2).focus()
    with saving(page, "/paste/"):
        paste(page, "Voit\tLit\tCompare\nPense\t\tDoute\n")
    for lane, column, text in (
        ("actions", 2, "Voit"),
        ("actions", 3, "Lit"),
        ("actions", 4, "Compare"),
        ("thoughts", 2, "Pense"),
        ("thoughts", 4, "Doute"),
    ):
        expect(cell(page, lane, column).locator("[data-text]")).to_have_text(text)
    expect(cell(page, "thoughts", 3).locator("[data-card]")).to_have_count(0)
    with saving(page, "/undo/"):
        page.locator("button[data-undo]").click()
    expect(page.locator("[data-card]")).to_have_count(0)


def test_set_the_curve_by_click(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    cell(page, "emotion", 1).click()
    with saving(page, "/curve/"):
        page.locator(".popover button").filter(has_text="très positif").click()
    expect(cell(page, "emotion", 1).locator("[data-believed]")).to_have_count(1)
    assert CurvePoint.objects.get(step__journey=journey).level == 2
    cell(page, "emotion", 1).click(position={"x": 8, "y": 8})
    with saving(page, "/curve/"):
        page.locator(".popover button").last.click()
    expect(cell(page, "emotion", 1).locator("[data-believed]")).to_have_count(0)


def test_drag_the_point_of_the_curve(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    cell(page, "emotion", 1).click()
    with saving(page, "/curve/"):
        page.locator(".popover button").filter(has_text=re.compile("neutre")).click()
    point = cell(page, "emotion", 1).locator("[data-believed]")
    expect(point).to_have_count(1)
    box = point.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 16, steps=3)
    page.mouse.move(x, y - 32, steps=3)
    with saving(page, "/curve/"):
        page.mouse.up()
    assert CurvePoint.objects.get(step__journey=journey).level == 1
