"""Read-only links to a dashboard."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cxmap.history.services import history_record
from cxmap.workspaces.models import User
from dashboards.models import Dashboard, DashboardLink


@transaction.atomic
def link_create(*, dashboard: Dashboard, actor: User, days: int, label: str = "") -> DashboardLink:
    """Make a link that works for some days, as long as its maker may share the dashboard."""
    link = DashboardLink.objects.create(
        workspace_id=dashboard.workspace_id,
        dashboard=dashboard,
        label=label,
        created_by=actor,
        expires_at=timezone.now() + timedelta(days=days),
    )
    history_record(actor=actor, action="dashboard_link.created", target=link, scope=dashboard, days=days)
    return link


@transaction.atomic
def link_revoke(*, link: DashboardLink, actor: User) -> None:
    if DashboardLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        history_record(actor=actor, action="dashboard_link.revoked", target=link, scope=link.dashboard)


def link_opened(link: DashboardLink) -> None:
    """Count an opening, so that its maker sees whether a link is still in use."""
    DashboardLink.objects.filter(pk=link.pk).update(last_opened_at=timezone.now(), opened_count=F("opened_count") + 1)
