"""From an id in a request to a pain point or a solution: a member of its workspace, with the role."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from cxmap.workspaces.access import row_for
from cxmap.workspaces.models import Role
from improvements.models import Pain, Solution


def pain_for_edit(request: HttpRequest, pk: UUID) -> Pain:
    rows = Pain.objects.select_related("journey", "step", "touchpoint", "flag").filter(pk=pk, deleted_at=None)
    return row_for(request, rows, Role.EDITOR)


def _solutions(pk: UUID) -> QuerySet[Solution]:
    return Solution.objects.select_related("pain", "journey", "step", "binding__kpi", "binding__touchpoint").filter(
        pk=pk, deleted_at=None
    )


def solution_for_view(request: HttpRequest, pk: UUID) -> Solution:
    return row_for(request, _solutions(pk), Role.VIEWER)


def solution_for_edit(request: HttpRequest, pk: UUID) -> Solution:
    return row_for(request, _solutions(pk), Role.EDITOR)
