"""The manager report: what a workspace reached in a period, journey by journey, against the period before (A58)."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext, ngettext

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from dashboards.selectors.outcomes import OutcomeRow, outcome_rows
from dashboards.selectors.periods import before
from journeys.lanes import Period
from journeys.models import Card, Journey
from kpis.marks import MARKS, WORST_FIRST, state_label
from kpis.models import Binding, Direction, Flag, KpiState, State, Target

LISTED = 3  # worst and improved KPIs named for each journey


@dataclass(frozen=True, slots=True)
class StateCount:
    code: str
    now: int
    before: int

    @property
    def mark(self) -> str:
        return MARKS[self.code]

    @property
    def label(self) -> str:
        if self.code == State.ON_TARGET:
            return gettext("on target, or stable without one")
        return str(state_label(self.code, has_target=True))


@dataclass(frozen=True, slots=True)
class Named:
    """One KPI on a touchpoint that the report names, with both ends of its change."""

    binding: Binding
    code: str
    change_text: str

    @property
    def mark(self) -> str:
        return MARKS[self.code]

    @property
    def name(self) -> str:
        return f"{self.binding.touchpoint.name} › {self.binding.kpi.name}"


@dataclass(frozen=True, slots=True)
class Targets:
    met: int
    all: int
    unknown: int

    @property
    def text(self) -> str:
        if not self.all:
            return gettext("no target set")
        said = gettext("%(met)s of %(all)s") % {"met": self.met, "all": self.all}
        if self.unknown:
            said += " · " + gettext("%(n)s without enough data") % {"n": self.unknown}
        return said


@dataclass(frozen=True, slots=True)
class JourneyRow:
    """One journey, or the touchpoints that stand on none (journey None)."""

    journey: Journey | None
    kpis: int
    states: Sequence[StateCount]
    opened: int  # signals that began in the period
    closed: int  # signals that ended in it
    still_open: int  # at its end
    targets: Targets
    targets_before: Targets
    worst: Sequence[Named]
    improved: Sequence[Named]
    outcomes: Sequence[OutcomeRow]  # that the journey should move

    @property
    def unknown(self) -> int:
        return next((count.now for count in self.states if count.code == State.NO_DATA), 0)

    @property
    def name(self) -> str:
        return self.journey.name if self.journey else gettext("Touchpoints on no journey")


@dataclass(frozen=True, slots=True)
class Report:
    workspace: Workspace
    period: Period
    before: Period
    outcomes: Sequence[OutcomeRow]
    journeys: Sequence[JourneyRow]
    total: JourneyRow

    @property
    def period_text(self) -> str:
        return formats.period_text(self.period.start, self.period.end)

    @property
    def before_text(self) -> str:
        return formats.period_text(self.before.start, self.before.end)

    @property
    def lead(self) -> str:
        """What the period brought, in one paragraph that leaves nothing unknown out."""
        total = self.total
        if not total.kpis:
            return gettext("No KPI is bound to a touchpoint, so nothing can be said of this period.")
        parts = [
            gettext("Signals: %(opened)s opened, %(closed)s closed, %(open)s open at the end of the period.")
            % {"opened": total.opened, "closed": total.closed, "open": total.still_open},
            gettext("Targets met: %(targets)s (before: %(before)s).")
            % {"targets": total.targets.text, "before": total.targets_before.text},
        ]
        if total.unknown:
            parts.append(
                ngettext(
                    "%(n)s KPI of %(all)s has too little data for a state: of it nothing is known.",
                    "%(n)s KPIs of %(all)s have too little data for a state: of them nothing is known.",
                    total.unknown,
                )
                % {"n": total.unknown, "all": total.kpis}
            )
        return " ".join(parts)


def _states(bindings: Sequence[Binding], period: Period) -> dict[UUID, KpiState]:
    """Return the last state that each binding had for a closed period ending within these days; one query."""
    rows = (
        KpiState.objects.filter(
            binding__in=[binding.pk for binding in bindings],
            period_end__gte=period.start,
            period_end__lte=period.end,
        )
        .order_by("binding_id", "-period_start")
        .distinct("binding_id")
    )
    return {row.binding_id: row for row in rows}


def _on_journeys(workspace: Workspace) -> dict[UUID, set[UUID]]:
    """Return the touchpoints of each journey; one query."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    cards = Card.objects.filter(
        workspace=workspace,
        deleted_at=None,
        touchpoint__isnull=False,
        lane__deleted_at=None,
        step__deleted_at=None,
        step__stage__deleted_at=None,
        journey__deleted_at=None,
    ).order_by()
    for journey, touchpoint in cards.values_list("journey_id", "touchpoint_id").distinct():
        found[journey].add(touchpoint)
    return found


def _code(state: KpiState | None) -> str:
    return state.state if state else State.NO_DATA


def _targets(bindings: Sequence[Binding], states: Mapping[UUID, KpiState], aimed: set[UUID]) -> Targets:
    """Count targets as they were judged; one without a state is unknown, never met."""
    met = unknown = number = 0
    for binding in bindings:
        state = states.get(binding.pk)
        if state is None or state.target is None:
            if binding.pk in aimed:
                number += 1
                unknown += 1
            continue
        number += 1
        if state.value is None or state.state == State.NO_DATA:
            unknown += 1
        elif binding.direction == Direction.HIGHER:
            met += state.value >= state.target
        else:
            met += state.value <= state.target
    return Targets(met, number, unknown)


def _named(binding: Binding, state: KpiState) -> Named:
    unit = binding.kpi.unit
    if state.state == State.OFF_TARGET and state.target is not None:
        text = gettext("%(value)s for a target of %(target)s") % {
            "value": formats.kpi_value(state.value, unit),
            "target": formats.kpi_target(state.target, unit),
        }
    else:
        text = formats.kpi_change(state.baseline, state.value, unit) or formats.kpi_value(state.value, unit)
    return Named(binding, state.state, text)


def _row(
    journey: Journey | None,
    bindings: Sequence[Binding],
    *,
    now: Mapping[UUID, KpiState],
    then: Mapping[UUID, KpiState],
    flags: Mapping[UUID, Sequence[Flag]],
    aimed: set[UUID],
    period: Period,
    outcomes: Sequence[OutcomeRow],
) -> JourneyRow:
    counts = Counter(_code(now.get(binding.pk)) for binding in bindings)
    counts_before = Counter(_code(then.get(binding.pk)) for binding in bindings)
    own = [flag for binding in bindings for flag in flags.get(binding.pk, ())]
    known = [(binding, now[binding.pk]) for binding in bindings if binding.pk in now]
    bad = [pair for pair in known if pair[1].state in (State.WORSE, State.OFF_TARGET)]
    bad.sort(key=lambda pair: (WORST_FIRST.index(pair[1].state), -pair[1].n, pair[0].touchpoint.sort_key))
    good = [pair for pair in known if pair[1].state == State.BETTER]
    good.sort(key=lambda pair: (-pair[1].n, pair[0].touchpoint.sort_key))
    return JourneyRow(
        journey=journey,
        kpis=len(bindings),
        states=[StateCount(code, counts[code], counts_before[code]) for code in WORST_FIRST],
        opened=sum(1 for flag in own if period.start <= flag.opened_period <= period.end),
        closed=sum(1 for flag in own if flag.closed_period and period.start <= flag.closed_period <= period.end),
        still_open=sum(
            1
            for flag in own
            if flag.opened_period <= period.end and (flag.closed_period is None or flag.closed_period > period.end)
        ),
        targets=_targets(bindings, now, aimed),
        targets_before=_targets(bindings, then, aimed),
        worst=[_named(*pair) for pair in bad[:LISTED]],
        improved=[_named(*pair) for pair in good[:LISTED]],
        outcomes=outcomes,
    )


def report(workspace: Workspace, period: Period, *, today: dt.date) -> Report:
    """Return the report of a period; a constant number of queries, however many journeys there are."""
    earlier = before(period)
    bindings = list(
        Binding.objects.filter(workspace=workspace, deleted_at=None, touchpoint__deleted_at=None)
        .select_related("kpi", "touchpoint")
        .order_by("touchpoint__sort_key", "kpi__rank", "id")
    )
    now, then = _states(bindings, period), _states(bindings, earlier)
    flags: dict[UUID, list[Flag]] = defaultdict(list)
    touched = Q(closed_period=None) | Q(closed_period__gte=period.start)
    for flag in Flag.objects.filter(touched, workspace=workspace, opened_period__lte=period.end):
        flags[flag.binding_id].append(flag)
    aimed = set(
        Target.objects.filter(binding__in=bindings, ended_at=None, value__isnull=False).values_list(
            "binding_id", flat=True
        )
    )
    places = _on_journeys(workspace)
    outcomes = outcome_rows(workspace, period, today=today)
    tied: dict[UUID, list[OutcomeRow]] = defaultdict(list)
    for outcome in outcomes:
        for journey in outcome.journeys:
            tied[journey.pk].append(outcome)

    def row(journey: Journey | None, own: Sequence[Binding]) -> JourneyRow:
        return _row(
            journey,
            own,
            now=now,
            then=then,
            flags=flags,
            aimed=aimed,
            period=period,
            outcomes=tied[journey.pk] if journey else (),
        )

    journeys = list(Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key", "id"))
    rows = [
        row(journey, [binding for binding in bindings if binding.touchpoint_id in places[journey.pk]])
        for journey in journeys
    ]
    placed = {touchpoint for own in places.values() for touchpoint in own}
    elsewhere = [binding for binding in bindings if binding.touchpoint_id not in placed]
    if elsewhere:
        rows.append(row(None, elsewhere))
    return Report(
        workspace=workspace,
        period=period,
        before=earlier,
        outcomes=outcomes,
        journeys=rows,
        total=row(None, bindings),
    )
