"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, Any]:
    """Give the templates the workspace of the page (set by cxmap.workspaces.access) and what differs by installation."""
    return {
        "workspace": getattr(request, "workspace", None),
        "membership": getattr(request, "membership", None),
        "demo_sign_in": settings.DEMO_SIGN_IN,
        "LANGUAGE_CODE_SHORT": (getattr(request, "LANGUAGE_CODE", "") or "en")[:2],
    }
