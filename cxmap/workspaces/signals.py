"""What happens to requests for access, for apps above that tell people of it (alerts/reviews.py)."""

from collections.abc import Callable, Sequence
from enum import Enum

from cxmap.workspaces.models import AccessRequest, Membership


class Kind(Enum):
    ASKED = "access.asked"
    GRANTED = "access.granted"


Listener = Callable[[Kind, AccessRequest, Sequence[Membership]], None]
_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Have a function called with every request, and with whom to tell of it, in the transaction of the change."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(kind: Kind, request: AccessRequest, members: Sequence[Membership]) -> None:
    for listener in _listeners:
        listener(kind, request, members)
