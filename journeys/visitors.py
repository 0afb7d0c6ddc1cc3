"""People who open a map by its link: whether they gave its password, and how guests are called. Kept in their session."""

from django.contrib.auth.hashers import check_password
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from cxmap.lib import limits
from cxmap.lib.clients import client_address
from journeys.models import ShareLink

UNLOCKED, GUESTS = "share_unlocked", "share_guests"  # in the session: by id of the link
BROWSER = "share_browser"  # in the session, from the first wrong password on: what its tries are counted under
SAID, SAID_OF_LINK = 30, 300  # comments in an hour, counted in the same way
# Wrong passwords in an hour for one link: in one browser, from one address, behind which a company may sit, and from
# everywhere. Each is wide enough that nobody reaches the next one alone.
TRIES, TRIES_OF_ADDRESS, TRIES_OF_LINK = 10, 40, 400
HOUR = 3600  # seconds
KEPT = 50  # links that a session remembers


def _seal(link: ShareLink) -> str:
    """Return what says that a password was given; another password makes another one."""
    return salted_hmac("cxmap.share.unlock", f"{link.pk}:{link.password}").hexdigest()


def is_unlocked(request: HttpRequest, link: ShareLink) -> bool:
    if not link.password:
        return True
    kept = request.session.get(UNLOCKED, {}).get(str(link.pk), "")
    return constant_time_compare(kept, _seal(link))


def _limits(request: HttpRequest, link: ShareLink) -> list[tuple[str, int]]:
    """Return what counts wrong passwords, each with how many it takes."""
    found = [(f"share:{link.pk}:{client_address(request)}", TRIES_OF_ADDRESS), (f"share:{link.pk}", TRIES_OF_LINK)]
    browser = request.session.get(BROWSER)
    return [(f"share:{link.pk}:browser:{browser}", TRIES), *found] if browser else found


def _said_limits(request: HttpRequest, link: ShareLink) -> list[tuple[str, int]]:
    return [(f"said:{link.pk}:{client_address(request)}", SAID), (f"said:{link.pk}", SAID_OF_LINK)]


def says_too_much(request: HttpRequest, link: ShareLink) -> bool:
    """True when so many comments came that no other is taken for the rest of the hour."""
    return any(limits.is_spent(name, most) for name, most in _said_limits(request, link))


def said(request: HttpRequest, link: ShareLink) -> None:
    for name, _most in _said_limits(request, link):
        limits.count(name, seconds=HOUR)


def is_blocked(request: HttpRequest, link: ShareLink) -> bool:
    """True when so many wrong passwords were tried that no other is looked at for the rest of the hour."""
    return any(limits.is_spent(name, most) for name, most in _limits(request, link))


def unlock(request: HttpRequest, link: ShareLink, password: str) -> bool:
    """Remember in the session that the password was given; a wrong one is counted."""
    if not check_password(password, link.password):
        if BROWSER not in request.session:
            request.session[BROWSER] = get_random_string(22)
        for name, _most in _limits(request, link):
            limits.count(name, seconds=HOUR)
        return False
    _remember(request, UNLOCKED, link, _seal(link))
    return True


def guest_name(request: HttpRequest, link: ShareLink) -> str:
    """Return how whoever has this link called themselves; empty: they have not said yet."""
    return str(request.session.get(GUESTS, {}).get(str(link.pk), ""))


def guest_call(request: HttpRequest, link: ShareLink, name: str) -> None:
    _remember(request, GUESTS, link, name)


def _remember(request: HttpRequest, key: str, link: ShareLink, value: str) -> None:
    kept = dict(request.session.get(key, {}))
    kept.pop(str(link.pk), None)
    kept[str(link.pk)] = value
    request.session[key] = dict(list(kept.items())[-KEPT:])
