"""Figures that the guides cite: a library of texts."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.requests import MemberRequest
from dashboards import references


@login_required
@require_safe
def reference_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspaces_access.workspace_for_view(request, slug)
    context = {
        "figures": references.FIGURES,
        "label": references.label(),
        "section": "dashboard",
        "part": "references",
    }
    return render(request, "dashboards/reference_list.html", context)
