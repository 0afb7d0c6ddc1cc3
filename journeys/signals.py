"""What happens to the approval of maps, for apps above that tell people of it (alerts/reviews.py)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from cxmap.workspaces.models import User
from journeys.models import Approval, Journey


class Kind(Enum):
    REVIEW_ASKED = "review.asked"
    PUBLISHED = "review.published"
    SENT_BACK = "review.sent_back"
    REVIEW_DUE = "review.due"  # the review date of a published map is here


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that people are told of. `key` is the same whenever the same thing is told again."""

    kind: Kind
    journey: Journey
    key: str
    people: Sequence[User]
    approval: Approval | None = None
    text: str = ""  # what was written along: a note, a reason


Listener = Callable[[Signal], None]
_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Have a function called with every signal, in the transaction of the change."""
    if listener not in _listeners:
        _listeners.append(listener)


def unregister_listener(listener: Listener) -> None:
    _listeners.remove(listener)


def tell(signal: Signal) -> None:
    if signal.people:
        for listener in _listeners:
            listener(signal)
