"""A KPI on a touchpoint as every screen shows it: value, interval, base, target, state, period, sparkline."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext, ngettext

from cxmap.lib import formats
from cxmap.lib.prepared import Prepared
from journeys.lanes import Period
from kpis.charts import Spark, spark
from kpis.figures import Bins, Figure, Sums, Wanted, figures_of, histograms_read, kind_of, shows_quantile, sums_sql
from kpis.formula_figures import formula_figures
from kpis.marks import MARKS, state_label
from kpis.models import Binding, Direction, Flag, Kpi, KpiKind, KpiState, Rhythm, State, Target
from kpis.parts import CONDITION, WHOLE, Part
from kpis.services.states import part_states
from kpis.statistics import minimum_n

HISTORY = 13  # closed periods behind a sparkline: a quarter of weeks
STALE_FACTOR = 3  # statistics § 5
RHYTHM_DAYS = {Rhythm.DAILY: 1, Rhythm.WEEKLY: 7, Rhythm.MONTHLY: 31}


@dataclass(frozen=True, slots=True)
class BindingView:
    """Everything about one binding that a cell, a row or a drawer shows. Values are in the unit of storage."""

    binding: Binding
    kpi: Kpi
    target: Target | None
    state: KpiState | None
    past: Sequence[float | None]  # values of the last closed periods, oldest first, the state's own last
    flag: Flag | None
    start: dt.date | None
    end: dt.date | None
    n: int
    excluded: int
    numerator: float | None
    denominator: float | None
    value: float | None
    low: float | None
    high: float | None
    quantile: float | None  # what the value is one of
    chosen_period: bool  # the value is of a period that the reader chose, the state of the last closed one
    today: dt.date

    @property
    def touchpoint(self) -> Any:
        return self.binding.touchpoint

    @property
    def code(self) -> str:
        return self.state.state if self.state else State.NO_DATA

    @property
    def mark(self) -> str:
        return MARKS[self.code]

    @property
    def has_target(self) -> bool:
        return self.target is not None and self.target.value is not None

    @property
    def meets_target(self) -> bool:
        """True when the judged period's own value stands on the right side of its target; unknown is not met."""
        state = self.state
        if state is None or state.value is None or state.target is None or self.code == State.NO_DATA:
            return False
        if self.binding.direction == Direction.HIGHER:
            return state.value >= state.target
        return state.value <= state.target

    @property
    def label(self) -> str:
        return str(state_label(self.code, has_target=self.has_target))

    @property
    def value_text(self) -> str:
        text = formats.kpi_value(self.value, self.kpi.unit, scale_max=self.kpi.scale_max)
        # A KPI that is a quantile by its definition says where it could not be one.
        return gettext("%(value)s (mean)") % {"value": text} if self.is_mean_instead else text

    @property
    def is_mean_instead(self) -> bool:
        """True where not all single durations are known, so that a median or P90 is replaced by the mean."""
        return shows_quantile(self.kpi) and self.value is not None and self.quantile is None

    @property
    def interval_text(self) -> str:
        return formats.kpi_interval(self.low, self.high, self.kpi.unit, value=self.value)

    @property
    def base_text(self) -> str:
        """The base with its unit: 14 000 visites."""
        return f"{formats.whole(self.n)} {self.kpi.denominator_name}"

    @property
    def least_n(self) -> int:
        """How many answers a conclusion needs (statistics § 5)."""
        if self.state and self.state.minimum_n:
            return self.state.minimum_n
        target = self.target.value if self.target else None
        return least_n(self.kpi, target, self.binding.direction)

    @property
    def too_few(self) -> bool:
        return self.n < self.least_n

    @property
    def too_few_text(self) -> str:
        """Said instead of a state: 7 réponses, il en faut 30."""
        if self.n == 0:
            return gettext("no data in this period")
        return gettext("%(base)s, %(needed)s are needed") % {
            "base": self.base_text,
            "needed": formats.whole(self.least_n),
        }

    @property
    def target_text(self) -> str:
        """objectif ≥ 1,8 %; "target later" when that was said; empty when none is set."""
        if self.target is None:
            return ""
        if self.target.value is None:
            return gettext("target: later")
        sign = "≥" if self.binding.direction == Direction.HIGHER else "≤"
        amount = formats.kpi_target(self.target.value, self.kpi.unit)
        return gettext("target %(sign)s %(amount)s") % {"sign": sign, "amount": amount}

    @property
    def since_text(self) -> str:
        """How long the state has held: depuis 2 sem."""
        if self.state is None or self.state.periods < 2 or self.code in {State.NO_DATA, State.ON_TARGET}:
            return ""
        number = self.state.periods
        forms = {
            Rhythm.DAILY: ngettext("for %(n)s day", "for %(n)s days", number),
            Rhythm.WEEKLY: ngettext("for %(n)s week", "for %(n)s weeks", number),
            Rhythm.MONTHLY: ngettext("for %(n)s month", "for %(n)s months", number),
        }
        return forms[Rhythm(self.binding.rhythm)] % {"n": number}

    @property
    def state_text(self) -> str:
        if self.code == State.NO_DATA and self.too_few:
            return self.too_few_text
        return " ".join(filter(None, [self.label, self.since_text]))

    @property
    def period_text(self) -> str:
        return formats.period_text(self.start, self.end) if self.start and self.end else ""

    @property
    def stale_days(self) -> int | None:
        """Age of the newest day when it is late (statistics § 5: stale); None when fresh or without data."""
        newest = self.state.newest_day if self.state else None
        if newest is None:
            return None
        age = (self.today - newest).days
        return age if age > STALE_FACTOR * RHYTHM_DAYS[Rhythm(self.binding.rhythm)] else None

    @property
    def stale_text(self) -> str:
        days = self.stale_days
        if days is None:
            return ""
        return ngettext("newest data %(n)s day ago", "newest data %(n)s days ago", days) % {"n": formats.whole(days)}

    @property
    def spark(self) -> Spark | None:
        band = (self.state.baseline_low, self.state.baseline_high) if self.state else (None, None)
        return spark(self.past, target=self.target.value if self.target else None, band=band)

    @property
    def spoken(self) -> str:
        """The whole cell in the order in which it is read aloud (vocabulary § 10)."""
        parts = [f"{self.kpi.name}{formats.NBSP if formats.locale() == 'fr_FR' else ''}: {self.value_text}"]
        if self.interval_text:
            parts.append(self.interval_text)
        parts.append(self.base_text)
        if self.period_text:
            parts.append(self.period_text)
        if self.target_text:
            parts.append(self.target_text)
        return ", ".join(parts) + f": {self.state_text}"


def least_n(kpi: Kpi, target: float | None, direction: str) -> int:
    """Return the minimum base of a KPI with a target (None: without one)."""
    goal = math.nan if target is None else target
    quantile = math.nan if kpi.quantile is None else kpi.quantile
    return int(minimum_n(int(kind_of(kpi)), goal, direction == Direction.HIGHER, quantile))


def period_sums(bindings: Sequence[Binding], start: dt.date, end: dt.date, part: Part) -> dict[UUID, Sums]:
    """Return the sums by binding over chosen days; one query.

    Totals that sources gave only for a longer span count when the whole span lies inside the days.
    """
    if not bindings:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT b.id, {sums_sql("f")}
              FROM kpis_binding b
              JOIN kpis_series series ON series.touchpoint_id = b.touchpoint_id AND series.kpi_id = b.kpi_id AND {CONDITION}
              JOIN (
                    SELECT series_id, workspace_id, n, numerator, denominator, sum_squares, excluded, denominator_squares,
                           cross_product, units
                      FROM kpis_rollup
                     WHERE workspace_id = %(workspace)s AND day BETWEEN %(start)s AND %(end)s
                     UNION ALL
                    SELECT series_id, workspace_id, n, numerator, denominator, sum_squares, excluded, NULL, NULL, NULL
                      FROM kpis_observation
                     WHERE workspace_id = %(workspace)s AND last_day > first_day
                       AND first_day >= %(start)s AND last_day <= %(end)s
                   ) f ON f.series_id = series.id AND f.workspace_id = series.workspace_id
             WHERE b.id = ANY(%(bindings)s::uuid[])
             GROUP BY b.id
            """,  # noqa: S608 - constants
            {
                "workspace": bindings[0].workspace_id,
                "start": start,
                "end": end,
                "bindings": [str(binding.pk) for binding in bindings],
                **part.params,
            },
        )
        return {row[0]: Sums(*row[1:]) for row in cursor.fetchall()}


def _period_figures(
    bindings: Sequence[Binding], sums: Mapping[UUID, Sums], start: dt.date, end: dt.date, part: Part
) -> list[Figure]:
    """Return the figure of each binding over chosen days; one query where quantiles are shown."""
    places = [number for number, binding in enumerate(bindings) if shows_quantile(binding.kpi)]
    wanted = [Wanted(number, bindings[number].touchpoint_id, bindings[number].kpi_id) for number in places]
    span = {"first": start, "last": end, "part": part}
    found = histograms_read(bindings[0].workspace_id, wanted, **span) if wanted else {}
    bins: list[Bins | None] = [found.get((number, None)) for number in range(len(bindings))]
    return figures_of([binding.kpi for binding in bindings], [sums.get(binding.pk) for binding in bindings], bins)


def _fill_formulas(
    bindings: Sequence[Binding], sums: dict[UUID, Sums], figures: list[Figure], period: Period, part: Part
) -> None:
    """Put the figures of formulas in their places; their base is that of the scarcest part."""
    places = [number for number, binding in enumerate(bindings) if binding.kpi.kind == KpiKind.FORMULA]
    asked = [(bindings[number].touchpoint_id, bindings[number].kpi) for number in places]
    if not asked:
        return
    found = formula_figures(bindings[0].workspace_id, asked, first=period.start, last=period.end, part=part)
    for (place, _period), one in found.items():
        figures[places[place]] = one.figure
        sums[bindings[places[place]].pk] = Sums(one.n, math.nan, math.nan)


def _view(
    binding: Binding,
    *,
    target: Target | None,
    state: KpiState | None,
    flag: Flag | None,
    sums: Sums | None,
    figure: Figure,
    period: Period | None,
    today: dt.date,
) -> BindingView:
    common: dict[str, Any] = {
        "binding": binding,
        "kpi": binding.kpi,
        "target": target,
        "state": state,
        "past": state.past if state else (),  # type: ignore[attr-defined]  # read beside the row
        "flag": flag,
        "today": today,
    }
    if period is None:
        return BindingView(
            **common,
            start=state.period_start if state else None,
            end=state.period_end if state else None,
            n=state.n if state else 0,
            excluded=state.excluded if state else 0,
            numerator=state.numerator if state else None,
            denominator=state.denominator if state else None,
            value=state.value if state else None,
            low=state.low if state else None,
            high=state.high if state else None,
            quantile=state.quantile if state else None,
            chosen_period=False,
        )
    return BindingView(
        **common,
        start=period.start,
        end=period.end,
        n=sums.n if sums else 0,
        excluded=sums.excluded if sums else 0,
        numerator=sums.numerator if sums and not math.isnan(sums.numerator) else None,
        denominator=sums.denominator if sums and not math.isnan(sums.denominator) else None,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        quantile=figure.quantile,
        chosen_period=True,
    )


def judged_view(binding: Binding, state: KpiState | None, *, today: dt.date) -> BindingView:
    """Return a binding (kpi and touchpoint selected) as one kept state says, for its sentence; no query."""
    if state is not None:
        state.past = ()  # type: ignore[attr-defined]  # read beside the row elsewhere
    return _view(binding, target=None, state=state, flag=None, sums=None, figure=Figure(), period=None, today=today)


_targets = Prepared(lambda bindings: Target.objects.filter(binding__in=bindings, ended_at=None).order_by())
_flags = Prepared(
    lambda bindings: Flag.objects.filter(binding__in=bindings).exclude(status=Flag.Status.CLOSED).order_by()
)
_bindings = Prepared(
    lambda touchpoints: (
        Binding.objects.filter(touchpoint__in=touchpoints, deleted_at=None)
        .select_related("kpi", "touchpoint__category", "touchpoint__channel", "workspace")
        .order_by("touchpoint__sort_key", "kpi__rank", "id")
    )
)


def _newest_states(bindings: Sequence[UUID]) -> dict[UUID, KpiState]:
    """Return the state of the last closed period by binding, with the values of HISTORY periods as `past`; one query.

    Looked up binding by binding: years of weekly states are not read for the last quarter of them.
    """
    found = KpiState.objects.raw(
        """
        SELECT s.*,
               ARRAY(SELECT value FROM kpis_kpistate WHERE binding_id = b.id ORDER BY period_start DESC LIMIT %(past)s) AS past
          FROM unnest(%(bindings)s::uuid[]) AS b(id)
         CROSS JOIN LATERAL (SELECT * FROM kpis_kpistate WHERE binding_id = b.id ORDER BY period_start DESC LIMIT 1) AS s
        """,
        {"bindings": [str(pk) for pk in bindings], "past": HISTORY},
    )
    states = {}
    for state in found:
        state.past.reverse()  # type: ignore[attr-defined]  # read beside the row
        states[state.binding_id] = state
    return states


def _states_of_part(bindings: Sequence[Binding], part: Part, today: dt.date) -> dict[UUID, KpiState]:
    states = part_states(bindings=bindings, part=part, today=today)
    for state in states.values():
        state.past = ()  # type: ignore[attr-defined]  # former periods of a part are not kept
    return states


def judged_periods(bindings: Sequence[UUID]) -> dict[UUID, list[KpiState]]:
    """Return the states of the last HISTORY closed periods by binding, oldest first; one query."""
    numbered = KpiState.objects.filter(binding__in=bindings).annotate(
        place=Window(RowNumber(), partition_by=F("binding"), order_by=F("period_start").desc())
    )
    states: dict[UUID, list[KpiState]] = defaultdict(list)
    for state in numbered.filter(place__lte=HISTORY).order_by("period_start"):
        states[state.binding_id].append(state)
    return states


def binding_views(
    bindings: Iterable[Binding], *, today: dt.date, period: Period | None = None, part: Part = WHOLE
) -> list[BindingView]:
    """Return the views of bindings (kpi and touchpoint selected) in a constant number of queries, order kept.

    With a part, values and states are those of these customers, decided on reading; signals stay those of all.
    """
    bindings = list(bindings)
    ids = [binding.pk for binding in bindings]
    targets = {target.binding_id: target for target in _targets(bindings=ids)}
    flags = {flag.binding_id: flag for flag in _flags(bindings=ids)}
    states = _newest_states(ids) if part == WHOLE else _states_of_part(bindings, part, today)
    sums: dict[UUID, Sums] = {}
    figures = [Figure()] * len(bindings)
    if period is not None and bindings:
        sums = period_sums(bindings, period.start, period.end, part)
        figures = _period_figures(bindings, sums, period.start, period.end, part)
        _fill_formulas(bindings, sums, figures, period, part)
    return [
        _view(
            binding,
            target=targets.get(binding.pk),
            state=states.get(binding.pk),
            flag=flags.get(binding.pk),
            sums=sums.get(binding.pk),
            figure=figure,
            period=period,
            today=today,
        )
        for binding, figure in zip(bindings, figures, strict=True)
    ]


def bindings_of(touchpoints: Iterable[UUID]) -> list[Binding]:
    """Return the live bindings of touchpoints with KPI and touchpoint, in the order of the catalogue."""
    return _bindings(touchpoints=list(touchpoints))
