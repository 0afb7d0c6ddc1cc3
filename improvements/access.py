"""From an id in a request to a pain point or a solution: a member of its workspace, with the role."""

from uuid import UUID

from django.http import Http404, HttpRequest

from cxmap.workspaces.access import require
from cxmap.workspaces.models import Role
from improvements.models import Pain, Solution


def pain_for_edit(request: HttpRequest, pk: UUID) -> Pain:
    pain = Pain.objects.select_related("journey", "step", "touchpoint", "flag").filter(pk=pk, deleted_at=None).first()
    if pain is None:
        raise Http404
    require(request, pain.workspace_id, Role.EDITOR)
    return pain


def _solution(pk: UUID) -> Solution:
    solution = (
        Solution.objects.select_related("pain", "journey", "step", "binding__kpi", "binding__touchpoint")
        .filter(pk=pk, deleted_at=None)
        .first()
    )
    if solution is None:
        raise Http404
    return solution


def solution_for_view(request: HttpRequest, pk: UUID) -> Solution:
    solution = _solution(pk)
    require(request, solution.workspace_id, Role.VIEWER)
    return solution


def solution_for_edit(request: HttpRequest, pk: UUID) -> Solution:
    solution = _solution(pk)
    require(request, solution.workspace_id, Role.EDITOR)
    return solution
