"""One map for whoever has its link, in the views that need nothing else of the workspace; in a frame of other sites too."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import see_other
from cxmap.middleware import policy_framed_by
from cxmap.workspaces.models import Membership, User
from cxmap.workspaces.requests import MemberRequest
from journeys import access, selectors, visitors
from journeys.comments import Place
from journeys.errors import CommentGone
from journeys.forms import GuestCommentForm, UnlockForm
from journeys.guests import guest_root, guest_threads, places_of
from journeys.models import ShareLink
from journeys.readers import version_of_link
from journeys.services import comments
from journeys.services import journeys as services
from journeys.tabs import shared_tabs_of
from journeys.views.maps import board_html, period_of, persona_of
from journeys.views.present import presentation_of

FRAMED_VIEWS = frozenset({"map", "table", "curve"})  # without scripts, and without a way to write


def _private(response: HttpResponse) -> HttpResponse:
    """Keep an address that is a right out of search engines and of the logs of other sites.

    Not "no-referrer": browsers then hide the origin of the page's own forms too, and they are refused.
    """
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response


def _unlock_page(
    request: MemberRequest, link: ShareLink, token: str, form: UnlockForm | None = None, *, status: int = 200
) -> HttpResponse:
    """Ask for the password; neither the map nor the workspace is named before it is given."""
    blocked = visitors.is_blocked(request, link)
    context = {"token": token, "form": form or UnlockForm(), "blocked": blocked, "readonly": True}
    return _private(render(request, "journeys/shared_locked.html", context, status=429 if blocked else status))


@require_safe
@never_cache
def shared(request: MemberRequest, token: str) -> HttpResponse:
    """Show one map: nothing else of the workspace, and nothing of the map to change."""
    link = access.share_link_from(token)
    if not visitors.is_unlocked(request, link):
        return _unlock_page(request, link, token)
    services.share_link_opened(link)
    timezone.activate(link.journey.workspace.zone)
    wanted = request.GET.get("view", "map")
    tabs = shared_tabs_of(reverse("journeys:shared", args=[token]), current=wanted, query=request.GET)
    view = next((tab.key for tab in tabs if tab.current), "map")
    return _shared_page(request, link, token, _board(request, link, view), view)


def _shared_page(
    request: MemberRequest,
    link: ShareLink,
    token: str,
    board: selectors.Board,
    view: str,
    *,
    comment: GuestCommentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    tabs = shared_tabs_of(reverse("journeys:shared", args=[token]), current=view, query=request.GET)
    context: dict[str, Any] = {
        "journey": board.journey,
        "board": board,
        "link": link,
        "token": token,
        "view": view,
        "tabs": tabs,
        "fictional": board.journey.workspace.fictional,
        "readonly": True,
    }
    if view == "present":
        context |= {**presentation_of(board), "back": tabs[0].href}
        return _private(render(request, "journeys/shared_present.html", context, status=status))
    if link.may_comment:
        name = visitors.guest_name(request, link)
        member = _member(request, link)
        empty = GuestCommentForm(
            places=places_of(board.picture), member=member is not None, initial={"guest_name": name}
        )
        context |= {
            "comment": comment or empty,
            "is_member": member is not None,
            "threads": guest_threads(link.journey, board.picture, member=member),
        }
    context["board_html"] = board_html(request, board, readonly=True, view=view, token=token)
    return _private(render(request, "journeys/shared.html", context, status=status))


def _board(request: MemberRequest, link: ShareLink, view: str) -> selectors.Board:
    return selectors.board(
        journey=link.journey,
        actor=None,
        can_edit=False,
        period=period_of(request),
        persona_id=persona_of(request),
        alone="emotion" if view == "curve" else "",
        version=version_of_link(link),
    )


@require_POST
@never_cache
def unlock(request: MemberRequest, token: str) -> HttpResponse:
    """Take the password of a link."""
    link = access.share_link_from(token)
    form = UnlockForm(request.POST)
    if visitors.is_blocked(request, link):
        return _unlock_page(request, link, token)
    if not form.is_valid():
        return _unlock_page(request, link, token, form, status=422)
    if not visitors.unlock(request, link, form.cleaned_data["password"]):
        form.add_error("password", _("This is not the password of the link. Ask whoever sent it to you."))
        return _unlock_page(request, link, token, form, status=422)
    return see_other(reverse("journeys:shared", args=[token]))


@require_POST
@never_cache
def comment_add(request: MemberRequest, token: str) -> HttpResponse:
    """Take what somebody says who has a link that allows it: a member of the workspace by name, all others as guests."""
    link = access.share_link_from(token)
    if not link.may_comment or not visitors.is_unlocked(request, link):
        raise Http404
    if visitors.says_too_much(request, link):
        messages.error(request, _("That were many comments in an hour: go on a little later."))
        return see_other(reverse("journeys:shared", args=[token]))
    board = _board(request, link, "map")
    member = _member(request, link)
    form = GuestCommentForm(request.POST, places=places_of(board.picture), member=member is not None)
    root = None
    if form.is_valid() and form.cleaned_data["root"]:
        root = guest_root(link.journey, form.cleaned_data["root"], member=member)
        if root is None:
            form.add_error(None, str(CommentGone.message))
    if form.is_valid():
        name = "" if member else form.cleaned_data["guest_name"]
        try:
            said = comments.comment_add(
                journey=link.journey,
                text=form.cleaned_data["text"],
                author=member,
                guest_name=name,
                place=Place.parse(form.cleaned_data["on"] or "map"),
                root=root,
                version=board.version,
            )
        except CxmapError as error:
            form.add_error(None, str(error))
        else:
            visitors.said(request, link)
            if name:
                visitors.guest_call(request, link, name)
            messages.success(request, _("Your comment is there; the people who work on the map see it."))
            return see_other(f"{reverse('journeys:shared', args=[token])}#comment-{said.pk}")
    return _shared_page(request, link, token, board, "map", comment=form, status=422)


def _member(request: MemberRequest, link: ShareLink) -> User | None:
    """Return whoever opens the link when they are a member of its workspace."""
    user = request.user
    if not user.is_authenticated or not Membership.objects.filter(workspace=link.workspace_id, user=user).exists():
        return None
    return user


@require_safe
@never_cache
@xframe_options_exempt
def embedded(request: MemberRequest, token: str) -> HttpResponse:
    """Show one map in a frame of the sites that the workspace names: no session, no form that writes, no password."""
    link = access.share_link_from(token)
    origins = link.journey.workspace.embed_origins
    if not (link.embeddable and origins) or link.password:
        raise Http404
    services.share_link_opened(link)
    timezone.activate(link.journey.workspace.zone)
    wanted = request.GET.get("view", "map")
    view = wanted if wanted in FRAMED_VIEWS else "map"
    board = _board(request, link, view)
    address = reverse("journeys:embedded", args=[token])
    context = {
        "journey": board.journey,
        "board": board,
        "board_html": board_html(request, board, readonly=True, view=view, token=token),
        "view": view,
        "tabs": [tab for tab in shared_tabs_of(address, current=view, query=request.GET) if tab.key in FRAMED_VIEWS],
        "address": reverse("journeys:shared", args=[token]),
        "fictional": board.journey.workspace.fictional,
        "readonly": True,
    }
    response = _private(render(request, "journeys/embedded.html", context))
    response["Content-Security-Policy"] = policy_framed_by(origins)
    return response
