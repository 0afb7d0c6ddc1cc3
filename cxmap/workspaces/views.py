"""Pages of a workspace itself: settings, members, invitations, tokens, history."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cxmap.history.feed import FeedFilter, FeedKind, feed_page
from cxmap.history.registry import scopes_of
from cxmap.lib import limits
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import see_other
from cxmap.workspaces import access, asking, services
from cxmap.workspaces.forms import (
    AccessForm,
    GrantForm,
    InvitationForm,
    RoleForm,
    TokenForm,
    WorkspaceForm,
    WorkspaceSettingsForm,
)
from cxmap.workspaces.models import AccessRequest, ApiToken, Invitation, Membership, Role, Workspace
from cxmap.workspaces.requests import MemberRequest

INVITATION_SALT = "cxmap.invitation"


def invitation_url(request: MemberRequest, invitation: Invitation) -> str:
    """Return the link to hand over; it is signed, so that nobody can guess one."""
    token = signing.dumps(str(invitation.pk), salt=INVITATION_SALT)
    return request.build_absolute_uri(reverse("workspaces:join", args=[token]))


@login_required
def workspace_add(request: MemberRequest) -> HttpResponse:
    form = WorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        workspace = services.workspace_create(owner=request.user, **form.cleaned_data)
        return redirect("journeys:list", workspace.slug)
    return render(request, "workspaces/workspace_form.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def workspace_settings(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = access.workspace_for_admin(request, slug)
    form = WorkspaceSettingsForm(request.POST or None, instance=workspace, kpis=services.headline_choices(workspace))
    if request.method == "POST" and form.is_valid():
        workspace.refresh_from_db()
        services.workspace_update(workspace=workspace, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Settings saved."))
        return redirect("workspaces:settings", workspace.slug)
    context = {"form": form, "section": "settings"}
    return render(request, "workspaces/workspace_settings.html", context, status=422 if form.errors else 200)


def _open_requests(request: MemberRequest, workspace: Workspace) -> list[tuple[AccessRequest, Membership | None]]:
    """Return who asks for access, each with what they are here already; for owners."""
    if not access.can(request.membership, Role.OWNER):
        return []
    found = list(workspace.access_requests.filter(status=AccessRequest.Status.OPEN).select_related("user"))
    members = Membership.objects.filter(workspace=workspace, user__in=[entry.user_id for entry in found])
    there = {member.user_id: member for member in members}
    return [(entry, there.get(entry.user_id)) for entry in found]


def _members_page(request: MemberRequest, workspace: Workspace, form: InvitationForm, *, status: int) -> HttpResponse:
    open_ones = Invitation.objects.filter(
        workspace=workspace, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    context = {
        "members": Membership.objects.filter(workspace=workspace).select_related("user").order_by("user__name", "id"),
        "invitations": [(entry, invitation_url(request, entry)) for entry in open_ones],
        "form": form,
        "roles": Role.choices,
        "asked": _open_requests(request, workspace),
        "is_owner": access.can(request.membership, Role.OWNER),
        "section": "settings",
    }
    return render(request, "workspaces/member_list.html", context, status=status)


@login_required
@require_GET
def member_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = access.workspace_for_view(request, slug)
    return _members_page(request, workspace, InvitationForm(), status=200)


@login_required
@require_POST
def invitation_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = access.workspace_for_admin(request, slug)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _members_page(request, workspace, form, status=422)
    services.invitation_create(workspace=workspace, actor=request.user, **form.cleaned_data)
    messages.success(request, _("The invitation link is ready: copy it below and send it."))
    return redirect("workspaces:members", slug)


@login_required
@require_POST
def invitation_revoke(request: MemberRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk)
    workspace = access.require(request, invitation.workspace_id, Role.OWNER)
    services.invitation_revoke(invitation=invitation, actor=request.user)
    messages.success(request, _("The link no longer works."))
    return redirect("workspaces:members", workspace.slug)


@login_required
def invitation_accept(request: MemberRequest, token: str) -> HttpResponse:
    """Show what one is invited to, then join. The link is the right: no membership is needed."""
    try:
        pk = signing.loads(token, salt=INVITATION_SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    invitation = get_object_or_404(Invitation.objects.select_related("workspace", "created_by"), pk=pk)
    if request.method == "POST":
        try:
            services.invitation_accept(invitation=invitation, user=request.user)
        except CxmapError as error:
            return render(request, "workspaces/invitation.html", {"error": error}, status=error.status)
        return redirect(invitation.workspace)
    usable = not (invitation.accepted_at or invitation.revoked_at or invitation.expires_at < timezone.now())
    context = {"invitation": invitation} if usable else {"error": services.InvitationUnusable()}
    return render(request, "workspaces/invitation.html", context, status=200 if usable else 410)


@login_required
@require_POST
def access_ask(request: MemberRequest) -> HttpResponse:
    """Take a wish for access. The answer is the same whether or not there is something to ask for."""
    form = AccessForm(request.POST)
    name = f"access:{request.user.pk}"
    if limits.is_spent(name, asking.TRIES):
        return render(request, "workspaces/access_asked.html", {"spent": True}, status=429)
    limits.count(name, seconds=asking.DAY)
    if not form.is_valid():
        return render(request, "workspaces/access_asked.html", {"form": form}, status=422)
    asking.access_ask(user=request.user, **form.cleaned_data)
    return see_other(reverse("workspaces:access-asked"))


@login_required
@require_GET
def access_asked(request: MemberRequest) -> HttpResponse:
    return render(request, "workspaces/access_asked.html")


def _access_request(request: MemberRequest, pk: UUID) -> AccessRequest:
    found = get_object_or_404(AccessRequest.objects.select_related("workspace"), pk=pk)
    access.require(request, found.workspace_id, Role.OWNER)
    return found


@login_required
@require_POST
def access_grant(request: MemberRequest, pk: UUID) -> HttpResponse:
    asked = _access_request(request, pk)
    form = GrantForm(request.POST)
    try:
        if form.is_valid():
            asking.access_grant(request=asked, actor=request.user, role=form.cleaned_data["role"])
            messages.success(request, _("Access is granted, and said by mail."))
        else:
            messages.error(request, _("Choose a role."))
    except CxmapError as error:
        messages.error(request, str(error))
    return redirect("workspaces:members", asked.workspace.slug)


@login_required
@require_POST
def access_decline(request: MemberRequest, pk: UUID) -> HttpResponse:
    asked = _access_request(request, pk)
    try:
        asking.access_decline(request=asked, actor=request.user)
        messages.success(request, _("The request is declined."))
    except CxmapError as error:
        messages.error(request, str(error))
    return redirect("workspaces:members", asked.workspace.slug)


def _member(request: MemberRequest, pk: int) -> Membership:
    membership = get_object_or_404(Membership.objects.select_related("workspace", "user"), pk=pk)
    access.require(request, membership.workspace_id, Role.OWNER)
    return membership


@login_required
@require_POST
def member_role(request: MemberRequest, pk: int) -> HttpResponse:
    membership = _member(request, pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            services.member_set_role(membership=membership, actor=request.user, role=form.cleaned_data["role"])
        except CxmapError as error:
            messages.error(request, str(error))
    return redirect("workspaces:members", membership.workspace.slug)


@login_required
@require_POST
def member_remove(request: MemberRequest, pk: int) -> HttpResponse:
    membership = _member(request, pk)
    try:
        services.member_remove(membership=membership, actor=request.user)
    except CxmapError as error:
        messages.error(request, str(error))
    if membership.user_id == request.user.pk:
        return redirect("start")
    return redirect("workspaces:members", membership.workspace.slug)


def _tokens_page(
    request: MemberRequest, workspace: Workspace, form: TokenForm, *, text: str = "", status: int = 200
) -> HttpResponse:
    tokens = ApiToken.objects.filter(workspace=workspace, revoked_at=None).select_related("user")
    context = {"tokens": tokens, "form": form, "text": text, "section": "settings"}
    return render(request, "workspaces/token_list.html", context, status=status)


@login_required
@require_GET
def token_list(request: MemberRequest, slug: str) -> HttpResponse:
    return _tokens_page(request, access.workspace_for_admin(request, slug), TokenForm())


@login_required
@require_POST
def token_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = access.workspace_for_admin(request, slug)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _tokens_page(request, workspace, form, status=422)
    _token, text = services.token_create(
        workspace=workspace, user=request.user, actor=request.user, **form.cleaned_data
    )
    # Shown in the answer itself, not after a redirect: the text is stored nowhere.
    return _tokens_page(request, workspace, TokenForm(), text=text)


@login_required
@require_POST
def token_revoke(request: MemberRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk)
    workspace = access.require(request, token.workspace_id, Role.OWNER)
    services.token_revoke(token=token, actor=request.user)
    messages.success(request, _("The token no longer works."))
    return redirect("workspaces:tokens", workspace.slug)


@login_required
@require_GET
def history(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = access.workspace_for_view(request, slug)
    context = {
        "page": feed_page(
            workspace_id=workspace.pk,
            wanted=FeedFilter.parse(request.GET),
            reads_only=not access.can(request.membership, Role.EDITOR),
        ),
        "people": access.people_of(workspace.pk),
        "scopes": scopes_of("journeys.journey", workspace.pk).values(),
        "kinds": FeedKind.choices,
        "section": "settings",
    }
    return render(request, "workspaces/history.html", context)
