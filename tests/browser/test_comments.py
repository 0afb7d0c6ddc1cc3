"""Comments in a real browser: the keyboard, names behind an @, signs on the board, the address of a mail, axe."""

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from journeys.comments import Place
from journeys.models import Comment, Follower, Journey, Lane, Step
from journeys.services import cards
from journeys.services.comments import comment_add
from tests.browser.board import Opener, cell, head, saving
from tests.browser.test_axe import violations
from tests.browser.test_axe_open import SIZES


def say(page: Page, text: str) -> None:
    page.locator("[data-comments] textarea").fill(text)
    with saving(page, "/"):
        page.keyboard.press("Control+Enter")


def first_cell(journey: Journey) -> tuple[Lane, Step]:
    lane = Lane.objects.get(journey=journey, kind="actions")
    return lane, cards.shown_steps(journey)[0]


def test_a_cell_by_the_keyboard_alone(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed, locale="en-GB")
    cell(page, "actions", 1).focus()
    page.keyboard.press("Shift+F2")
    title = page.locator("[data-comments] h2")
    expect(title).to_be_visible()
    page.locator("#comment-new").focus()
    page.keyboard.type("Who does this? @ol")
    option = page.locator(".people [role=option]")
    expect(option).to_have_text(["Olga"])
    page.keyboard.press("Enter")
    expect(page.locator("#comment-new")).to_have_value("Who does this? @Olga ")
    with saving(page, "/comments/"):
        page.keyboard.press("Control+Enter")
    expect(page.locator(".thread .mention")).to_have_text("@Olga")
    lane, step = first_cell(journey)
    comment = Comment.objects.get(journey=journey)
    assert Place.of(comment) == Place("cell", lane.pk, step.pk)
    assert list(comment.mentions.values_list("user__name", flat=True)) == ["Olga"]
    sign = cell(page, "actions", 1).locator(".talk")
    expect(sign).to_have_accessible_name("1 open thread of comments")
    expect(page.locator("[data-talk-total]").first).to_have_text("1")
    # Escape leaves the panel, and the focus is on the cell again.
    page.locator("[data-comments] h2").focus()
    page.keyboard.press("Escape")
    expect(page.locator("[data-drawer-panel]")).to_be_hidden()
    expect(cell(page, "actions", 1)).to_be_focused()


def test_letters_open_them_where_typing_does_not_write(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed, locale="en-GB")
    step = cards.shown_steps(journey)[0]
    head(page, "step", step.name).first.focus()
    page.keyboard.press("c")
    expect(page.locator(".comments__place b")).to_contain_text(step.name)
    page.keyboard.press("Escape")
    cell(page, "actions", 1).focus()
    page.keyboard.press("c")
    expect(page.locator(".cell__edit")).to_have_value("c")


def test_a_viewer_says_something(enter: Opener, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=User.objects.get(email="vi@example.org"), locale="en-GB")
    cell(page, "actions", 1).focus()
    page.keyboard.press("c")
    expect(page.locator("[data-comments] h2")).to_be_visible()
    say(page, "I only look")
    expect(page.locator(".thread")).to_contain_text("I only look")
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("button", name="Followed")).to_have_attribute("aria-pressed", "true")
    assert Follower.objects.filter(journey=journey).exists()


def test_the_list_of_names(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(f"{journey.get_absolute_url()}comments/", user=ed, locale="en-GB")
    box = page.locator("#comment-new")
    expect(page.locator("select[data-people]")).to_be_hidden()
    box.focus()
    page.keyboard.type("@")
    options = page.locator(".people [role=option]")
    expect(options).to_have_text(["Ana", "Olga", "Vi"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    assert [one for one in violations(page) if not one.startswith("region:")] == []
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("@")
    page.keyboard.type("v")
    options.first.click()
    page.keyboard.type("and bye")
    # A name that is taken out again is not told.
    box.fill("Nobody after all")
    with saving(page, "/comments/"):
        page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".thread")).to_contain_text("Nobody after all")
    assert not Comment.objects.get(journey=journey).mentions.exists()


def test_answering_resolving_and_changing(enter: Opener, ed: User, olga: User, journey: Journey) -> None:
    root = comment_add(journey=journey, author=olga, text="The question")
    page = enter(root.get_absolute_url(), user=ed, locale="en-GB")
    # The address of a mail: the map, with the thread beside it and the comment in focus.
    expect(page.locator(f"#comment-{root.pk}")).to_be_focused()
    say(page, "The answr")
    expect(page.locator(".thread__answers")).to_contain_text("The answr")
    page.locator(".thread__answers a[data-edit]").click()
    box = page.locator("#comment-edit")
    expect(box).to_be_focused()
    box.fill("The answer")
    with saving(page, "/edit/"):
        page.get_by_role("button", name="Save").click()
    expect(page.locator(".thread__answers")).to_contain_text("The answer")
    with saving(page, "/resolve/"):
        page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".thread__settled")).to_contain_text("Resolved by Ed")
    expect(page.locator("[data-talk-total]").first).to_be_hidden()
    page.on("dialog", lambda dialog: dialog.accept())
    with saving(page, "/delete/"):
        page.locator(".thread__answers form button").click()
    expect(page.locator(".thread__answers")).to_have_count(0)


def test_what_was_typed_is_kept_until_it_is_sent(
    enter: Opener, ed: User, journey: Journey, complaints: list[str]
) -> None:
    page = enter(journey.get_absolute_url(), user=ed, locale="en-GB")
    page.locator("[data-talk-all]").click()
    page.locator("#comment-new").fill("A long thought")
    page.keyboard.press("Escape")
    expect(page.locator("[data-drawer-panel]")).to_be_hidden()
    page.reload()
    page.locator("[data-talk-all]").click()
    expect(page.locator("#comment-new")).to_have_value("A long thought")
    page.context.set_offline(True)
    page.locator("#comment-new").press("Control+Enter")
    expect(page.locator(".toast--error")).to_be_visible()
    expect(page.locator("#comment-new")).to_have_value("A long thought")
    page.context.set_offline(False)
    complaints.clear()
    with saving(page, "/comments/"):
        page.locator("#comment-new").press("Control+Enter")
    expect(page.locator("#comment-new")).to_have_value("")


def test_the_other_sees_it_at_once(enter: Opener, ed: User, olga: User, journey: Journey) -> None:
    hers = enter(journey.get_absolute_url(), user=olga, locale="en-GB")
    his = enter(journey.get_absolute_url(), user=ed, locale="en-GB")
    expect(hers.locator("[data-here-menu]")).to_be_visible()
    hers.locator("[data-talk-all]").click()
    expect(hers.locator("[data-comments]")).to_be_visible()
    cell(his, "actions", 1).focus()
    his.keyboard.press("Shift+F2")
    expect(his.locator("#comment-new")).to_be_visible()
    say(his, "Look here")
    expect(cell(hers, "actions", 1).locator(".talk")).to_have_text("1")
    expect(hers.locator("[data-comments] .thread")).to_contain_text("Look here")


def test_from_menu_and_dialog(enter: Opener, ed: User, journey: Journey) -> None:
    lane, step = first_cell(journey)
    cards.card_add(lane=lane, step=step, actor=ed, text="Looks around")
    page = enter(journey.get_absolute_url(), user=ed, locale="en-GB")
    head(page, "step", step.name).first.focus()
    page.keyboard.press("Control+Enter")
    page.locator(".popover a[data-talk]").click()
    expect(page.locator(".comments__place b")).to_contain_text(step.name)
    expect(page.locator(".popover")).to_have_count(0)
    page.keyboard.press("Escape")
    cell(page, "actions", 1).focus()
    page.keyboard.press("Control+Enter")
    page.locator("dialog a[data-talk]").click()
    expect(page.locator(".comments__place b")).to_contain_text("Looks around")
    expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_the_panel_before_axe(enter: Opener, demo_user: User, size: str) -> None:
    journey = Journey.objects.filter(workspace__slug="demo-en").order_by("created_at").first()
    assert journey is not None
    page = enter(journey.get_absolute_url(), user=demo_user, locale="en-GB", viewport=SIZES[size])
    page.locator("[data-talk-all]").click()
    expect(page.locator(".thread").first).to_be_visible()
    assert violations(page) == []
    page.locator("a[data-write]").first.click()
    expect(page.locator("#comment-reply")).to_be_focused()
    assert violations(page) == []
    panel = page.locator("[data-drawer-panel]")
    assert panel.evaluate("box => box.scrollWidth <= box.clientWidth")
