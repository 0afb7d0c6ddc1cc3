"""What is measured of a persona's customers, beside what is measured of all the others (A9)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cxmap.lib import formats
from kpis.figures import Figure, Sums, figures_of, shows_quantile, sums_added
from kpis.models import Binding, Kpi, KpiKind
from kpis.parts import WHOLE, part_of_persona
from kpis.selectors.bindings import period_sums
from personas.models import Persona

DAYS = 90
FIRST_ROWS = 12
# Sums of these kinds add up over touchpoints, and what others said is the total less what these customers said.
ADDITIVE = {KpiKind.PROPORTION, KpiKind.MEAN, KpiKind.NPS}


@dataclass(frozen=True, slots=True)
class Side:
    """A figure of some customers, in the unit of storage; n: answers or cases behind it."""

    kpi: Kpi
    n: int
    figure: Figure

    @property
    def value_text(self) -> str:
        return formats.kpi_value(self.figure.value, self.kpi.unit, scale_max=self.kpi.scale_max)

    @property
    def interval_text(self) -> str:
        return formats.kpi_interval(self.figure.low, self.figure.high, self.kpi.unit, value=self.figure.value)

    @property
    def base_text(self) -> str:
        return f"{formats.whole(self.n)} {self.kpi.denominator_name}"


@dataclass(frozen=True, slots=True)
class PersonaFigure:
    """One KPI, of one touchpoint or (binding is None) of all: the persona's customers and the others."""

    kpi: Kpi
    binding: Binding | None
    own: Side
    others: Side | None

    @property
    def differs(self) -> str:
        """Say "higher" or "lower" where the two 95 % intervals do not even touch, else nothing."""
        if self.others is None:
            return ""
        own, others = self.own.figure, self.others.figure
        if own.low is None or own.high is None or others.low is None or others.high is None:
            return ""
        if own.low > others.high:
            return "higher"
        return "lower" if own.high < others.low else ""


@dataclass(frozen=True, slots=True)
class PersonaFigures:
    """start and end: the days that count, both included. Opinions are over all touchpoints, rows one touchpoint each."""

    start: dt.date
    end: dt.date
    key: str  # of the part, as addresses have it
    opinions: Sequence[PersonaFigure]
    rows: Sequence[PersonaFigure]
    unsplit: int  # bound KPIs without a single row of these customers in these days

    @property
    def first_rows(self) -> Sequence[PersonaFigure]:
        return self.rows[:FIRST_ROWS]

    @property
    def more(self) -> int:
        return max(0, len(self.rows) - FIRST_ROWS)


def persona_figures(persona: Persona, *, today: dt.date) -> PersonaFigures | None:
    """Return the figures of the last DAYS days; None while the persona is bound to no data. Four queries.

    Medians, ratios, counts and formulas are left out: they do not add up over customers.
    """
    part = part_of_persona(persona)
    if part is None:
        return None
    end = today - dt.timedelta(days=1)
    start = end - dt.timedelta(days=DAYS - 1)
    rows = Binding.objects.select_related("kpi", "touchpoint").filter(
        workspace=persona.workspace_id, deleted_at=None, touchpoint__deleted_at=None, kpi__kind__in=ADDITIVE
    )
    bindings = [row for row in rows.order_by("kpi__rank", "touchpoint__sort_key", "pk") if not shows_quantile(row.kpi)]
    own, whole = (period_sums(bindings, start, end, one) for one in (part, WHOLE))
    found = [binding for binding in bindings if binding.pk in own and own[binding.pk].n]
    opinions = []
    for kpi in {binding.kpi_id: binding.kpi for binding in found if binding.kpi.opinion}.values():
        # Of the touchpoints that these customers were asked about: others who were asked elsewhere compare with nobody.
        of_kpi = [binding.pk for binding in found if binding.kpi_id == kpi.pk]
        opinions.append((kpi, None, sums_added([own[pk] for pk in of_kpi]), sums_added([whole[pk] for pk in of_kpi])))
    of_rows = [(binding.kpi, binding, own[binding.pk], whole[binding.pk]) for binding in found]
    return PersonaFigures(
        start=start,
        end=end,
        key=part.key,
        opinions=_figures(opinions),
        rows=_figures(of_rows),
        unsplit=len(bindings) - len(found),
    )


def _figures(asked: Sequence[tuple[Kpi, Binding | None, Sums, Sums]]) -> list[PersonaFigure]:
    kpis = [kpi for kpi, _binding, _own, _whole in asked]
    rest = [_less(whole, own) for _kpi, _binding, own, whole in asked]
    owns = figures_of(kpis, [own for _kpi, _binding, own, _whole in asked])
    others = figures_of(kpis, rest)
    return [
        PersonaFigure(
            kpi=kpi,
            binding=binding,
            own=Side(kpi, own.n, figure),
            others=Side(kpi, less.n, other) if less else None,
        )
        for (kpi, binding, own, _whole), figure, less, other in zip(asked, owns, rest, others, strict=True)
    ]


def _less(whole: Sums, own: Sums) -> Sums | None:
    """Return the sums of the other customers; None when there are none."""
    n = whole.n - own.n
    if n <= 0:
        return None
    squares = None
    if whole.sum_squares is not None and own.sum_squares is not None:
        squares = whole.sum_squares - own.sum_squares
    return Sums(n, whole.numerator - own.numerator, whole.denominator - own.denominator, squares)
