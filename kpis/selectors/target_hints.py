"""What the product knows beside the five SMART questions (A25): sources and base, history, today's value."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext, ngettext

from cxmap.lib import formats
from kpis.charts import Spark, spark
from kpis.figures import Sums, Wanted, figures_of, histograms_read, kind_of, shows_quantile, sums_read
from kpis.formula_figures import formula_figures
from kpis.freshness import STALE_AFTER_RHYTHMS
from kpis.models import Binding, Direction, KpiKind, Source
from kpis.selectors.bindings import HISTORY, BindingView, binding_views, least_n
from kpis.selectors.history import PeriodValue, period_values
from kpis.services.targets import on_right_side
from kpis.statistics import Kind, detectable_difference, unit_deviation
from kpis.target_examples import Draft, drafts_for

# The sources of the month before the newest day: one index range, however long the history.
SOURCES = """
SELECT rows.source_id, max(rows.last_day) FROM kpis_series AS series
 CROSS JOIN LATERAL (SELECT max(first_day) AS day FROM kpis_observation
                      WHERE workspace_id = series.workspace_id AND series_id = series.id) AS newest
  JOIN kpis_observation AS rows ON rows.workspace_id = series.workspace_id AND rows.series_id = series.id
   AND rows.first_day BETWEEN newest.day - 31 AND newest.day
 WHERE series.workspace_id = %s AND series.touchpoint_id = %s AND series.kpi_id = %s
 GROUP BY rows.source_id
"""
QUARTERS = 12  # three years


@dataclass(frozen=True, slots=True)
class Bringing:
    """A source that brings this KPI here."""

    source: Source
    newest_day: dt.date
    is_late: bool


@dataclass(frozen=True, slots=True)
class Quarter:
    start: dt.date
    end: dt.date
    value: float
    n: int


@dataclass(frozen=True, slots=True)
class TargetHints:
    """What a form of a target shows; values in the unit of storage, None where unknown. value None: none is typed."""

    view: BindingView
    value: float | None
    sources: Sequence[Bringing]
    periods: Sequence[PeriodValue]  # closed, with data, oldest first
    usual_n: float | None  # the median base of the last closed periods
    best: Quarter | None
    detectable: float | None  # the smallest gap to the value that is established in four periods of five
    drafts: Sequence[Draft]

    @property
    def binding(self) -> Binding:
        return self.view.binding

    @property
    def least_n(self) -> int:
        return least_n(self.view.kpi, self.value, self.binding.direction)

    @property
    def counted(self) -> list[PeriodValue]:
        """Closed periods with the base that a conclusion asks for."""
        return [one for one in self.periods if one.value is not None and one.n >= self.least_n]

    @property
    def recent(self) -> Sequence[PeriodValue]:
        return self.periods[-HISTORY:]

    @property
    def spark(self) -> Spark | None:
        return spark([one.value for one in self.recent], target=self.value)

    def _text(self, value: float | None) -> str:
        return formats.kpi_value(value, self.view.kpi.unit, scale_max=self.view.kpi.scale_max)

    def _reaches(self, value: float | None) -> bool:
        return value is not None and self.value is not None and on_right_side(self.binding.direction, value, self.value)

    @property
    def value_text(self) -> str:
        return "" if self.value is None else formats.kpi_target(self.value, self.view.kpi.unit)

    # measurable

    @property
    def base_text(self) -> str:
        """The usual base with its unit: 14 000 visites."""
        if self.usual_n is None:
            return ""
        return f"{formats.whole(self.usual_n)} {self.view.kpi.denominator_name}"

    # attainable

    @property
    def reached(self) -> list[PeriodValue]:
        return [one for one in self.counted if self._reaches(one.value)]

    @property
    def reached_text(self) -> str:
        """How often it was reached: 3 closed periods of 40 (8%)."""
        if self.value is None:
            return ""
        if not self.counted:
            return gettext("No closed period has enough answers yet: whether this was ever reached is unknown.")
        number = len(self.counted)
        text = ngettext(
            "Reached in %(reached)s of %(n)s closed period with enough answers (%(share)s).",
            "Reached in %(reached)s of %(n)s closed periods with enough answers (%(share)s).",
            number,
        )
        share = formats.percent(len(self.reached) / number, 0)
        return text % {"reached": formats.whole(len(self.reached)), "n": formats.whole(number), "share": share}

    @property
    def best_text(self) -> str:
        if self.best is None:
            return gettext("No full quarter with enough answers yet.")
        return gettext("Best quarter: %(value)s, %(first)s – %(last)s (base: %(base)s).") % {
            "value": self._text(self.best.value),
            "first": formats.short_date(self.best.start),
            "last": formats.short_date(self.best.end),
            "base": f"{formats.whole(self.best.n)} {self.view.kpi.denominator_name}",
        }

    @property
    def needed_text(self) -> str:
        needed = f"{formats.whole(self.least_n)} {self.view.kpi.denominator_name}"
        if self.usual_n is None:
            return gettext("Base needed for a conclusion: %(needed)s.") % {"needed": needed}
        names = {"needed": needed, "usual": formats.whole(self.usual_n)}
        if self.usual_n < self.least_n:
            return (
                gettext(
                    "Base needed for a conclusion: %(needed)s; the usual period has only %(usual)s. Choose a longer rhythm or gather more."
                )
                % names
            )
        return gettext("Base needed for a conclusion: %(needed)s; the usual period has %(usual)s.") % names

    @property
    def detectable_text(self) -> str:
        """Which gap can be told from chance; says so where none can."""
        if self.value is None:
            return ""
        if self.detectable is None:
            return gettext("Which gap to the target can be told from chance is not known for this KPI with these data.")
        sign = -1 if self.binding.direction == Direction.HIGHER else 1
        names = {
            "edge": self._text(self.value + sign * self.detectable),
            "gap": gap_text(self.detectable, self.view.kpi.unit),
            "base": self.base_text,
        }
        if sign < 0:
            return (
                gettext(
                    "With a base of %(base)s, a miss is established in four periods of five once the true value is %(edge)s or lower (%(gap)s away); a smaller gap is often taken for chance."
                )
                % names
            )
        return (
            gettext(
                "With a base of %(base)s, a miss is established in four periods of five once the true value is %(edge)s or higher (%(gap)s away); a smaller gap is often taken for chance."
            )
            % names
        )

    # realistic

    @property
    def standing(self) -> str:
        """Where the value stands: reached, within, seen, beyond, or unknown."""
        state = self.view.state
        if self.value is None or state is None or state.value is None or self.view.too_few:
            return "unknown"
        if state.low is not None and state.high is not None and state.low <= self.value <= state.high:
            return "within"
        if self._reaches(state.value):
            return "reached"
        return "seen" if self.reached else "beyond"

    @property
    def standing_text(self) -> str:
        state = self.view.state
        if self.value is None:
            return gettext("Type a value to compare it with today’s.")
        if self.standing == "unknown" or state is None:
            return gettext("Today’s value is unknown: %(reason)s.") % {"reason": self.view.too_few_text}
        higher = self.binding.direction == Direction.HIGHER
        known = [one for one in self.counted if one.value is not None]
        best = (max if higher else min)((one.value for one in known if one.value is not None), default=None)
        names = {
            "value": self._text(state.value),
            "interval": formats.kpi_interval(state.low, state.high, self.view.kpi.unit, value=state.value) or "—",
            "period": formats.period_text(state.period_start, state.period_end),
            "reached": formats.whole(len(self.reached)),
            "n": formats.whole(len(known)),
            "best": self._text(best),
        }
        texts = {
            "within": gettext(
                "Within the interval of the last closed period (%(value)s, %(interval)s, %(period)s): today’s value cannot be told from this target."
            ),
            "reached": gettext(
                "Already reached: %(value)s, interval %(interval)s (%(period)s). A more ambitious value would ask for a change."
            ),
            "seen": gettext(
                "Away from today’s %(value)s (%(interval)s, %(period)s), but reached in %(reached)s of %(n)s closed periods."
            ),
            "beyond": gettext(
                "Outside of everything seen: none of %(n)s closed periods reached it; the best was %(best)s, today’s value is %(value)s (%(period)s)."
            ),
        }
        return texts[self.standing] % names


def gap_text(gap: float, unit: str) -> str:
    """Return a distance between two values in words: 0,31 point, 4 points, 12 s."""
    if unit in ("percent", "points"):
        digits = 0 if unit == "points" else 2 if gap < 0.05 else 1
        number = round(gap * (100 if unit == "percent" else 1), digits)
        # French has one point up to two; English has 0.23 points.
        is_one = number < 2 if formats.locale() == "fr_FR" else number == 1
        word = gettext("%(n)s point") if is_one else gettext("%(n)s points")
        return word % {"n": formats.decimal(number, digits)}
    return formats.kpi_value(gap, unit)


def _sources(binding: Binding, today: dt.date) -> list[Bringing]:
    """Return the sources whose rows are the newest, by name; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(SOURCES, [binding.workspace_id, binding.touchpoint_id, binding.kpi_id])
        newest = dict(cursor.fetchall())
    sources = Source.objects.filter(workspace=binding.workspace_id, pk__in=newest)
    return [
        Bringing(one, newest[one.pk], (today - newest[one.pk]).days > STALE_AFTER_RHYTHMS * one.rhythm_days)
        for one in sources
    ]


@dataclass(frozen=True, slots=True)
class _Quarters:
    closed: Sequence[Quarter]  # with enough answers
    newest: Sums | None  # of the quarter with the largest base, for the spread of single answers


def _quarter_end(start: dt.date) -> dt.date:
    return (start.replace(day=1) + dt.timedelta(days=95)).replace(day=1) - dt.timedelta(days=1)


def _quarters(binding: Binding, today: dt.date, needed: int) -> _Quarters:
    """Return the closed calendar quarters of three years; two queries, three for a formula."""
    kpi = binding.kpi
    span: dict[str, Any] = {"first": today - dt.timedelta(days=92 * QUARTERS), "last": None, "unit": "quarter"}
    if kpi.kind == KpiKind.FORMULA:
        formulas = formula_figures(binding.workspace_id, [(binding.touchpoint_id, kpi)], **span)
        values = [(start, one.figure.value, one.n) for (_, start), one in formulas.items() if start is not None]
        largest = None
    else:
        wanted = [Wanted(0, binding.touchpoint_id, binding.kpi_id)]
        dated = sums_read(binding.workspace_id, wanted, **span)
        bins = histograms_read(binding.workspace_id, wanted, **span) if shows_quantile(kpi) else {}
        keys = [key for key in dated if key[1] is not None]
        sums = [dated[key].sums for key in keys]
        figures = figures_of([kpi] * len(keys), sums, [bins.get(key) for key in keys])
        values = [(key[1], figure.value, own.n) for key, figure, own in zip(keys, figures, sums, strict=True) if key[1]]
        largest = max(sums, key=lambda own: own.n, default=None)
    closed = [
        Quarter(start, _quarter_end(start), value, n)
        for start, value, n in values
        if value is not None and n >= needed and _quarter_end(start) < today
    ]
    return _Quarters(closed, largest)


def _detectable(binding: Binding, value: float | None, usual_n: float | None, sums: Sums | None) -> float | None:
    kind = kind_of(binding.kpi)
    if value is None or usual_n is None or sums is None:
        return None
    parts: Mapping[str, float] = {
        name: math.nan if part is None else float(part)
        for name, part in sums._asdict().items()
        if name not in {"n", "excluded"}
    }
    if kind is Kind.RATIO and sums.n:
        usual_n *= parts["units"] / sums.n  # what varies are orders or days, not visits
    deviation = unit_deviation(kind, value, **parts)
    higher = binding.direction == Direction.HIGHER
    found = float(detectable_difference(int(kind), higher, value, usual_n, deviation=deviation))
    return None if np.isnan(found) else found


def target_hints(binding: Binding, value: float | None, *, today: dt.date) -> TargetHints:
    """Return what is known beside the questions about a binding (kpi, touchpoint with category, workspace selected).

    value is in the unit of storage. A constant number of queries.
    """
    kpi = binding.kpi
    view = binding_views([binding], today=today)[0]
    periods = [one for one in period_values(binding, today=today) if not one.running and one.value is not None]
    bases = [
        one.denominator if kpi.kind == KpiKind.COUNT and one.denominator is not None else one.n
        for one in periods[-HISTORY:]
    ]
    usual_n = float(median(bases)) if bases else None
    quarters = _quarters(binding, today, least_n(kpi, value, binding.direction))
    pick = max if binding.direction == Direction.HIGHER else min
    return TargetHints(
        view=view,
        value=value,
        sources=_sources(binding, today),
        periods=periods,
        usual_n=usual_n,
        best=pick(quarters.closed, key=lambda one: one.value, default=None),
        detectable=_detectable(binding, value, usual_n, quarters.newest),
        drafts=drafts_for(
            binding.workspace,
            kpi=kpi.code,
            category=binding.touchpoint.category.code,
            direction=binding.direction,
            current=view.state.value if view.state else None,
        ),
    )
