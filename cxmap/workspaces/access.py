"""The only way from an address to a workspace: no membership is 404, a membership without the role is 403."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from cxmap.lib.prepared import Prepared
from cxmap.lib.text import fold
from cxmap.workspaces.models import Membership, Role, User, Workspace, WorkspaceOwned

Row = TypeVar("Row", bound=WorkspaceOwned)

_memberships = Prepared(
    lambda workspace, user: (
        Membership.objects.select_related("workspace").filter(workspace_id=workspace, user=user).order_by()
    )
)


def membership_of(request: HttpRequest, workspace_id: int) -> Membership:
    """Return the person's membership and note it on the request, for the page's frame. Raises Http404 without one."""
    cached = getattr(request, "membership", None)
    if cached is not None and cached.workspace_id == workspace_id:
        return cached
    if not request.user.is_authenticated:
        raise Http404
    membership = next(iter(_memberships(workspace=workspace_id, user=request.user.pk)), None)
    if membership is None:
        raise Http404
    request.membership = membership  # type: ignore[attr-defined]
    request.workspace = membership.workspace  # type: ignore[attr-defined]
    timezone.activate(membership.workspace.zone)
    return membership


def require(request: HttpRequest, workspace_id: int, role: Role = Role.VIEWER) -> Workspace:
    """Return the workspace for a member with at least this role. Raises Http404 or PermissionDenied."""
    membership = membership_of(request, workspace_id)
    if Role(membership.role).level < role.level:
        raise PermissionDenied
    return membership.workspace


def row_for(request: HttpRequest, rows: QuerySet[Row], role: Role) -> Row:
    """Return the row of a queryset that holds one at most, for a member of its workspace with at least this role.

    Raises Http404 (no such row, or no member) or PermissionDenied.
    """
    row = rows.first()
    if row is None:
        raise Http404
    require(request, row.workspace_id, role)
    return row


def _workspace(request: HttpRequest, slug: str, role: Role) -> Workspace:
    if not request.user.is_authenticated:
        raise Http404
    membership = Membership.objects.select_related("workspace").filter(workspace__slug=slug, user=request.user).first()
    if membership is None:
        raise Http404
    request.membership = membership  # type: ignore[attr-defined]
    request.workspace = membership.workspace  # type: ignore[attr-defined]
    timezone.activate(membership.workspace.zone)
    return require(request, membership.workspace_id, role)


def workspace_for_view(request: HttpRequest, slug: str) -> Workspace:
    return _workspace(request, slug, Role.VIEWER)


def workspace_for_analysis(request: HttpRequest, slug: str) -> Workspace:
    """For those who also import, set targets and export."""
    return _workspace(request, slug, Role.ANALYST)


def workspace_for_edit(request: HttpRequest, slug: str) -> Workspace:
    """For those who also edit maps, personas, library and improvements."""
    return _workspace(request, slug, Role.EDITOR)


def workspace_for_admin(request: HttpRequest, slug: str) -> Workspace:
    """For those who also manage members, tokens and settings."""
    return _workspace(request, slug, Role.OWNER)


def can(membership: Membership | None, role: Role) -> bool:
    """True when the member has at least this role."""
    return membership is not None and Role(membership.role).level >= role.level


def workspaces_of(user: User) -> list[Membership]:
    """Return the person's memberships with their workspaces, by name."""
    return list(Membership.objects.select_related("workspace").filter(user=user).order_by("workspace__name"))


def people_of(workspace_id: int) -> list[User]:
    """Return the members of a workspace whose accounts are open, by name; one query."""
    rows = Membership.objects.filter(workspace=workspace_id, user__is_active=True).select_related("user").order_by()
    return sorted((row.user for row in rows), key=lambda user: (fold(str(user)), user.pk))
