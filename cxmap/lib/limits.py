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


def count(name: str, *, seconds: int) -> None:
    """Count one try; the count ends so many seconds after its first."""
    key = _key(name)
    try:
        if not cache.add(key, 1, timeout=seconds):
            cache.incr(key)
    except ValueError:
        cache.set(key, 1, timeout=seconds)  # it ran out between the two
    except RedisError:
        logger.warning("The cache does not answer: a try was not counted")
