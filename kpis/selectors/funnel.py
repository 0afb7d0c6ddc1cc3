"""How many go on from step to step, from the first page to the payment (A16)."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from cxmap.lib import formats
from journeys import lanes
from journeys.lanes import Period
from journeys.models import Card, Journey, Step
from journeys.picture import Picture
from kpis.models import Direction, KpiKind
from kpis.selectors.bindings import BindingView, binding_views, bindings_of
from kpis.statistics import interval
from personas.models import Persona


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One step, or what the last counted one led to. `kept` is the share of the counted row before it."""

    number: int | None  # of the step on the map; None: the outcome
    name: str
    stage: str
    count: int | None  # None: nothing is counted here in this unit
    source: str = ""  # touchpoint and KPI that the count is the base of
    kept: float | None = None
    low: float | None = None
    high: float | None = None
    lost: int | None = None
    against: int | None = None  # the step that the share is of, where others that are not counted stand between
    grew: bool = False  # more than before: others came in here, so that no share can be said
    aside: bool = False  # a way of a branch, or optional: only a part of the customers passes here
    length: float = 0.0  # of the bar, percent of the largest count

    @property
    def kept_text(self) -> str:
        return formats.percent(self.kept, 1) if self.kept is not None else ""

    @property
    def interval_text(self) -> str:
        if self.low is None or self.high is None:
            return ""
        return formats.kpi_interval(self.low, self.high, "percent", value=self.kept)


@dataclass(frozen=True, slots=True)
class Funnel:
    unit: str  # what is counted: "visits"; empty: nothing that could be compared
    rows: Sequence[FunnelRow]
    period: Period | None
    worst: FunnelRow | None  # where most are lost
    before_worst: FunnelRow | None

    @property
    def counted(self) -> int:
        return sum(1 for row in self.rows if row.count is not None and row.number is not None)

    @property
    def sentence(self) -> str:
        """Where most are lost, in one sentence; empty when nothing can be said."""
        if self.worst is None or self.before_worst is None or not self.worst.lost:
            return ""
        return gettext(
            "Most are lost between “%(before)s” and “%(after)s”: %(lost)s of %(all)s %(unit)s do not go on (%(share)s)."
        ) % {
            "before": self.before_worst.name,
            "after": self.worst.name,
            "lost": formats.whole(self.worst.lost),
            "all": formats.whole(self.before_worst.count),
            "unit": self.unit,
            "share": formats.percent(1 - (self.worst.kept or 0), 0),
        }


def _base(view: BindingView) -> int | None:
    """Return how many were counted: the base of a share; other KPIs rest on answers or calls, not on passers-by."""
    if view.kpi.kind != KpiKind.PROPORTION or view.kpi.opinion or not view.denominator:
        return None
    return round(view.denominator)


def _of_steps(
    steps: Sequence[Step], touchpoints: Mapping[UUID, Sequence[UUID]], views: Sequence[BindingView]
) -> dict[UUID, dict[str, BindingView]]:
    """Return by step and unit the view with the largest base: the busiest touchpoint stands for the step."""
    by_touchpoint: dict[UUID, list[BindingView]] = defaultdict(list)
    for view in views:
        if _base(view):
            by_touchpoint[view.binding.touchpoint_id].append(view)
    found: dict[UUID, dict[str, BindingView]] = {}
    for step in steps:
        units: dict[str, BindingView] = {}
        for view in (view for pk in touchpoints.get(step.pk, ()) for view in by_touchpoint[pk]):
            unit = view.kpi.denominator_name
            if unit not in units or (_base(view) or 0) > (_base(units[unit]) or 0):
                units[unit] = view
        found[step.pk] = units
    return found


def _with_shares(rows: list[FunnelRow]) -> list[FunnelRow]:
    """Give every counted row its share of the counted row before it, with a Wilson interval."""
    largest = max((row.count or 0 for row in rows), default=0) or 1
    found: list[FunnelRow] = []
    before: int | None = None
    before_number: int | None = None
    between = False
    for row in rows:
        count = row.count
        shown = row if count is None else replace(row, length=round(100 * count / largest, 1))
        if count is None or row.aside:
            found.append(shown)
            between = True
            continue
        if before is not None and count > before:
            shown = replace(shown, grew=True)
        elif before:
            kept, low, high = interval("proportion", before, count, before)
            against = before_number if between else None
            shown = replace(shown, kept=kept, low=low, high=high, lost=before - count, against=against)
        before, before_number, between = count, row.number, False
        found.append(shown)
    return found


def funnel(picture: Picture, *, today: dt.date, period: Period | None = None, persona: Persona | None = None) -> Funnel:
    """Return the funnel of one map, as it is seen, over the chosen days or the last closed week; a constant number of queries."""
    if period is None:
        period = next(iter(lanes.periods(picture.journey)), None)
    stages = {stage.pk: stage for stage in picture.stages if not stage.hidden}
    places = {pk: place for place, pk in enumerate(stages)}
    steps = [step for step in picture.steps if step.stage_id in stages and not step.hidden]
    for step in steps:
        step.stage = stages[step.stage_id]
    steps.sort(key=lambda step: (places[step.stage_id], step.rank))
    live = {lane.pk for lane in picture.lanes}
    whose = None if persona is None else {None, persona.pk}
    touchpoints: dict[UUID, list[UUID]] = defaultdict(list)
    for card in picture.cards:
        if card.touchpoint_id and card.lane_id in live and (whose is None or card.persona_id in whose):
            touchpoints[card.step_id].append(card.touchpoint_id)
    ids = {pk for own in touchpoints.values() for pk in own}
    views = binding_views(bindings_of(ids), today=today, period=period) if period else []
    return _funnel(steps, touchpoints, views, period)


def funnels(
    journeys: Sequence[Journey], *, today: dt.date, period: Period | None, persona: Persona | None = None
) -> dict[UUID, Funnel]:
    """Return the funnels of journeys over the same days; as many queries for twenty as for one.

    Of a persona: over the touchpoints that it meets and those of everybody, as on the map; their counts are of all.
    Steps are compared in one unit only, the one that most of them are counted in; a step without it is unknown and
    never filled in. All counts are of the same days.
    """
    steps: dict[UUID, list[Step]] = defaultdict(list)
    shown = Step.objects.filter(
        journey__in=journeys, deleted_at=None, hidden=False, stage__deleted_at=None, stage__hidden=False
    )
    for step in shown.select_related("stage").order_by("stage__rank", "stage_id", "rank", "id"):
        steps[step.journey_id].append(step)
    touchpoints: dict[UUID, list[UUID]] = defaultdict(list)
    cards = Card.objects.filter(journey__in=journeys, deleted_at=None, lane__deleted_at=None).exclude(touchpoint=None)
    if persona is not None:
        cards = cards.filter(Q(persona=None) | Q(persona=persona))
    for step_id, touchpoint_id in cards.order_by("rank", "id").values_list("step_id", "touchpoint_id"):
        touchpoints[step_id].append(touchpoint_id)
    ids = {pk for own in touchpoints.values() for pk in own}
    views = binding_views(bindings_of(ids), today=today, period=period) if period else []
    return {journey.pk: _funnel(steps[journey.pk], touchpoints, views, period) for journey in journeys}


def _funnel(
    steps: Sequence[Step],
    touchpoints: Mapping[UUID, Sequence[UUID]],
    views: Sequence[BindingView],
    period: Period | None,
) -> Funnel:
    counted = _of_steps(steps, touchpoints, views)
    units = Counter(unit for own in counted.values() for unit in own)
    unit = max(units, key=lambda name: (units[name], name), default="")
    rows, last = [], None
    for number, step in enumerate(steps, 1):
        view = counted[step.pk].get(unit)
        aside = bool(step.branch) or step.optional
        last = view if view and not aside else last
        source = f"{view.touchpoint.name} › {view.kpi.name}" if view else ""
        count = _base(view) if view else None
        rows.append(FunnelRow(number, step.name, step.stage.name, count, source, aside=aside))
    if last is not None and last.kpi.direction == Direction.HIGHER and last.numerator is not None:
        rows.append(FunnelRow(None, last.kpi.numerator_name, "", round(last.numerator), last.kpi.name))
    rows = _with_shares(rows)
    # What the last step leads to is named by its own KPI: among steps it would always be the greatest loss.
    known = [row for row in rows if row.count is not None and row.number is not None and not row.aside]
    pairs = [(before, after) for before, after in pairwise(known) if after.lost]
    before_worst, worst = max(pairs, key=lambda pair: pair[1].lost or 0, default=(None, None))
    return Funnel(unit=unit, rows=rows, period=period, worst=worst, before_worst=before_worst)
