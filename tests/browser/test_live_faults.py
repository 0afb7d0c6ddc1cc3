"""A minute of writing together while connections drop and processes are killed: both end equal, and nothing is lost."""

import os
import random
import re
import time

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, TimeoutError

from cxmap.local.instance import free_port
from cxmap.workspaces.models import User
from journeys.models import Card, Journey, Lane
from tests.browser.board import cell
from tests.faults import Server, broker, database_url, until, web

pytestmark = pytest.mark.faults

SECONDS = 60
LANES = ("actions", "thoughts")


class Writer:
    """A person who writes words that nobody else writes, keeps both texts when two collide, and goes offline at times."""

    def __init__(self, name: str, page: Page, dice: random.Random) -> None:
        self.name = name
        self.page = page
        self.dice = dice
        self.words: list[str] = []
        self.offline_until = 0.0
        self.collisions = 0
        self.last = ("", "")
        self.unfinished: list[tuple[str, str]] = []  # words of which Enter did not come to pass

    def settle(self) -> None:
        """Answer a collision: both texts, as one."""
        dialog = self.page.locator("dialog[data-collision][open]")
        if dialog.count():
            self.collisions += 1
            theirs = self.page.locator("[data-theirs]").inner_text()
            mine = self.page.locator("[data-mine]").input_value()
            both = dict.fromkeys([*theirs.split(), *mine.split()])
            self.page.locator("[data-mine]").fill(" ".join(both))
            self.page.locator("[data-keep-mine]").click()

    def connection(self) -> None:
        """Lose the connection, or get it back."""
        now = time.monotonic()
        if self.offline_until:
            if now > self.offline_until:
                self.page.context.set_offline(False)
                self.offline_until = 0.0
        elif self.dice.random() < 0.08:
            self.page.context.set_offline(True)
            self.offline_until = now + self.dice.uniform(1, 4)

    def act(self) -> None:
        """Write a new card, add a word to one that is there, or move one."""
        self.settle()
        self.connection()
        place = cell(self.page, self.dice.choice(LANES), self.dice.randint(1, 4))
        present = place.locator("[data-card]:not(.is-queued)")
        what = self.dice.choice(["new", "edit", "edit", "move"]) if present.count() else "new"
        if what == "move":
            place.focus()
            self.page.keyboard.press("Alt+ArrowRight")
            return
        if what == "edit":
            present.first.locator("[data-text]").click()
        else:
            place.focus()
            self.page.keyboard.press("x")
        box = self.page.locator(".cell__edit")
        if not box.count():
            return
        word = f"{self.name}{len(self.words):03}"
        before = box.input_value() if what == "edit" else ""
        box.fill(f"{before} {word}".strip())
        self.words.append(word)
        self.last = (word, what)
        box.press("Enter")

    def waits(self) -> bool:
        """True while something has not reached the server."""
        self.settle()
        return bool(self.page.evaluate("Object.keys(localStorage).some((key) => key.startsWith('cxmap.queue'))"))

    def refused(self) -> list[str]:
        return self.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('cxmap.refused'))")

    def sees(self) -> dict[str, list[str]]:
        """What stands on the page: texts of cards by the cell's lane and step."""
        return self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll("td[data-typed]")].map((cell) => [
                `${cell.dataset.lane}/${cell.dataset.step}`,
                [...cell.querySelectorAll("[data-card] [data-text]")].map((text) => text.textContent.trim()),
            ]))"""
        )


def in_database(journey: Journey) -> dict[str, list[str]]:
    lanes = Lane.objects.filter(journey=journey, deleted_at=None)
    found: dict[str, list[str]] = {}
    for card in Card.objects.filter(journey=journey, deleted_at=None).order_by("rank", "id"):
        found.setdefault(f"{card.lane_id}/{card.step_id}", []).append(card.text)
    assert lanes
    return found


def filled(seen: dict[str, list[str]]) -> dict[str, list[str]]:
    return {place: texts for place, texts in seen.items() if texts}


class Faults:
    """Kills the web process or the broker now and then, and starts it again a moment later."""

    def __init__(self, servers: list[Server], dice: random.Random) -> None:
        self.servers = servers
        self.dice = dice
        self.back: tuple[float, Server] | None = None
        self.kills = 0

    def act(self) -> None:
        now = time.monotonic()
        if self.back is not None:
            at, server = self.back
            if now > at:
                server.start()
                self.back = None
        elif self.dice.random() < 0.06:
            server = self.dice.choice(self.servers)
            server.kill()
            self.kills += 1
            self.back = (now + self.dice.uniform(0.5, 3), server)

    def end(self) -> None:
        if self.back is not None:
            self.back[1].start()


def patiently(writer: Writer) -> None:
    """A cell may be drawn anew under the pointer: then this one step is left out."""
    try:
        writer.act()
    except TimeoutError:
        writer.unfinished.append(writer.last)


def test_a_minute_of_faults(browser: Browser, journey: Journey, ed: User, olga: User) -> None:
    seed = int(os.environ.get("CXMAP_FAULT_SEED", "7"))
    dice = random.Random(seed)
    broker_port, web_port = free_port(), free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DATABASE_OWNER_URL": database_url(),
        "REDIS_URL": f"redis://127.0.0.1:{broker_port}/0",
        "DJANGO_SETTINGS_MODULE": "cxmap.settings",
    }
    address = f"http://127.0.0.1:{web_port}"
    with broker(broker_port) as valkey, web(web_port, environment) as pages:
        writers = []
        for name, user in (("E", ed), ("O", olga)):
            context = browser.new_context(base_url=address, locale="fr-FR")
            context.set_default_timeout(2000)
            client = Client()
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            cookie = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": cookie, "value": client.cookies[cookie].value, "url": address}])
            page = context.new_page()
            page.goto(journey.get_absolute_url(), timeout=30000)
            writers.append(Writer(name, page, dice))
        faults = Faults([valkey, pages], dice)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for writer in writers:
                patiently(writer)
            faults.act()
        faults.end()
        for writer in writers:
            writer.page.context.set_offline(False)
            writer.settle()
            # What is being written is finished, as by a click elsewhere: Escape would throw it away, as it should.
            writer.page.evaluate("document.querySelector('.cell__edit')?.blur()")
        assert until(lambda: not any(writer.waits() for writer in writers), seconds=40)
        equal = until(
            lambda: all(filled(writer.sees()) == in_database(journey) for writer in writers if not writer.waits()),
            seconds=20,
        )
        written = in_database(journey)
        for writer in writers:
            seen = filled(writer.sees())
            other = {place: (seen.get(place), written.get(place)) for place in {*seen, *written}}
            assert seen == written, (
                f"seed {seed}, page of {writer.name}",
                [two for two in other.values() if two[0] != two[1]],
            )
            assert writer.refused() == [], f"seed {seed}"
            writer.page.context.close()
        assert equal
    words = re.findall(r"[EO]\d{3}", " ".join(text for texts in written.values() for text in texts))
    missing = sorted({word for writer in writers for word in writer.words} - set(words))
    unfinished = [entry for writer in writers for entry in writer.unfinished]
    told = f"seed {seed}: lost {missing} of {sum(len(writer.words) for writer in writers)}; unfinished {unfinished}"
    assert missing == [], told
    assert len(words) == len(set(words)), f"seed {seed}: written twice: {words}"
    # A run in which nothing went wrong would have shown nothing.
    assert faults.kills >= 2
    assert len(words) >= 30
