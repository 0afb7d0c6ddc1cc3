"""What the workspace works for, in one period and the one before."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, ngettext, pgettext

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from dashboards import comparison
from dashboards.comparison import Difference, Sums
from dashboards.models import Outcome, OutcomeJourney, OutcomeKind
from dashboards.selectors.lines import Ask, Point, lines_read, value_text
from dashboards.selectors.periods import before, last_month, weeks
from dashboards.tiles.trend import pooled_figure
from journeys.lanes import Period
from journeys.models import Journey
from kpis.models import Binding, Kpi

TREND_WEEKS = 26
MARKS = {"better": "▲", "worse": "▼", "changed": "◆", "unproven": "●", "unknown": "○"}
TONES = {"better": "better", "worse": "worse", "changed": "watch", "unproven": "on_target", "unknown": "no_data"}


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One outcome: value now and before, their difference, the trend, the journeys that should move it."""

    outcome: Outcome
    journeys: Sequence[Journey]
    touchpoints: int  # that carry its KPI
    now: Sums | None
    before: Sums | None
    difference: Difference
    verdict: str  # better, worse, changed, unproven, unknown
    points: Sequence[Point]  # weeks, newest first
    figure: dict[str, Any] | None

    @property
    def kpi(self) -> Kpi:
        return self.outcome.kpi

    @property
    def chart_id(self) -> str:
        return f"chart-outcome-{self.outcome.pk}"

    @property
    def mark(self) -> str:
        return MARKS[self.verdict]

    @property
    def tone(self) -> str:
        return TONES[self.verdict]

    def _value(self, sums: Sums | None) -> str:
        return value_text(self.kpi, sums.value, sums.quantile) if sums else "—"

    def _details(self, sums: Sums | None) -> str:
        if sums is None:
            return gettext("no data in this period")
        ends = formats.kpi_interval(sums.low, sums.high, self.kpi.unit, value=sums.value)
        return " · ".join(filter(None, [ends, f"{formats.whole(sums.n)} {self.kpi.denominator_name}"]))

    @property
    def value_text(self) -> str:
        return self._value(self.now)

    @property
    def value_details(self) -> str:
        return self._details(self.now)

    @property
    def before_text(self) -> str:
        return self._value(self.before)

    @property
    def before_details(self) -> str:
        return self._details(self.before)

    @property
    def difference_text(self) -> str:
        """The difference with its interval: −2.1 points (between −3.4 and −0.8)."""
        found = self.difference
        if found.value is None:
            return "—"
        values = [abs(sums.value) for sums in (self.now, self.before) if sums and sums.value is not None]
        # As many decimals as the two values beside it have.
        digits = max((formats.percent_digits(value) for value in values), default=1)
        text = difference_text(found.value, self.kpi.unit, digits=digits)
        if found.low is None or found.high is None:
            return text
        between = gettext("between %(low)s and %(high)s") % {
            "low": difference_text(found.low, self.kpi.unit, digits=digits, bare=True),
            "high": difference_text(found.high, self.kpi.unit, digits=digits, bare=True),
        }
        return f"{text} ({between})"

    @property
    def change_text(self) -> str:
        return named(pgettext("of a value", "Change"), self.difference_text)

    @property
    def named_text(self) -> str:
        return named(self.kpi.name, self.verdict_text)

    @property
    def verdict_text(self) -> str:
        return {
            "better": gettext("better than before, established"),
            "worse": gettext("worse than before, established"),
            "changed": gettext("changed, established; which way is better depends on the touchpoint"),
            "unproven": gettext("no change established"),
            "unknown": gettext("unknown: the two periods cannot be compared"),
        }[self.verdict]


def named(name: str, text: str) -> str:
    """Return a name, a colon as the language writes it, and what is said of it."""
    return gettext("%(name)s: %(text)s") % {"name": name, "text": text}


def difference_text(value: float, unit: str, *, digits: int | None = 1, bare: bool = False) -> str:
    """Return a difference of two values of storage with its sign and unit; shares and NPS differ by points.

    `digits`: decimals of a share; others write as many as their unit has.
    """
    if unit in ("percent", "points"):
        places = (digits or 1) if unit == "percent" else 0
        amount = round(value * 100, places) if unit == "percent" else round(value)
        text = formats.decimal(amount, places, signed=True)
        if bare:
            return text
        # French says "point" up to 2, English for one alone.
        several = abs(amount) >= 2 or (formats.locale() != "fr_FR" and abs(amount) != 1)
        return ngettext("%(number)s point", "%(number)s points", 2 if several else 1) % {"number": text}
    if unit == "score":
        return formats.decimal(value, 2, signed=True)
    sign = "+" if value > 0 else formats.MINUS if value < 0 else ""
    write = formats.kpi_number if bare else formats.kpi_value
    return sign + write(abs(value), unit)


@dataclass(frozen=True, slots=True)
class OutcomesPage:
    period: Period
    before: Period
    rows: Sequence[OutcomeRow]
    missing: Sequence[str]  # what no KPI stands for yet

    @property
    def period_text(self) -> str:
        return formats.period_text(self.period.start, self.period.end)

    @property
    def before_text(self) -> str:
        return formats.period_text(self.before.start, self.before.end)


def offered(today: dt.date) -> list[Period]:
    """Return the periods that a comparison can be made of: closed months, then closed weeks."""
    months = [last_month(today)]
    for _number in range(5):
        months.append(before(months[-1]))
    return [*months, weeks(today, 4), weeks(today, 12)]


def _direction(kpi: Kpi, directions: set[str]) -> str:
    """Return the direction of a KPI, else the one that all of its touchpoints share; empty when they differ."""
    return kpi.direction or (next(iter(directions)) if len(directions) == 1 else "")


def outcome_rows(workspace: Workspace, period: Period, *, today: dt.date) -> list[OutcomeRow]:
    """Return the outcomes with both periods; four queries, however many there are."""
    outcomes = list(
        Outcome.objects.filter(workspace=workspace, deleted_at=None).select_related("kpi").order_by("rank", "id")
    )
    links: dict[UUID, list[Journey]] = defaultdict(list)
    for link in OutcomeJourney.objects.filter(
        outcome__in=outcomes, deleted_at=None, journey__deleted_at=None
    ).select_related("journey"):
        links[link.outcome_id].append(link.journey)
    touchpoints: dict[UUID, list[UUID]] = defaultdict(list)
    directions: dict[UUID, set[str]] = defaultdict(set)
    bindings = Binding.objects.filter(
        workspace=workspace, deleted_at=None, touchpoint__deleted_at=None, kpi__in=[row.kpi_id for row in outcomes]
    )
    for kpi, touchpoint, direction in bindings.values_list("kpi_id", "touchpoint_id", "direction"):
        touchpoints[kpi].append(touchpoint)
        directions[kpi].add(direction)
    earlier = before(period)
    trend = weeks(today, TREND_WEEKS)
    asks = []
    for outcome in outcomes:
        own = touchpoints[outcome.kpi_id]
        asks += [
            Ask((outcome.pk, "now"), outcome.kpi, own, period.start, period.end, "day"),
            Ask((outcome.pk, "before"), outcome.kpi, own, earlier.start, earlier.end, "day"),
            Ask((outcome.pk, "trend"), outcome.kpi, own, trend.start, today, "week"),
        ]
    lines = lines_read(workspace, asks, today=today)
    rows = []
    for outcome in outcomes:
        kind = outcome.kpi.kind
        days, days_before = lines[outcome.pk, "now"], lines[outcome.pk, "before"]
        now, then = comparison.added(outcome.kpi, days), comparison.added(outcome.kpi, days_before)
        found = comparison.difference(kind, now, then, days=days, days_before=days_before)
        points = lines[outcome.pk, "trend"]
        rows.append(
            OutcomeRow(
                outcome=outcome,
                journeys=sorted(links[outcome.pk], key=lambda journey: journey.sort_key),
                touchpoints=len(touchpoints[outcome.kpi_id]),
                now=now,
                before=then,
                difference=found,
                verdict=comparison.verdict(found, _direction(outcome.kpi, directions[outcome.kpi_id])),
                points=list(reversed(points)),
                figure=pooled_figure(outcome.kpi, points),
            )
        )
    return rows


def outcomes_page(workspace: Workspace, period: Period, *, today: dt.date) -> OutcomesPage:
    rows = outcome_rows(workspace, period, today=today)
    chosen = {row.outcome.kind for row in rows}
    missing = [str(label) for value, label in OutcomeKind.choices if value not in chosen]
    return OutcomesPage(period=period, before=before(period), rows=rows, missing=missing)
