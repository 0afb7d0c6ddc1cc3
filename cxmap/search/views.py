"""The search page, and its results alone for the box at the top of every page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cxmap.lib.http import wants_partial
from cxmap.search.registry import groups
from cxmap.search.selectors import group_of, search
from cxmap.workspaces.access import workspace_for_view
from cxmap.workspaces.requests import MemberRequest


@login_required
@require_safe
def search_page(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspace_for_view(request, slug)
    query = request.GET
    group = group_of(query.get("group", ""))
    number = query.get("page", "")
    answer = search(
        workspace,
        request.user,
        query.get("q", ""),
        group=group.key if group else "",
        page=int(number) if number.isdecimal() and len(number) < 4 else 1,
    )
    context = {"answer": answer, "group": group, "groups": groups(), "section": "search"}
    partial = wants_partial(request)
    response = render(request, "search/_options.html" if partial else "search/search.html", context)
    response["Vary"] = "HX-Request, X-Requested-With, Cookie, Accept-Language"
    return response
