"""Pictures, links and files on a map."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys.forms import MediaForm
from journeys.models import Attachment
from journeys.services import cards as services
from journeys.services.attachments import attachment_create, attachment_open
from journeys.views.cells import lane_and_step
from journeys.views.maps import answer_board
from touchpoints.icons import icon_response
from touchpoints.models import Channel


def _send(attachment: Attachment) -> FileResponse:
    try:
        content = attachment_open(attachment)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=not attachment.is_image, filename=attachment.name, content_type=attachment.content_type
    )
    # The content never changes under its id; the policy keeps even a document from running anything.
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_required
@require_safe
def attachment(request: MemberRequest, pk: UUID) -> FileResponse:
    return _send(access.attachment_for_view(request, pk))


@require_safe
def shared_attachment(request: MemberRequest, token: str, pk: UUID) -> FileResponse:
    """A file of a shared map, for whoever has its link."""
    link = access.share_link_from(token)
    found = Attachment.objects.filter(
        pk=pk, journey=link.journey_id, cards__deleted_at=None, cards__lane__hidden=False
    ).first()
    if found is None:
        raise Http404
    return _send(found)


@require_safe
def shared_icon(request: MemberRequest, token: str, pk: int) -> FileResponse:
    """The own icon of a channel that stands on a shared map, for whoever has its link."""
    link = access.share_link_from(token)
    ticked = Q(cards__journey=link.journey_id, cards__deleted_at=None, cards__lane__hidden=False)
    met = Q(touchpoints__cards__journey=link.journey_id, touchpoints__cards__deleted_at=None)
    channel = Channel.objects.filter(ticked | met, pk=pk, workspace=link.workspace_id).first()
    if channel is None:
        raise Http404
    return icon_response(channel)


@login_required
def media_add(request: MemberRequest) -> HttpResponse:
    """Put a picture, document or link into a cell."""
    source = request.POST if request.method == "POST" else request.GET
    lane, step = lane_and_step(request, source.get("lane"), source.get("step"))
    form = MediaForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            kept = attachment_create(journey=lane.journey, file=data["file"]) if data["file"] else None
            services.card_add(
                lane=lane, step=step, actor=request.user, text=data["text"], url=data["url"], attachment=kept
            )
        except CxmapError as error:
            form.add_error("file", str(error))
        else:
            return answer_board(request, lane.journey, said=_("Put on the map."))
    context = {"form": form, "lane": lane, "step": step, "journey": lane.journey, "section": "journeys"}
    return render_page_or_partial(request, "journeys/media_form.html", context, status=422 if form.is_bound else 200)
