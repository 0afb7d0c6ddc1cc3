"""Pictures, links and files on a map."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial
from cxmap.workspaces.requests import MemberRequest
from journeys import access, visitors
from journeys.forms import MediaForm
from journeys.models import Attachment, Card, ShareLink
from journeys.picture import picture_for
from journeys.readers import version_of_link
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
    link = _shown_by(request, token)
    found = Attachment.objects.filter(pk=pk, journey=link.journey_id).first()
    if found is None or not any(card.attachment_id == pk for card in _cards(link)):
        raise Http404
    return _send(found)


def _shown_by(request: MemberRequest, token: str) -> ShareLink:
    """Return the link of an address. Raises Http404 also while its password was not given."""
    link = access.share_link_from(token)
    if not visitors.is_unlocked(request, link):
        raise Http404
    return link


def _cards(link: ShareLink) -> list[Card]:
    """Return the cards that stand on the shown lanes of what a link shows."""
    picture = picture_for(link.journey, version_of_link(link))
    shown = {lane.pk for lane in picture.lanes if not lane.hidden}
    return [card for card in picture.cards if card.lane_id in shown]


@require_safe
def shared_icon(request: MemberRequest, token: str, pk: int) -> FileResponse:
    """The own icon of a channel that stands on a shared map, for whoever has its link."""
    link = _shown_by(request, token)
    ids = {card.touchpoint.channel_id if card.touchpoint else card.channel_id for card in _cards(link)}
    channel = Channel.objects.filter(pk=pk, workspace=link.workspace_id).first()
    if channel is None or pk not in ids:
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
