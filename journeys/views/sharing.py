"""The links of a map, for those who make them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys.forms import ShareEditForm, ShareForm
from journeys.models import Journey, ShareLink
from journeys.services import journeys as services


def _entry(request: MemberRequest, journey: Journey, link: ShareLink) -> dict[str, Any]:
    """Return a link as the page shows it, with its addresses."""
    token = access.share_token(link)
    framed = link.embeddable and bool(journey.workspace.embed_origins)
    return {
        "link": link,
        "address": request.build_absolute_uri(reverse("journeys:shared", args=[token])),
        "frame": _frame(request.build_absolute_uri(reverse("journeys:embedded", args=[token])), journey)
        if framed
        else "",
    }


def _frame(address: str, journey: Journey) -> str:
    """Return the HTML that shows a map in a page of another site, as a text to copy."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(journey.name)}" width="100%" height="640" loading="lazy"'
        ' referrerpolicy="no-referrer"></iframe>'
    )


def _page(request: MemberRequest, journey: Journey, form: ShareForm, *, status: int = 200) -> HttpResponse:
    links = journey.share_links.filter(revoked_at=None, expires_at__gt=timezone.now())
    context = {
        "journey": journey,
        "form": form,
        "links": [_entry(request, journey, link) for link in links],
        "section": "journeys",
    }
    return render(request, "journeys/share.html", context, status=status)


@login_required
@require_safe
def link_list(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    return _page(request, journey, ShareForm(workspace=journey.workspace))


@login_required
@require_POST
def link_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    form = ShareForm(request.POST, workspace=journey.workspace)
    if not form.is_valid():
        return _page(request, journey, form, status=422)
    services.share_link_create(journey=journey, actor=request.user, **form.cleaned_data)
    messages.success(request, _("The link is ready: copy it below."))
    return redirect("journeys:share", pk)


@login_required
def link_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """What a link shows and allows, until when, and with which password."""
    link = access.share_link_for_edit(request, pk)
    form = ShareEditForm(request.POST or None, link=link)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.share_link_update(link=link, actor=request.user, **form.changes())
        except CxmapError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, _("The link is changed; its address stays."))
            return redirect("journeys:share", link.journey_id)
    context = {"form": form, "link": link, "journey": link.journey, "section": "journeys"}
    return render(request, "journeys/share_form.html", context, status=status)


@login_required
@require_POST
def link_revoke(request: MemberRequest, pk: UUID) -> HttpResponse:
    link = access.share_link_for_edit(request, pk)
    services.share_link_revoke(link=link, actor=request.user)
    messages.success(request, _("The link no longer works."))
    return redirect("journeys:share", link.journey_id)
