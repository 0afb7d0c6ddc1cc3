"""Thirty people on one map: how long until the others see an edit, and what it costs the server."""

import asyncio
import json
import os
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import Result, benchmark

PEOPLE = 30
SECONDS = 30
EDIT_EVERY = 5.0  # seconds between two edits of one person, on average
MOVE_EVERY = 2.0  # seconds between two changes of the place where a person is
TICKS = os.sysconf("SC_CLK_TCK")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


class Person:
    """A browser without a screen: it holds the stream open, writes cards and asks for the board when told to."""

    def __init__(self, number: int, port: int, cookies: str, csrf: str, journey: Any, token: str) -> None:
        self.number = number
        self.port = port
        self.headers = (
            f"Host: 127.0.0.1:{port}\r\nCookie: {cookies}\r\nX-CSRFToken: {csrf}\r\nX-Requested-With: fetch\r\n"
        )
        self.journey = journey
        self.token = token
        self.page = f"bench{number:05}"
        self.heard: dict[str, float] = {}  # text of a card, or revision of a board → when it was there
        self.boards: list[float] = []  # milliseconds from the news to the board
        self.answers: list[float] = []  # milliseconds of the edits
        self.revision = 0

    async def request(
        self, method: str, path: str, body: str = "", kind: str = "application/x-www-form-urlencoded"
    ) -> bytes:
        """Return the body of an answer; one connection each, as a slow case."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        data = body.encode()
        head = f"{method} {path} HTTP/1.1\r\n{self.headers}Content-Type: {kind}\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + data)
        answer = await reader.read()
        writer.close()
        status = int(answer.split(b" ", 2)[1])
        if status not in {200, 204}:
            raise RuntimeError(f"{method} {path}: {answer[:300]!r}")
        return answer.partition(b"\r\n\r\n")[2]

    async def listen(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)
        query = urlencode({"token": self.token, "page": self.page})
        writer.write(f"GET /events?{query} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        event = ""
        async for raw in reader:
            line = raw.decode().rstrip()
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: ") and event == "board":
                await self.hear(json.loads(line[6:]))

    async def hear(self, news: dict[str, Any]) -> None:
        now = time.perf_counter()
        if "cells" in news:
            html = news["cells"][0]["html"]["en"]
            self.heard[html.rpartition("BENCH")[2][:8]] = now
            return
        await self.request("GET", f"/journeys/{self.journey}/board/?since={self.revision}")
        self.heard[f"r{news['revision']}"] = time.perf_counter()

    async def write(self, lane: Any, step: Any, text: str) -> None:
        start = time.perf_counter()
        await self.request(
            "POST", f"/lanes/{lane}/cards/add/", urlencode({"step": step, "text": f"Asks a friend BENCH{text}"})
        )
        self.answers.append((time.perf_counter() - start) * 1000)

    async def rename(self, step: Any, name: str) -> int:
        answer = await self.request("POST", f"/steps/{step}/rename/", urlencode({"name": name}))
        return int(json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])["revision"])

    async def move(self, lane: Any, step: Any) -> None:
        place = {"cell": f"{lane}/{step}", "writing": False}
        await self.request(
            "POST", "/events", json.dumps({"token": self.token, "page": self.page, "place": place}), "application/json"
        )


def _people(port: int) -> tuple[list[Person], Any]:
    from django.conf import settings
    from django.test import Client

    from benchmarks.maps import _fill, _owner_and_workspace
    from cxmap.workspaces.models import Membership, Role, User
    from journeys import live
    from journeys.services.journeys import journey_create

    owner, workspace = _owner_and_workspace()
    journey = journey_create(workspace=workspace, actor=owner, name="Together", no_persona_yet=True)
    _fill(journey, owner, steps=60, lanes=8, cards=480)
    people = []
    for number in range(PEOPLE):
        user = User.objects.create_user(f"p{number}@example.org", name=f"Person {number}", language="en")
        Membership.objects.create(workspace=workspace, user=user, role=Role.EDITOR)
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        csrf = "c" * 32
        cookies = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}; {settings.CSRF_COOKIE_NAME}={csrf}"
        token = live.live.token(live.channel_of(journey.pk), who={**live.who(user), "language": "en"})
        people.append(Person(number, port, cookies, csrf, journey.pk, token))
    return people, journey


async def _session(people: list[Person], lanes: list[Any], steps: list[Any], pid: int) -> dict[str, Any]:
    """Let everybody write and move for a while, then rename steps; return delays in milliseconds and the server's costs."""
    dice = random.Random(3)
    listening = [asyncio.create_task(person.listen()) for person in people]
    await asyncio.sleep(2)
    sent: dict[str, tuple[int, float]] = {}

    async def live_on(person: Person) -> None:
        end = time.perf_counter() + SECONDS
        mine = random.Random(person.number)
        moved = 0.0
        while time.perf_counter() < end:
            await asyncio.sleep(mine.uniform(0, 2 * MOVE_EVERY))
            await person.move(mine.choice(lanes), mine.choice(steps))
            moved += MOVE_EVERY
            if moved >= EDIT_EVERY:
                moved -= EDIT_EVERY
                text = f"{person.number:03}{len(person.answers):05}"
                sent[text] = (person.number, time.perf_counter())
                await person.write(mine.choice(lanes), mine.choice(steps), text)

    cpu, start = _cpu_seconds(pid), time.perf_counter()
    await asyncio.gather(*(live_on(person) for person in people))
    costs = {"cpu": (_cpu_seconds(pid) - cpu) / (time.perf_counter() - start), "megabytes": _megabytes(pid)}
    await asyncio.sleep(2)
    delays, lost = [], 0
    for text, (author, at) in sent.items():
        for person in people:
            if person.number == author:
                continue
            if text in person.heard:
                delays.append((person.heard[text] - at) * 1000)
            else:
                lost += 1
    boards = []
    for number in range(8):
        at = time.perf_counter()
        revision = await people[number].rename(dice.choice(steps), f"Renamed {number}")
        await asyncio.sleep(3)
        boards += [(p.heard[f"r{revision}"] - at) * 1000 for p in people[number + 1 :] if f"r{revision}" in p.heard]
    for task in listening:
        task.cancel()
    answers = [answer for person in people for answer in person.answers]
    return {"delays": delays, "lost": lost, "edits": len(sent), "answers": answers, "boards": boards, **costs}


@benchmark
def live_edit() -> Iterator[Result]:
    """30 participants on a map of 60 steps × 8 lanes (480 cards): each edits every 5 s and moves every 2 s."""
    from django.conf import settings
    from django.db import connection

    from cxmap.local.instance import free_port
    from journeys.models import Lane, Step
    from tests.faults import database_url, web

    port = free_port()
    people, journey = _people(port)
    lanes = list(
        Lane.objects.filter(journey=journey, kind__in=["goals", "actions", "thoughts"]).values_list("pk", flat=True)
    )
    steps = list(Step.objects.filter(journey=journey).values_list("pk", flat=True))
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DATABASE_OWNER_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
    }
    with web(port, environment) as server:
        assert server.process is not None
        found = asyncio.run(_session(people, lanes, steps, server.process.pid))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connections = cursor.fetchone()[0]
    context = {
        "participants": PEOPLE,
        "edits": found["edits"],
        "seconds": SECONDS,
        "deliveries": len(found["delays"]),
        "asked_instead": found["lost"],
    }
    for name, values in (
        ("seen by others", found["delays"]),
        ("answer to the writer", found["answers"]),
        ("new board at others", found["boards"]),
    ):
        cuts = statistics.quantiles(values, n=20)
        yield Result(value=statistics.median(values), unit="ms", context=context, name=f"live_edit {name} p50")
        yield Result(value=cuts[18], unit="ms", context=context, name=f"live_edit {name} p95")
    yield Result(value=found["cpu"], unit="cores", context=context, name="live_edit CPU of the web process")
    yield Result(value=found["megabytes"], unit="MB", context=context, name="live_edit memory of the web process")
    yield Result(value=connections, unit="connections", context=context, name="live_edit connections to PostgreSQL")
