"""The touchpoint matrix as JSON and as files, with the columns of the tidy export."""

from datetime import date
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cxmap.lib.text import sort_key
from cxmap.workspaces.models import Role, Workspace
from journeys.lanes import Period
from journeys.models import Journey
from kpis.models import State
from kpis.selectors.matrix import MatrixFilters, matrix_places
from kpis.selectors.matrix_tidy import TIDY_COLUMNS, tidy_rows
from kpis.views.matrix import file_response
from touchpoints.models import Department


def _filters(request: Request, workspace: Workspace) -> MatrixFilters:
    query = request.query_params
    journeys: list[Journey] = []
    if query.get("journey"):
        try:
            wanted = {UUID(text) for text in query.getlist("journey")}
        except ValueError as error:
            raise Http404 from error
        rows = Journey.objects.filter(workspace=workspace, pk__in=wanted, deleted_at=None)
        journeys = list(rows.order_by("sort_key", "id"))
        if len(journeys) != len(wanted):
            raise Http404
    elif query.get("template") or query.get("columns") == "stages":
        rows = Journey.objects.filter(workspace=workspace, deleted_at=None)
        if query.get("template"):
            rows = rows.filter(template=query["template"])
        journeys = list(rows.order_by("sort_key", "id"))
    period = None
    if query.get("from") and query.get("to"):
        try:
            period = Period(date.fromisoformat(query["from"]), date.fromisoformat(query["to"]))
        except ValueError as error:
            raise Http404 from error
        if not (period.start <= period.end and period.end.year <= 2200):
            raise Http404
    state = query.get("state", "")
    return MatrixFilters(
        journeys=journeys,
        period=period,
        owner=query.get("owner", ""),
        department=_department(workspace, query.get("department", "")),
        state=state if state in {*State.values, "none"} else "",
    )


def _department(workspace: Workspace, name: str) -> Department | None:
    """Return the department of this name. Raises Http404: an empty matrix would be taken for the answer."""
    if not name:
        return None
    return get_object_or_404(Department, workspace=workspace, sort_key=sort_key(name), deleted_at=None)


class MatrixView(APIView):
    """One row per journey × stage × touchpoint × KPI × period; `repeated` marks a measure that stands again."""

    read_role = Role.ANALYST

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "journey", OpenApiTypes.UUID, many=True, description="Columns are its stages; else the phases."
            ),
            OpenApiParameter("template", description="Columns are the stages of all journeys made from this template."),
            OpenApiParameter("columns", enum=["stages"], description="Columns are the stages of all journeys."),
            OpenApiParameter("from", OpenApiTypes.DATE, description="First day of the values; with `to`."),
            OpenApiParameter("to", OpenApiTypes.DATE),
            OpenApiParameter("state", description="Only touchpoints in this state."),
            OpenApiParameter("department", description="Only touchpoints of the department of this name."),
            OpenApiParameter("owner", description="Only touchpoints of this owner."),
            OpenApiParameter("format", enum=["json", "csv", "csv-fr", "xlsx", "pdf", "png"]),
            OpenApiParameter("shape", enum=["wide", "tidy", "pivot"], description="Of files; JSON is tidy."),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> HttpResponseBase:
        workspace = request.auth.workspace  # type: ignore[union-attr]
        filters = _filters(request, workspace)
        kind = request.query_params.get("format", "json")
        if kind == "json":
            today = timezone.localdate(timezone=workspace.zone)
            rows = tidy_rows(matrix_places(workspace, filters, today=today), filters, today=today)
            return Response({"results": [dict(zip(TIDY_COLUMNS, row, strict=True)) for row in rows]})
        return file_response(workspace, filters, kind=kind, shape=request.query_params.get("shape", "tidy"))
