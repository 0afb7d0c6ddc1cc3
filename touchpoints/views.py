"""The pages of the touchpoint library."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.history.services import feed
from cxmap.lib import formats
from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.lib.http import refuse, render_page_or_partial
from cxmap.workspaces.access import can, workspace_for_edit, workspace_for_view
from cxmap.workspaces.models import Role, Workspace
from cxmap.workspaces.requests import MemberRequest
from touchpoints import access, bulk, contents, icons, merging, selectors, services
from touchpoints.duplicates import duplicates
from touchpoints.examples import examples_of
from touchpoints.forms import ChannelForm, ContentForm, ExamplesForm, FilterForm, MergeForm, TouchpointForm
from touchpoints.models import Channel, ContentItem, Phase, Presence, Span, Touchpoint
from touchpoints.panels import links, panels
from touchpoints.suggestions import suggest_in
from touchpoints.templatetags.channels import channel_icon as icon_of
from touchpoints.volumes import measured_volumes


@login_required
@require_safe
def touchpoint_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_view(request, slug)
    form = FilterForm(request.GET, workspace=workspace)
    today = timezone.localdate(timezone=workspace.zone)
    library = selectors.library(workspace, form.filters(), today=today, number=request.GET.get("page"), sort=form.order)
    in_trash = form.filters().get("where") == "trash"
    deleted = request.GET.get("deleted", "")
    context = {
        "library": library,
        "form": form,
        "links": links(request, workspace),
        "columns": selectors.columns(form.order),
        "rows": _rows(request, library, in_trash=in_trash),
        "in_trash": in_trash,
        # What was just deleted or changed, so that the page offers to take it back.
        "deleted": selectors.deleted_one(workspace, deleted) if deleted else None,
        "done": bulk.last_act(workspace=workspace, actor=request.user, gesture=request.GET.get("done", "")),
        "section": "touchpoints",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render(request, "touchpoints/touchpoint_list.html", context)


def _rows(request: MemberRequest, library: selectors.Library, *, in_trash: bool) -> SafeString:
    """Draw the rows with Jinja: fifty of ten cells (docs/decisions/0003)."""
    context = {
        "touchpoints": library.touchpoints,
        "old": library.old,
        "currency": request.membership.workspace.currency,
        "in_trash": in_trash,
        "can_edit": can(request.membership, Role.EDITOR),
        "channel_icon": icon_of,
        "money": formats.money,
        "phases": {value: str(label) for value, label in Phase.choices},
        "presences": {value: str(label) for value, label in Presence.choices},
        "spans": {value: str(label) for value, label in Span.choices},
    }
    return SafeString(render_to_string("touchpoints/rows.jinja", context, request, using="jinja"))


@login_required
@require_safe
def touchpoint_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """A page, and the inside of the map's drawer."""
    touchpoint = access.touchpoint_for_view(request, pk)
    today = timezone.localdate(timezone=request.membership.workspace.zone)
    context = {
        "touchpoint": touchpoint,
        "currency": request.membership.workspace.currency,
        "measured": measured_volumes(request.membership.workspace, [touchpoint.pk]).get(touchpoint.pk),
        "inventory": contents.inventory(touchpoint, today=today),
        # What was just taken away, so that the page offers to take it back.
        "removed": contents.removed(touchpoint, request.GET.get("removed", "")),
        # One that has become part of another has nothing of its own any more.
        "panels": [] if touchpoint.merged_into else panels(request, touchpoint),
        "section": "touchpoints",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render_page_or_partial(request, "touchpoints/touchpoint_detail.html", context)


def _form_page(request: MemberRequest, form: TouchpointForm, *, status: int = 200, **context: Any) -> HttpResponse:
    context = {"form": form, "touchpoint": form.touchpoint, "section": "touchpoints", **context}
    return render(request, "touchpoints/touchpoint_form.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def touchpoint_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_edit(request, slug)
    if request.method != "POST":
        return _form_page(request, TouchpointForm(workspace=workspace))
    form = TouchpointForm(request.POST, workspace=workspace)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    touchpoint = services.touchpoint_create(workspace=workspace, actor=request.user, **form.values())
    messages.success(request, _("“%(name)s” is in the library.") % {"name": touchpoint.name})
    if "another" in request.POST:
        return redirect("touchpoints:add", slug)
    return redirect(touchpoint)


@login_required
@require_safe
def suggestion(request: MemberRequest, slug: str) -> HttpResponse:
    """What the name that is being typed says about category and channel: a fragment of the form."""
    workspace = workspace_for_edit(request, slug)
    said = suggest_in(workspace, request.GET.get("name", "")[:200])
    return render(request, "touchpoints/_suggestion.html", {"said": said, "words": ", ".join(said.because)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def touchpoint_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    touchpoint = access.touchpoint_for_edit(request, pk)
    workspace = touchpoint.workspace
    if request.method != "POST":
        return _form_page(request, TouchpointForm(workspace=workspace, touchpoint=touchpoint))
    form = TouchpointForm(request.POST, workspace=workspace, touchpoint=touchpoint)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        services.touchpoint_update(
            touchpoint=touchpoint,
            actor=request.user,
            expected_revision=form.cleaned_data["revision"] or 0,
            **form.values(),
        )
    except StaleRevision as error:
        form.show_conflicts(error.current)
        last = feed(targets=[touchpoint], limit=1)
        return _form_page(request, form, status=409, stale=error, last=last[0] if last else None)
    messages.success(request, _("The touchpoint is saved."))
    return redirect(touchpoint)


@login_required
@require_POST
def touchpoint_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    touchpoint = access.touchpoint_for_edit(request, pk)
    services.touchpoint_delete(touchpoint=touchpoint, actor=request.user)
    return redirect(f"{reverse('touchpoints:list', args=[touchpoint.workspace.slug])}?deleted={touchpoint.pk}")


def _content_page(request: MemberRequest, touchpoint: Touchpoint, item: ContentItem | None) -> HttpResponse:
    """Show the form of a piece of content, and take what it sends."""
    posted = request.method == "POST"
    initial = {"revision": item.revision} if item else {}
    form = ContentForm(request.POST if posted else None, instance=item, initial=initial)
    status, stale = 200, None
    if posted:
        status = 422
        if form.is_valid():
            data = dict(form.cleaned_data)
            revision = data.pop("revision")
            try:
                if item is None:
                    contents.content_add(touchpoint=touchpoint, actor=request.user, **data)
                else:
                    contents.content_update(item=item, actor=request.user, expected_revision=revision or 0, **data)
            except StaleRevision as error:
                status, stale = 409, error.current
                form.data = request.POST.copy()
                form.data["revision"] = str(stale.revision)
            else:
                messages.success(request, _("The content is saved."))
                return redirect(f"{touchpoint.get_absolute_url()}#content-inventory")
    context = {
        "form": form,
        "touchpoint": touchpoint,
        "item": item,
        "stale": stale,
        "owners": selectors.owners_of(touchpoint.workspace),
        "section": "touchpoints",
    }
    return render(request, "touchpoints/content_form.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def content_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    return _content_page(request, access.touchpoint_for_edit(request, pk), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def content_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    item = access.content_for_edit(request, pk)
    return _content_page(request, item.touchpoint, item)


@login_required
@require_POST
def content_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    item = access.content_for_edit(request, pk)
    contents.content_delete(item=item, actor=request.user)
    return redirect(f"{item.touchpoint.get_absolute_url()}?removed={item.pk}#content-inventory")


@login_required
@require_POST
def content_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    item = access.content_gone_for_edit(request, pk)
    contents.content_restore(item=item, actor=request.user)
    return redirect(f"{item.touchpoint.get_absolute_url()}#content-inventory")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def touchpoint_merge(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Choose the touchpoint that this one becomes, see what would move, then decide."""
    touchpoint = access.touchpoint_for_edit(request, pk)
    posted = request.method == "POST"
    form = MergeForm(request.POST if posted else request.GET or None, touchpoint=touchpoint)
    into = form.cleaned_data["into"] if form.is_bound and form.is_valid() else None
    if posted and into is not None and request.POST.get("sure"):
        try:
            merging.touchpoint_merge(touchpoint=touchpoint, into=into, actor=request.user)
        except CxmapError as error:
            form.add_error("into", str(error))
        else:
            text = _("“%(name)s” is now part of “%(into)s”; states follow within a minute.") % {
                "name": touchpoint.name,
                "into": into.name,
            }
            messages.success(request, text)
            return redirect(into)
    context = {
        "form": form,
        "touchpoint": touchpoint,
        "into": into,
        "consequences": merging.consequences(touchpoint, into) if into else (),
        "differences": selectors.differences(touchpoint, into) if into else (),
        "section": "touchpoints",
    }
    return render(request, "touchpoints/merge_form.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def touchpoint_duplicates(request: MemberRequest, slug: str) -> HttpResponse:
    """Propose touchpoints that may be one, each a click away from the merge."""
    workspace = workspace_for_edit(request, slug)
    context = {"pairs": duplicates(workspace), "section": "touchpoints"}
    return render(request, "touchpoints/duplicates.html", context)


@login_required
@require_POST
def touchpoint_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    touchpoint = access.touchpoint_in_trash_for_edit(request, pk)
    try:
        touchpoint = services.touchpoint_restore(touchpoint=touchpoint, actor=request.user)
    except CxmapError as error:
        return refuse(request, error, back=reverse("touchpoints:list", args=[touchpoint.workspace.slug]))
    messages.success(request, _("“%(name)s” is back in the library.") % {"name": touchpoint.name})
    return redirect(touchpoint)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def examples_add(request: MemberRequest, slug: str) -> HttpResponse:
    """Choose among the guides' examples and add them at once (A19, A20, B9)."""
    workspace = workspace_for_edit(request, slug)
    posted = request.method == "POST"
    form = ExamplesForm(request.POST if posted else None, examples=examples_of(workspace))
    if posted and form.is_valid():
        made = services.examples_add(workspace=workspace, actor=request.user, examples=form.chosen())
        text = ngettext(
            "%(number)s example was added: rename it after your own touchpoint.",
            "%(number)s examples were added: rename them after your own touchpoints.",
            len(made),
        )
        messages.success(request, text % {"number": len(made)})
        return redirect("touchpoints:list", slug)
    context = {"form": form, "groups": selectors.example_groups(workspace), "section": "touchpoints"}
    return render(request, "touchpoints/examples_form.html", context, status=422 if posted else 200)


@login_required
@require_safe
def channel_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_view(request, slug)
    context = {
        "channels": selectors.channel_list(workspace),
        "section": "touchpoints",
        "can_edit": can(request.membership, Role.EDITOR),
    }
    return render(request, "touchpoints/channel_list.html", context)


def _channel_page(request: MemberRequest, workspace: Workspace, channel: Channel | None) -> HttpResponse:
    """Show the form of a channel, and take what it sends."""
    posted = request.method == "POST"
    form = ChannelForm(
        request.POST if posted else None, request.FILES if posted else None, instance=channel, workspace=workspace
    )
    status = 422 if posted else 200
    if posted and form.is_valid():
        data = dict(form.cleaned_data)
        file, away = data.pop("own_icon"), data.pop("no_own_icon", False)
        try:
            if file:
                data |= icons.icon_kept(workspace.pk, file)
            elif away:
                data |= {"own_icon": "", "own_icon_type": ""}
        except CxmapError as error:
            form.add_error("own_icon", str(error))
            status = error.status
        else:
            if channel is None:
                services.channel_create(workspace=workspace, actor=request.user, **data)
            else:
                # The form has put its values on its instance: the service begins with the row as it is stored.
                services.channel_update(channel=channel, actor=request.user, **data)
            messages.success(request, _("The channel is saved."))
            return redirect("touchpoints:channels", workspace.slug)
    context = {"form": form, "channel": channel, "section": "touchpoints"}
    return render(request, "touchpoints/channel_form.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def channel_add(request: MemberRequest, slug: str) -> HttpResponse:
    return _channel_page(request, workspace_for_edit(request, slug), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def channel_edit(request: MemberRequest, pk: int) -> HttpResponse:
    channel = access.channel_for_edit(request, pk)
    return _channel_page(request, channel.workspace, channel)


@login_required
@require_POST
def channel_delete(request: MemberRequest, pk: int) -> HttpResponse:
    channel = access.channel_for_edit(request, pk)
    back = reverse("touchpoints:channels", args=[channel.workspace.slug])
    try:
        services.channel_delete(channel=channel, actor=request.user)
    except CxmapError as error:
        return refuse(request, error, back=back)
    messages.success(request, _("The channel “%(name)s” is deleted.") % {"name": channel.name})
    return redirect(back)


@login_required
@require_safe
def channel_icon(request: MemberRequest, pk: int) -> FileResponse:
    return icons.icon_response(access.channel_for_view(request, pk))
