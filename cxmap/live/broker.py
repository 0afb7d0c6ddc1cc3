"""Names in the broker. Channels and keys carry the prefix of the instance: two instances may share one server."""

from django.conf import settings

HERE_SECONDS = 40  # how long a page is taken to be open after its process said so last
HERE_KEY_SECONDS = 3600


def subscribed() -> str:
    """The pattern that each web process listens to."""
    return f"{settings.REDIS_PREFIX}live:*"


def channel_key(channel: str) -> str:
    return f"{settings.REDIS_PREFIX}live:{channel}"


def channel_of(key: str) -> str:
    return key.removeprefix(f"{settings.REDIS_PREFIX}live:")


def here_key(channel: str) -> str:
    """The hash of the pages that are open on a channel: id of the page → what it says of itself."""
    return f"{settings.REDIS_PREFIX}here:{channel}"
