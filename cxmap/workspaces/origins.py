"""Origins of sites, as browsers write them: https://intranet.example.org."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LOOPBACK = frozenset({"localhost", "127.0.0.1"})
ORIGINS_MAX = 20


def origin_of(text: str) -> str:
    """Return an origin in its one form. Raises ValidationError for anything else: no path, no wildcard, https only.

    http is taken for this machine itself, to try things out.
    """
    wrong = ValidationError(
        _("“%(text)s” is no address of a site such as https://intranet.example.org, without anything behind it."),
        params={"text": text},
    )
    try:
        parts = urlsplit(text.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = parts.port
    except (ValueError, UnicodeError) as error:
        raise wrong from error
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
    known = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    named = (
        bool(host)
        and all(character.isalnum() or character in "-." for character in host)
        and ("." in host or host in LOOPBACK)
    )
    if not (plain and known and named) or host.startswith((".", "-")) or host.endswith(("-", ".")) or ".." in host:
        raise wrong
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def origins_of(text: str) -> list[str]:
    """Return the origins of a text, one a line, each once. Raises ValidationError."""
    lines = [line for line in text.replace(",", "\n").split("\n") if line.strip()]
    found = list(dict.fromkeys(origin_of(line) for line in lines))
    if len(found) > ORIGINS_MAX:
        raise ValidationError(_("At most %(n)s sites: take away what is no longer needed."), params={"n": ORIGINS_MAX})
    return found
