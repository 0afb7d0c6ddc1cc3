"""From an id in a request to a KPI, binding, flag or touchpoint: a member of its workspace, with the role."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from cxmap.workspaces.access import row_for
from cxmap.workspaces.models import Role
from journeys.models import Card, Step
from journeys.picture import picture_of
from journeys.readers import version_for
from kpis.models import Binding, Flag, Kpi, NotApplicable
from touchpoints.models import Touchpoint


def touchpoint_for_analysis(request: HttpRequest, pk: UUID) -> Touchpoint:
    """For binding KPIs and setting targets."""
    rows = Touchpoint.objects.select_related("category").filter(pk=pk, deleted_at=None)
    return row_for(request, rows, Role.ANALYST)


def kpi_for_view(request: HttpRequest, pk: UUID) -> Kpi:
    return row_for(request, Kpi.objects.select_related("workspace").filter(pk=pk), Role.VIEWER)


def kpi_for_analysis(request: HttpRequest, pk: UUID) -> Kpi:
    """For changing a definition, archiving and restoring it."""
    return row_for(request, Kpi.objects.select_related("workspace").filter(pk=pk), Role.ANALYST)


def _steps(pk: UUID) -> QuerySet[Step]:
    return Step.objects.select_related("journey__workspace", "stage").filter(
        pk=pk, deleted_at=None, stage__deleted_at=None, journey__deleted_at=None
    )


def step_for_view(request: HttpRequest, pk: UUID) -> Step:
    return row_for(request, _steps(pk), Role.VIEWER)


def step_seen(request: HttpRequest, pk: UUID) -> tuple[Step, set[UUID]]:
    """Return a step with the touchpoints that stand at it, as the member sees the map: as published, or the draft."""
    rows = Step.objects.select_related("journey__workspace").filter(pk=pk, journey__deleted_at=None)
    journey = row_for(request, rows, Role.VIEWER).journey
    version = version_for(request, journey)
    if version is None:
        step = step_for_view(request, pk)
        cards = Card.objects.filter(step=step, deleted_at=None, lane__deleted_at=None).exclude(touchpoint=None)
        return step, set(cards.values_list("touchpoint_id", flat=True))
    picture = picture_of(journey, version)
    found = next((step for step in picture.steps if step.pk == pk), None)
    if found is None:
        raise Http404
    return found, {card.touchpoint_id for card in picture.cards if card.step_id == pk and card.touchpoint_id}


def step_for_analysis(request: HttpRequest, pk: UUID) -> Step:
    """For binding KPIs to the touchpoints of a step."""
    return row_for(request, _steps(pk), Role.ANALYST)


def binding_for_view(request: HttpRequest, pk: UUID) -> Binding:
    """For reading what was measured; also after the KPI was taken off, as long as the touchpoint is there."""
    rows = Binding.objects.select_related("kpi", "touchpoint__category", "workspace").filter(
        pk=pk, touchpoint__deleted_at=None
    )
    return row_for(request, rows, Role.VIEWER)


def binding_for_analysis(request: HttpRequest, pk: UUID) -> Binding:
    rows = Binding.objects.select_related("kpi", "touchpoint__category", "workspace").filter(pk=pk, deleted_at=None)
    return row_for(request, rows, Role.ANALYST)


def _flags(pk: UUID) -> QuerySet[Flag]:
    return Flag.objects.select_related("workspace", "binding__kpi", "binding__touchpoint__category").filter(
        pk=pk, binding__deleted_at=None, binding__touchpoint__deleted_at=None
    )


def flag_for_view(request: HttpRequest, pk: UUID) -> Flag:
    return row_for(request, _flags(pk), Role.VIEWER)


def flag_for_edit(request: HttpRequest, pk: UUID) -> Flag:
    """For taking charge of a signal, snoozing, dismissing and reopening it."""
    return row_for(request, _flags(pk), Role.EDITOR)


def gap_for_edit(request: HttpRequest, pk: UUID) -> NotApplicable:
    """For taking back that a gap of the matrix does not apply."""
    rows = NotApplicable.objects.select_related("workspace", "category", "channel", "journey")
    return row_for(request, rows.filter(pk=pk, deleted_at=None), Role.EDITOR)
