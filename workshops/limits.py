"""How often one address may try codes or come in. A whole company may sit behind one, so the limits are wide."""

from django.http import HttpRequest

from cxmap.lib.clients import client_address
from cxmap.lib.limits import may_try

SECONDS = 600
CODES, JOINS = "codes", "joins"
MOST = {CODES: 120, JOINS: 200}  # in SECONDS, for one address


def within(request: HttpRequest, what: str) -> bool:
    """Count one more try; False beyond the limit. Without the cache nobody is kept out of a workshop."""
    return may_try(f"workshops-{what}:{client_address(request)}", MOST[what], seconds=SECONDS)
