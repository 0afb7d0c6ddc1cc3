"""A workshop with one facilitator and three guests, two of them on phones, each in a browser of their own."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from cxmap.workspaces.models import User
from improvements.models import Pain
from journeys.models import Journey
from tests.browser.test_axe import violations
from workshops.access import token_of
from workshops.agendas import AGENDAS
from workshops.models import Activity, Note, Vote, Workshop
from workshops.services.agenda import activity_extend, activity_go, activity_reveal, activity_step
from workshops.services.workshops import workshop_create, workshop_start

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1600, "height": 900}}
WAIT = 15_000  # milliseconds: streams may be away in tests, pages then ask every five seconds


@pytest.fixture
def workshop(journey: Journey, ed: User) -> Workshop:
    """Ed's workshop about a map of his."""
    return workshop_create(journey=journey, actor=ed, title="Trouver ce qui coince", agenda=AGENDAS["pains"])


def come_in(page: Page, name: str, department: str) -> None:
    page.get_by_label("Your first name").fill(name)
    page.get_by_label("Your department").fill(department)
    page.get_by_role("button", name="Join the workshop").click()
    expect(page.get_by_role("heading", name=f"Hello {name}!")).to_be_visible()


def write(page: Page, step: int, text: str) -> None:
    page.locator(".picker__step").nth(step).click()
    page.get_by_label("Your note").fill(text)
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("[data-mine] .sticky__text").filter(has_text=text)).to_be_visible()


def lead(page: Page, kind: str, title: str) -> None:
    """Press a button of the room and wait for what it shows."""
    page.locator(f"#{kind}").click()
    expect(page.locator("#stage-title")).to_have_text(title)


def wide(page: Page) -> bool:
    """True when the page can be pushed sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_from_the_first_note_to_the_map(
    enter: Callable[..., Page], workshop: Workshop, ed: User, journey: Journey
) -> None:
    room = enter(workshop.get_absolute_url(), user=ed, locale="en-GB", **DESK)
    code = room.locator(".doors__code").inner_text()
    link = room.locator("[data-copy]").get_attribute("data-copy")
    path = "/" + link.split("/", 3)[3]
    lea = enter("/join/", locale="en-GB", **PHONE)
    lea.get_by_label("Code of the workshop").fill(code.lower())
    lea.get_by_role("button", name="Go in").click()
    come_in(lea, "Léa", "Sales")
    marc, ines = (
        enter(path, locale="en-GB", **PHONE),
        enter(path, locale="en-GB", viewport={"width": 1024, "height": 768}),
    )
    come_in(marc, "Marc", "Shops")
    come_in(ines, "Inès", "Marketing")
    guests = [lea, marc, ines]
    expect(room.locator(".person")).to_have_count(3, timeout=WAIT)

    room.get_by_role("button", name="Start the workshop").click()
    expect(room.locator("#stage-title")).to_be_visible()
    room.locator("#next").click()
    for guest in guests:
        expect(guest.get_by_label("Your note")).to_be_visible(timeout=WAIT)
        assert not wide(guest)
    assert violations(lea) == []
    assert violations(room) == []

    # One's own note can be changed; the button says what it does.
    write(ines, 0, "A tpyo")
    ines.get_by_role("button", name="Change").click()
    ines.get_by_label("Your note").fill("A typo")
    ines.get_by_role("button", name="Save the change").click()
    expect(ines.locator("[data-mine] .sticky__text")).to_have_text(["A typo"])
    ines.get_by_role("button", name="Take back").click()
    expect(ines.locator("[data-mine] .sticky")).to_have_count(0)
    expect(ines.get_by_role("button", name="Add the note")).to_be_visible()

    # Silent writing: the draft survives a phone that sleeps and loads again.
    write(lea, 1, "The queue never ends")
    write(lea, 1, "Nobody answers")
    write(ines, 2, "The ad promises another price")
    marc.get_by_label("Your note").fill("Half a thought")
    marc.reload()
    expect(marc.get_by_label("Your note")).to_have_value("Half a thought")
    marc.locator(".picker__step").nth(1).click()
    marc.get_by_label("Your note").fill("Waiting for hours")
    marc.get_by_label("Your note").press("Enter")
    expect(marc.locator("[data-mine] .sticky__text").filter(has_text="Waiting for hours")).to_be_visible()
    assert "The queue never ends" not in marc.content()
    marc.get_by_role("button", name="I have finished").click()
    expect(room.get_by_text("1 has finished")).to_be_visible(timeout=WAIT)
    assert "The queue never ends" not in room.content()

    # The facilitator's laptop drops out while people write, and comes back to the same place.
    room.goto("about:blank")
    write(lea, 3, "Written meanwhile")
    room.goto(workshop.get_absolute_url())
    expect(room.locator(".counting__number")).to_contain_text("3 / 3")

    room.locator("#reveal").click()
    expect(room.locator(".wall__notes .sticky")).to_have_count(5)
    for guest in guests:
        expect(guest.locator(".sticky").filter(has_text="The queue never ends")).to_be_visible(timeout=WAIT)

    assert violations(lea) == []

    # Grouping: by ticks, in the room and on a phone.
    room.locator("#next").click()
    room.locator(".sticky--tick").filter(has_text="The queue never ends").locator("input").check()
    room.locator(".sticky--tick").filter(has_text="Waiting for hours").locator("input").check()
    expect(room.locator("[data-ticked]")).to_have_text(re.compile(r"2$"))
    room.get_by_label("Name of the new group").fill("Waiting")
    room.get_by_role("button", name="New group").click()
    expect(room.locator(".pile .sticky")).to_have_count(2)
    expect(marc.locator(".pile .sticky")).to_have_count(2, timeout=WAIT)
    marc.locator(".sticky--tick").filter(has_text="Nobody answers").locator("input").check()
    marc.locator(".pile").get_by_role("button", name="Put here").click()
    expect(room.locator(".pile .sticky")).to_have_count(3, timeout=WAIT)
    assert not wide(marc)
    assert violations(marc) == []
    assert violations(room) == []

    # Dots: nobody has one too many, and counts are there when the vote is closed.
    room.locator("#next").click()
    for guest in guests:
        more = guest.get_by_role("button", name="One dot more: Waiting")
        expect(more).to_be_visible(timeout=WAIT)
        for left in (4, 3):
            more.click()
            expect(guest.get_by_text(f"{left} dots left")).to_be_visible()
    for left in ("2 dots left", "1 dot left", "0 dots left"):
        lea.get_by_role("button", name="One dot more: The ad").click()
        expect(lea.get_by_text(left)).to_be_visible()
    expect(lea.get_by_role("button", name="One dot more: Waiting")).to_be_disabled()
    assert violations(lea) == []
    room.locator("#reveal").click()
    expect(room.locator(".ranking__votes").first).to_have_text("6")
    expect(marc.locator(".ranking__votes").first).to_have_text("6", timeout=WAIT)

    # Decisions, the end, the summary, and the map.
    room.locator("#next").click()
    room.get_by_label("What", exact=True).fill("A second till on Saturdays")
    room.get_by_label("Who", exact=True).fill("Shops")
    room.get_by_role("button", name="Note it").click()
    expect(room.locator(".decision")).to_contain_text("A second till on Saturdays")
    expect(ines.locator(".decision")).to_contain_text("Shops", timeout=WAIT)
    assert violations(room) == []
    room.on("dialog", lambda dialog: dialog.accept())
    room.locator("#end-here").click()
    expect(room.get_by_role("heading", name="Decisions and open points")).to_be_visible()
    expect(lea.get_by_role("heading", name="Thank you!")).to_be_visible(timeout=WAIT)
    room.get_by_role("link", name="Bring to the map").click()
    for box in room.locator("input[name=take]:checked").all()[1:]:
        box.uncheck()
    room.get_by_role("button", name="Bring what is ticked to the map").click()
    expect(room.get_by_text("1 thing was brought to the map.")).to_be_visible()
    pain = Pain.objects.get(journey=journey)
    assert pain.title == "Waiting"
    room.goto(journey.get_absolute_url())
    expect(room.locator(".painnote").filter(has_text="Waiting")).to_be_visible()


def test_a_phone_without_network_keeps_what_is_written(
    enter: Callable[..., Page], workshop: Workshop, ed: User, complaints: list[str]
) -> None:
    room = enter(workshop.get_absolute_url(), user=ed, locale="en-GB", **DESK)
    path = "/" + room.locator("[data-copy]").get_attribute("data-copy").split("/", 3)[3]
    phone = enter(path, locale="en-GB", **PHONE)
    come_in(phone, "Léa", "Sales")
    room.get_by_role("button", name="Start the workshop").click()
    room.locator("#next").click()
    expect(phone.get_by_label("Your note")).to_be_visible(timeout=WAIT)
    phone.context.set_offline(True)
    phone.get_by_label("Your note").fill("In the tunnel")
    phone.get_by_role("button", name="Add the note").click()
    expect(phone.locator(".sticky--pending")).to_contain_text("In the tunnel")
    expect(phone.get_by_text("No connection")).to_be_visible()
    assert not Note.objects.filter(workshop=workshop).exists()
    phone.context.set_offline(False)
    expect(phone.locator(".sticky--pending")).to_have_count(0, timeout=WAIT)
    expect(phone.locator("[data-mine] .sticky")).to_contain_text("In the tunnel")
    assert [note.text for note in Note.objects.filter(workshop=workshop)] == ["In the tunnel"]
    # Chromium complains of every request that the tunnel swallowed.
    assert all("ERR_INTERNET_DISCONNECTED" in line for line in complaints), complaints
    complaints.clear()


@pytest.fixture
def writing(enter: Callable[..., Page], workshop: Workshop) -> Page:
    """Léa's phone, at the round of silent writing."""
    phone = enter(reverse("workshops:guest", args=[token_of(workshop)]), locale="en-GB", **PHONE)
    come_in(phone, "Léa", "Sales")
    workshop_start(workshop=workshop, actor=workshop.facilitator)
    activity_step(workshop=workshop, by=1)
    expect(phone.get_by_label("Your note")).to_be_visible(timeout=WAIT)
    return phone


def add(page: Page, text: str) -> None:
    page.get_by_label("Your note").fill(text)
    page.get_by_role("button", name="Add the note").click()


def texts(workshop: Workshop) -> list[str]:
    return sorted(Note.objects.filter(workshop=workshop).values_list("text", flat=True))


def test_every_refused_note_is_kept_until_its_author_lets_go_of_it(
    writing: Page, workshop: Workshop, complaints: list[str]
) -> None:
    writing.context.set_offline(True)
    for text in ("First", "Second", "Third"):
        add(writing, text)
    expect(writing.locator(".sticky--pending")).to_have_count(3)
    Activity.objects.filter(workshop=workshop, kind="writing").update(ends_at=timezone.now() - timedelta(minutes=2))
    writing.context.set_offline(False)
    kept = writing.locator(".kept__line")
    expect(kept.locator(".kept__text")).to_have_text(["First", "Second", "Third"], timeout=WAIT)
    expect(kept.first).to_contain_text("The time is over")
    assert texts(workshop) == []
    writing.reload()
    expect(kept).to_have_count(3)
    assert not wide(writing)
    assert violations(writing) == []
    kept.filter(has_text="First").get_by_role("button", name="Discard").click()
    kept.filter(has_text="Third").get_by_role("button", name="Copy").click()
    expect(kept.locator(".kept__text")).to_have_text(["Second", "Third"])
    expect(kept.last).to_contain_text("Copied")
    # One more minute: what is kept can be sent after all.
    activity_extend(workshop=workshop, minutes=1)
    kept.filter(has_text="Second").get_by_role("button", name="Send").click()
    expect(kept.locator(".kept__text")).to_have_text(["Third"])
    expect(writing.locator("[data-mine] .sticky:not(.sticky--pending)")).to_contain_text("Second")
    assert texts(workshop) == ["Second"]
    complaints.clear()  # of the tunnel, and of what was refused


def test_a_note_is_kept_before_it_is_sent(writing: Page, workshop: Workshop) -> None:
    writing.route("**/note/", lambda _route: None)  # no answer ever comes
    add(writing, "Pressed, then the browser was gone")
    expect(writing.locator(".sticky--pending")).to_contain_text("Pressed")
    assert texts(workshop) == []
    writing.unroute("**/note/")
    writing.reload()
    expect(writing.locator("[data-mine] .sticky:not(.sticky--pending)")).to_contain_text("Pressed")
    expect(writing.locator(".sticky--pending")).to_have_count(0)
    assert texts(workshop) == ["Pressed, then the browser was gone"]


def test_a_half_written_note_is_not_lost_when_the_facilitator_moves_on(writing: Page, workshop: Workshop) -> None:
    writing.get_by_label("Your note").fill("Half a thought")
    activity_reveal(workshop=workshop)
    kept = writing.locator(".kept__line")
    expect(kept.locator(".kept__text")).to_have_text("Half a thought", timeout=WAIT)
    assert texts(workshop) == []  # nobody publishes a draft but its author
    writing.reload()
    kept.get_by_role("button", name="Send").click()
    expect(kept).to_have_count(0)
    expect(writing.locator(".guest__wall")).to_contain_text("Half a thought")


def test_presses_arrive_in_their_order(writing: Page, workshop: Workshop) -> None:
    add(writing, "The queue")
    expect(writing.locator("[data-mine] .sticky:not(.sticky--pending)")).to_have_count(1)
    activity_go(workshop=workshop, to=Activity.objects.get(workshop=workshop, kind="voting"))
    more = writing.get_by_role("button", name="One dot more")
    expect(more).to_be_visible(timeout=WAIT)
    waiting: list[Route] = []

    def hold_the_first(route: Route) -> None:
        waiting.append(route)
        if len(waiting) > 1:
            route.continue_()

    writing.route("**/vote/", hold_the_first)
    with writing.expect_request("**/vote/"):
        more.click()
    more.click()
    more.click()
    expect(more).to_be_enabled()
    assert len(waiting) == 1
    waiting[0].continue_()
    expect(writing.get_by_text("2 dots left")).to_be_visible()
    assert Vote.objects.filter(activity__workshop=workshop).count() == 3


def test_a_guest_rates_by_keyboard_alone(enter: Callable[..., Page], journey: Journey, ed: User) -> None:
    workshop = workshop_create(journey=journey, actor=ed, title="Courbe", agenda=AGENDAS["curve"])
    room = enter(workshop.get_absolute_url(), user=ed, locale="en-GB", **DESK)
    guest = enter("/" + room.locator("[data-copy]").get_attribute("data-copy").split("/", 3)[3], locale="en-GB")
    come_in(guest, "Léa", "Sales")
    room.get_by_role("button", name="Start the workshop").click()
    lead(room, "next", "Curve of emotions")
    first = guest.locator(".feel").first
    expect(first).to_be_visible(timeout=WAIT)
    first.get_by_role("button", name="very negative").focus()
    guest.keyboard.press("Enter")
    expect(first.get_by_role("button", name="very negative")).to_have_attribute("aria-pressed", "true")
    expect(guest.get_by_text("1 of 6 steps rated")).to_be_visible()
    assert violations(guest) == []
    # The face that was pressed keeps the focus, so that the next one is one key away.
    expect(first.get_by_role("button", name="very negative")).to_be_focused()
    room.locator("#reveal").click()
    expect(room.locator(".felt tbody tr").first).to_contain_text("−2")
    assert violations(room) == []
