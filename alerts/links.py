"""Signed links that mails carry."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from cxmap.workspaces.models import Membership

SALT = "cxmap.alerts.unsubscribe"


def unsubscribe_url(membership: Membership) -> str:
    """Return the address that turns the mails of one membership off, without signing in."""
    return settings.PUBLIC_URL + reverse("alerts:unsubscribe", args=[signing.dumps(membership.pk, salt=SALT)])


def unsubscribe_membership(token: str) -> int | None:
    """Return the membership that a link is for; None when nobody signed it."""
    try:
        return int(signing.loads(token, salt=SALT))
    except (signing.BadSignature, TypeError, ValueError):
        return None
