"""All targets of a workspace: answers, progress, milestones, what is at risk, due, expired, to review, or missing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import connection
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from kpis.models import Binding, Direction, State, Target
from kpis.progress import Progress, Start, progress
from kpis.selectors.bindings import BindingView, binding_views
from kpis.services.targets import SMART, Milestone, milestones_of, missing_answers, on_right_side, start_of
from kpis.services.transitions import RISK_DAYS, targets_at_risk

QUESTIONS = len(SMART) + 1
PER_PAGE = 100
FILTERS: dict[str, Any] = {
    "": _("All"),
    "missing": _("Missing answers"),
    "risk": _("At risk"),
    "due": _("Due within 30 days"),
    "review": _("To review"),
    "expired": _("Expired"),
    "none": _("Without target"),
}
LABELS: dict[str, Any] = {
    "specific": _("Specific"),
    "measurable": _("Measurable"),
    "attainable": _("Attainable"),
    "realistic": _("Realistic"),
    "due_on": _("Time-bound"),
}

# The last judged value that closed before the start; where nothing was known yet, the first one after it.
STARTS = """
SELECT asked.target, found.value, found.period_start, found.period_end
  FROM unnest(%(targets)s::uuid[], %(bindings)s::uuid[], %(days)s::date[]) AS asked (target, binding, day)
 CROSS JOIN LATERAL (
       (SELECT 0 AS place, value, period_start, period_end FROM kpis_kpistate
         WHERE binding_id = asked.binding AND period_end < asked.day AND value IS NOT NULL AND state <> 'no_data'
         ORDER BY period_start DESC LIMIT 1)
        UNION ALL
       (SELECT 1, value, period_start, period_end FROM kpis_kpistate
         WHERE binding_id = asked.binding AND period_end >= asked.day AND value IS NOT NULL AND state <> 'no_data'
         ORDER BY period_start LIMIT 1)
        ORDER BY place LIMIT 1) AS found
"""


def starts_of(targets: Sequence[Target]) -> dict[UUID, Start]:
    """Return the values at the start by target; one query, none for no target."""
    if not targets:
        return {}
    params: dict[str, Any] = {
        "targets": [str(target.pk) for target in targets],
        "bindings": [str(target.binding_id) for target in targets],
        "days": [start_of(target) for target in targets],
    }
    with connection.cursor() as cursor:
        cursor.execute(STARTS, params)
        return {pk: Start(*rest) for pk, *rest in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone: is_past once its day has come; reached None: to come, or unknown."""

    milestone: Milestone
    is_past: bool
    reached: bool | None
    text: str  # 31 mars 2027 : 1,6 %


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One KPI on a touchpoint with its target, None without one."""

    view: BindingView
    start: Start | None
    is_at_risk: bool
    today: dt.date

    @property
    def target(self) -> Target | None:
        return self.view.target

    @property
    def missing(self) -> list[Any]:
        """The SMART questions without an answer, as labels."""
        return [LABELS[name] for name in missing_answers(self.target)] if self.target else []

    @property
    def answered_text(self) -> str:
        return answered_text(QUESTIONS - len(self.missing))

    @property
    def progress(self) -> Progress:
        target, state = self.target, self.view.state
        if target is None or target.value is None or state is None or self.view.code == State.NO_DATA:
            return Progress()
        return progress(
            start=self.start.value if self.start else None,
            value=state.value,
            low=state.low,
            high=state.high,
            goal=target.value,
            higher=self.view.binding.direction == Direction.HIGHER,
        )

    @property
    def start_text(self) -> str:
        """de 1,37 % (2–8 nov.): where progress is counted from."""
        if self.start is None:
            return ""
        return gettext("from %(value)s (%(period)s)") % {
            "value": formats.kpi_value(self.start.value, self.view.kpi.unit),
            "period": formats.period_text(self.start.first_day, self.start.last_day),
        }

    @property
    def steps(self) -> list[Step]:
        """Milestones in order; one whose day has come is judged by today's value only while none follows it."""
        if self.target is None:
            return []
        state = self.view.state
        known = state is not None and state.value is not None and self.view.code != State.NO_DATA
        milestones = milestones_of(self.target)
        passed = [one for one in milestones if one.on < self.today]
        found = []
        for one in milestones:
            reached = None
            if passed and one == passed[-1] and known and state is not None and state.value is not None:
                reached = on_right_side(self.view.binding.direction, state.value, one.value)
            text = gettext("%(day)s: %(value)s") % {
                "day": formats.short_date(one.on),
                "value": formats.kpi_target(one.value, self.view.kpi.unit),
            }
            found.append(Step(one, one.on < self.today, reached, text))
        return found

    @property
    def next_step(self) -> Step | None:
        return next((one for one in self.steps if not one.is_past), None)

    @property
    def last_step(self) -> Step | None:
        return next((one for one in reversed(self.steps) if one.is_past), None)

    @property
    def is_expired(self) -> bool:
        return self.target is not None and self.target.due_on is not None and self.target.due_on < self.today

    @property
    def is_due_soon(self) -> bool:
        due_on = self.target.due_on if self.target else None
        return due_on is not None and self.today <= due_on <= self.today + dt.timedelta(days=RISK_DAYS)

    @property
    def is_to_review(self) -> bool:
        return self.target is not None and self.target.review_on is not None and self.target.review_on <= self.today

    @property
    def outcome_text(self) -> str:
        return outcome_text(self.target, self.view) if self.target and self.is_expired else ""

    def matches(self, wanted: str) -> bool:
        if wanted == "none":
            return self.target is None
        if wanted == "missing":
            return self.target is not None and bool(self.missing)
        tests = {
            "risk": self.is_at_risk,
            "due": self.is_due_soon,
            "review": self.is_to_review,
            "expired": self.is_expired,
        }
        return tests.get(wanted, True)


def answered_text(number: int) -> str:
    """2 of 5 answered."""
    text = ngettext("%(number)s of %(all)s answered", "%(number)s of %(all)s answered", number)
    return text % {"number": number, "all": QUESTIONS}


def outcome_text(target: Target, view: BindingView) -> str:
    """Return what had become of a target on its due date, with the value that decided."""
    facts = target.outcome_facts
    if not target.outcome:
        return gettext("decided once the period of the due date is closed")
    if target.outcome == Target.Outcome.UNKNOWN:
        return pgettext("outcome", "unknown: no period could be judged against it by then")
    names = {
        "value": formats.kpi_value(facts["value"], view.kpi.unit),
        "period": formats.period_text(
            dt.date.fromisoformat(facts["first_day"]), dt.date.fromisoformat(facts["last_day"])
        ),
    }
    if target.outcome == Target.Outcome.REACHED:
        return gettext("reached: %(value)s (%(period)s)") % names
    if facts["established"]:
        return gettext("not reached, established: %(value)s (%(period)s)") % names
    return gettext("not reached, but it may be due to chance: %(value)s (%(period)s)") % names


@dataclass(frozen=True, slots=True)
class Former:
    """A target that another one followed after it had been decided."""

    view: BindingView
    target: Target

    @property
    def target_text(self) -> str:
        return "" if self.target.value is None else formats.kpi_target(self.target.value, self.view.kpi.unit)

    @property
    def outcome_text(self) -> str:
        return outcome_text(self.target, self.view)


@dataclass(frozen=True, slots=True)
class TargetList:
    """The page; counts by filter are those of the whole workspace."""

    shown: str
    page: Page[TargetRow]
    counts: Sequence[tuple[str, Any, int]]  # code, label, number
    former: Sequence[Former]  # newest first; only beside the expired ones


FORMER_SHOWN = 50


def target_list(workspace: Workspace, *, shown: str, number: str, today: dt.date) -> TargetList:
    """Return the page of all targets; a constant number of queries."""
    shown = shown if shown in FILTERS else ""
    bindings = list(
        Binding.objects.filter(workspace=workspace, deleted_at=None, touchpoint__deleted_at=None)
        .select_related("kpi", "touchpoint__category", "touchpoint__channel")
        .order_by("touchpoint__sort_key", "kpi__rank", "id")
    )
    views = binding_views(bindings, today=today)
    starts = starts_of([view.target for view in views if view.target is not None and view.target.value is not None])
    risks = {risk.target.pk for risk in targets_at_risk(workspace.pk, today)}
    rows = [
        TargetRow(
            view,
            start=starts.get(view.target.pk) if view.target else None,
            is_at_risk=view.target is not None and view.target.pk in risks,
            today=today,
        )
        for view in views
    ]
    chosen = [row for row in rows if row.matches(shown)]
    if shown not in ("", "none"):
        chosen.sort(key=lambda row: (row.target is None or row.target.due_on is None, _due(row)))
    by_binding = {view.binding.pk: view for view in views}
    former = (
        Target.objects.filter(workspace=workspace, ended_at__isnull=False, binding__in=list(by_binding))
        .exclude(outcome="")
        .order_by("-due_on", "id")[:FORMER_SHOWN]
        if shown == "expired"
        else ()
    )
    return TargetList(
        shown=shown,
        page=Paginator(chosen, PER_PAGE).get_page(number),
        counts=[(code, label, sum(1 for row in rows if row.matches(code))) for code, label in FILTERS.items()],
        former=[Former(by_binding[one.binding_id], one) for one in former],
    )


def _due(row: TargetRow) -> dt.date:
    return (row.target.due_on if row.target else None) or dt.date.max
