"""What the KPIs show on a journey map: the metrics lane, step badges, title facts, the measured curve."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cxmap.lib import formats
from journeys.lanes import (
    Badge,
    Fact,
    LaneKind,
    MapContext,
    MeasuredPoint,
    Notice,
    Period,
    PrintLine,
    register,
    register_badges,
    register_facts,
    register_linked,
    register_measured,
    register_notices,
    register_periods,
)
from journeys.models import Card, Journey
from journeys.tabs import TabKind, register_tab
from kpis.marks import MARKS, WORST_FIRST, state_label, worst
from kpis.models import Flag, KpiState, State
from kpis.registry import troubles_of
from kpis.selectors.bindings import BindingView, binding_views, bindings_of
from kpis.selectors.emotions import emotions_of

PERIODS_OFFERED = 12


def views_of(context: MapContext) -> dict[UUID, list[BindingView]]:
    """Return the bindings of each step's touchpoints; read once for all that this app shows of a map."""
    if "kpi_views" not in context.cache:
        touchpoints = {pk for own in context.touchpoints_of_step.values() for pk in own}
        today = timezone.localdate(timezone=context.journey.workspace.zone)
        by_touchpoint: dict[UUID, list[BindingView]] = defaultdict(list)
        for view in binding_views(bindings_of(touchpoints), today=today, period=context.period):
            by_touchpoint[view.binding.touchpoint_id].append(view)
        context.cache["kpi_views"] = {
            step_id: [view for pk in dict.fromkeys(own) for view in by_touchpoint.get(pk, [])]
            for step_id, own in context.touchpoints_of_step.items()
        }
    found: dict[UUID, list[BindingView]] = context.cache["kpi_views"]
    return found


def load_metrics(context: MapContext) -> Mapping[UUID, list[BindingView]]:
    return {step_id: views for step_id, views in views_of(context).items() if views}


def load_badges(context: MapContext) -> Mapping[UUID, Badge]:
    """Return the worst state of each step; what is said aloud names how many KPIs have which state."""
    badges = {}
    for step_id, views in views_of(context).items():
        if not views:
            continue
        tone = worst([view.code for view in views]) or State.NO_DATA
        counts: dict[str, int] = defaultdict(int)
        for view in sorted(views, key=lambda view: WORST_FIRST.index(view.code)):
            counts[view.label] += 1
        label = ", ".join(f"{label} ({count})" if len(views) > 1 else label for label, count in counts.items())
        badges[step_id] = Badge(mark=MARKS[tone], tone=tone, label=label, opens="kpis:step-detail")
    return badges


def load_linked(journey_ids: Sequence[UUID]) -> Mapping[UUID, Badge]:
    """Return the worst tested state of whole journeys with its count, for the steps that link to them.

    A KPI without enough data is counted among all: a journey is never shown as good because little of it is known.
    """
    touchpoints: dict[UUID, set[UUID]] = defaultdict(set)
    cards = Card.objects.filter(
        journey__in=journey_ids,
        journey__deleted_at=None,
        deleted_at=None,
        step__deleted_at=None,
        step__stage__deleted_at=None,
        lane__deleted_at=None,
    ).exclude(touchpoint=None)
    for journey_id, touchpoint_id in cards.values_list("journey_id", "touchpoint_id"):
        touchpoints[journey_id].add(touchpoint_id)
    bindings = bindings_of({pk for own in touchpoints.values() for pk in own})
    latest = (
        KpiState.objects.filter(binding__in=[binding.pk for binding in bindings])
        .order_by("binding_id", "-period_end")
        .distinct("binding_id")
    )
    state_of = {state.binding_id: state.state for state in latest}
    states: dict[UUID, list[str]] = defaultdict(list)
    for binding in bindings:
        states[binding.touchpoint_id].append(state_of.get(binding.pk, State.NO_DATA))
    found = {}
    for journey_id in journey_ids:
        own = [state for pk in touchpoints.get(journey_id, ()) for state in states.get(pk, ())]
        tone = worst(own)
        if tone is None:
            label = gettext("no KPI is bound in this sub-journey")
            found[journey_id] = Badge(mark=MARKS[State.NO_DATA], tone=State.NO_DATA, label=label)
            continue
        count = f"{own.count(tone)}/{len(own)}"
        label = gettext("worst tested state in this sub-journey: %(state)s (%(count)s of %(all)s KPIs)") % {
            "state": state_label(tone, has_target=True),
            "count": own.count(tone),
            "all": len(own),
        }
        found[journey_id] = Badge(mark=MARKS[tone], tone=tone, label=label, count=count)
    return found


def load_facts(context: MapContext) -> Sequence[Fact]:
    """Return open signals, targets met and the closed period, over the map."""
    views = {view.binding.pk: view for own in views_of(context).values() for view in own}
    if not views:
        return [Fact("—", gettext("no KPI bound yet"))]
    slug = context.journey.workspace.slug
    dashboard = f"{reverse('kpis:dashboard', args=[slug])}?journey={context.journey.pk}"
    hidden = {Flag.Status.REFUSED}
    signals = sum(1 for view in views.values() if view.flag and view.flag.status not in hidden)
    with_target = [view for view in views.values() if view.has_target]
    met = sum(1 for view in with_target if view.meets_target)
    facts = [
        Fact(str(signals), gettext("open signals"), dashboard),
        Fact(gettext("%(met)s of %(all)s") % {"met": met, "all": len(with_target)}, gettext("targets met"), dashboard)
        if with_target
        else Fact("—", gettext("no target set yet"), dashboard),
    ]
    ends = [view.end for view in views.values() if view.end]
    if context.period:
        facts.append(Fact(formats.period_text(context.period.start, context.period.end), gettext("chosen period")))
    elif ends:
        newest = max((view for view in views.values() if view.end), key=lambda view: (view.end, view.start))
        facts.append(Fact(newest.period_text, gettext("last closed period")))
    return facts


def load_notices(context: MapContext) -> Sequence[Notice]:
    """Return the sources that fail, of those behind the KPIs of the map."""
    touchpoints = {view.binding.touchpoint_id for own in views_of(context).values() for view in own}
    if not touchpoints:
        return []
    return [Notice(trouble.text, trouble.href) for trouble in troubles_of(context.journey.workspace, touchpoints)]


def load_measured(context: MapContext) -> Mapping[UUID, MeasuredPoint]:
    """Return what customers said, by step: opinion measures only; of several the one with the largest base."""
    opinions = {
        view.binding.pk: view for own in views_of(context).values() for view in own if view.kpi.opinion and view.n
    }
    points = emotions_of(list(opinions.values()))
    found = {}
    for step_id, views in views_of(context).items():
        known = [(points[view.binding.pk], view) for view in views if view.binding.pk in points]
        if not known:
            continue
        emotion, view = max(known, key=lambda pair: (pair[1].n, str(pair[1].binding.pk)))
        found[step_id] = MeasuredPoint(
            value=emotion.value,
            low=emotion.low,
            high=emotion.high,
            n=view.n,
            name=f"{view.kpi.name} › {view.touchpoint.name}",
            text=f"{view.kpi.name} {view.value_text}, {view.base_text}",
        )
    return found


def load_periods(journey: Journey) -> Sequence[Period]:
    """Return the last closed weeks and quarters that have been judged in the workspace, newest first."""
    newest = KpiState.objects.filter(workspace_id=journey.workspace_id, binding__rhythm="weekly").aggregate(
        end=Max("period_end")
    )["end"]
    if newest is None:
        return []
    weeks = [
        Period(newest - dt.timedelta(days=7 * number + 6), newest - dt.timedelta(days=7 * number))
        for number in range(PERIODS_OFFERED)
    ]
    return [*weeks, Period(newest - dt.timedelta(days=90), newest), Period(newest - dt.timedelta(days=364), newest)]


def print_metrics(cell: Sequence[BindingView] | None) -> list[PrintLine]:
    lines = []
    for view in cell or ():
        lines += [
            PrintLine(f"{view.mark} {view.kpi.name}", "name"),
            PrintLine(view.value_text if view.value is not None else "—", "value"),
            PrintLine(" · ".join(filter(None, [view.interval_text, view.base_text])), "meta"),
            PrintLine(view.target_text, "meta"),
            PrintLine(view.state_text, "state", view.code),
        ]
    return [line for line in lines if line.text]


register(
    LaneKind(
        key="metrics",
        label=_("KPIs"),
        hint=_("value, interval, target"),
        question=_("Which KPI?"),
        template="board/_metrics.jinja",
        icon="metric",
        quick_url="kpis:binding-quick",
        suggests=True,
        single=True,
        load=load_metrics,
        has_data=lambda cell: any(view.n for view in cell),
        lines=print_metrics,
        rank=60,
    )
)
register_tab(
    TabKind(
        "matrix",
        pgettext_lazy("view", "Matrix"),
        lambda journey: f"{reverse('kpis:matrix', args=[journey.workspace.slug])}?journey={journey.pk}",
        30,
    )
)
register_tab(
    TabKind("funnel", pgettext_lazy("view", "Funnel"), lambda journey: reverse("kpis:funnel", args=[journey.pk]), 70)
)
register_badges(load_badges)
register_linked(load_linked)
register_facts(load_facts)
register_notices(load_notices)
register_measured(load_measured)
register_periods(load_periods)
