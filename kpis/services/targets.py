"""What a binding should reach, the milestones on the way, and what had become of it on its due date."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.history.services import recording
from cxmap.lib import formats
from cxmap.workspaces.models import User
from kpis.errors import MilestonesInvalid, TargetOutOfScale
from kpis.models import Binding, Direction, Kpi, KpiKind, KpiState, State, Target
from kpis.services.nudges import evaluate_soon
from kpis.statistics.kinds import ALPHA

SMART = ("specific", "measurable", "attainable", "realistic")
MILESTONES = 12  # at most
# A target whose touchpoint gets no more periods is decided all the same, this long after its due date.
DECIDE_AFTER = timedelta(days=62)


class Milestone(NamedTuple):
    """A value to be reached by a day, in the unit of storage."""

    on: date
    value: float


def milestones_of(target: Target) -> list[Milestone]:
    return [Milestone(date.fromisoformat(one["on"]), one["value"]) for one in target.milestones]


def start_of(target: Target) -> date:
    """Return the day from which progress is counted."""
    return target.starts_on or timezone.localdate(target.created_at)


def missing_answers(target: Target) -> list[str]:
    """Return which of the five SMART questions have no answer: names of SMART, and due_on."""
    return [name for name in (*SMART, "due_on") if not getattr(target, name)]


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


def milestones_check(
    kpi: Kpi, milestones: Sequence[Milestone], *, value: float | None, starts_on: date, due_on: date | None
) -> None:
    """Raise MilestonesInvalid for milestones without a target and its due date, outside its days, or impossible."""
    found = []
    if milestones and (value is None or due_on is None):
        found.append(_("Milestones need a target with a value and a due date."))
    if len(milestones) > MILESTONES:
        found.append(_("At most %(n)s milestones.") % {"n": MILESTONES})
    if len({one.on for one in milestones}) < len(milestones):
        found.append(_("Two milestones have the same date."))
    for one in milestones:
        names = {
            "day": formats.short_date(one.on),
            "first": formats.short_date(starts_on),
            "last": formats.short_date(due_on),
        }
        if due_on is not None and not starts_on <= one.on <= due_on:
            found.append(_("The milestone of %(day)s is not between %(first)s and %(last)s.") % names)
        try:
            target_check(kpi, one.value)
        except TargetOutOfScale:
            found.append(_("The value of the milestone of %(day)s is impossible for this KPI.") % names)
    if found:
        raise MilestonesInvalid(fields={"milestones": found})


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
    starts_on: date | None = None,
    review_on: date | None = None,
    milestones: Sequence[Milestone] = (),
) -> Target:
    """Give a binding a target and end the one before; value None says "later" openly. The same again changes nothing.

    The value is in the unit of storage: 0.018 for 1.8 %, NPS points, seconds, scores. Progress is counted from
    starts_on; left out, from today, or as before while the value stays. Raises TargetOutOfScale, MilestonesInvalid.
    """
    binding = (
        Binding.objects.select_for_update(of=("self",))
        .select_related("kpi", "touchpoint", "workspace")
        .get(pk=binding.pk)
    )
    target_check(binding.kpi, value)
    former = Target.objects.filter(binding=binding, ended_at=None).first()
    if starts_on is None and value is not None:
        kept = former is not None and former.value == value
        starts_on = start_of(former) if kept and former else timezone.localdate(timezone=binding.workspace.zone)
    steps = sorted(milestones)
    milestones_check(binding.kpi, steps, value=value, starts_on=starts_on or date.min, due_on=due_on)
    wanted: dict[str, Any] = {
        "value": value,
        "specific": specific,
        "measurable": measurable,
        "attainable": attainable,
        "realistic": realistic,
        "due_on": due_on,
        "starts_on": starts_on,
        "review_on": review_on,
        "milestones": [{"on": one.on.isoformat(), "value": one.value} for one in steps],
    }
    if former is not None and all(_now(former, name) == given for name, given in wanted.items()):
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


def _now(target: Target, name: str) -> Any:
    if name == "starts_on" and target.value is not None:
        return start_of(target)
    return getattr(target, name)


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


def on_right_side(direction: str, value: float, goal: float) -> bool:
    return value >= goal if direction == Direction.HIGHER else value <= goal


def missed_for_sure(binding: Binding, state: KpiState, goal: float) -> bool:
    """Return whether a period is established as worse than a target, by the adjusted p and the tolerance."""
    return (
        state.value is not None
        and state.state != State.NO_DATA
        and state.target == goal
        and state.p_target_adjusted is not None
        and state.p_target_adjusted <= ALPHA
        and not on_right_side(binding.direction, state.value, goal)
        and abs(state.value - goal) >= binding.tolerance
    )


# The last period that closed by the due date, and whether one that reaches it is judged: nothing before that is restated.
DECIDING = """
SELECT asked.target AS asked_target,
       EXISTS (SELECT 1 FROM kpis_kpistate WHERE binding_id = asked.binding AND period_end >= asked.due_on) AS is_settled,
       state.*
  FROM unnest(%(targets)s::uuid[], %(bindings)s::uuid[], %(days)s::date[]) AS asked (target, binding, due_on)
  LEFT JOIN LATERAL (SELECT * FROM kpis_kpistate WHERE binding_id = asked.binding AND period_end <= asked.due_on
                      ORDER BY period_start DESC LIMIT 1) AS state ON true
"""


def targets_decide(workspace_id: int, today: date) -> list[Target]:
    """Keep what has become of the targets in force whose due date has passed; three queries. Returns those decided.

    The last closed period until the due date decides: reached or not by the side of its value, unknown where it
    could not be judged against this target. It waits until a period that reaches the due date is judged. A target that
    is decided stays so, whatever is imported later; a new target of the binding begins anew.
    """
    due = Target.objects.filter(
        workspace=workspace_id,
        ended_at=None,
        outcome="",
        value__isnull=False,
        due_on__lt=today,
        binding__deleted_at=None,
        binding__touchpoint__deleted_at=None,
    ).select_related("binding")
    targets = {target.pk: target for target in due.order_by("id").select_for_update(of=("self",))}
    if not targets:
        return []
    params = {
        "targets": [str(pk) for pk in targets],
        "bindings": [str(target.binding_id) for target in targets.values()],
        "days": [target.due_on for target in targets.values()],
    }
    decided = []
    for found in KpiState.objects.raw(DECIDING, params):
        target = targets[found.asked_target]  # type: ignore[attr-defined]  # read beside the row
        assert target.due_on is not None  # noqa: S101 - narrows the type: asked for above
        is_settled: bool = found.is_settled  # type: ignore[attr-defined]
        if is_settled or target.due_on + DECIDE_AFTER < today:
            _decide(target, found if found.pk is not None else None)
            decided.append(target)
    Target.objects.bulk_update(decided, ["outcome", "outcome_facts"])
    return decided


def _decide(target: Target, state: KpiState | None) -> None:
    goal = target.value
    if state is None or goal is None:
        target.outcome = Target.Outcome.UNKNOWN
        return
    if state.value is None or state.state == State.NO_DATA or state.target != goal:
        target.outcome = Target.Outcome.UNKNOWN
    elif on_right_side(target.binding.direction, state.value, goal):
        target.outcome = Target.Outcome.REACHED
    else:
        target.outcome = Target.Outcome.MISSED
    target.outcome_facts = {
        "first_day": state.period_start.isoformat(),
        "last_day": state.period_end.isoformat(),
        "value": state.value,
        "low": state.low,
        "high": state.high,
        "n": state.n,
        "established": missed_for_sure(target.binding, state, goal),
    }
