"""What an evaluation changed that people are told of: flags that opened, worsened or closed, targets at risk.

Only what stands at its end counts: a flag that opened and closed within one run is old news (the first evaluation of a
binding decides twelve periods at once).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from kpis.models import Direction, Flag, KpiState, State, Target
from kpis.registry import Transition, Turn
from kpis.services.targets import missed_for_sure

PERIODS = 2  # closed periods in a row that establish anything (statistics § 5)
RISK_DAYS = 30  # before its day, a target that is established as missed is at risk
# What somebody put aside or dismissed is not pressed on them; it is looked at again once it stands open.
PUT_ASIDE = frozenset({Flag.Status.SNOOZED, Flag.Status.REFUSED})


@dataclass(slots=True)
class Followed:
    """The flags of an evaluation, as it left them: those that stood before, those that it opened."""

    stood: list[Flag] = field(default_factory=list)
    opened: list[Flag] = field(default_factory=list)


def newest_states(bindings: Sequence[UUID]) -> dict[UUID, list[KpiState]]:
    """Return the states of the last two closed periods by binding, newest first; one query."""
    if not bindings:
        return {}
    found: dict[UUID, list[KpiState]] = defaultdict(list)
    for state in KpiState.objects.raw(
        """
        SELECT state.* FROM unnest(%(bindings)s::uuid[]) AS bound (id)
         CROSS JOIN LATERAL (SELECT * FROM kpis_kpistate WHERE binding_id = bound.id
                              ORDER BY period_start DESC LIMIT %(periods)s) AS state
         ORDER BY state.period_start DESC
        """,
        {"bindings": [str(pk) for pk in bindings], "periods": PERIODS},
    ):
        found[state.binding_id].append(state)
    return found


def transitions_of(followed: Followed) -> list[Transition]:
    """Return what became of the flags; worsening is what holds now, so a flag may be named again by a later run."""
    flags = [*followed.stood, *followed.opened]
    states = newest_states(sorted({flag.binding_id for flag in flags}))
    found = []
    for flag in followed.stood:
        newest = states.get(flag.binding_id, [])
        state = newest[0] if newest else None
        if flag.status == Flag.Status.CLOSED:
            found.append(Transition(Turn.CLOSED, flag, state))
        elif flag.status not in PUT_ASIDE:
            if flag.kind == State.WORSE and flag.evidence.get("state") == State.OFF_TARGET:
                found.append(Transition(Turn.WORSENED, flag, state))
            if _deepened(flag, newest):
                found.append(Transition(Turn.DEEPENED, flag, state))
    for flag in followed.opened:
        newest = states.get(flag.binding_id, [])
        if flag.status != Flag.Status.CLOSED:
            found.append(Transition(Turn.OPENED, flag, newest[0] if newest else None))
    return found


def _deepened(flag: Flag, newest: Sequence[KpiState]) -> bool:
    """Return whether the last two periods lie beyond the interval that opened the flag, with their whole intervals.

    A value alone leaves that interval by chance once in twelve periods; two intervals apart, twice in a row, do not.
    """
    low, high = flag.evidence.get("low"), flag.evidence.get("high")
    later = [state for state in newest if state.period_start > flag.opened_period]
    if low is None or high is None or len(later) < PERIODS:
        return False
    if flag.evidence.get("direction") == Direction.HIGHER:
        return all(state.high is not None and state.high < low for state in later)
    return all(state.low is not None and state.low > high for state in later)


@dataclass(frozen=True, slots=True)
class Risk:
    """A target that is established as missed while its day is near or past."""

    target: Target
    state: KpiState


def targets_at_risk(workspace_id: int, today: date) -> list[Risk]:
    """Return the current targets, due within 30 days or past, whose binding is established as off target; two queries.

    Established: worse than the target, by the adjusted p and more than the tolerance, in the last two closed periods.
    """
    due = (
        Target.objects.filter(
            workspace=workspace_id,
            ended_at=None,
            value__isnull=False,
            due_on__lte=today + timedelta(days=RISK_DAYS),
            binding__deleted_at=None,
            binding__touchpoint__deleted_at=None,
        )
        .select_related("binding__kpi", "binding__touchpoint")
        .order_by("due_on", "id")
    )
    targets = list(due)
    states = newest_states([target.binding_id for target in targets])
    found = []
    for target in targets:
        newest = states.get(target.binding_id, [])
        if (
            target.value is not None
            and len(newest) == PERIODS
            and all(missed_for_sure(target.binding, state, target.value) for state in newest)
        ):
            found.append(Risk(target, newest[0]))
    return found


def targets_to_review(workspace_id: int, today: date) -> list[Target]:
    """Return the current targets whose day of review has come, the oldest first; one query."""
    targets = Target.objects.filter(
        workspace=workspace_id,
        ended_at=None,
        review_on__lte=today,
        binding__deleted_at=None,
        binding__touchpoint__deleted_at=None,
    )
    return list(targets.select_related("binding__kpi", "binding__touchpoint").order_by("review_on", "id"))
