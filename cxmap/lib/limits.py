"""How often somebody may try something; counted in the cache, for all processes together."""

import hashlib
import logging

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _key(name: str) -> str:
    return "limit:" + hashlib.sha256(name.encode()).hexdigest()


def is_spent(name: str, limit: int) -> bool:
    """True when `limit` tries were counted. Without the cache nobody knows: then it is."""
    try:
        return int(cache.get(_key(name), 0)) >= limit
    except RedisError:
        logger.warning("The cache does not answer: %s is refused", name.partition(":")[0])
        return True


def _add_one(name: str, seconds: int) -> int | None:
    """Count one try and return how many there are; None without the cache."""
    key = _key(name)
    try:
        cache.add(key, 0, timeout=seconds)
        return int(cache.incr(key))
    except ValueError:
        cache.set(key, 1, timeout=seconds)  # it ran out between the two
        return 1
    except RedisError:
        logger.warning("The cache does not answer: a try of %s was not counted", name.partition(":")[0])
        return None


def count(name: str, *, seconds: int) -> None:
    """Count one try; the count ends so many seconds after its first."""
    _add_one(name, seconds)


def may_try(name: str, limit: int, *, seconds: int) -> bool:
    """Count one try; False beyond the limit. Without the cache nobody is kept out: for what must go on."""
    tries = _add_one(name, seconds)
    return tries is None or tries <= limit
