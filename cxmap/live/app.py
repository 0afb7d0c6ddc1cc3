"""`/events` beside the pages: server-sent events by GET, and by POST where a person is. No database, no session.

GET  /events?token=…&page=…   a stream: `hello` (who is here), `here`, `left`, `still` (pages that are still open), what
                              services publish, `lost` and `again` (the broker went and came back), `renew` (the token
                              has run out: ask for another).
POST /events                  {"token": …, "page": …, "place": {…}} → 204; 409 for a page without a stream.
"""

import asyncio
import json
import re
import signal
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from cxmap.live.hub import Hub, Stream
from cxmap.live.tokens import listener_from

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/events"
BEAT_SECONDS = 15.0  # proxies close what is silent for longer, often after 60 s
RETRY_MS = 1000
STREAMS_MAX = 2000  # of one process
BODY_MAX = 4096  # bytes
PAGE = re.compile(r"[A-Za-z0-9]{8,40}")
# Some proxies hold back the first kilobytes of an answer until they know what it is.
PADDING = ":" + " " * 2048 + "\n"
HEADERS = [
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
]


def frame(event: str, data: Any) -> bytes:
    """Return one event as the stream carries it; JSON has no line breaks of its own."""
    return f"event: {event}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


class Events:
    """The ASGI application of `/events`."""

    def __init__(self) -> None:
        self.hub = Hub()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET":
            await self._stream(scope, receive, send)
        elif scope["method"] == "POST":
            await self._place(receive, send)
        else:
            await _answer(send, 405, "Use GET for the stream, POST to say where you are.")

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        listener = listener_from(query.get("token", [""])[0])
        page = query.get("page", [""])[0]
        if listener is None or not PAGE.fullmatch(page):
            await _answer(send, 401, "The token is missing or has run out: ask the page for another.")
            return
        if len(self.hub) >= STREAMS_MAX or not self.hub.has_room_for(listener):
            await _answer(send, 503, "Too many open pages on this server: this one follows by asking.")
            return
        stream = Stream(listener, page)
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), *HEADERS]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send(_part(f"retry: {RETRY_MS}\n{PADDING}\n".encode()))
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _task: stream.end())
        try:
            await self.hub.open(stream)
            await self._tell(stream, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            await self.hub.close(stream)

    async def _tell(self, stream: Stream, send: Send) -> None:
        """Send events until the stream is ended or the token runs out."""
        while True:
            left = stream.listener.until - time.time()
            if left <= 0:
                await send(_part(frame("renew", {})))
                return
            try:
                news = await asyncio.wait_for(stream.queue.get(), min(BEAT_SECONDS, left))
            except TimeoutError:
                await send(_part(b": \n\n"))
                continue
            if news is None:
                return
            await send(_part(frame(*news)))

    async def _place(self, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        try:
            said = json.loads(body or b"")
            listener, page, place = listener_from(said["token"]), said["page"], said["place"]
        except (ValueError, KeyError, TypeError):
            listener, page, place = None, "", None
        if listener is None or not PAGE.fullmatch(str(page)) or not _is_place(place):
            await _answer(send, 401, "The token has run out, or the body is no JSON of token, page and place.")
            return
        if not await self.hub.may_say(listener, page):
            await _answer(send, 409, "This page has no stream open, or says too much.")
            return
        await self.hub.say(listener, page, place)
        await send({"type": "http.response.start", "status": 204, "headers": HEADERS})
        await send({"type": "http.response.body", "body": b""})


def _is_place(place: Any) -> bool:
    return isinstance(place, dict) and all(isinstance(value, str | bool) for value in place.values())


def _part(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request; None when it is longer than any of ours."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > BODY_MAX:
            return None
        if not message.get("more_body"):
            return body


async def _answer(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def beside(pages: App) -> App:
    """Return the application that answers `/events` itself and leaves everything else to the pages."""
    events = Events()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(events.hub, receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH:
            await events(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return application


async def _lifespan(hub: Hub, receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _end_streams_on_signals(hub)
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _end_streams_on_signals(hub: Hub) -> None:
    """End the streams when the server is told to stop: it would wait for them, and then complain."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)

        def stop(signum: int, frame: Any, before: Any = before) -> None:
            loop.call_soon_threadsafe(hub.end)
            if callable(before):
                before(signum, frame)

        signal.signal(number, stop)
