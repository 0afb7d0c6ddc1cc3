"""Documents made from a map."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from cxmap.lib.text import fold
from cxmap.workspaces.requests import MemberRequest
from journeys import access, documents, selectors
from journeys.views.maps import period_of


@login_required
@require_safe
def journey_pdf(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The map on A3: real text, vectors, the data period and the states as words and marks."""
    journey = access.journey_for_view(request, pk)
    board = selectors.board(journey=journey, actor=None, can_edit=False, period=period_of(request))
    content = documents.map_pdf(board)
    response = HttpResponse(content, content_type="application/pdf")
    name = slugify(fold(journey.name))[:60] or "journey"
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
