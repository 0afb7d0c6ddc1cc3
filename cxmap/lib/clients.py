"""Where a request comes from. Behind a proxy the one that connects is the proxy, for all visitors alike."""

from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def _is_trusted(address: Any) -> bool:
    return any(address in ip_network(network, strict=False) for network in settings.TRUSTED_PROXIES)


def client_address(request: HttpRequest) -> str:
    """Return the address that a request comes from: of whoever connects, or, where that is one of TRUSTED_PROXIES, of whom it names.

    Proxies add who connected to them at the end of X-Forwarded-For: it is read from there up to the first address that is
    no trusted proxy. What stands before that was written by the visitor, and is not believed.
    """
    found = str(request.META.get("REMOTE_ADDR", ""))
    named = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    try:
        while _is_trusted(ip_address(found)) and named:
            found = str(ip_address(named.pop()))
    except ValueError:  # not an address: what was found before it stands
        pass
    return found
