"""The stream of events over a real web process and a real broker: who may hear what, and what happens when one of them goes."""

import json
import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import TransactionTestCase, override_settings

from cxmap import live
from cxmap.live import publishing
from cxmap.live.tokens import SECONDS
from cxmap.local.instance import free_port
from journeys.live import channel_of
from journeys.services import cards
from journeys.services.journeys import journey_create
from tests.base import CastMixin
from tests.faults import broker, database_url, until, web

pytestmark = pytest.mark.faults


class Ear:
    """A page that listens."""

    def __init__(self, port: int, token: str, page: str = "page00000001") -> None:
        self.link = socket.create_connection(("127.0.0.1", port), timeout=10)
        query = urlencode({"token": token, "page": page})
        self.link.sendall(f"GET /events?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        self.text = b""

    def read(self, *, seconds: float) -> None:
        self.link.settimeout(seconds)
        with suppress(TimeoutError):
            self.text += self.link.recv(65536)

    def events(self) -> list[tuple[str, Any]]:
        lines = self.text.decode().splitlines()
        found, name = [], ""
        for line in lines:
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                try:
                    found.append((name, json.loads(line[6:])))
                except ValueError:  # the rest is still on its way
                    break
        return found

    def hears(self, name: str, *, seconds: float = 15.0, where: str = "") -> bool:
        def look() -> bool:
            self.read(seconds=0.2)
            return any(event == name and where in json.dumps(data) for event, data in self.events())

        return until(look, seconds=seconds)

    @property
    def status(self) -> int:
        while b"\r\n" not in self.text:
            self.read(seconds=5)
        return int(self.text.split(b" ", 2)[1])

    def close(self) -> None:
        self.link.close()


class EventsTest(CastMixin, TransactionTestCase):
    def setUp(self) -> None:
        self.make_cast()
        self.prefix = f"live-{uuid.uuid4().hex[:8]}:"
        self.broker_port, self.port = free_port(), free_port()
        url = f"redis://127.0.0.1:{self.broker_port}/0"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "DATABASE_OWNER_URL": database_url(),
            "REDIS_URL": url,
            "REDIS_PREFIX": self.prefix,
            "DJANGO_SETTINGS_MODULE": "cxmap.settings",
        }
        # This process publishes to the same broker, through connections of its own.
        for patch in (
            override_settings(REDIS_URL=url, REDIS_PREFIX=self.prefix),
            mock.patch.object(publishing, "_broker", publishing._Broker()),
        ):
            patch.__enter__()
            self.addCleanup(patch.__exit__, None, None, None)

    def token(self, channel: str = "map:one", user: str = "u1") -> str:
        return live.token(channel, who={"id": user, "name": "Ed", "initials": "E", "colour": 1, "language": "en"})

    @contextmanager
    def ear(self, token: str, page: str = "page00000001") -> Iterator[Ear]:
        ear = Ear(self.port, token, page)
        try:
            yield ear
        finally:
            ear.close()

    def place(self, token: str, page: str, **place: Any) -> int:
        body = json.dumps({"token": token, "page": page, "place": place}).encode()
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as link:
            head = (
                f"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            )
            link.sendall(head.encode() + body)
            return int(link.recv(4096).split(b" ", 2)[1])

    def test_only_its_own_channel_and_only_with_a_token(self) -> None:
        with broker(self.broker_port), web(self.port, self.environment):
            with self.ear("forged") as ear:
                self.assertEqual(ear.status, 401)
            with mock.patch("cxmap.live.tokens.time.time", return_value=time.time() - SECONDS - 1):
                old = self.token()
            with self.ear(old) as ear:
                self.assertEqual(ear.status, 401)
            with self.ear(self.token(), page="x") as ear:
                self.assertEqual(ear.status, 401)
            with self.ear(self.token()) as ear, self.ear(self.token("map:two")) as other:
                self.assertTrue(ear.hears("hello") and other.hears("hello"))
                self.assertTrue(live.send("map:two", "board", {"revision": 7}))
                self.assertTrue(other.hears("board", where="7"))
                self.assertFalse(ear.hears("board", seconds=1.0))
                self.assertIn(b"x-accel-buffering: no", ear.text)

    def test_presence_comes_and_goes_and_nobody_speaks_for_others(self) -> None:
        with broker(self.broker_port), web(self.port, self.environment):
            with self.ear(self.token()) as ear:
                self.assertTrue(ear.hears("hello"))
                with self.ear(self.token(user="u2"), page="page00000002") as other:
                    self.assertTrue(other.hears("hello", where="u1.page00000001"))
                    self.assertTrue(ear.hears("here", where="u2.page00000002"))
                    self.assertEqual(self.place(self.token(user="u2"), "page00000002", cell="lane/step"), 204)
                    self.assertTrue(ear.hears("here", where="lane/step"))
                    # A page of somebody else is another page, which this person has not opened.
                    self.assertEqual(self.place(self.token(user="u2"), "page00000001", cell="elsewhere"), 409)
                    self.assertFalse(ear.hears("here", where="elsewhere", seconds=1.0))
                    answers = {self.place(self.token(user="u2"), "page00000002", cell=str(n)) for n in range(60)}
                    self.assertIn(409, answers)
                    self.assertEqual(self.place("forged", "page00000002", cell="x"), 401)
                    self.assertEqual(self.place(self.token(), "page00000001", cell="x" * 5000), 401)
                    self.assertEqual(self.place(self.token(), "page00000001", cell=[1]), 401)
                self.assertTrue(ear.hears("left", where="u2.page00000002"))

    def test_the_broker_goes_and_comes_back(self) -> None:
        with broker(self.broker_port) as server, web(self.port, self.environment):
            with self.ear(self.token()) as ear:
                self.assertTrue(ear.hears("hello"))
                server.kill()
                self.assertTrue(ear.hears("lost"))
                start = time.monotonic()
                sent = [live.send("map:one", "board", {"revision": number}) for number in range(50)]
                self.assertFalse(any(sent))
                self.assertLess(time.monotonic() - start, 5.0)  # one attempt, not fifty
                server.start()
                self.assertTrue(ear.hears("again"))
                self.assertTrue(until(lambda: live.send("map:one", "board", {"revision": 99}), seconds=10))
                self.assertTrue(ear.hears("board", where="99"))

    def test_an_edit_brings_its_cells_to_the_others_and_streams_hold_no_connections(self) -> None:
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Buying", no_persona_yet=True)
        lane = journey.lanes.get(kind="actions")
        step = cards.shown_steps(journey)[0]
        channel = channel_of(journey.pk)
        with broker(self.broker_port), web(self.port, self.environment):
            cards.card_add(lane=lane, step=step, actor=self.ed, text="Nobody listens")
            ears = [Ear(self.port, self.token(channel, f"u{number}"), f"page{number:08}") for number in range(20)]
            self.assertTrue(all(ear.hears("hello") for ear in ears))
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
                self.assertLessEqual(cursor.fetchone()[0], 2)
            cards.card_add(lane=lane, step=step, actor=self.ed, text="Looks <b>around</b>")
            self.assertTrue(all(ear.hears("board", where="Looks &lt;b&gt;around&lt;/b&gt;") for ear in ears))
            self.assertNotIn(b"Nobody listens", ears[0].text.split(b"event: board")[0])
            for ear in ears:
                ear.close()

    def test_the_token_runs_out(self) -> None:
        with broker(self.broker_port), web(self.port, self.environment):
            with mock.patch("cxmap.live.tokens.time.time", return_value=time.time() - SECONDS + 3):
                token = self.token()
            with self.ear(token) as ear:
                self.assertTrue(ear.hears("hello"))
                self.assertTrue(ear.hears("renew"))
