"""The KPI catalogue of a workspace: the list, a page a KPI, and the form of a definition."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.lib.errors import CxmapError
from cxmap.lib.text import fold
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from kpis import access, services
from kpis.definition_form import KpiForm
from kpis.models import Kpi
from kpis.selectors.definitions import definition
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
    wanted, category = fold(request.GET.get("q", "")[:100]), request.GET.get("category", "")
    category = category if category in categories else ""
    shown_kpis = [
        kpi
        for kpi in kpis
        if kpi.archived_at is None
        and (not category or category in kpi.typical_categories)
        and (not wanted or any(wanted in fold(text) for text in (kpi.name, kpi.code, kpi.formula)))
    ]
    context = {
        "kpis": shown_kpis,
        "total": sum(1 for kpi in kpis if kpi.archived_at is None),
        "categories": list(categories.values()),
        "category": category,
        "q": request.GET.get("q", "")[:100],
        "archived": [kpi for kpi in kpis if kpi.archived_at is not None],
        "section": "kpis",
        "can_analyse": can(request.membership, Role.ANALYST),
    }
    return render(request, "kpis/kpi_list.html", context)


@login_required
@require_safe
def kpi_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    kpi = access.kpi_for_view(request, pk)
    today = timezone.localdate(timezone=kpi.workspace.zone)
    context = {
        "kpi": kpi,
        "definition": definition(kpi, today=today),
        "section": "kpis",
        "can_analyse": can(request.membership, Role.ANALYST),
    }
    return render(request, "kpis/kpi_detail.html", context)


def _form_page(request: MemberRequest, form: KpiForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "kpi": form.kpi, "section": "kpis"}
    return render(request, "kpis/kpi_form.html", context, status=status)


def _refused(form: KpiForm, error: CxmapError) -> int:
    """Show a refusal of the services at its fields; return the status."""
    for name, sentences in error.fields.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
    if not error.fields:
        form.add_error(None, str(error))
    return 422 if error.fields else error.status


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def kpi_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_analysis(request, slug)
    if request.method != "POST":
        return _form_page(request, KpiForm(workspace=workspace))
    form = KpiForm(request.POST, workspace=workspace)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        kpi = services.kpi_create(workspace=workspace, actor=request.user, **form.values())
    except CxmapError as error:
        return _form_page(request, form, status=_refused(form, error))
    messages.success(
        request,
        _("“%(name)s” is in the catalogue; its code in files is %(code)s.") % {"name": kpi.name, "code": kpi.code},
    )
    return redirect(kpi)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def kpi_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    kpi = access.kpi_for_analysis(request, pk)
    if request.method != "POST":
        return _form_page(request, KpiForm(workspace=kpi.workspace, kpi=kpi))
    form = KpiForm(request.POST, workspace=kpi.workspace, kpi=kpi)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    version = kpi.definition_version
    try:
        revision = form.cleaned_data["revision"]
        kpi = services.kpi_update(kpi=kpi, actor=request.user, expected_revision=revision, **form.values())
    except CxmapError as error:
        return _form_page(request, form, status=_refused(form, error))
    if kpi.definition_version != version:
        said: Any = _("Saved as version %(version)s. Values of former days keep the number of their version.")
        messages.success(request, said % {"version": kpi.definition_version})
    else:
        messages.success(request, _("Saved."))
    return redirect(kpi)


@login_required
@require_POST
def kpi_archive(request: MemberRequest, pk: UUID) -> HttpResponse:
    kpi = services.kpi_archive(kpi=access.kpi_for_analysis(request, pk), actor=request.user)
    messages.success(
        request, _("“%(name)s” is archived: it is offered no more, and what uses it goes on.") % {"name": kpi.name}
    )
    return redirect(kpi)


@login_required
@require_POST
def kpi_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    kpi = services.kpi_restore(kpi=access.kpi_for_analysis(request, pk), actor=request.user)
    messages.success(request, _("“%(name)s” is offered again.") % {"name": kpi.name})
    return redirect(kpi)
