"""What touchpoints and channels cost, and whether they work, as a page and as files."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cxmap.lib.sheets import CONTENT_TYPES
from cxmap.workspaces.access import workspace_for_view
from cxmap.workspaces.requests import MemberRequest
from kpis.exports.ranking import ranking_file
from kpis.selectors.ranking import SORTS
from kpis.selectors.ranking import ranking as read

SHOWN = 100


@login_required
@require_safe
def ranking(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_view(request, slug)
    today = timezone.localdate(timezone=workspace.zone)
    found = read(workspace, today=today, sort=request.GET.get("sort", ""))
    context = {
        "ranking": found,
        "ranked": found.ranked[:SHOWN],
        "unknown": found.unknown[:SHOWN],
        "more": max(0, len(found.ranked) - SHOWN) + max(0, len(found.unknown) - SHOWN),
        "sorts": SORTS.items(),
        "section": "touchpoints",
    }
    return render(request, "kpis/ranking.html", context)


@login_required
@require_safe
def ranking_export(request: MemberRequest, slug: str, kind: str) -> StreamingHttpResponse:
    workspace = workspace_for_view(request, slug)
    if kind not in CONTENT_TYPES:
        raise Http404
    today = timezone.localdate(timezone=workspace.zone)
    found = read(workspace, today=today, sort=request.GET.get("sort", ""))
    content_type, ending = CONTENT_TYPES[kind]
    response = StreamingHttpResponse(ranking_file(found, kind=kind), content_type=content_type)
    name = slugify(f"{_('ranking')}-{workspace.slug}-{today.isoformat()}")
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response
