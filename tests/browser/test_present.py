"""The presentation by its keys, the way back from it, and the list of keys from anywhere on the map."""

import io
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from cxmap.workspaces.models import User
from journeys.models import Journey

Opener = Callable[..., Page]
PERIOD = "period=2026-11-16%2F2026-11-22"


def test_keys_lead_through_the_stages_and_back_to_the_same_view(enter: Opener, ed: User, journey: Journey) -> None:
    address = journey.get_absolute_url()
    page = enter(f"{address}present/?{PERIOD}", user=ed)
    shown = page.locator("[data-slide]:visible")
    count = page.locator("[data-slide]").count()
    place = page.locator("[data-place]")
    expect(place).to_have_text(f"1 / {count}")
    for key, number in (("ArrowRight", 2), ("PageDown", 3), ("ArrowLeft", 2), ("End", count), ("PageUp", count - 1)):
        page.keyboard.press(key)
        expect(place).to_have_text(f"{number} / {count}")
        expect(shown).to_have_count(1)
        expect(shown).to_be_focused()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(re.escape(f"{address}?view=map&{PERIOD}") + "$"))


def test_an_address_opens_its_stage_from_the_top(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(f"{journey.get_absolute_url()}present/#stage-2", user=ed, viewport={"width": 1366, "height": 400})
    page.wait_for_load_state("networkidle")
    expect(page.locator("#stage-2")).to_be_visible()
    expect(page.locator("[data-moves]")).to_be_in_viewport()


def test_the_list_of_keys_opens_without_a_cell(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(journey.get_absolute_url(), user=ed)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("?")
    expect(page.locator("dialog[data-keys]")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#map-find, input[type=search]").first.focus()
    page.keyboard.type("?")
    expect(page.locator("dialog[data-keys]")).to_be_hidden()


def test_every_stage_is_printed_whichever_is_shown(enter: Opener, ed: User, journey: Journey) -> None:
    page = enter(f"{journey.get_absolute_url()}present/#stage-2", user=ed)
    page.wait_for_load_state("networkidle")
    texts = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4", landscape=True))).pages]
    assert len(texts) == page.locator("[data-slide]").count()
    for name, text in zip(journey.stages.order_by("rank").values_list("name", flat=True), texts[1:], strict=True):
        assert name in text
