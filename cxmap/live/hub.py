"""The streams of one web process: one subscription at the broker, a queue for every open page."""

import asyncio
import contextlib
import json
import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import redis.asyncio
from django.conf import settings
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from cxmap.live.broker import HERE_KEY_SECONDS, HERE_SECONDS, channel_key, channel_of, here_key, subscribed
from cxmap.live.tokens import Listener

logger = logging.getLogger(__name__)

QUEUE_MAX = 500  # events that a slow page may be behind; beyond it the page starts anew and asks
RETRY_SECONDS = 1.0
PING_SECONDS = 10.0
SILENT_SECONDS = 35.0
STREAMS_OF_ONE = 12  # of one person on one channel, in this process
SAYS_PER_SECOND = 20  # of one page
REFRESH_SECONDS = HERE_SECONDS / 3
News = tuple[str, Any]  # event, data


@dataclass(eq=False, slots=True)
class Stream:
    """One open page: who it is, and what it has not been told yet. None in the queue ends it."""

    listener: Listener
    page: str  # chosen by the page, of this person only
    queue: "asyncio.Queue[News | None]" = field(default_factory=lambda: asyncio.Queue(QUEUE_MAX))
    place: dict[str, Any] = field(default_factory=dict)  # what the page says that the person looks at

    @property
    def key(self) -> str:
        return page_key(self.listener, self.page)

    def tell(self, event: str, data: Any) -> None:
        """Queue an event; a page that cannot keep up is ended."""
        try:
            self.queue.put_nowait((event, data))
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Drop what waits and end the stream."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)

    def said(self) -> dict[str, Any]:
        return said_of(self.listener, self.page, self.place)


def page_key(listener: Listener, page: str) -> str:
    """Return the id of a page: nobody can speak for a page of somebody else."""
    return f"{listener.who['id']}.{page}"


def said_of(listener: Listener, page: str, place: dict[str, Any]) -> dict[str, Any]:
    """Return what the others are told of a page."""
    return {"page": page_key(listener, page), "who": listener.who, "place": place, "at": time.time()}


class Hub:
    """All streams of this process. Lives in its one event loop."""

    def __init__(self) -> None:
        self._streams: dict[str, set[Stream]] = defaultdict(set)
        self._client: redis.asyncio.Redis | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._said: dict[str, tuple[int, int]] = {}  # page → second, how often it said something in it
        self._broken = False  # the broker is away: streams say so, and pages ask

    def __len__(self) -> int:
        return sum(len(streams) for streams in self._streams.values())

    def _broker(self) -> redis.asyncio.Redis:
        if self._client is None:
            self._client = redis.asyncio.Redis.from_url(
                settings.REDIS_URL, socket_connect_timeout=2, decode_responses=True, health_check_interval=30
            )
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._stay())]
        return self._client

    def has_room_for(self, listener: Listener) -> bool:
        """False when one person holds more pages open than anybody looks at."""
        own = [one for one in self._streams.get(listener.channel, ()) if one.listener.who["id"] == listener.who["id"]]
        return len(own) < STREAMS_OF_ONE

    async def may_say(self, listener: Listener, page: str) -> bool:
        """False for a page that is not open anywhere, or says too much."""
        key = page_key(listener, page)
        second = int(time.monotonic())
        at, count = self._said.get(key, (second, 0))
        count = count + 1 if at == second else 1
        if len(self._said) > QUEUE_MAX:
            self._said.clear()
        self._said[key] = (second, count)
        if count > SAYS_PER_SECOND:
            return False
        if any(one.key == key for one in self._streams.get(listener.channel, ())):
            return True
        try:
            return bool(await self._broker().hexists(here_key(listener.channel), key))
        except RedisError:
            return False

    async def open(self, stream: Stream) -> None:
        """Add a page: it is told who is here, and the others that it came."""
        channel = stream.listener.channel
        self._broker()
        self._streams[channel].add(stream)
        stream.tell("hello", {"page": stream.key, "here": await self._here(channel)})
        if self._broken:
            stream.tell("lost", {})
        await self.say(stream.listener, stream.page, stream.place)

    async def close(self, stream: Stream) -> None:
        """Take a page away and tell the others."""
        channel = stream.listener.channel
        self._streams[channel].discard(stream)
        came_back = any(other.key == stream.key for other in self._streams[channel])
        if not self._streams[channel]:
            del self._streams[channel]
        if came_back:
            return
        with contextlib.suppress(RedisError):
            await self._broker().hdel(here_key(channel), stream.key)
            await self._publish(channel, "left", {"page": stream.key})

    async def say(self, listener: Listener, page: str, place: dict[str, Any]) -> None:
        """Note where a person is and tell the others. Without the broker nobody hears, and nothing breaks.

        The stream of the page may be of another process: it hears it as all others do.
        """
        channel, said = listener.channel, said_of(listener, page, place)
        with contextlib.suppress(RedisError):
            async with self._broker().pipeline(transaction=False) as pipe:
                pipe.hset(here_key(channel), said["page"], json.dumps(said))
                pipe.expire(here_key(channel), HERE_KEY_SECONDS)
                pipe.publish(channel_key(channel), json.dumps(["here", said]))
                await pipe.execute()

    async def _publish(self, channel: str, event: str, data: Any) -> None:
        await self._broker().publish(channel_key(channel), json.dumps([event, data]))

    async def _here(self, channel: str) -> list[dict[str, Any]]:
        """Return the pages that are open; those of processes that were killed are forgotten after a while."""
        try:
            found = await self._broker().hgetall(here_key(channel))
        except RedisError:
            return [other.said() for other in self._streams[channel]]
        oldest = time.time() - HERE_SECONDS
        pages = {key: json.loads(text) for key, text in found.items()}
        gone = [key for key, page in pages.items() if page["at"] <= oldest]
        if gone:
            with contextlib.suppress(RedisError):
                await self._broker().hdel(here_key(channel), *gone)
        return [page for key, page in pages.items() if key not in gone]

    async def _listen(self) -> None:
        """Hand on what the broker tells, for ever; after a break every page is told to ask the server."""
        while True:
            try:
                async with self._broker().pubsub() as subscription:
                    await subscription.psubscribe(subscribed())
                    if self._broken:
                        self._broken = False
                        self._everybody("again", {})
                    heard = time.monotonic()
                    while True:
                        message = await subscription.get_message(timeout=PING_SECONDS)
                        if message is not None:
                            heard = time.monotonic()
                            if message["type"] == "pmessage":
                                self._hand_on(channel_of(message["channel"]), message["data"])
                        elif time.monotonic() - heard > SILENT_SECONDS:
                            # The line is cut without a word: nobody would ever tell.
                            raise RedisConnectionError("The broker is silent.")
                        else:
                            await subscription.ping()
            except (RedisError, OSError) as error:
                if not self._broken:
                    logger.warning("The stream of events has lost the broker: %s", error)
                    self._broken = True
                    self._everybody("lost", {})
                await asyncio.sleep(RETRY_SECONDS)

    def _hand_on(self, channel: str, text: str) -> None:
        streams = self._streams.get(channel)
        if not streams:
            return
        event, data = json.loads(text)
        for stream in tuple(streams):
            if event == "here" and data["page"] == stream.key:
                stream.place = data["place"]
            stream.tell(event, data)

    def _everybody(self, event: str, data: Any) -> None:
        for streams in tuple(self._streams.values()):
            for stream in tuple(streams):
                stream.tell(event, data)

    async def _stay(self) -> None:
        """Say again and again that the pages of this process are open: what is not said is forgotten."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            with contextlib.suppress(RedisError):
                async with self._broker().pipeline(transaction=False) as pipe:
                    for channel, streams in tuple(self._streams.items()):
                        for stream in streams:
                            pipe.hset(here_key(channel), stream.key, json.dumps(stream.said()))
                        keys = [stream.key for stream in streams]
                        pipe.publish(channel_key(channel), json.dumps(["still", {"pages": keys}]))
                        pipe.expire(here_key(channel), HERE_KEY_SECONDS)
                    await pipe.execute()

    def end(self) -> None:
        """End every stream: their pages come back, to this process started anew or to another one."""
        for streams in tuple(self._streams.values()):
            for stream in tuple(streams):
                stream.end()

    async def stop(self) -> None:
        """End every stream and let the broker go."""
        self.end()
        for task in self._tasks:
            task.cancel()
        if self._client is not None:
            await self._client.aclose()
            self._client = None
