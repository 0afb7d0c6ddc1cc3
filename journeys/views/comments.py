"""Comments beside the map and on a page of their own; every member may read and write them, viewers too."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.http import render_page_or_partial, see_other, wants_partial
from cxmap.workspaces.access import people_of
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys.comments import Place
from journeys.errors import CommentGone, CommentNotYours, NothingToCommentOn
from journeys.forms_comments import CommentForm
from journeys.models import Comment, Journey, Mention
from journeys.readers import version_for
from journeys.services import comments as services
from journeys.talk import open_threads
from journeys.threads import Shown, thread_page

CHECKED = 422  # the form is shown again with what is wrong beside the text


def _shown_of(request: MemberRequest) -> Shown:
    """Return what the person looks at: the page's own query, or the one that a form of it brings along."""
    query = QueryDict(request.POST.get("back", "")) if request.method == "POST" else request.GET
    return Shown.parse(query.dict())


def address_of(journey: Journey, shown: Shown) -> str:
    return f"{reverse('journeys:comments', args=[journey.pk])}?{shown.query}"


def panel_html(request: MemberRequest, journey: Journey, shown: Shown) -> str:
    """Return the panel as it stands in the drawer, for a map that opens with it."""
    version = version_for(request, journey)
    page = thread_page(journey, request.membership, shown, version=version)
    if not page.threads and shown.thread is not None:
        page = thread_page(journey, request.membership, replace(shown, thread=None), version=version)
    context = {"page": page, "journey": journey, "form": CommentForm(members=page.members)}
    return render_to_string("journeys/_comments.html", context, request)


def _panel(
    request: MemberRequest,
    journey: Journey,
    shown: Shown,
    *,
    form: CommentForm | None = None,
    status: int = 200,
    said: str = "",
) -> HttpResponse:
    """Answer the panel; after a write with what the signs on the board show from now on."""
    version = version_for(request, journey)
    page = thread_page(journey, request.membership, shown, version=version)
    if shown.thread is not None and not page.threads:
        if request.method != "POST":
            raise Http404
        # It was deleted by this very act, or meanwhile.
        shown = replace(shown, thread=None)
        page = thread_page(journey, request.membership, shown, version=version)
    context = {
        "page": page,
        "journey": journey,
        "form": form or CommentForm(members=page.members),
        "said": said,
        "signs": open_threads(journey).as_signs() if said else None,
        "section": "journeys",
    }
    return render_page_or_partial(request, "journeys/comments.html", context, status=status)


def _done(request: MemberRequest, journey: Journey, shown: Shown, said: str) -> HttpResponse:
    if wants_partial(request):
        return _panel(request, journey, shown, said=said)
    messages.success(request, said)
    if shown.thread is not None and not Comment.objects.shown_threads().filter(pk=shown.thread).exists():
        shown = replace(shown, thread=None)
    return see_other(address_of(journey, shown))


def _refused(request: MemberRequest, journey: Journey, shown: Shown, error: CxmapError) -> HttpResponse:
    """Say beside the text why it was not taken; the text is kept."""
    form = CommentForm(request.POST, members=people_of(journey.workspace_id))
    form.full_clean()
    form.errors.clear()
    form.add_error("text", str(error))
    return _panel(request, journey, shown, form=form, status=error.status)


def _write(
    request: MemberRequest, journey: Journey, shown: Shown, *, place: Place | None, root: Comment | None
) -> HttpResponse:
    form = CommentForm(request.POST, members=people_of(journey.workspace_id))
    if not form.is_valid():
        return _panel(request, journey, shown, form=form, status=CHECKED)
    try:
        services.comment_add(
            journey=journey,
            author=request.user,
            text=form.cleaned_data["text"],
            mentions=form.cleaned_data["mentions"],
            place=place,
            root=root,
            version=version_for(request, journey),
        )
    except CxmapError as error:
        return _refused(request, journey, shown, error)
    # What was written is among the open ones, whatever was looked at before.
    shown = shown if root is not None else replace(shown, show="open", mine=False, before="")
    return _done(request, journey, shown, _("Answer added.") if root is not None else _("Comment added."))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def comment_list(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The threads of a map, of one of its elements, or one thread; a POST begins a thread."""
    journey = access.journey_for_view(request, pk)
    shown = _shown_of(request)
    if request.method != "POST":
        return _panel(request, journey, shown)
    place = Place.parse(request.POST.get("on", ""))
    if place is None:
        return _refused(request, journey, shown, NothingToCommentOn())
    return _write(request, journey, shown, place=place, root=None)


@login_required
@never_cache
@require_safe
def comment(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The address in mails and alerts: the map, with the thread beside it."""
    found = access.comment_for_view(request, pk)
    home = found.journey.get_absolute_url()
    if not Comment.objects.shown_threads().filter(pk=found.thread_id).exists():
        messages.info(request, _("This comment was deleted."))
        return redirect(home)
    return redirect(f"{home}?view=map&comments={found.thread_id}#comment-{found.pk}")


@login_required
@require_POST
def comment_reply(request: MemberRequest, pk: UUID) -> HttpResponse:
    root = access.comment_for_view(request, pk)
    shown = replace(_shown_of(request), thread=root.pk)
    return _write(request, root.journey, shown, place=None, root=root)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def comment_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One's own comment, to be written anew."""
    found = access.comment_for_view(request, pk)
    shown = Shown.parse(request.GET.dict()) if request.method != "POST" else _shown_of(request)
    if found.author_id != request.user.pk or found.deleted_at is not None:
        error: CxmapError = CommentGone() if found.deleted_at is not None else CommentNotYours()
        return _refused(request, found.journey, shown, error)
    members = people_of(found.workspace_id)
    if request.method != "POST":
        named = list(Mention.objects.filter(comment=found).values_list("user", flat=True))
        form = CommentForm(members=members, initial={"text": found.text, "mentions": named})
        return _edit_form(request, found, shown, form)
    form = CommentForm(request.POST, members=members)
    if not form.is_valid():
        return _edit_form(request, found, shown, form, status=CHECKED)
    try:
        services.comment_edit(comment=found, actor=request.user, **form.cleaned_data)
    except CxmapError as error:
        return _refused(request, found.journey, shown, error)
    return _done(request, found.journey, shown, _("Comment changed."))


def _edit_form(
    request: MemberRequest, found: Comment, shown: Shown, form: CommentForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "comment": found,
        "journey": found.journey,
        "form": form,
        "back": shown.query,
        "back_url": address_of(found.journey, shown),
        "section": "journeys",
    }
    return render_page_or_partial(request, "journeys/comment_form.html", context, status=status)


@login_required
@require_POST
def comment_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    found = access.comment_for_view(request, pk)
    shown = _shown_of(request)
    try:
        services.comment_delete(comment=found, membership=request.membership)
    except CxmapError as error:
        return _refused(request, found.journey, shown, error)
    return _done(request, found.journey, shown, _("Comment deleted."))


def _settle(request: MemberRequest, pk: UUID, *, resolved: bool) -> HttpResponse:
    thread = access.comment_for_view(request, pk)
    shown = _shown_of(request)
    try:
        services.thread_resolve(thread=thread, actor=request.user, resolved=resolved)
    except CxmapError as error:
        return _refused(request, thread.journey, shown, error)
    return _done(request, thread.journey, shown, _("Thread resolved.") if resolved else _("Thread opened again."))


@login_required
@require_POST
def thread_resolve(request: MemberRequest, pk: UUID) -> HttpResponse:
    return _settle(request, pk, resolved=True)


@login_required
@require_POST
def thread_reopen(request: MemberRequest, pk: UUID) -> HttpResponse:
    return _settle(request, pk, resolved=False)


@login_required
@require_POST
def journey_follow(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Be told of every new comment on a map, or no longer."""
    journey = access.journey_for_view(request, pk)
    follow = request.POST.get("follow") == "yes"
    services.journey_follow(journey=journey, user=request.user, follow=follow)
    said = (
        _("You are told of new comments on this map.") if follow else _("You are no longer told of every new comment.")
    )
    return _done(request, journey, _shown_of(request), said)
