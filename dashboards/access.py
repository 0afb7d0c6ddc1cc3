"""From an address to a dashboard, tile, link, mail or outcome: a member of its workspace, with the right to it.

A dashboard that is not shared exists for its owner only. Its owner changes it as an analyst, a shared one is also
changed by editors; whoever sends it out of the workspace is an editor.
"""

from uuid import UUID

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can, row_for
from cxmap.workspaces.models import Membership, Role, User
from dashboards.models import Dashboard, DashboardLink, Outcome, Schedule, Tile

SHARE_SALT = "cxmap.dashboard"


def visible_to(user: User) -> Q:
    """Return the condition of the dashboards of a workspace that a member may see."""
    return Q(shared=True) | Q(owner=user)


def may_edit(membership: Membership | None, dashboard: Dashboard) -> bool:
    """True for its owner with the role of an analyst, and for editors where it is shared."""
    if membership is not None and dashboard.owner_id == membership.user_id:
        return can(membership, Role.ANALYST)
    return dashboard.shared and can(membership, Role.EDITOR)


def may_share(membership: Membership | None, dashboard: Dashboard) -> bool:
    """True for editors who may change it: a link shows figures to people outside the workspace."""
    return can(membership, Role.EDITOR) and may_edit(membership, dashboard)


def _visible(request: HttpRequest, rows: QuerySet[Dashboard]) -> Dashboard:
    dashboard = rows.select_related("workspace", "owner", "journey", "persona", "category").first()
    if dashboard is None:
        raise Http404
    workspaces_access.require(request, dashboard.workspace_id, Role.VIEWER)
    if not dashboard.shared and dashboard.owner_id != request.user.pk:
        raise Http404
    return dashboard


def dashboard_for_view(request: HttpRequest, slug: str, pk: UUID) -> Dashboard:
    return _visible(request, Dashboard.objects.filter(workspace__slug=slug, pk=pk, deleted_at=None))


def _editable(request: HttpRequest, dashboard: Dashboard) -> Dashboard:
    if not may_edit(request.membership, dashboard):  # type: ignore[attr-defined]
        raise PermissionDenied
    return dashboard


def dashboard_for_edit(request: HttpRequest, slug: str, pk: UUID) -> Dashboard:
    return _editable(request, dashboard_for_view(request, slug, pk))


def dashboard_for_share(request: HttpRequest, slug: str, pk: UUID) -> Dashboard:
    dashboard = dashboard_for_view(request, slug, pk)
    if not may_share(request.membership, dashboard):  # type: ignore[attr-defined]
        raise PermissionDenied
    return dashboard


def dashboard_in_trash_for_edit(request: HttpRequest, slug: str, pk: UUID) -> Dashboard:
    rows = Dashboard.objects.filter(workspace__slug=slug, pk=pk).exclude(deleted_at=None)
    return _editable(request, _visible(request, rows))


def tile_for_edit(request: HttpRequest, pk: UUID) -> Tile:
    tile = Tile.objects.filter(pk=pk, deleted_at=None, dashboard__deleted_at=None).first()
    if tile is None:
        raise Http404
    tile.dashboard = _editable(request, _visible(request, Dashboard.objects.filter(pk=tile.dashboard_id)))
    return tile


def link_for_edit(request: HttpRequest, pk: UUID) -> DashboardLink:
    link = DashboardLink.objects.filter(pk=pk, dashboard__deleted_at=None).first()
    if link is None:
        raise Http404
    link.dashboard = _visible(request, Dashboard.objects.filter(pk=link.dashboard_id))
    if not may_share(request.membership, link.dashboard):  # type: ignore[attr-defined]
        raise PermissionDenied
    return link


def schedule_for_edit(request: HttpRequest, pk: UUID) -> Schedule:
    schedule = Schedule.objects.filter(pk=pk, deleted_at=None, dashboard__deleted_at=None).first()
    if schedule is None:
        raise Http404
    schedule.dashboard = _editable(request, _visible(request, Dashboard.objects.filter(pk=schedule.dashboard_id)))
    return schedule


def outcome_for_edit(request: HttpRequest, pk: UUID) -> Outcome:
    rows = Outcome.objects.select_related("kpi", "workspace").filter(pk=pk, deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def link_token(link: DashboardLink) -> str:
    """Return the text of a link: its id, signed, so that nobody can guess one."""
    return signing.dumps(str(link.pk), salt=SHARE_SALT)


def link_from(token: str) -> DashboardLink:
    """Return a link that still works. Raises Http404: expired, ended and forged ones look the same.

    A link shows what its maker may show: it stops when they leave the workspace or their account is closed, when they
    lose the role or the dashboard.
    """
    try:
        pk = signing.loads(token, salt=SHARE_SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    link = (
        DashboardLink.objects.select_related(
            "dashboard__workspace", "dashboard__journey", "dashboard__persona", "dashboard__category"
        )
        .filter(pk=pk, revoked_at=None, expires_at__gt=timezone.now(), dashboard__deleted_at=None)
        .first()
    )
    if link is None:
        raise Http404
    makers = Membership.objects.filter(workspace=link.workspace_id, user=link.created_by_id, user__is_active=True)
    if not may_share(makers.first(), link.dashboard):
        raise Http404
    return link
