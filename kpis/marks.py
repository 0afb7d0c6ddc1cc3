"""Marks and words of states: shape carries the meaning, colour supports it (journey-map § 5)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kpis.models import State

MARKS: dict[str, str] = {
    State.WORSE: "▼",
    State.OFF_TARGET: "■",
    State.WATCH: "◆",
    State.ON_TARGET: "●",
    State.BETTER: "▲",
    State.NO_DATA: "○",
}

# From what needs action most to what needs it least; "not enough data" is never better than a known state.
SEVERITY: tuple[str, ...] = (
    State.WORSE,
    State.OFF_TARGET,
    State.WATCH,
    State.NO_DATA,
    State.ON_TARGET,
    State.BETTER,
)
# On a map a known state tells more about a step than a KPI still without data beside it.
WORST_FIRST: tuple[str, ...] = (
    State.WORSE,
    State.OFF_TARGET,
    State.WATCH,
    State.BETTER,
    State.ON_TARGET,
    State.NO_DATA,
)

STABLE = _("stable")


def state_label(state: str, *, has_target: bool) -> Any:
    """Return the words of a state; without a target "on target" reads "stable"."""
    if state == State.ON_TARGET and not has_target:
        return STABLE
    return State(state).label


def worst(states: list[str]) -> str | None:
    """Return the state of a step or cell that holds several; None when there are none."""
    return min(states, key=WORST_FIRST.index) if states else None
