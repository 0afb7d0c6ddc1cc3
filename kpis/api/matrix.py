"""The touchpoint matrix as JSON and as files, with the columns of the tidy export."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cxmap.workspaces.models import Role, Workspace
from journeys.lanes import Period
from journeys.models import Journey
from kpis.selectors.matrix import Matrix, MatrixFilters, matrix, tidy_rows
from kpis.views.matrix import file_response


def _read(request: Request, workspace: Workspace) -> Matrix:
    query = request.query_params
    journey = None
    if query.get("journey"):
        try:
            journey = Journey.objects.filter(workspace=workspace, pk=UUID(query["journey"]), deleted_at=None).first()
        except ValueError:
            journey = None
        if journey is None:
            raise Http404
    period = None
    if query.get("from") and query.get("to"):
        try:
            period = Period(date.fromisoformat(query["from"]), date.fromisoformat(query["to"]))
        except ValueError as error:
            raise Http404 from error
        if not (period.start <= period.end and period.end.year <= 2200):
            raise Http404
    filters = MatrixFilters(journey=journey, period=period, owner=query.get("owner", ""), state=query.get("state", ""))
    return matrix(workspace, filters, today=timezone.localdate(timezone=workspace.zone))


class MatrixView(APIView):
    """One row per journey × stage × touchpoint × KPI × period; `repeated` marks a measure that stands again."""

    read_role = Role.ANALYST

    @extend_schema(
        parameters=[
            OpenApiParameter("journey", OpenApiTypes.UUID, description="Columns are its stages; else the phases."),
            OpenApiParameter("from", OpenApiTypes.DATE, description="First day of the values; with `to`."),
            OpenApiParameter("to", OpenApiTypes.DATE),
            OpenApiParameter("state", description="Only touchpoints in this state."),
            OpenApiParameter("owner", description="Only touchpoints of this owner."),
            OpenApiParameter("format", enum=["json", "csv", "csv-fr", "xlsx"]),
            OpenApiParameter("shape", enum=["wide", "tidy"], description="Of files; JSON is tidy."),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> HttpResponseBase:
        workspace = request.auth.workspace  # type: ignore[union-attr]
        found = _read(request, workspace)
        kind = request.query_params.get("format", "json")
        if kind == "json":
            rows: list[dict[str, Any]] = list(tidy_rows(found))
            return Response({"results": rows})
        return file_response(found, workspace, kind=kind, shape=request.query_params.get("shape", "tidy"))
