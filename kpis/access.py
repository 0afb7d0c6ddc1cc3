"""From an id in a request to a binding, flag or touchpoint: a member of its workspace, with the role."""

from uuid import UUID

from django.http import Http404, HttpRequest

from cxmap.workspaces.access import require
from cxmap.workspaces.models import Role
from journeys.models import Step
from kpis.models import Binding, Flag
from touchpoints.models import Touchpoint


def touchpoint_for_analysis(request: HttpRequest, pk: UUID) -> Touchpoint:
    """For binding KPIs and setting targets."""
    touchpoint = Touchpoint.objects.select_related("category").filter(pk=pk, deleted_at=None).first()
    if touchpoint is None:
        raise Http404
    require(request, touchpoint.workspace_id, Role.ANALYST)
    return touchpoint


def step_for_analysis(request: HttpRequest, pk: UUID) -> Step:
    """For binding KPIs to the touchpoints of a step."""
    step = step_for_view(request, pk)
    require(request, step.workspace_id, Role.ANALYST)
    return step


def binding_for_analysis(request: HttpRequest, pk: UUID) -> Binding:
    binding = Binding.objects.select_related("kpi", "touchpoint__category").filter(pk=pk, deleted_at=None).first()
    if binding is None:
        raise Http404
    require(request, binding.workspace_id, Role.ANALYST)
    return binding


def step_for_view(request: HttpRequest, pk: UUID) -> Step:
    step = (
        Step.objects.select_related("journey__workspace", "stage")
        .filter(pk=pk, deleted_at=None, stage__deleted_at=None, journey__deleted_at=None)
        .first()
    )
    if step is None:
        raise Http404
    require(request, step.workspace_id, Role.VIEWER)
    return step


def _flag(pk: UUID) -> Flag:
    flag = (
        Flag.objects.select_related("workspace", "binding__kpi", "binding__touchpoint__category")
        .filter(pk=pk, binding__deleted_at=None, binding__touchpoint__deleted_at=None)
        .first()
    )
    if flag is None:
        raise Http404
    return flag


def flag_for_view(request: HttpRequest, pk: UUID) -> Flag:
    flag = _flag(pk)
    require(request, flag.workspace_id, Role.VIEWER)
    return flag


def flag_for_edit(request: HttpRequest, pk: UUID) -> Flag:
    """For taking charge of a signal, snoozing, dismissing and reopening it."""
    flag = _flag(pk)
    require(request, flag.workspace_id, Role.EDITOR)
    return flag
