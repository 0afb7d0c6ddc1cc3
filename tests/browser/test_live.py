"""Two people on one map: each sees what the other does, and nobody's work gets lost or in the way."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event, Thread

import pytest
from playwright.sync_api import Page, expect

from cxmap.workspaces.models import User
from journeys.models import Card, Journey, Lane, Step
from journeys.services import cards, stages
from tests.browser.board import Opener, cell, head, saving


@pytest.fixture
def both(enter: Opener, ed: User, olga: User, journey: Journey) -> tuple[Page, Page]:
    """Olga's page and Ed's, each aware of the other."""
    pages = tuple(enter(journey.get_absolute_url(), user=person) for person in (olga, ed))
    for page in pages:
        expect(page.locator("[data-here-menu]")).to_be_visible()
    return pages  # type: ignore[return-value]


def write(page: Page, column: int, text: str) -> None:
    cell(page, "actions", column).click()
    page.locator(".cell__edit").fill(text)
    with saving(page, "/cards/"):
        page.keyboard.press("Enter")


def test_a_card_appears_at_the_other(both: tuple[Page, Page], journey: Journey) -> None:
    hers, his = both
    write(his, 1, "Regarde la vitrine")
    expect(cell(hers, "actions", 1)).to_contain_text("Regarde la vitrine")
    expect(cell(hers, "actions", 1)).to_have_attribute("data-here", "E")
    card = Card.objects.get(journey=journey)
    assert cell(hers, "actions", 1).locator("[data-card]").get_attribute("data-card") == str(card.pk)


def test_each_in_their_language(enter: Opener, ed: User, olga: User, journey: Journey) -> None:
    hers = enter(journey.get_absolute_url(), user=olga, locale="en-GB")
    his = enter(journey.get_absolute_url(), user=ed)
    expect(hers.locator("[data-here-menu]")).to_be_visible()
    ask = cell(hers, "actions", 1).locator(".cell__ask").inner_text()
    write(his, 1, "Regarde la vitrine")
    expect(cell(hers, "actions", 1)).to_contain_text("Regarde la vitrine")
    expect(cell(hers, "actions", 1).locator(".cell__ask")).to_contain_text(ask.removeprefix("+ "))


def test_a_new_step_appears_and_the_focus_stays_on_its_card(both: tuple[Page, Page], journey: Journey) -> None:
    hers, his = both
    write(hers, 2, "Compare les prix")
    first = head(his, "step", Step.objects.filter(journey=journey).order_by("stage__rank").first().name)  # type: ignore[union-attr]
    steps = hers.locator("th[data-kind=step]").count()
    first.focus()
    with saving(his, "/steps/add/"):
        his.keyboard.press("n")
    expect(hers.locator("th[data-kind=step]")).to_have_count(steps + 1)
    # The cell is one column further right; Delete still means the card that she looked at.
    expect(cell(hers, "actions", 3)).to_be_focused()
    with saving(hers, "/delete/"):
        hers.keyboard.press("Delete")
    assert Card.objects.get(journey=journey).deleted_at is not None


def test_who_is_here_and_where(both: tuple[Page, Page]) -> None:
    hers, his = both
    cell(his, "actions", 3).click()
    expect(cell(hers, "actions", 3)).to_have_class(f"map__cell map__cell--first is-written here--{colour(hers)}")
    hers.locator("[data-here-menu] summary").click()
    entry = hers.locator("[data-here-list] button")
    expect(entry).to_contain_text("Ed")
    expect(entry).to_contain_text("écrit")
    his.keyboard.press("Escape")
    expect(cell(hers, "actions", 3)).to_have_class(f"map__cell map__cell--first is-here here--{colour(hers)}")
    hers.locator("[data-here-list] button").click()
    expect(cell(hers, "actions", 3)).to_be_focused()
    his.close()
    expect(hers.locator("[data-here-menu]")).to_be_hidden()


def colour(page: Page) -> str:
    return page.locator("[data-here-menu] .avatar").first.get_attribute("class").rpartition("--")[2]  # type: ignore[union-attr]


def test_what_is_being_written_is_not_taken_away(both: tuple[Page, Page]) -> None:
    hers, his = both
    cell(hers, "actions", 1).click()
    hers.locator(".cell__edit").fill("Demande à une amie")
    write(his, 1, "Regarde la vitrine")
    head(his, "stage", "").first.focus()
    with saving(his, "/stages/add/"):
        his.keyboard.press("n")
    expect(hers.locator(".cell__edit")).to_have_value("Demande à une amie")
    with saving(hers, "/cards/add/"):
        hers.keyboard.press("Enter")
    for page in both:
        expect(cell(page, "actions", 1)).to_contain_text("Demande à une amie")
        expect(cell(page, "actions", 1)).to_contain_text("Regarde la vitrine")


def test_undo_leaves_the_later_edit_of_somebody_else(
    both: tuple[Page, Page], journey: Journey, complaints: list[str]
) -> None:
    hers, his = both
    write(hers, 1, "Regarde")
    expect(cell(his, "actions", 1)).to_contain_text("Regarde")
    cell(his, "actions", 1).locator("[data-card]").click()
    his.locator(".cell__edit").fill("Regarde la vitrine")
    with saving(his, "/edit/"):
        his.keyboard.press("Enter")
    expect(cell(hers, "actions", 1)).to_contain_text("Regarde la vitrine")
    with hers.expect_response("**/undo/**"):
        hers.keyboard.press("Control+z")
    expect(hers.locator(".toast--error")).to_be_visible()
    assert Card.objects.get(journey=journey).text == "Regarde la vitrine"
    assert "409" in complaints.pop()


def test_changes_by_the_api_and_by_workers_appear_too(both: tuple[Page, Page], journey: Journey) -> None:
    lane = Lane.objects.get(journey=journey, kind="actions")
    cards.card_add(lane=lane, step=cards.shown_steps(journey)[0], actor=None, text="Lit un avis")
    stages.stage_add(journey=journey, actor=None, name="Recommander", step_name="Parle de la marque", index=0)
    for page in both:
        expect(page.locator("tr.map__lane--actions")).to_contain_text("Lit un avis")
        expect(head(page, "stage", "Recommander")).to_be_visible()


def test_without_streams_the_page_asks(enter: Opener, ed: User, journey: Journey, complaints: list[str]) -> None:
    page = enter(user=ed)
    page.route("**/events?**", lambda route: route.abort())
    page.goto(journey.get_absolute_url())
    expect(page.locator("[data-live-state]")).to_contain_text("5 secondes")
    lane = Lane.objects.get(journey=journey, kind="actions")
    cards.card_add(lane=lane, step=cards.shown_steps(journey)[0], actor=None, text="Lit un avis")
    expect(cell(page, "actions", 1)).to_contain_text("Lit un avis", timeout=12000)
    page.close()
    assert all("events" in complaint for complaint in complaints)
    complaints.clear()


def test_whoever_left_the_workspace_hears_no_longer(
    enter: Opener, ed: User, journey: Journey, complaints: list[str]
) -> None:
    page = enter(user=ed)
    page.route("**/events?**", lambda route: route.fulfill(status=401, body="The token has run out."))
    page.route("**/live/", lambda route: route.fulfill(status=404, body=""))
    page.goto(journey.get_absolute_url())
    expect(page.locator("[data-live-state]")).to_contain_text("Rechargez la page")
    page.close()
    complaints.clear()


@pytest.fixture
def proxy(server: str) -> Iterator[Callable[..., str]]:
    """Put a proxy before the server: proxy(holds_back=True) keeps the answers of streams to itself, as some do."""
    stops = []

    def start(*, holds_back: bool) -> str:
        to = int(server.rpartition(":")[2])
        listening = socket.create_server(("127.0.0.1", 0))

        def asks(link: socket.socket, up: socket.socket, held: Event) -> None:
            with suppress(OSError):
                while data := link.recv(65536):
                    if holds_back and data.startswith(b"GET /events"):
                        held.set()
                    up.sendall(data)
            with suppress(OSError):
                up.shutdown(socket.SHUT_RDWR)

        def serve(link: socket.socket) -> None:
            held = Event()
            with suppress(OSError), socket.create_connection(("127.0.0.1", to)) as up:
                Thread(target=asks, args=(link, up, held), daemon=True).start()
                while data := up.recv(65536):
                    if not held.is_set():
                        link.sendall(data)
            link.close()

        def accept() -> None:
            with suppress(OSError):
                while True:
                    Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        stops.append(listening)
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for listening in stops:
        listening.close()


def test_through_a_proxy(enter: Opener, ed: User, olga: User, journey: Journey, proxy: Callable[..., str]) -> None:
    address = proxy(holds_back=False)
    hers = enter(address + journey.get_absolute_url(), user=olga)
    his = enter(address + journey.get_absolute_url(), user=ed)
    expect(hers.locator("[data-here-menu]")).to_be_visible()
    write(his, 1, "Regarde la vitrine")
    expect(cell(hers, "actions", 1)).to_contain_text("Regarde la vitrine")


def test_a_proxy_that_holds_streams_back(enter: Opener, ed: User, journey: Journey, proxy: Callable[..., str]) -> None:
    page = enter(proxy(holds_back=True) + journey.get_absolute_url(), user=ed)
    expect(page.locator("[data-live-state]")).to_contain_text("5 secondes", timeout=15000)
    lane = Lane.objects.get(journey=journey, kind="actions")
    cards.card_add(lane=lane, step=cards.shown_steps(journey)[0], actor=None, text="Lit un avis")
    expect(cell(page, "actions", 1)).to_contain_text("Lit un avis", timeout=12000)
