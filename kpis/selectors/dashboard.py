"""The dashboard of managers (screens: Dashboard)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from journeys.lanes import Period
from journeys.models import Card, Journey
from kpis.charts import Spark, spark
from kpis.figures import Wanted, figures_of, histograms_read, shows_quantile, sums_read
from kpis.marks import WORST_FIRST
from kpis.models import Binding, Direction, Flag, Kpi, KpiKind, Rhythm, State, Unit
from kpis.parts import WHOLE, Part, PartGroup, part_choices
from kpis.registry import Answer, answers_of
from kpis.selectors.bindings import RHYTHM_DAYS, BindingView, binding_views
from kpis.selectors.composition import compositions
from personas.models import Persona
from touchpoints.models import Category

HEADLINE_WEEKS = 12
HURTS_SHOWN = 7
OPEN = frozenset({Flag.Status.OPEN, Flag.Status.ACKNOWLEDGED, Flag.Status.SNOOZED})


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; None: everything."""

    journey: Journey | None = None
    persona: Persona | None = None
    category: Category | None = None
    period: Period | None = None
    kpi: Kpi | None = None
    part: Part | None = None
    sort: str = "stage"


@dataclass(frozen=True, slots=True)
class Headline:
    """The chosen KPI over all its touchpoints, in the last closed week."""

    kpi: Kpi
    start: dt.date
    end: dt.date
    n: int
    value: float | None
    low: float | None
    high: float | None
    spark: Spark | None

    @property
    def value_text(self) -> str:
        return formats.kpi_value(self.value, self.kpi.unit, scale_max=self.kpi.scale_max)

    @property
    def interval_text(self) -> str:
        return formats.kpi_interval(self.low, self.high, self.kpi.unit, value=self.value)

    @property
    def base_text(self) -> str:
        return f"{formats.whole(self.n)} {self.kpi.denominator_name}"


@dataclass(frozen=True, slots=True)
class Hurt:
    """One row of "what hurts"."""

    view: BindingView
    flag: Flag
    stage: str
    touched: float  # customers touched × gap
    answer: Answer | None
    age_days: int
    mix_shift: str  # why nobody's page is to blame, "" when that is not the case

    @property
    def change_text(self) -> str:
        return change_text(self.view, self.flag)


def change_text(view: BindingView, flag: Flag | None = None) -> str:
    """Return both ends of what a state says: against the target where it was missed, else against the reference."""
    state, unit = view.state, view.kpi.unit
    if state is None:
        return ""
    if state.state == State.OFF_TARGET and state.target is not None:
        ends = {"value": formats.kpi_value(state.value, unit), "target": formats.kpi_target(state.target, unit)}
        return gettext("%(value)s for a target of %(target)s") % ends
    before = state.baseline
    if before is None and flag is not None:
        before = (flag.evidence or {}).get("baseline")
    return formats.kpi_change(before, state.value, unit)


@dataclass(frozen=True, slots=True)
class Row:
    """One KPI of the table below."""

    view: BindingView
    stage: str
    stage_place: int

    @property
    def change(self) -> float | None:
        """How far the judged value stands from its reference, relative to it and for the better; None: unknown."""
        state = self.view.state
        if state is None or state.value is None or not state.baseline:
            return None
        moved = (state.value - state.baseline) / abs(state.baseline)
        return moved if self.view.binding.direction == Direction.HIGHER else -moved

    @property
    def change_text(self) -> str:
        state = self.view.state
        return formats.kpi_change(state.baseline, state.value, self.view.kpi.unit) if state else ""

    @property
    def width(self) -> float | None:
        view = self.view
        return view.high - view.low if view.low is not None and view.high is not None else None


@dataclass(frozen=True, slots=True)
class Dashboard:
    filters: Filters
    journeys: Sequence[Journey]
    personas: Sequence[Persona]
    categories: Sequence[Category]
    parts: Sequence[PartGroup]
    not_split: int  # KPIs without rows of the chosen part, left out
    headline: Headline | None
    open_signals: int
    new_signals: int
    targets_met: int
    targets_set: int
    targets_unknown: int
    oldest: BindingView | None
    hurts: Sequence[Hurt]
    more_hurts: int
    better: Sequence[BindingView]
    watching: Sequence[BindingView]
    rows: Sequence[Row]
    period: Period | None

    @property
    def nothing_bound(self) -> bool:
        return not self.rows and not self.not_split

    @property
    def no_data(self) -> bool:
        return bool(self.rows) and all(row.view.state is None for row in self.rows)


def stages_of(workspace: Workspace, journey: Journey | None, persona: Persona | None) -> dict[UUID, tuple[str, int]]:
    """Return the first stage (name, place) on which each touchpoint stands; one query."""
    cards = Card.objects.filter(
        workspace=workspace,
        deleted_at=None,
        touchpoint__isnull=False,
        lane__deleted_at=None,
        step__deleted_at=None,
        step__stage__deleted_at=None,
        journey__deleted_at=None,
    )
    if journey is not None:
        cards = cards.filter(journey=journey)
    if persona is not None:
        cards = cards.filter(journey__persona_links__persona=persona, journey__persona_links__deleted_at=None)
    found: dict[UUID, str] = {}
    places: dict[tuple[UUID, UUID], int] = {}
    first: dict[str, int] = {}  # stages of one name stand together, at their earliest place on a map
    counts: dict[UUID, int] = defaultdict(int)
    rows = cards.order_by("journey__sort_key", "journey_id", "step__stage__rank", "step__stage_id", "step__rank")
    for touchpoint, journey_id, stage_id, name in rows.values_list(
        "touchpoint_id", "journey_id", "step__stage_id", "step__stage__name"
    ):
        key = (journey_id, stage_id)
        if key not in places:
            counts[journey_id] += 1
            places[key] = counts[journey_id]
            first[name] = min(first.get(name, places[key]), places[key])
        found.setdefault(touchpoint, name)
    return {touchpoint: (name, first[name]) for touchpoint, name in found.items()}


def _gap(view: BindingView) -> float:
    """Return how far a value stands from what it should be: in widths of its scale, else relative to the target."""
    state = view.state
    if state is None or state.value is None:
        return 0.0
    reference = state.target if state.state == State.OFF_TARGET else state.baseline
    if reference is None:
        reference = state.target
    if reference is None:
        return 0.0
    # Only what lies on the wrong side hurts: a value that recovered while its signal is still open counts nothing.
    behind = reference - state.value if view.binding.direction == "higher" else state.value - reference
    distance = max(0.0, behind)
    kpi = view.kpi
    if kpi.unit == Unit.PERCENT:
        return distance
    if kpi.unit == Unit.POINTS:
        return distance / 200
    if kpi.scale_min is not None and kpi.scale_max is not None:
        return distance / (kpi.scale_max - kpi.scale_min)
    return distance / abs(reference) if reference else 0.0


def _headline(
    workspace: Workspace, kpi: Kpi | None, bindings: Sequence[Binding], today: dt.date, part: Part
) -> Headline | None:
    """Return the chosen KPI added up over its touchpoints, week by week; counts of the same KPI only."""
    own = [binding for binding in bindings if kpi is not None and binding.kpi_id == kpi.pk]
    if kpi is None or not own or kpi.kind == KpiKind.FORMULA:
        return None  # what adds up over touchpoints are counts; a formula has none
    monday = today - dt.timedelta(days=today.weekday())
    first = monday - dt.timedelta(days=7 * HEADLINE_WEEKS)
    wanted = [Wanted(0, binding.touchpoint_id, kpi.pk) for binding in own]
    span: dict[str, Any] = {"first": first, "last": monday - dt.timedelta(days=1), "unit": "week", "part": part}
    weeks = {start: dated.sums for (_key, start), dated in sums_read(workspace.pk, wanted, **span).items()}
    bins = histograms_read(workspace.pk, wanted, **span) if shows_quantile(kpi) else {}
    starts = [first + dt.timedelta(days=7 * number) for number in range(HEADLINE_WEEKS)]
    of_weeks = [weeks.get(start) for start in starts]
    figures = figures_of([kpi] * len(starts), of_weeks, [bins.get((0, start)) for start in starts])
    last = starts[-1]
    return Headline(
        kpi=kpi,
        start=last,
        end=last + dt.timedelta(days=6),
        n=weeks[last].n if last in weeks else 0,
        value=figures[-1].value,
        low=figures[-1].low,
        high=figures[-1].high,
        spark=spark([figure.value for figure in figures]),
    )


SORTS: Mapping[str, Any] = {
    "stage": lambda row: (row.stage_place, row.stage, row.view.touchpoint.sort_key, row.view.kpi.rank),
    "kpi": lambda row: (row.view.kpi.name, row.view.touchpoint.sort_key),
    "value": lambda row: (row.view.value is None, -(row.view.value or 0)),
    "interval": lambda row: (row.width is None, row.view.kpi.rank, row.width or 0),
    "base": lambda row: -row.view.n,
    "target": lambda row: (
        not row.view.has_target,
        row.view.meets_target,
        row.view.kpi.rank,
        row.view.touchpoint.sort_key,
    ),
    "change": lambda row: (row.change is None, row.change or 0),
    "state": lambda row: (WORST_FIRST.index(row.view.code), row.stage_place),
    "touchpoint": lambda row: (row.view.touchpoint.sort_key, row.view.kpi.rank),
}


def _elsewhere() -> tuple[str, int]:
    return gettext("not on a map"), 10_000


def hurts_of(views: Sequence[BindingView], stages: Mapping[UUID, tuple[str, int]], *, today: dt.date) -> list[Hurt]:
    """Return what has an open signal, ranked by customers touched × gap; two queries for the parts behind them, one for what is done about it."""
    signals = [view for view in views if view.flag and view.flag.status in OPEN]
    answers = answers_of([view.flag for view in signals if view.flag])
    parts = compositions([(view.binding, view.state) for view in signals if view.code == State.WORSE])
    return sorted(
        (
            Hurt(
                view=view,
                flag=view.flag,
                stage=stages.get(view.binding.touchpoint_id, _elsewhere())[0],
                touched=(view.state.n if view.state else 0) * _gap(view),
                answer=answers.get(view.flag.pk),
                age_days=(today - view.flag.opened_period).days,
                mix_shift=next((one.mix_shift for one in parts.get(view.binding.pk, ()) if one.mix_shift), ""),
            )
            for view in signals
            if view.flag
        ),
        key=lambda hurt: (-hurt.touched, hurt.view.touchpoint.sort_key),
    )


def bound(workspace: Workspace, filters: Filters) -> tuple[list[Binding], dict[UUID, tuple[str, int]]]:
    """Return the live bindings that the filters leave, and the first stage of each touchpoint; two queries."""
    stages = stages_of(workspace, filters.journey, filters.persona)
    bindings = (
        Binding.objects.filter(workspace=workspace, deleted_at=None, touchpoint__deleted_at=None)
        .select_related("kpi", "touchpoint__category", "touchpoint__channel")
        .order_by("touchpoint__sort_key", "kpi__rank", "id")
    )
    if filters.journey is not None or filters.persona is not None:
        bindings = bindings.filter(touchpoint__in=list(stages))
    if filters.category is not None:
        bindings = bindings.filter(touchpoint__category=filters.category)
    if filters.kpi is not None:
        bindings = bindings.filter(kpi=filters.kpi)
    return list(bindings), stages


def dashboard(workspace: Workspace, filters: Filters, *, today: dt.date) -> Dashboard:
    """Return the whole page; the number of queries does not depend on how much there is."""
    found, stages = bound(workspace, filters)
    part = filters.part or WHOLE
    views = binding_views(found, today=today, period=filters.period, part=part)
    split = [view for view in views if part == WHOLE or view.n]
    not_split, views = len(views) - len(split), split
    elsewhere = _elsewhere()
    rows = [Row(view, *stages.get(view.binding.touchpoint_id, elsewhere)) for view in views]
    hurts = hurts_of(views, stages, today=today)
    signals = [hurt.view for hurt in hurts]
    with_target = [view for view in views if view.has_target]
    unknown = [view for view in with_target if view.code == State.NO_DATA]
    met = sum(1 for view in with_target if view.meets_target)
    dated = [(view.state.newest_day, view) for view in views if view.state and view.state.newest_day]
    kpi = Kpi.objects.filter(workspace=workspace, code=workspace.headline_kpi).first()
    closed = [Period(view.start, view.end) for view in views if view.start and view.end]
    last = max(closed, key=lambda period: period.end) if closed else None
    return Dashboard(
        filters=filters,
        journeys=list(Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("sort_key", "id")),
        personas=list(Persona.objects.filter(workspace=workspace, deleted_at=None)),
        categories=list(Category.objects.filter(workspace=workspace)),
        parts=part_choices(workspace),
        not_split=not_split,
        headline=_headline(workspace, kpi, found, today, part),
        open_signals=len(signals),
        new_signals=sum(
            1
            for view in signals
            if view.flag and (today - view.flag.opened_period).days < 7 + RHYTHM_DAYS[Rhythm(view.binding.rhythm)]
        ),
        targets_met=met,
        targets_set=len(with_target),
        targets_unknown=len(unknown),
        oldest=min(dated, key=lambda pair: pair[0])[1] if dated else None,
        hurts=hurts[:HURTS_SHOWN],
        more_hurts=max(0, len(hurts) - HURTS_SHOWN),
        better=[view for view in views if view.code == State.BETTER],
        watching=[view for view in views if view.code == State.WATCH],
        rows=sorted(rows, key=SORTS.get(filters.sort, SORTS["stage"])),
        period=filters.period or last,
    )
