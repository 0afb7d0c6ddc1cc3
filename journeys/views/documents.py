"""The map as a PDF at an address of its own, for the button of its title bar."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys.documents import PAPERS
from journeys.lanes import Period
from journeys.readers import version_for
from journeys.services import exports
from journeys.views.versions import attachment


def period_in(data: Mapping[str, Any]) -> Period | None:
    """Return the days of `period=2026-11-16/2026-11-22`; None (each KPI's last closed period) without it."""
    first, _slash, last = str(data.get("period", "")).partition("/")
    try:
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        return None
    # Years far away overflow dates beside them, and no data are there.
    return Period(start, end) if start <= end and start.year >= 1990 and end.year <= 2200 else None


@login_required
@require_safe
def journey_pdf(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The map on A3, or another paper: real text, vectors, the data period and the states as words and marks.

    A map that takes longer is made from its page of files.
    """
    journey = access.journey_for_view(request, pk)
    paper = request.GET.get("paper", "a3")
    wish = exports.Wish(
        format="pdf",
        paper=paper if paper in PAPERS else "a3",
        split=True,
        period=period_in(request.GET),
        version=version_for(request, journey),
    )
    if not exports.is_quick(journey, wish):
        query = urlencode({"period": request.GET["period"]}) if request.GET.get("period") else ""
        return redirect(reverse("journeys:files", args=[pk]) + (f"?{query}" if query else ""))
    made = exports.export_make(journey, wish)
    return attachment(made.content, made.name, made.content_type, inline=True)
