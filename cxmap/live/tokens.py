"""Who may hear a channel: a signed text that a page carries and `/events` reads, without asking the database."""

import time
from dataclasses import dataclass
from typing import Any

from django.core import signing

SALT = "cxmap.live"
SECONDS = 600  # until a page has to ask for another token: whoever was taken out of a workspace hears no longer


@dataclass(frozen=True, slots=True)
class Listener:
    """What a token says: the channel, who listens ({"id", "name", "initials", "colour", "language"}) and until when."""

    channel: str
    who: dict[str, Any]
    until: float  # seconds since 1970


def token(channel: str, *, who: dict[str, Any]) -> str:
    """Return the text that opens a channel to one person for SECONDS. The caller has checked that they may hear it.

    `who` is told to everybody on the channel; its "id" tells people apart, its "language" what is drawn for them.
    """
    return signing.dumps({"channel": channel, "who": who, "until": time.time() + SECONDS}, salt=SALT)


def listener_from(text: str) -> Listener | None:
    """Read a token; None when it was not made here, or has run out."""
    try:
        said = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    if said["until"] < time.time():
        return None
    return Listener(channel=said["channel"], who=said["who"], until=said["until"])
