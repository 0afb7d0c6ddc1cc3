"""The touchpoint matrix as a page and as files."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role, Workspace
from cxmap.workspaces.requests import MemberRequest
from journeys.tabs import tabs_of
from journeys.views.saved import saved_views
from kpis.exports import CONTENT_TYPES, matrix_file
from kpis.models import State
from kpis.parts import part_choices
from kpis.selectors.categories import category_dissatisfaction
from kpis.selectors.matrix import Matrix, MatrixFilters
from kpis.selectors.matrix import matrix as read
from kpis.views.dashboard import filters_of

MODES = ("content", "states", "coverage")


def read_matrix(request: MemberRequest, workspace: Workspace) -> Matrix:
    """Read the matrix that the address asks for."""
    common = filters_of(request, workspace)
    query = request.GET
    state = query.get("state", "")
    filters = MatrixFilters(
        journey=common.journey,
        persona=common.persona,
        period=common.period,
        state=state if state in {*State.values, "none"} else "",
        owner=query.get("owner", ""),
        part=common.part,
        mode=query.get("mode", "") if query.get("mode") in MODES else "content",
    )
    return read(workspace, filters, today=timezone.localdate(timezone=workspace.zone))


@login_required
@require_safe
def matrix(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    found = read_matrix(request, workspace)
    journey = found.filters.journey
    today = timezone.localdate(timezone=workspace.zone)
    context = {
        "matrix": found,
        # Of the whole workspace: beside the map of one journey it would be read as that journey's.
        "dissatisfaction": None if journey else category_dissatisfaction(workspace, today=today),
        "tabs": tabs_of(journey, current="matrix", query=request.GET) if journey else [],
        "saved_views": saved_views(request, journey, current="matrix") if journey else None,
        "states": [*State.choices],
        "modes": MODES,
        "parts": part_choices(workspace),
        "section": "matrix",
        "can_edit": can(request.membership, Role.EDITOR),
        "can_export": can(request.membership, Role.ANALYST),
    }
    return render(request, "kpis/matrix.html", context)


def file_response(found: Matrix, workspace: Workspace, *, kind: str, shape: str) -> StreamingHttpResponse:
    """Send the matrix as a file. Raises Http404 for a kind or shape that does not exist."""
    if kind not in CONTENT_TYPES or shape not in {"wide", "tidy"}:
        raise Http404
    content_type, ending = CONTENT_TYPES[kind]
    response = StreamingHttpResponse(matrix_file(found, kind=kind, shape=shape), content_type=content_type)
    part = f"-{slugify(found.filters.part.key.replace('=', '-').replace(':', '-'))}" if found.filters.part else ""
    response["Content-Disposition"] = f'attachment; filename="{workspace.slug}-matrix-{shape}{part}.{ending}"'
    return response


@login_required
@require_safe
def matrix_export(request: MemberRequest, slug: str) -> StreamingHttpResponse:
    workspace = workspaces_access.workspace_for_analysis(request, slug)
    found = read_matrix(request, workspace)
    return file_response(
        found, workspace, kind=request.GET.get("format", "csv"), shape=request.GET.get("shape", "tidy")
    )
