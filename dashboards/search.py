"""Which dashboards can be found: those that the person may see."""

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.search.registry import Group, Source, register
from cxmap.workspaces.models import User, Workspace
from cxmap.workspaces.places import register_items
from dashboards.access import visible_to
from dashboards.models import Dashboard, DashboardLink, Outcome, Schedule, Tile

DASHBOARDS = Group("dashboards", _("Dashboards"), 37)


def _dashboards(workspace: Workspace, user: User | None) -> QuerySet[Dashboard]:
    rows = Dashboard.objects.filter(workspace=workspace, deleted_at=None)
    return rows.filter(visible_to(user)) if user else rows.filter(shared=True)


register_items("dashboard-mails", Schedule)
register_items("dashboard-links", DashboardLink)
register_items("tiles", Tile)
register_items("outcomes", Outcome)
register(
    Source(
        group=DASHBOARDS,
        rows=_dashboards,
        title=lambda _language: F("name"),
        context=lambda _language: F("owner__name"),
        key=Concat(F("workspace__slug"), Value("/"), F("id"), output_field=TextField()),
        href=lambda _workspace, key: reverse("dashboards:detail", args=key.split("/")),
    )
)
