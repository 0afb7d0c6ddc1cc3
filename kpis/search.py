"""What of KPIs can be found: their names in both languages, codes and formulas."""

from django.db.models import F, QuerySet
from django.db.models.functions import Concat, Left, Substr, Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.search.registry import Group, Source, register
from cxmap.workspaces.models import User, Workspace
from cxmap.workspaces.places import register_items
from kpis.models import Binding, Flag, Kpi

KPIS = Group("kpis", _("KPIs"), 35)


def _kpis(workspace: Workspace, _user: User | None) -> QuerySet[Kpi]:
    return Kpi.objects.filter(workspace=workspace, archived_at=None)


register_items("kpis", Kpi)
register_items("kpi-bindings", Binding)
register_items("flags", Flag)
register(
    Source(
        group=KPIS,
        rows=_kpis,
        # As Kpi.name says it.
        title=lambda language: Concat(Upper(Left(f"name_{language}", 1)), Substr(f"name_{language}", 2)),
        context=lambda language: F(f"formula_{language}"),
        key=F("id"),
        href=lambda _workspace, key: reverse("kpis:detail", args=[key]),
    )
)
