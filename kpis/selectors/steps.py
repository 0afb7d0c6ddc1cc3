"""One step of a journey as it was counted and as it was told: behaviour beside opinion (A59)."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext

from journeys.lanes import Period
from kpis.models import State
from kpis.selectors.bindings import BindingView, binding_views, bindings_of

BAD = frozenset({State.WORSE, State.OFF_TARGET})
GOOD = frozenset({State.ON_TARGET, State.BETTER})


@dataclass(frozen=True, slots=True)
class StepFigures:
    """The KPIs of the touchpoints of one step, by what they rest on."""

    counted: Sequence[BindingView]  # what customers do, and what was measured of the service
    told: Sequence[BindingView]  # what customers say
    sentence: str


def _verdict(views: Sequence[BindingView]) -> str:
    """Return bad, good, open or none. Good only when all is known and nothing hurts: unknown is never good."""
    if not views:
        return "none"
    codes = {view.code for view in views}
    if codes & BAD:
        return "bad"
    return "good" if codes <= GOOD else "open"


def sentence_of(counted: Sequence[BindingView], told: Sequence[BindingView]) -> str:
    """Say in one sentence how behaviour and opinion stand to each other; tested states only."""
    match _verdict(counted), _verdict(told):
        case "none", "none":
            return gettext("No KPI is bound to the touchpoints of this step: nothing is known of it.")
        case _, "none":
            return gettext("Nobody was asked at this step: what customers feel here is unknown.")
        case "none", _:
            return gettext("Customers were asked, but nothing is counted at this step: what they do here is unknown.")
        case "bad", "bad":
            return gettext("Behaviour and opinion agree: it hurts here.")
        case "good", "good":
            return gettext("Behaviour and opinion agree: nothing hurts here.")
        case "good", "bad":
            return gettext("Customers go on, but are not satisfied: behaviour alone would not have shown it.")
        case "bad", "good":
            return gettext("Those who answered are satisfied, but behaviour says otherwise: who left was not asked.")
        case "bad", _:
            return gettext("Behaviour says that it hurts here; opinion allows no conclusion yet.")
        case _, "bad":
            return gettext("Customers say that it hurts here; behaviour allows no conclusion yet.")
    return gettext("Behaviour and opinion do not both allow a conclusion yet.")


def step_figures(touchpoints: Collection[UUID], *, today: dt.date, period: Period | None = None) -> StepFigures:
    """Return the figures of the touchpoints of one step; a constant number of queries."""
    views = binding_views(bindings_of(touchpoints), today=today, period=period)
    counted = [view for view in views if not view.kpi.opinion]
    told = [view for view in views if view.kpi.opinion]
    return StepFigures(counted=counted, told=told, sentence=sentence_of(counted, told))
