"""From an id in a request to an import or a source: a member of its workspace, with the role."""

from uuid import UUID

from django.http import HttpRequest

from cxmap.workspaces.access import row_for
from cxmap.workspaces.models import Role
from kpis.models import Source
from sources.models import Import


def _import(request: HttpRequest, public_id: UUID, role: Role) -> Import:
    rows = Import.objects.select_related("source", "workspace", "created_by", "saved_mapping").filter(
        public_id=public_id
    )
    return row_for(request, rows, role)


def import_for_view(request: HttpRequest, public_id: UUID) -> Import:
    return _import(request, public_id, Role.VIEWER)


def import_for_analysis(request: HttpRequest, public_id: UUID) -> Import:
    return _import(request, public_id, Role.ANALYST)


def _source(request: HttpRequest, public_id: UUID, role: Role) -> Source:
    rows = Source.objects.select_related("workspace").filter(public_id=public_id, deleted_at=None)
    return row_for(request, rows, role)


def source_for_view(request: HttpRequest, public_id: UUID) -> Source:
    return _source(request, public_id, Role.VIEWER)


def source_for_analysis(request: HttpRequest, public_id: UUID) -> Source:
    return _source(request, public_id, Role.ANALYST)
