"""The bell of every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from alerts.selectors import unread_count


def unread(request: HttpRequest) -> dict[str, Any]:
    """Give the templates the number of unread alerts; asked for only where the bell is drawn."""
    membership = getattr(request, "membership", None)
    if membership is None:
        return {}
    return {"alerts_unread": SimpleLazyObject(lambda: unread_count(membership.pk))}
