"""The KPI catalogue of a workspace."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.requests import MemberRequest
from kpis.models import Kpi
from touchpoints.models import Category


@login_required
@require_safe
def kpi_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    used = Count("bindings", filter=Q(bindings__deleted_at=None, bindings__touchpoint__deleted_at=None))
    kpis = list(Kpi.objects.filter(workspace=workspace).annotate(used=used).order_by("rank", "id"))
    categories = {category.code: category for category in Category.objects.filter(workspace=workspace)}
    for kpi in kpis:
        shown = [categories[code] for code in kpi.typical_categories if code in categories]
        kpi.shown_categories = shown  # type: ignore[attr-defined]
    return render(request, "kpis/kpi_list.html", {"kpis": kpis, "section": "kpis"})
