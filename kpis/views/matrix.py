"""The touchpoint matrix as a page, the lists behind its cells, and as files."""

from collections import Counter
from dataclasses import replace
from urllib.parse import quote
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cxmap.lib import formats
from cxmap.lib.http import render_page_or_partial
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role, Workspace
from cxmap.workspaces.requests import MemberRequest
from journeys.blueprints import blueprints
from journeys.models import Journey
from journeys.tabs import tabs_of
from journeys.views.saved import saved_views
from kpis.exports import CONTENT_TYPES, SHAPES, filename, tidy_file, wide_file
from kpis.exports.matrix_document import legend
from kpis.marks import MARKS
from kpis.models import State
from kpis.parts import part_choices
from kpis.selectors.categories import category_dissatisfaction
from kpis.selectors.matrix import Matrix, MatrixFilters, columns_said, filters_said, matrix_places, state_words
from kpis.selectors.matrix import matrix as read
from kpis.selectors.matrix_coverage import coverage
from kpis.selectors.matrix_list import PER_PAGE, cell_list
from kpis.selectors.matrix_tidy import tidy_rows
from kpis.views.dashboard import filters_of, periods_offered
from touchpoints.departments import department_asked
from touchpoints.models import Category, Channel
from touchpoints.templatetags.channels import channel_icon

MODES = ("content", "states", "coverage")
OF_COLUMNS = ("journey", "template", "columns")
OF_FILTERS = ("persona", "period", "state", "department", "owner", "part")


def journeys_asked(workspace: Workspace, query: QueryDict) -> list[Journey]:
    """Return the journeys whose stages are the columns: those named, those of a template, or all with columns=stages.

    Ids that are none of the workspace's are as if they were not there.
    """
    rows = Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key", "id")
    named = []
    for text in query.getlist("journey"):
        try:
            named.append(UUID(text))
        except ValueError:
            continue
    if named:
        return list(rows.filter(pk__in=named))
    if query.get("template"):
        return list(rows.filter(template=query["template"]))
    return list(rows) if query.get("columns") == "stages" else []


def filters_asked(request: MemberRequest, workspace: Workspace) -> MatrixFilters:
    """Read the filters of the address; what does not belong to the workspace filters nothing."""
    common = filters_of(request, workspace)
    query = request.GET
    state = query.get("state", "")
    return MatrixFilters(
        journeys=journeys_asked(workspace, query),
        persona=common.persona,
        period=common.period,
        state=state if state in {*State.values, "none"} else "",
        owner=query.get("owner", ""),
        department=department_asked(workspace, query.get("department", "")),
        part=common.part,
        mode=query.get("mode", "") if query.get("mode") in MODES else "content",
    )


@login_required
@require_safe
def matrix(request: MemberRequest, slug: str) -> HttpResponse:
    workspace = workspaces_access.workspace_for_view(request, slug)
    today = timezone.localdate(timezone=workspace.zone)
    found = read(workspace, filters_asked(request, workspace), today=today)
    journey = found.filters.journey
    missing = coverage(found) if found.filters.mode == "coverage" else None
    query = request.GET
    kept = QueryDict(mutable=True)
    for name in (*OF_COLUMNS, *OF_FILTERS):
        if query.get(name):
            kept.setlist(name, query.getlist(name))
    context = {
        "matrix": found,
        "coverage": missing,
        "table": _table(request, found, kept),
        "legend": legend(),
        "said": [(one, without(query, one.parameter)) for one in filters_said(found.filters)],
        "columns_text": columns_said(found.filters),
        "kept": kept.urlencode(),
        "columns_kept": [(name, value) for name in OF_COLUMNS for value in query.getlist(name)],
        "filters_kept": [(name, query[name]) for name in OF_FILTERS if query.get(name)],
        "phases_href": without(query, *OF_COLUMNS),
        # Of the whole workspace: beside the maps of some journeys it would be read as theirs.
        "dissatisfaction": None if found.filters.journeys else category_dissatisfaction(workspace, today=today),
        "tabs": tabs_of(journey, current="matrix", query=request.GET) if journey else [],
        "saved_views": saved_views(request, journey, current="matrix") if journey else None,
        "templates": _templates(found),
        "states": [*State.choices],
        "modes": MODES,
        "periods": periods_offered(today),
        "parts": part_choices(workspace),
        "section": "matrix",
        "can_edit": can(request.membership, Role.EDITOR),
        "can_export": can(request.membership, Role.ANALYST),
        "can_analyse": can(request.membership, Role.ANALYST),
    }
    return render(request, "kpis/matrix.html", context)


class _Said(dict[int, str]):
    """Numbers of touchpoints in words, each put together once a page."""

    def __missing__(self, number: int) -> str:
        text = ngettext("%(number)s touchpoint", "%(number)s touchpoints", number) % {"number": formats.whole(number)}
        self[number] = text
        return text


def _table(request: MemberRequest, found: Matrix, kept: QueryDict) -> SafeString:
    """Draw the grid with Jinja: it has thousands of nodes (docs/decisions/0003)."""
    slug = found.places.workspace.slug
    context = {
        "matrix": found,
        "closed": set(request.GET.get("closed", "").split(",")),
        "cell_url": reverse("kpis:matrix-cell", args=[slug]),
        "add_url": reverse("kpis:matrix-add", args=[slug]),
        "kept": f"&{kept.urlencode()}" if kept else "",
        "kept_mode": f"&mode={found.filters.mode}&{kept.urlencode()}",
        "said": _Said(),
        "marks": MARKS,
        "words": {state: state_words(state) for state in State.values},
        "keys": {column.key: quote(column.key, safe="") for column in found.columns},
        "can_edit": can(request.membership, Role.EDITOR),
        "channel_icon": channel_icon,
    }
    return SafeString(render_to_string("matrix/table.jinja", context, request, using="jinja"))


def _templates(found: Matrix) -> list[tuple[str, str]]:
    """Return the templates that at least two journeys began with: key and name."""
    used = Counter(journey.template for journey in found.journeys if journey.template)
    names = {plan.key: str(plan.name) for plan in blueprints()}
    return [(key, names[key]) for key, count in used.items() if count > 1 and key in names]


def without(query: QueryDict, *parameters: str) -> str:
    """Return the address's query without some of it."""
    rest = query.copy()
    for name in parameters:
        rest.pop(name, None)
    return f"?{rest.urlencode()}"


@login_required
@require_safe
def matrix_cell(request: MemberRequest, slug: str) -> HttpResponse:
    """The touchpoints of a cell, a row or a column: a page, and the inside of the drawer."""
    workspace = workspaces_access.workspace_for_view(request, slug)
    today = timezone.localdate(timezone=workspace.zone)
    filters = filters_asked(request, workspace)
    places = matrix_places(workspace, filters, today=today)
    query = request.GET
    category = Category.objects.filter(workspace=workspace, code=query["row"]).first() if query.get("row") else None
    channel = (
        Channel.objects.filter(workspace=workspace, code=query["channel"]).first() if query.get("channel") else None
    )
    column = next((column for column in places.columns if column.key == query.get("column")), None)
    if (
        (query.get("row") and not category)
        or (query.get("channel") and not channel)
        or (query.get("column") and not column)
    ):
        raise Http404
    number = query.get("page", "1")
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 1
    listed = cell_list(
        places, filters, category=category, channel=channel, column=column, today=today, page=max(page, 1)
    )
    kept = query.copy()
    kept.pop("page", None)
    context = {
        "listed": listed,
        "pages": Paginator(range(listed.total), PER_PAGE).get_page(page),
        "kept": kept.urlencode(),
        "back": without(kept, "row"),
        "section": "matrix",
        "can_edit": can(request.membership, Role.EDITOR),
        "can_analyse": can(request.membership, Role.ANALYST),
    }
    return render_page_or_partial(request, "kpis/matrix_cell.html", context)


def file_response(workspace: Workspace, filters: MatrixFilters, *, kind: str, shape: str) -> StreamingHttpResponse:
    """Send the matrix as a file. Raises Http404 for a kind or shape that does not exist."""
    if shape not in SHAPES.get(kind, ()):
        raise Http404
    today = timezone.localdate(timezone=workspace.zone)
    if shape == "wide":
        content = wide_file(read(workspace, replace(filters, mode="content"), today=today), kind=kind)
    else:
        rows = tidy_rows(matrix_places(workspace, filters, today=today), filters, today=today)
        content = tidy_file(rows, workspace, filters, kind=kind, pivot=shape == "pivot")
    response = StreamingHttpResponse(content, content_type=CONTENT_TYPES[kind][0])
    name = filename(workspace, filters, kind=kind, shape=shape)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_safe
def matrix_export(request: MemberRequest, slug: str) -> StreamingHttpResponse:
    workspace = workspaces_access.workspace_for_analysis(request, slug)
    filters = filters_asked(request, workspace)
    return file_response(
        workspace, filters, kind=request.GET.get("format", "csv"), shape=request.GET.get("shape", "tidy")
    )
