"""Who stands behind a value: its segments and dimensions, now and in the reference, and whether only their mix moved (A20)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.utils.translation import gettext

from cxmap.lib import formats
from kpis.figures import shows_quantile
from kpis.models import Binding, Direction, Kpi, KpiKind, KpiState, Rhythm
from kpis.parts import dimension_name
from kpis.statistics import ALPHA, Kind, MixShift, benjamini_hochberg, interval, is_mix_shift, mix_shift, worse_p
from personas.models import Segment

SHOWN = 8  # parts of an axis; the others are added up
SEGMENT = "segment"

# One row a day and part of every axis; "total" is what the remainders are found with.
PARTS = """
SELECT asked.place - 1, part.axis, part.label, r.day, sum(r.n)::float8, sum(r.numerator), sum(r.denominator),
       CASE WHEN bool_or(r.sum_squares IS NULL) THEN 'NaN' ELSE sum(r.sum_squares) END
  FROM unnest(%(touchpoints)s::uuid[], %(kpis)s::uuid[], %(starts)s::date[], %(ends)s::date[], %(firsts)s::date[], %(lasts)s::date[])
       WITH ORDINALITY AS asked (touchpoint_id, kpi_id, first_day, last_day, baseline_first, baseline_last, place)
  JOIN kpis_series AS s ON s.workspace_id = %(workspace)s AND s.touchpoint_id = asked.touchpoint_id AND s.kpi_id = asked.kpi_id
  JOIN kpis_rollup AS r ON r.workspace_id = s.workspace_id AND r.series_id = s.id
   AND (r.day BETWEEN asked.first_day AND asked.last_day OR r.day BETWEEN asked.baseline_first AND asked.baseline_last)
 CROSS JOIN LATERAL (
       SELECT 'total' AS axis, '' AS label
       UNION ALL SELECT 'segment', s.segment_key::text WHERE s.segment_key <> 0
       UNION ALL SELECT 'dim:' || entry.key, entry.value FROM jsonb_each_text(s.dimensions) AS entry) AS part
 GROUP BY asked.place, part.axis, part.label, r.day
"""
AMOUNTS = ("n", "numerator", "denominator", "sum_squares")


@dataclass(frozen=True, slots=True)
class Part:
    """One segment or value of a dimension; values in the unit of storage, None where unknown. shares: of the base, 0 to 1."""

    label: str
    kpi: Kpi
    n: float
    value: float | None
    low: float | None
    high: float | None
    before: float | None
    share: float | None
    share_before: float | None
    is_worse: bool  # tested like a state, the parts of an axis being one family; never for ratios and counts

    @property
    def value_text(self) -> str:
        return formats.kpi_value(self.value, self.kpi.unit, scale_max=self.kpi.scale_max)

    @property
    def interval_text(self) -> str:
        return formats.kpi_interval(self.low, self.high, self.kpi.unit, value=self.value)

    @property
    def before_text(self) -> str:
        return formats.kpi_value(self.before, self.kpi.unit, scale_max=self.kpi.scale_max)

    @property
    def share_text(self) -> str:
        return "–" if self.share is None else formats.percent(self.share, 0)

    @property
    def share_before_text(self) -> str:
        return "–" if self.share_before is None else formats.percent(self.share_before, 0)


@dataclass(frozen=True, slots=True)
class Composition:
    """The parts of a value along one axis, largest first."""

    axis: str  # "segment" or the name of a dimension
    title: str
    parts: Sequence[Part]
    has_baseline: bool
    of_means: bool  # where the KPI itself is a median or another quantile
    mix_shift: str  # the finding in one sentence, "" when it is none


# Sums of one part by day: (4, days), in the order of AMOUNTS.
_Sums = np.ndarray[Any, np.dtype[np.float64]]


def compositions(judged: Sequence[tuple[Binding, KpiState | None]]) -> dict[UUID, list[Composition]]:
    """Return, by binding, the axes along which its judged period has at least two parts; two queries, bindings of one workspace.

    Without a baseline (fewer than 8 periods before) the parts of the period alone are shown, and nothing is concluded.
    """
    asked = [(binding, state) for binding, state in judged if state is not None]
    if not asked:
        return {}
    workspace_id = asked[0][0].workspace_id
    with connection.cursor() as cursor:
        cursor.execute(
            PARTS,
            {
                "workspace": workspace_id,
                "touchpoints": [str(binding.touchpoint_id) for binding, _ in asked],
                "kpis": [str(binding.kpi_id) for binding, _ in asked],
                "starts": [state.period_start for _, state in asked],
                "ends": [state.period_end for _, state in asked],
                "firsts": [state.baseline_start or state.period_start for _, state in asked],
                "lasts": [state.baseline_end or state.period_start for _, state in asked],
            },
        )
        rows: dict[int, list[Any]] = defaultdict(list)
        for place, *row in cursor.fetchall():
            rows[place].append(row)
    keys = {int(row[1]) for found in rows.values() for row in found if row[0] == SEGMENT}
    names: dict[str, str] = {}
    if keys:
        segments = Segment.objects.filter(workspace=workspace_id, pk__in=keys).values_list("pk", "name")
        names = {str(key): name for key, name in segments}
    return {asked[place][0].pk: _of_binding(*asked[place], found, names) for place, found in rows.items()}


def _of_binding(
    binding: Binding, state: KpiState, rows: Sequence[Sequence[Any]], names: Mapping[str, str]
) -> list[Composition]:
    days = sorted({row[2] for row in rows})
    place = {day: number for number, day in enumerate(days)}
    axes: dict[str, dict[str, _Sums]] = defaultdict(dict)
    for axis, label, day, *sums in rows:
        name = names.get(label, label) if axis == SEGMENT else label
        axes[axis].setdefault(name, np.zeros((len(AMOUNTS), len(days))))[:, place[day]] = sums
    total = axes.pop("total")[""]
    current = np.array([state.period_start <= day <= state.period_end for day in days])
    monthly = binding.rhythm == Rhythm.MONTHLY
    weekday = np.array([0 if monthly else day.weekday() for day in days])
    found = []
    for axis, parts in sorted(axes.items(), key=lambda pair: (pair[0] != SEGMENT, pair[0])):
        rest = total - sum(parts.values(), np.zeros_like(total))
        if rest[0].sum() > 0:
            parts[gettext("not said")] = rest
        if len(parts) >= 2:
            shown = _largest(parts, current)
            has_baseline = state.baseline_start is not None
            found.append(_composition(binding, axis, shown, total, weekday, current, has_baseline=has_baseline))
    return found


def _largest(parts: Mapping[str, _Sums], current: Any) -> dict[str, _Sums]:
    """Return the parts by their base in the judged period; from the SHOWN-th on they are added up."""
    ordered = sorted(parts.items(), key=lambda pair: (-pair[1][2, current].sum(), pair[0]))
    if len(ordered) <= SHOWN:
        return dict(ordered)
    others = [sums for _, sums in ordered[SHOWN - 1 :]]
    name = gettext("%(number)s others") % {"number": formats.whole(len(others))}
    return dict(ordered[: SHOWN - 1]) | {name: np.sum(others, axis=0)}


def _composition(
    binding: Binding,
    axis: str,
    parts: Mapping[str, _Sums],
    total: _Sums,
    weekday: Any,
    current: Any,
    *,
    has_baseline: bool,
) -> Composition:
    kpi = binding.kpi
    # What squares and tests rest on are answers; of ratios and counts only values and shares are shown.
    of_answers = kpi.kind not in {KpiKind.RATIO, KpiKind.COUNT}
    kind = Kind.parse(kpi.kind if kpi.kind in {KpiKind.PROPORTION, KpiKind.NPS} else KpiKind.MEAN)
    higher = binding.direction == Direction.HIGHER
    sums = np.array([total, *parts.values()])  # (1 + parts, 4, days)
    now, then = sums[:, :, current].sum(axis=2), sums[:, :, ~current].sum(axis=2)
    shift: MixShift | None = None
    p = np.full(len(sums), np.nan)
    if has_baseline:
        shift = mix_shift(then[1:, 1], then[1:, 2], now[1:, 1], now[1:, 2])
        if of_answers:
            p = worse_p(kind, sums[:, 1], sums[:, 2], sums[:, 3], weekday, current, higher_is_better=higher)
    worse = benjamini_hochberg(p[1:]) <= ALPHA
    base = now[1:, 2].sum()
    shown = []
    for number, label in enumerate(parts):
        value, low, high = _figure(kind, now[1 + number])
        if not of_answers:
            low = high = None
        shown.append(
            Part(
                label=label,
                kpi=kpi,
                n=float(now[1 + number, 0]),
                value=value,
                low=low,
                high=high,
                before=_figure(kind, then[1 + number])[0] if has_baseline else None,
                share=float(now[1 + number, 2] / base) if base else None,
                share_before=float(shift.share_before[number]) if shift else None,
                is_worse=bool(worse[number]),
            )
        )
    named = shift is not None and is_mix_shift(shift, float(p[0]), p[1:], higher_is_better=higher)
    return Composition(
        axis=axis.removeprefix("dim:"),
        title=gettext("Segments") if axis == SEGMENT else dimension_name(axis.removeprefix("dim:")),
        parts=shown,
        has_baseline=has_baseline,
        of_means=shows_quantile(kpi),
        mix_shift=_sentence(shown) if named else "",
    )


def _figure(kind: Kind, sums: Any) -> tuple[float | None, float | None, float | None]:
    n, numerator, denominator, squares = sums
    if not n:
        return None, None, None
    return interval(kind, float(n), float(numerator), float(denominator), None if np.isnan(squares) else float(squares))


def _sentence(parts: Sequence[Part]) -> str:
    """Name the part whose weight moved most."""
    moved = max(parts, key=lambda part: abs((part.share or 0) - (part.share_before or 0)))
    return gettext(
        "Mix shift: the total worsens though no part of it does. What changed is who came: “%(part)s” went from %(before)s to "
        "%(after)s of the base. Look at where these customers come from before you change the touchpoint."
    ) % {"part": moved.label, "before": moved.share_before_text, "after": moved.share_text}
