"""How often one address may try codes or come in. A whole company may sit behind one, so the limits are wide."""

import logging

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from cxmap.lib.clients import client_address

logger = logging.getLogger(__name__)

SECONDS = 600
CODES, JOINS = "codes", "joins"
MOST = {CODES: 120, JOINS: 200}  # in SECONDS, for one address


def within(request: HttpRequest, what: str) -> bool:
    """Count one more try; False beyond the limit. Without the cache nobody is kept out."""
    key = f"workshops:{what}:{client_address(request)}"
    try:
        cache.add(key, 0, SECONDS)
        return int(cache.incr(key)) <= MOST[what]
    except ValueError:  # it ran out between the two
        return True
    except RedisError as error:
        logger.warning("Joins are not counted, the cache does not answer: %s", error)
        return True
