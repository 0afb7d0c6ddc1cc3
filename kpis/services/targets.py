"""What a binding should reach."""

import math
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.history.services import recording
from cxmap.workspaces.models import User
from kpis.errors import TargetOutOfScale
from kpis.models import Binding, Kpi, KpiKind, Target
from kpis.services.nudges import evaluate_soon

SMART = ("specific", "measurable", "attainable", "realistic")


def target_check(kpi: Kpi, value: float | None) -> None:
    """Raise TargetOutOfScale for a value that this KPI can never have."""
    if value is None:
        return
    low, high = -math.inf, math.inf
    if kpi.kind == KpiKind.PROPORTION:
        low, high = 0.0, 1.0
    elif kpi.kind == KpiKind.NPS:
        low, high = -100.0, 100.0
    elif kpi.kind in (KpiKind.DURATION, KpiKind.COUNT):
        low = 0.0
    elif kpi.scale_min is not None and kpi.scale_max is not None:
        low, high = kpi.scale_min, kpi.scale_max
    if not (math.isfinite(value) and low <= value <= high):
        raise TargetOutOfScale(fields={"value": [_("This value is impossible for this KPI.")]})


@transaction.atomic
def target_set(
    *,
    binding: Binding,
    actor: User | None,
    value: float | None,
    specific: str = "",
    measurable: str = "",
    attainable: str = "",
    realistic: str = "",
    due_on: date | None = None,
) -> Target:
    """Give a binding a target and end the one before; value None says "later" openly. The same again changes nothing.

    The value is in the unit of storage: 0.018 for 1.8 %, NPS points, seconds, scores. Raises TargetOutOfScale.
    """
    binding = Binding.objects.select_for_update(of=("self",)).select_related("kpi", "touchpoint").get(pk=binding.pk)
    target_check(binding.kpi, value)
    wanted = {
        "value": value,
        "specific": specific,
        "measurable": measurable,
        "attainable": attainable,
        "realistic": realistic,
        "due_on": due_on,
    }
    former = Target.objects.filter(binding=binding, ended_at=None).first()
    if former is not None and all(getattr(former, name) == given for name, given in wanted.items()):
        return former
    target = Target(workspace_id=binding.workspace_id, binding=binding, created_by=actor, **wanted)
    with recording(
        actor=actor,
        action="target.set",
        target=binding,
        scope=binding.touchpoint,
        touchpoint=binding.touchpoint.name,
        kpi=binding.kpi.code,
        to=value,
    ) as record:
        record.summary["from"] = former.value if former else None
        if former is not None:
            record.watch(former)
            former.ended_at = timezone.now()
            former.save(update_fields=["ended_at"])
        target.save()
        record.created(target)
    if (former.value if former else None) != value:
        evaluate_soon(binding.workspace_id)
    return target


@transaction.atomic
def target_end(*, target: Target, actor: User | None) -> None:
    """Take a target away without another in its place; a former one stays as it is."""
    binding = (
        Binding.objects.select_for_update(of=("self",)).select_related("kpi", "touchpoint").get(pk=target.binding_id)
    )
    target = Target.objects.get(pk=target.pk)
    if target.ended_at is not None:
        return
    with recording(
        actor=actor,
        action="target.ended",
        target=binding,
        scope=binding.touchpoint,
        touchpoint=binding.touchpoint.name,
        kpi=binding.kpi.code,
    ) as record:
        record.summary["from"] = target.value
        record.watch(target)
        target.ended_at = timezone.now()
        target.save(update_fields=["ended_at"])
    if target.value is not None:
        evaluate_soon(binding.workspace_id)
