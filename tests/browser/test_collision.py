"""Two people write in one card: nobody's text is lost in silence."""

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from journeys.models import Card, Journey, Lane
from journeys.services import cards
from tests.browser.board import Opener, cell


@pytest.fixture
def both(enter: Opener, ed: User, olga: User, journey: Journey, complaints: list[str]) -> Page:
    """Ed saved his text while Olga was writing hers; Olga now presses Enter and sees both."""
    lane = Lane.objects.get(journey=journey, kind="actions")
    cards.card_add(lane=lane, step=cards.shown_steps(journey)[0], actor=ed, text="Regarde")
    pages = [enter(journey.get_absolute_url(), user=person) for person in (olga, ed)]
    for page, text in zip(pages, ("Regarde la vitrine", "Regarde le prix"), strict=True):
        cell(page, "actions", 1).locator("[data-card]").click()
        page.locator(".cell__edit").fill(text)
    hers, his = pages
    with his.expect_response("**/edit/"):
        his.keyboard.press("Enter")
    hers.locator(".cell__edit").press("Enter")
    expect(hers.locator("dialog[data-collision]")).to_be_visible()
    expect(hers.locator("[data-theirs]")).to_have_text("Regarde le prix")
    expect(hers.locator("[data-mine]")).to_have_value("Regarde la vitrine")
    assert len(complaints) == 1
    assert "409" in complaints.pop()
    return hers


def saved(journey: Journey) -> str:
    return Card.objects.get(journey=journey, deleted_at=None).text


def test_keep_theirs(both: Page, journey: Journey) -> None:
    with both.expect_response("**/board/"):
        both.locator("[data-keep-theirs]").click()
    expect(cell(both, "actions", 1).locator("[data-text]")).to_have_text("Regarde le prix")
    assert saved(journey) == "Regarde le prix"


def test_save_mine(both: Page, journey: Journey) -> None:
    with both.expect_response("**/edit/"):
        both.locator("[data-keep-mine]").click()
    expect(cell(both, "actions", 1).locator("[data-text]")).to_have_text("Regarde la vitrine")
    assert saved(journey) == "Regarde la vitrine"


def test_bring_both_together(both: Page, journey: Journey) -> None:
    both.locator("[data-mine]").fill("Regarde la vitrine et le prix")
    with both.expect_response("**/edit/"):
        both.locator("[data-keep-mine]").click()
    expect(cell(both, "actions", 1).locator("[data-text]")).to_have_text("Regarde la vitrine et le prix")
    assert saved(journey) == "Regarde la vitrine et le prix"
