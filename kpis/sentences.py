"""Evidence in one plain sentence: what is established, and what is not (vocabulary § 10)."""

from django.utils.translation import gettext as _

from cxmap.lib import formats
from kpis.models import Direction, Rhythm, State
from kpis.selectors.bindings import BindingView


def _period(view: BindingView) -> str:
    state = view.state
    if state is None:
        return ""
    if view.binding.rhythm == Rhythm.WEEKLY:
        return formats.period_sentence(state.period_start, state.period_end)
    return formats.period_text(state.period_start, state.period_end)


def evidence_sentence(view: BindingView) -> str:
    """Return why a binding has its state, with both ends of every change and the base."""
    state, kpi = view.state, view.kpi
    if state is None:
        return _("No closed period has been judged yet: bring data, by a file, the API or by hand.")
    unit = kpi.unit
    names = {
        "period": _period(view),
        "value": formats.kpi_value(state.value, unit),
        "base": f"{formats.whole(state.n)} {kpi.denominator_name}",
        "needed": formats.whole(view.least_n),
        "target": formats.kpi_target(state.target, unit) if state.target is not None else "",
        "change": formats.kpi_change(state.baseline, state.value, unit),
        "interval": formats.kpi_interval(state.low, state.high, unit, value=state.value),
    }
    if state.state == State.WORSE:
        return (
            _(
                "Established worsening: %(change)s against the reference weeks, in two closed periods in a row "
                "(%(period)s, base: %(base)s)."
            )
            % names
        )
    if state.state == State.BETTER:
        return (
            _(
                "Established improvement: %(change)s against the reference weeks, in two closed periods in a row "
                "(%(period)s, base: %(base)s)."
            )
            % names
        )
    if state.state == State.OFF_TARGET:
        below = view.binding.direction == Direction.HIGHER
        text = (
            _(
                "Established: below the target of %(target)s in two closed periods in a row; %(value)s, interval %(interval)s (%(period)s, base: %(base)s), without getting worse."
            )
            if below
            else _(
                "Established: above the target of %(target)s in two closed periods in a row; %(value)s, interval %(interval)s (%(period)s, base: %(base)s), without getting worse."
            )
        )
        return text % names
    if state.state == State.WATCH:
        wrong_side = (
            state.target is not None
            and state.value is not None
            and (
                state.value < state.target if view.binding.direction == Direction.HIGHER else state.value > state.target
            )
        )
        if wrong_side:
            return (
                _(
                    "On the wrong side of the target of %(target)s, but the gap may be due to chance: %(value)s, "
                    "interval %(interval)s (%(period)s, base: %(base)s)."
                )
                % names
            )
        return _("Something moves, but it is not established: %(change)s (%(period)s, base: %(base)s).") % names
    if state.state == State.ON_TARGET:
        if state.target is not None:
            return (
                _(
                    "On the right side of the target of %(target)s: %(value)s, interval %(interval)s (%(period)s, base: %(base)s)."
                )
                % names
            )
        return (
            _("Stable against the reference weeks: %(value)s, interval %(interval)s (%(period)s, base: %(base)s).")
            % names
        )
    if view.n < view.least_n:
        return _("Too few answers to conclude: %(base)s in %(period)s, %(needed)s are needed.") % names
    return _("Not enough to conclude: no target is set and fewer than 8 periods are known before %(period)s.") % names
