"""Who delivers the messages of a topic, and what they may answer.

Reasons and errors are stable codes, with a detail after a bar (answered|503): whoever shows them has the words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cxmap.outbox.models import Message


@dataclass(frozen=True, slots=True)
class Delivered:
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """There is no reason left to send it: the person has left, the webhook is gone."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: quiet hours, a paused receiver. It counts as no attempt."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not work. It is tried again after a while, a limited number of times, unless that is pointless."""

    error: str
    code: int | None = None
    permanent: bool = False


Outcome = Delivered | Dropped | Later | Failed
Handler = Callable[[Message], Outcome]

_handlers: dict[str, Handler] = {}


def register_handler(topic: str, handler: Handler) -> None:
    """Name the function that delivers the messages of a topic. It runs outside any transaction and may run twice."""
    _handlers[topic] = handler


def handler_of(topic: str) -> Handler | None:
    return _handlers.get(topic)
