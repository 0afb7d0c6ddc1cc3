"""What touchpoints and channels cost, and whether they work (A22): ranked where it is known, never where it is not.

Whether a touchpoint works is what the tested states of its KPIs say (statistics § 5), so that chance moves nothing up or
down: "watch" is undecided, and without a target or without enough data nothing is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from kpis.marks import SEVERITY
from kpis.models import Direction, KpiKind, State
from kpis.selectors.bindings import BindingView, binding_views, bindings_of
from touchpoints.models import Channel, Touchpoint
from touchpoints.volumes import Measured, measured_volumes


class Verdict(StrEnum):
    """Whether it works, as far as is established."""

    FAILS = "fails"
    MIXED = "mixed"
    UNDECIDED = "undecided"
    WORKS = "works"
    UNKNOWN = "unknown"


LABELS: dict[Verdict, Any] = {
    Verdict.FAILS: gettext_lazy("does not work"),
    Verdict.MIXED: gettext_lazy("works in part"),
    Verdict.UNDECIDED: gettext_lazy("to watch"),
    Verdict.WORKS: gettext_lazy("works"),
    Verdict.UNKNOWN: pgettext_lazy("amount", "unknown"),
}
VERDICT_MARKS = {
    Verdict.FAILS: "■",
    Verdict.MIXED: "◧",
    Verdict.UNDECIDED: "◆",
    Verdict.WORKS: "●",
    Verdict.UNKNOWN: "○",
}
ORDER = tuple(Verdict)

# KPIs whose numerator is what the money is spent for, the nearest to the money first.
CONVERSIONS = (
    "purchase-rate", "shop-conversion", "quote-acceptance", "lead-conversion", "activation-rate", "add-to-cart-rate",
)  # fmt: skip
DAYS_A_YEAR = Decimal("365.25")

SORTS: dict[str, Any] = {
    "": gettext_lazy("what does not work, dearest first"),
    "works": gettext_lazy("what works, cheapest per contact first"),
    "cost": gettext_lazy("cost a year, highest first"),
    "contact": gettext_lazy("cost per contact, highest first"),
    "conversion": gettext_lazy("cost per conversion, highest first"),
}


@dataclass(frozen=True, slots=True)
class PerConversion:
    """What one conversion costs, between both ends of the interval of its rate."""

    cost: Decimal
    low: Decimal | None
    high: Decimal | None
    what: str  # "visits with a purchase"


@dataclass(frozen=True, slots=True)
class Ranked:
    """One touchpoint. None is unknown, never nothing."""

    touchpoint: Touchpoint
    verdict: Verdict
    views: Sequence[BindingView]
    cost: Decimal | None  # a year
    contacts: Decimal | None  # a year
    contacts_measured: bool
    conversion: PerConversion | None
    place: int | None = None  # among those that can be ranked

    @property
    def label(self) -> str:
        return str(LABELS[self.verdict])

    @property
    def mark(self) -> str:
        return VERDICT_MARKS[self.verdict]

    @property
    def per_contact(self) -> Decimal | None:
        return self.cost / self.contacts if self.cost is not None and self.contacts else None

    @property
    def telling(self) -> BindingView | None:
        """The KPI that says most: the one farthest on the wrong side of its target, else the first that is judged."""
        judged = [view for view in self.views if view.code != State.NO_DATA]
        return min(
            judged,
            key=lambda view: (_distance(view) is None, _distance(view) or 0.0, SEVERITY.index(view.code)),
            default=None,
        )

    @property
    def distance_text(self) -> str:
        """How far from its target the telling KPI is, in percent of the target: −24 %."""
        view = self.telling
        distance = _distance(view) if view else None
        if distance is None:
            return ""
        percent = formats.percent(distance, 0)
        return f"+{percent}" if distance > 0 else percent


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel: sums over its touchpoints, each with how many of them are behind it."""

    channel: Channel
    touchpoints: int
    cost: Decimal | None
    with_cost: int
    per_contact: Decimal | None  # over those of which cost and contacts are both known
    with_both: int
    verdicts: dict[Verdict, int]
    failing_cost: Decimal  # of touchpoints that do not work

    @property
    def counted(self) -> list[tuple[str, str, int]]:
        return [(VERDICT_MARKS[key], str(LABELS[key]), self.verdicts[key]) for key in ORDER if self.verdicts.get(key)]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Those that can be ranked in the chosen order, those that cannot apart, and the channels."""

    ranked: Sequence[Ranked]
    unknown: Sequence[Ranked]
    channels: Sequence[ChannelRow]
    sort: str
    currency: str
    known_cost: Decimal
    failing_cost: Decimal
    without_cost: int

    @property
    def total(self) -> int:
        return len(self.ranked) + len(self.unknown)

    @property
    def sentences(self) -> list[str]:
        """What it means, in plain words."""
        said = []
        fails = [row for row in (*self.ranked, *self.unknown) if row.verdict == Verdict.FAILS]
        if self.known_cost:
            share = formats.percent(float(self.failing_cost / self.known_cost), 0)
            money = formats.money(float(self.failing_cost), self.currency)
            if self.failing_cost:
                text = _(
                    "Of the cost that is known, %(money)s a year (%(share)s) goes to touchpoints that do not reach their targets."
                )
                said.append(text % {"money": money, "share": share})
            else:
                said.append(
                    _("No known cost goes to touchpoints of which it is established that they miss their targets.")
                )
        unpriced = sum(1 for row in fails if row.cost is None)
        if unpriced:
            text = ngettext(
                "%(n)s touchpoint misses its targets, but its cost is unknown.",
                "%(n)s touchpoints miss their targets, but their cost is unknown.",
                unpriced,
            )
            said.append(text % {"n": unpriced})
        if self.without_cost:
            text = ngettext(
                "The cost of %(n)s touchpoint is unknown: the sums are larger in truth.",
                "The cost of %(n)s touchpoints is unknown: the sums are larger in truth.",
                self.without_cost,
            )
            said.append(text % {"n": formats.whole(self.without_cost)})
        return said


def _distance(view: BindingView) -> float | None:
    """Return how far the judged value is from its target, as a share of it: below 0 on the wrong side; None without both."""
    state = view.state
    if state is None or state.value is None or not state.target or view.code == State.NO_DATA:
        return None
    distance = (state.value - state.target) / abs(state.target)
    return distance if view.binding.direction == Direction.HIGHER else -distance


def verdict_of(views: Iterable[BindingView]) -> Verdict:
    """Return what the states of the KPIs establish together.

    What gets worse but still reaches its target is to watch, and so is what gets better but does not reach it yet.
    """
    met = missed = open_ = 0
    for view in views:
        targeted = view.state is not None and view.state.target is not None
        if view.code == State.OFF_TARGET or (view.code == State.WORSE and targeted and not view.meets_target):
            missed += 1
        elif view.code in {State.WATCH, State.WORSE} or (
            view.code == State.BETTER and targeted and not view.meets_target
        ):
            open_ += 1
        elif view.code in {State.ON_TARGET, State.BETTER} and targeted:
            met += 1
    if missed:
        return Verdict.MIXED if met else Verdict.FAILS
    if open_:
        return Verdict.UNDECIDED
    return Verdict.WORKS if met else Verdict.UNKNOWN


def _per_conversion(views: Sequence[BindingView], cost: Decimal | None) -> PerConversion | None:
    """Return what a conversion costs if the whole year is like the last closed period."""
    by_code = {
        view.kpi.code: view for view in views if view.kpi.kind == KpiKind.PROPORTION and view.kpi.code in CONVERSIONS
    }
    view = next((by_code[code] for code in CONVERSIONS if code in by_code), None)
    if (
        view is None
        or cost is None
        or view.code == State.NO_DATA
        or not view.numerator
        or not view.start
        or not view.end
    ):
        return None
    year = DAYS_A_YEAR / ((view.end - view.start).days + 1)

    def costs(number: float | None) -> Decimal | None:
        return cost / (Decimal(number) * year) if number else None

    base = float(view.denominator or 0)
    middle = costs(view.numerator)
    if middle is None:
        return None
    # Many conversions make each one cheap: the upper end of the rate is the lower end of the cost.
    low = costs(view.high * base if view.high is not None else None)
    high = costs(view.low * base if view.low is not None else None)
    return PerConversion(middle, low, high, view.kpi.numerator_name)


def _row(touchpoint: Touchpoint, views: Sequence[BindingView], measured: Measured | None) -> Ranked:
    cost = touchpoint.cost_per_year
    typed = touchpoint.volume_per_year
    contacts = Decimal(typed) if typed is not None else None
    if contacts is None and measured is not None:
        contacts = Decimal(measured.per_year)
    return Ranked(
        touchpoint=touchpoint,
        verdict=verdict_of(views),
        views=views,
        cost=cost,
        contacts=contacts,
        contacts_measured=typed is None and contacts is not None,
        conversion=_per_conversion(views, cost),
    )


def _known(row: Ranked, sort: str) -> bool:
    if sort == "cost":
        return row.cost is not None
    if sort == "contact":
        return row.per_contact is not None
    if sort == "conversion":
        return row.conversion is not None
    return row.verdict != Verdict.UNKNOWN


def _key(row: Ranked, sort: str) -> tuple[Any, ...]:
    """Return what orders the rows that can be ranked."""
    name = (row.touchpoint.sort_key, str(row.touchpoint.pk))
    if sort == "cost":
        return (-(row.cost or 0), *name)
    if sort == "contact":
        return (-(row.per_contact or 0), *name)
    if sort == "conversion":
        return (-(row.conversion.cost if row.conversion else 0), *name)
    place = ORDER.index(row.verdict)
    if sort == "works":
        return (-place, row.per_contact is None, row.per_contact or 0, *name)
    return (place, row.cost is None, -(row.cost or 0), *name)


def _channels(rows: Sequence[Ranked]) -> list[ChannelRow]:
    groups: dict[int, list[Ranked]] = defaultdict(list)
    for row in rows:
        groups[row.touchpoint.channel_id].append(row)
    found = []
    for group in groups.values():
        costs = [row.cost for row in group if row.cost is not None]
        both = [(row.cost, row.contacts) for row in group if row.cost is not None and row.contacts]
        contacts = sum((contacts for _cost, contacts in both), Decimal(0))
        verdicts: dict[Verdict, int] = defaultdict(int)
        for row in group:
            verdicts[row.verdict] += 1
        found.append(
            ChannelRow(
                channel=group[0].touchpoint.channel,
                touchpoints=len(group),
                cost=sum(costs, Decimal(0)) if costs else None,
                with_cost=len(costs),
                per_contact=sum((cost for cost, _contacts in both), Decimal(0)) / contacts if contacts else None,
                with_both=len(both),
                verdicts=dict(verdicts),
                failing_cost=sum((row.cost or Decimal(0) for row in group if row.verdict == Verdict.FAILS), Decimal(0)),
            )
        )
    found.sort(
        key=lambda row: (-row.failing_cost, row.cost is None, -(row.cost or 0), row.channel.rank, row.channel.pk)
    )
    return found


def ranking(workspace: Workspace, *, today: date, sort: str = "") -> Ranking:
    """Return the library ranked; the number of queries does not depend on its size."""
    touchpoints = list(
        Touchpoint.objects.filter(workspace=workspace, deleted_at=None).select_related("category", "channel")
    )
    ids = [touchpoint.pk for touchpoint in touchpoints]
    views: dict[UUID, list[BindingView]] = defaultdict(list)
    for view in binding_views(bindings_of(ids), today=today):
        views[view.binding.touchpoint_id].append(view)
    measured = measured_volumes(workspace, ids)
    rows = [_row(touchpoint, views[touchpoint.pk], measured.get(touchpoint.pk)) for touchpoint in touchpoints]
    sort = sort if sort in SORTS else ""
    known = sorted((row for row in rows if _known(row, sort)), key=lambda row: _key(row, sort))
    return Ranking(
        ranked=[_placed(row, place) for place, row in enumerate(known, 1)],
        unknown=[row for row in rows if not _known(row, sort)],
        channels=_channels(rows),
        sort=sort,
        currency=workspace.currency,
        known_cost=sum((row.cost for row in rows if row.cost is not None), Decimal(0)),
        failing_cost=sum((row.cost or Decimal(0) for row in rows if row.verdict == Verdict.FAILS), Decimal(0)),
        without_cost=sum(1 for row in rows if row.cost is None),
    )


def _placed(row: Ranked, place: int) -> Ranked:
    return Ranked(
        row.touchpoint, row.verdict, row.views, row.cost, row.contacts, row.contacts_measured, row.conversion, place
    )
