"""Telling open pages what has happened, from services, after the commit."""

import json
import logging
import time
from threading import Lock
from typing import Any

import redis
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from redis.exceptions import RedisError

from cxmap.live.broker import HERE_SECONDS, channel_key, here_key

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 0.5  # an edit waits for the broker no longer than this
PAUSE_SECONDS = 3.0  # after it did not answer, it is left alone: edits go on at their own speed


class _Broker:
    """The connections of this process, and whether the broker is left alone for a moment."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._client: redis.Redis | None = None
        self._silent_until = 0.0
        self.untold: set[str] = set()  # channels that missed something: they are told to ask when it answers again

    def client(self) -> redis.Redis | None:
        """Return the client; None while the broker is left alone."""
        if time.monotonic() < self._silent_until:
            return None
        with self._lock:
            if self._client is None:
                self._client = redis.Redis.from_url(
                    settings.REDIS_URL,
                    socket_connect_timeout=ANSWER_SECONDS,
                    socket_timeout=ANSWER_SECONDS,
                    health_check_interval=30,
                    decode_responses=True,
                )
            return self._client

    def failed(self, error: RedisError) -> None:
        self._silent_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("The broker does not answer; pages follow by asking: %s", error)


_broker = _Broker()


def send(channel: str, event: str, data: dict[str, Any]) -> bool:
    """Tell a channel now. False when the broker is away.

    A channel that missed something is told to ask as soon as anything can be told again; pages also look by themselves.
    """
    client = _broker.client()
    if client is None:
        _broker.untold.add(channel)
        return False
    try:
        for missed in tuple(_broker.untold):
            client.publish(channel_key(missed), json.dumps(["again", {}]))
            _broker.untold.discard(missed)
        client.publish(channel_key(channel), json.dumps([event, data], cls=DjangoJSONEncoder))
    except RedisError as error:
        _broker.failed(error)
        _broker.untold.add(channel)
        return False
    return True


def publish(channel: str, event: str, data: dict[str, Any]) -> None:
    """Tell a channel once this transaction is committed. Never raises, and makes no promise (see the package).

    Browsers keep the names open, error and message for themselves; hello, here, left, still, lost, again and renew are
    the stream's own.
    """
    transaction.on_commit(lambda: send(channel, event, data), robust=True)


def audience(channel: str) -> list[dict[str, Any]]:
    """Return what the open pages of a channel say of themselves; nobody while the broker is away."""
    client = _broker.client()
    if client is None:
        return []
    try:
        pages: Any = client.hvals(here_key(channel))
    except RedisError as error:
        _broker.failed(error)
        return []
    oldest = time.time() - HERE_SECONDS
    return [page for text in pages if (page := json.loads(text))["at"] > oldest]
