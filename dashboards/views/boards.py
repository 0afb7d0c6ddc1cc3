"""The list of dashboards and each of them: looked at, described, copied, deleted, undone, as a file."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.history.services import undo_labels
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse, see_other
from cxmap.lib.text import code_from
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role, Workspace
from cxmap.workspaces.requests import MemberRequest
from dashboards import access
from dashboards.documents import board_pdf, board_png, overview_pdf, overview_png
from dashboards.forms import DashboardForm
from dashboards.models import Dashboard
from dashboards.selectors.page import context_of, list_page, offered_values, page_of
from dashboards.selectors.periods import offered
from dashboards.services import boards as services
from dashboards.tiles import kinds
from kpis.registry import troubles_of
from kpis.selectors.dashboard import dashboard as read_overview
from kpis.views.dashboard import filters_of

TYPES = {"pdf": "application/pdf", "png": "image/png"}


def today_of(workspace: Workspace) -> Any:
    return timezone.localdate(timezone=workspace.zone)


@login_required
@require_safe
def dashboard_list(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    context = {
        "page": list_page(workspace, request.user),
        "section": "dashboard",
        "part": "boards",
        "can_add": can(request.membership, Role.ANALYST),
    }
    return render(request, "dashboards/dashboard_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def dashboard_add(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_analysis(request, slug)
    form = DashboardForm(request.POST or None, workspace=workspace)
    if request.method == "POST" and form.is_valid():
        starter = form.cleaned_data["starter"] != "no"
        dashboard = services.dashboard_create(workspace=workspace, actor=request.user, starter=starter, **form.values())
        messages.success(request, _("“%(name)s” is ready: add, move and size its tiles.") % {"name": dashboard.name})
        return redirect(f"{dashboard.get_absolute_url()}?edit=1")
    context = {"form": form, "section": "dashboard"}
    return render(request, "dashboards/dashboard_form.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def dashboard_detail(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Show a dashboard; ?edit=1 with the tools to arrange it, ?view=full without the frame of the product."""
    dashboard = access.dashboard_for_view(request, slug, pk)
    editable = access.may_edit(request.membership, dashboard)
    editing = editable and request.GET.get("edit") == "1"
    tiles = context_of(dashboard, request.GET, today=today_of(dashboard.workspace))
    page = page_of(dashboard, tiles, request.GET)
    full = request.GET.get("view") == "full" and not editing
    context: dict[str, Any] = {
        "page": page,
        "notices": troubles_of(dashboard.workspace),
        "dashboard": dashboard,
        "editing": editing,
        "can_edit": editable,
        "can_share": access.may_share(request.membership, dashboard),
        "can_copy": can(request.membership, Role.ANALYST),
        "full": full,
        "periods": offered(tiles.today),
        "section": "dashboard",
        **offered_values(dashboard.workspace),
    }
    if editing:
        undone, redone = undo_labels(actor=request.user, scope=dashboard)
        context |= {"undo": undone, "redo": redone, "kinds": kinds()}
    return render(request, "dashboards/dashboard_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def dashboard_edit(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    dashboard = access.dashboard_for_edit(request, slug, pk)
    initial = {"revision": dashboard.revision}
    form = DashboardForm(request.POST or None, instance=dashboard, workspace=dashboard.workspace, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            stored = Dashboard.objects.select_related("workspace").get(pk=pk)
            try:
                services.dashboard_update(
                    dashboard=stored,
                    actor=request.user,
                    expected_revision=form.cleaned_data["revision"],
                    **form.values(),
                )
            except CxmapError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                messages.success(request, _("Saved."))
                return redirect(stored)
    context = {"form": form, "dashboard": dashboard, "section": "dashboard"}
    return render(request, "dashboards/dashboard_form.html", context, status=status)


@login_required
@require_POST
def dashboard_delete(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    dashboard = access.dashboard_for_edit(request, slug, pk)
    services.dashboard_delete(dashboard=dashboard, actor=request.user)
    text = _("“%(name)s” is in the trash, at the end of this page: it can be restored.") % {"name": dashboard.name}
    messages.success(request, text)
    return redirect("dashboards:list", slug)


@login_required
@require_POST
def dashboard_restore(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    dashboard = access.dashboard_in_trash_for_edit(request, slug, pk)
    services.dashboard_restore(dashboard=dashboard, actor=request.user)
    messages.success(request, _("“%(name)s” is back.") % {"name": dashboard.name})
    return redirect(dashboard)


@login_required
@require_POST
def dashboard_duplicate(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    dashboard = access.dashboard_for_view(request, slug, pk)
    workspaces_access.require(request, dashboard.workspace_id, Role.ANALYST)
    name = (_("Copy of %(name)s") % {"name": dashboard.name})[:200]
    copy = services.dashboard_duplicate(dashboard=dashboard, actor=request.user, name=name)
    messages.success(request, _("The copy is your own; nobody else sees it until you share it."))
    return redirect(f"{copy.get_absolute_url()}?edit=1")


@login_required
@require_POST
def dashboard_undo(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Take back one's own last change; redo=1 puts it forward again."""
    dashboard = access.dashboard_for_edit(request, slug, pk)
    back = f"{dashboard.get_absolute_url()}?edit=1"
    redo = request.POST.get("redo") == "1"
    try:
        changes = services.dashboard_undo(dashboard=dashboard, actor=request.user, redo=redo)
    except CxmapError as error:
        return refuse(request, error, back=back)
    said = _("Done again: %(what)s.") if redo else _("Taken back: %(what)s.")
    messages.success(request, said % {"what": changes[0].sentence})
    dashboard.refresh_from_db(fields=["deleted_at"])
    return see_other(back if dashboard.deleted_at is None else reverse("dashboards:list", args=[slug]))


@login_required
@require_safe
def dashboard_file(request: MemberRequest, slug: str, pk: UUID, form: str) -> HttpResponse:
    """The dashboard as PDF or PNG, over the days and filters of the address."""
    dashboard = access.dashboard_for_view(request, slug, pk)
    context = context_of(dashboard, request.GET, today=today_of(dashboard.workspace))
    page = page_of(dashboard, context, request.GET)
    content = board_png(page) if form == "png" else board_pdf(page)
    name = code_from(dashboard.name, fallback="dashboard")
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


@login_required
@require_safe
def overview_file(request: MemberRequest, slug: str, form: str) -> HttpResponse:
    """The default dashboard as PDF or PNG, with the filters of its address."""
    workspace = workspaces_access.workspace_for_view(request, slug)
    page = read_overview(workspace, filters_of(request, workspace), today=today_of(workspace))
    content = overview_png(workspace, page) if form == "png" else overview_pdf(workspace, page)
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{workspace.slug}.{form}"'
    return response
