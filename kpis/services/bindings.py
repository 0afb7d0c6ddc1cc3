"""KPIs on touchpoints."""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from cxmap.history.services import recording
from cxmap.lib.errors import StaleRevision
from cxmap.lib.text import fold
from cxmap.workspaces.models import User
from journeys.models import Card, Step
from kpis.errors import AlreadyBound, DirectionMissing, KpiUnknown, TouchpointMissing
from kpis.models import Binding, Direction, Kpi, Rhythm
from kpis.services.nudges import evaluate_soon
from touchpoints.models import Touchpoint


@transaction.atomic
def binding_create(
    *,
    touchpoint: Touchpoint,
    kpi: Kpi,
    actor: User | None,
    direction: str = "",
    rhythm: str = Rhythm.WEEKLY,
    tolerance: float = 0,
    gesture: uuid.UUID | None = None,
) -> Binding:
    """Put a KPI on a touchpoint. A binding that was taken off comes back with its targets, states and signals.

    The direction is the KPI's own unless given. Raises DirectionMissing where the KPI has none, AlreadyBound.
    An archived KPI is offered nowhere, but files and documents that name it still bind it. Bindings of one gesture are
    taken back together.
    """
    direction = direction or kpi.direction
    if direction not in Direction.values:
        raise DirectionMissing(fields={"direction": [str(DirectionMissing.message)]})
    # Two people bind the same KPI at once: the second waits here and finds the first one's.
    Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)
    former = Binding.objects.filter(touchpoint=touchpoint, kpi=kpi)
    if former.filter(deleted_at=None).exists():
        raise AlreadyBound
    values = {"direction": direction, "rhythm": rhythm, "tolerance": tolerance}
    binding = former.order_by("-deleted_at", "id").first()
    summary: dict[str, Any] = {"touchpoint": touchpoint.name, "kpi": kpi.code}
    if binding is None:
        binding = Binding(workspace_id=touchpoint.workspace_id, touchpoint=touchpoint, kpi=kpi, **values)
        with recording(
            actor=actor, action="binding.added", target=binding, scope=touchpoint, gesture=gesture, **summary
        ) as record:
            binding.save()
            record.created(binding)
    else:
        with recording(
            actor=actor, action="binding.added", target=binding, scope=touchpoint, gesture=gesture, **summary
        ) as record:
            record.watch(binding)
            binding.deleted_at = None
            for name, value in values.items():
                setattr(binding, name, value)
            binding.revision += 1
            binding.save(update_fields=["deleted_at", "revision", *values])
    evaluate_soon(binding.workspace_id)
    return binding


@transaction.atomic
def binding_create_named(*, step: Step, name: str, actor: User) -> Binding:
    """Bind the KPI of this name, or whose name alone begins so, to the first touchpoint of a step that lacks it.

    Raises TouchpointMissing, KpiUnknown, AlreadyBound, DirectionMissing.
    """
    cards = Card.objects.filter(step=step, deleted_at=None, lane__deleted_at=None, touchpoint__deleted_at=None)
    touchpoints = [
        card.touchpoint
        for card in cards.select_related("touchpoint").order_by("lane__rank", "rank", "id")
        if card.touchpoint is not None
    ]
    if not touchpoints:
        raise TouchpointMissing
    wanted = fold(name)
    kpis = list(Kpi.objects.filter(workspace=step.workspace_id, archived_at=None))
    found = [kpi for kpi in kpis if wanted in (fold(kpi.name), kpi.code)]
    found = found or [kpi for kpi in kpis if wanted and fold(kpi.name).startswith(wanted)]
    if len(found) != 1:
        raise KpiUnknown
    bound = Binding.objects.filter(kpi=found[0], touchpoint__in=touchpoints, deleted_at=None)
    taken = set(bound.values_list("touchpoint_id", flat=True))
    free = next((touchpoint for touchpoint in touchpoints if touchpoint.pk not in taken), None)
    if free is None:
        raise AlreadyBound
    return binding_create(touchpoint=free, kpi=found[0], actor=actor)


@transaction.atomic
def binding_update(
    *, binding: Binding, actor: User | None, expected_revision: int | None = None, **fields: Any
) -> Binding:
    """Change direction, rhythm or tolerance. A new rhythm begins a history of its own. Raises StaleRevision."""
    binding = Binding.objects.select_for_update().select_related("touchpoint", "kpi").get(pk=binding.pk)
    if expected_revision is not None and binding.revision != expected_revision:
        raise StaleRevision(current=binding)
    changed = {name: value for name, value in fields.items() if getattr(binding, name) != value}
    if not changed:
        return binding
    summary: dict[str, Any] = {"touchpoint": binding.touchpoint.name, "kpi": binding.kpi.code}
    with recording(
        actor=actor, action="binding.updated", target=binding, scope=binding.touchpoint, **summary
    ) as record:
        record.watch(binding)
        for name, value in changed.items():
            setattr(binding, name, value)
        binding.revision += 1
        binding.save(update_fields=[*changed, "revision"])
    if "rhythm" in changed:
        # Weeks and months do not share an axis: the former states are derived, and are decided anew.
        binding.states.all().delete()
    evaluate_soon(binding.workspace_id)
    return binding


@transaction.atomic
def binding_delete(*, binding: Binding, actor: User | None, expected_revision: int | None = None) -> None:
    """Take a KPI off a touchpoint. Observations, states and signals stay, and come back with it. Raises StaleRevision."""
    binding = Binding.objects.select_for_update().select_related("touchpoint", "kpi").get(pk=binding.pk)
    if expected_revision is not None and binding.revision != expected_revision:
        raise StaleRevision(current=binding)
    if binding.deleted_at is not None:
        return
    summary: dict[str, Any] = {"touchpoint": binding.touchpoint.name, "kpi": binding.kpi.code}
    with recording(
        actor=actor, action="binding.removed", target=binding, scope=binding.touchpoint, **summary
    ) as record:
        record.watch(binding)
        binding.deleted_at = timezone.now()
        binding.revision += 1
        binding.save(update_fields=["deleted_at", "revision"])
    evaluate_soon(binding.workspace_id)
