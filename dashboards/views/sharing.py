"""Read-only links: made, ended, and what whoever has one sees."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cxmap.workspaces.requests import MemberRequest
from dashboards import access
from dashboards.forms import LinkForm
from dashboards.models import Dashboard, DashboardLink
from dashboards.selectors.page import context_of, page_of
from dashboards.services import links as services


def _page(request: MemberRequest, dashboard: Dashboard, form: LinkForm, *, status: int = 200) -> HttpResponse:
    rows = DashboardLink.objects.filter(
        dashboard=dashboard, revoked_at=None, expires_at__gt=timezone.now()
    ).select_related("created_by")
    links = [
        (link, request.build_absolute_uri(reverse("dashboards:shared", args=[access.link_token(link)])))
        for link in rows
    ]
    context = {"dashboard": dashboard, "form": form, "links": links, "section": "dashboard"}
    return render(request, "dashboards/share.html", context, status=status)


@login_required
@require_safe
def link_list(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    return _page(request, access.dashboard_for_share(request, slug, pk), LinkForm())


@login_required
@require_POST
def link_add(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    dashboard = access.dashboard_for_share(request, slug, pk)
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _page(request, dashboard, form, status=422)
    services.link_create(dashboard=dashboard, actor=request.user, **form.cleaned_data)
    messages.success(request, _("The link is ready: copy it below."))
    return redirect("dashboards:share", slug, pk)


@login_required
@require_POST
def link_revoke(request: MemberRequest, pk: UUID) -> HttpResponse:
    link = access.link_for_edit(request, pk)
    services.link_revoke(link=link, actor=request.user)
    messages.success(request, _("The link no longer works."))
    return redirect("dashboards:share", link.dashboard.workspace.slug, link.dashboard_id)


@require_safe
@never_cache
def shared(request: MemberRequest, token: str) -> HttpResponse:
    """Show one dashboard as it was made: nothing else of the workspace, nothing to change or to follow."""
    link = access.link_from(token)
    services.link_opened(link)
    dashboard = link.dashboard
    timezone.activate(dashboard.workspace.zone)
    today = timezone.localdate(timezone=dashboard.workspace.zone)
    page = page_of(dashboard, context_of(dashboard, request.GET, today=today, public=True), request.GET)
    context = {
        "page": page,
        "dashboard": dashboard,
        "link": link,
        "public": True,
        "fictional": dashboard.workspace.fictional,
    }
    response = render(request, "dashboards/shared.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
