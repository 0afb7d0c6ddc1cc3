"""The sources of a workspace, and one of them."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from kpis.services.sources import source_update
from sources import access, selectors
from sources.forms import SourceForm


@login_required
@require_safe
def source_list(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    context = {
        "page": selectors.source_list(workspace, page=request.GET.get("page", 1)),
        "api_url": request.build_absolute_uri(reverse("api:observations")),
        "section": "sources",
        "can_analyse": can(request.membership, Role.ANALYST),  # type: ignore[attr-defined]
    }
    return render(request, "sources/source_list.html", context)


@login_required
def source_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One source: its imports, and for analysts what to expect of it."""
    writing = request.method == "POST"
    source = access.source_for_analysis(request, pk) if writing else access.source_for_view(request, pk)
    form = SourceForm(request.POST if writing else None, instance=source)
    if writing and form.is_valid():
        source_update(source=source, actor=cast(Any, request.user), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("sources:source", source.public_id)
    context = {
        "source": access.source_for_view(request, pk),
        "form": form,
        "imports": selectors.source_imports(source, page=request.GET.get("page", 1)),
        "section": "sources",
        "can_analyse": can(request.membership, Role.ANALYST),  # type: ignore[attr-defined]
    }
    return render(request, "sources/source_detail.html", context, status=422 if form.errors else 200)
