"""Calling an address that a customer typed, without being led into the network of the server.

The name is resolved here, every address it has must be a public one, and the connection goes to the address that was
checked: a name that changes its meaning between check and call (DNS rebinding) gains nothing. Redirects are not
followed, proxies of the environment are not used, and the whole call ends after TIMEOUT whatever the receiver does.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cxmap.lib.errors import CxmapError

TIMEOUT = 10.0  # seconds, for the whole call once the name is resolved
URL_LENGTH = 500
# Public by their number, yet they carry an IPv4 address of anywhere: 6to4, Teredo, NAT64.
TUNNELS = tuple(ipaddress.ip_network(text) for text in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48"))
# Public for the ipaddress of Python 3.11, though RFC 3879 and RFC 7526 took them back: site-local, relays of 6to4.
WITHDRAWN = tuple(ipaddress.ip_network(text) for text in ("fec0::/10", "192.88.99.0/24"))
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class AddressRefused(CxmapError):
    """An address that is not called."""

    code = "address_refused"
    message = _("This address cannot be called.")


class CallFailed(Exception):
    """The call did not come to an answer. Its text is a stable code, with a detail after a bar: no_name|example.org."""


@dataclass(frozen=True, slots=True)
class Answer:
    code: int


def _trusted(host: str) -> bool:
    """Return whether the operator lets this host be called wherever it is."""
    return host in settings.WEBHOOK_PRIVATE_HOSTS or (settings.LOCAL and host in LOOPBACK_NAMES)


def _public(address: str) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        if number.ipv4_mapped is not None:
            number = number.ipv4_mapped
        elif any(number in tunnel for tunnel in TUNNELS):
            return False
    if any(number in network for network in WITHDRAWN):
        return False
    return number.is_global and not number.is_multicast and not number.is_reserved


def address_check(url: str) -> SplitResult:
    """Return the parts of an address that may be called, as far as its text tells. Raises AddressRefused."""
    if len(url) > URL_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(_("Write a web address without spaces, of 500 characters at most."))
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise AddressRefused(_("Write a web address, such as https://example.org/hook.")) from error
    if parts.scheme not in {"https", "http"} or not host or port == 0:
        raise AddressRefused(_("Write a web address, such as https://example.org/hook."))
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(_("Leave name and password out of the address: the signature says who calls."))
    if parts.scheme == "http" and not (host in LOOPBACK_NAMES and _trusted(host)):
        raise AddressRefused(_("The address must begin with https://, so that nobody reads along."))
    try:
        literal = str(ipaddress.ip_address(host))
    except ValueError:
        literal = ""
    if not _trusted(host) and (host == "localhost" or (literal and not _public(literal))):
        raise AddressRefused(
            _(
                "This address lies in a private network. Whoever runs the server can allow its host (WEBHOOK_PRIVATE_HOSTS)."
            )
        )
    return parts


def _resolve(host: str, port: int) -> str:
    """Return a checked address of a host. Raises CallFailed, AddressRefused when any of its addresses is private."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CallFailed(f"no_name|{host}") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise CallFailed(f"no_name|{host}")
    if not _trusted(host) and not all(_public(address) for address in addresses):
        raise AddressRefused(
            _(
                "This address lies in a private network. Whoever runs the server can allow its host (WEBHOOK_PRIVATE_HOSTS)."
            )
        )
    # IPv4 first: many servers have no way out over IPv6.
    return min(addresses, key=lambda address: ":" in address)


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send one POST and return the status of its answer, whatever it is. Raises AddressRefused, CallFailed."""
    parts = address_check(url)
    host = (parts.hostname or "").lower()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolve(host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    call = _Call()
    try:
        call.link = socket.create_connection((address, port), timeout=TIMEOUT)
        call.timer.start()
        if parts.scheme == "https":
            tls = ssl.create_default_context()
            call.link = tls.wrap_socket(call.link, server_hostname=host, do_handshake_on_connect=False)
            call.link.do_handshake()
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        connection.sock = call.link
        connection.request("POST", path, body=body, headers={"Host": parts.netloc, "Connection": "close", **headers})
        return Answer(connection.getresponse().status)
    except ssl.SSLCertVerificationError as error:
        raise CallFailed(f"certificate|{error.verify_message}") from error
    except (OSError, http.client.HTTPException) as error:
        late = call.cut or isinstance(error, TimeoutError)
        raise CallFailed(f"late|{TIMEOUT:.0f}" if late else _reason(error)) from error
    finally:
        call.end()


class _Call:
    """One connection, cut when its time is over: a receiver that sends a byte now and then is never late for the socket."""

    def __init__(self) -> None:
        self.link: Any = None
        self.cut = False
        self.timer = threading.Timer(TIMEOUT, self._cut)
        self.timer.daemon = True

    def _cut(self) -> None:
        self.cut = True
        # Not the method of a TLS socket, which would end the encryption under the thread that reads.
        with suppress(OSError):
            socket.socket.shutdown(self.link, socket.SHUT_RDWR)

    def end(self) -> None:
        self.timer.cancel()
        if self.link is not None:
            self.link.close()


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection_refused"
    if isinstance(error, http.client.HTTPException | ConnectionError):
        return "connection_closed"
    return f"network|{getattr(error, 'strerror', '') or type(error).__name__}"
