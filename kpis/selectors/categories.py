"""Dissatisfaction by category (A20, A21): counts of one KPI added up over the touchpoints of each category.

Never different KPIs in one figure. A block of any page: `kpis/_category_block.html` with `dissatisfaction`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext

from cxmap.lib import formats
from cxmap.workspaces.models import Workspace
from kpis.models import Direction, Kpi, KpiKind
from kpis.remedies import REMEDIES, Remedy
from kpis.statistics import benjamini_hochberg, larger_than_others, wilson
from kpis.statistics.kinds import ALPHA, MINIMUM_ANSWERS, MINIMUM_ANSWERS_NPS
from touchpoints.models import Category

WEEKS = 13  # a quarter of closed weeks
COUNTED = (KpiKind.PROPORTION, KpiKind.NPS)  # kinds whose answers are satisfied or not

# Sums of squares of an NPS are promoters + detractors; without them detractors are unknown, so the week is left out.
COUNTS = """
SELECT series.kpi_id, place.category_id, date_trunc('week', kept.day)::date,
       sum(kept.numerator), sum(kept.denominator), sum(kept.sum_squares), count(DISTINCT place.id)
  FROM kpis_series AS series
  JOIN touchpoints_touchpoint AS place ON place.id = series.touchpoint_id AND place.deleted_at IS NULL
  JOIN kpis_rollup AS kept ON kept.workspace_id = series.workspace_id AND kept.series_id = series.id
 WHERE series.workspace_id = %(workspace)s AND series.kpi_id = ANY(%(kpis)s::uuid[])
   AND kept.day >= %(first)s AND kept.day < %(end)s AND kept.denominator > 0
 GROUP BY 1, 2, 3
HAVING count(*) = count(kept.sum_squares) OR NOT bool_or(series.kpi_id = ANY(%(scores)s::uuid[]))
"""


@dataclass(frozen=True, slots=True)
class CategoryShare:
    """One category; share and its interval (0 to 1), None without answers. p are one-sided, against the other categories."""

    category: Category
    bad: int
    n: int
    touchpoints: int  # with answers, in the fullest week
    share: float | None
    low: float | None
    high: float | None
    p_adjusted: float | None
    stands_out: bool
    remedies: Sequence[Remedy]  # only where it stands out

    @property
    def share_text(self) -> str:
        return formats.percent(self.share)

    @property
    def interval_text(self) -> str:
        return formats.kpi_interval(self.low, self.high, "percent", value=self.share)

    @property
    def bar(self) -> int:
        return round(100 * (self.share or 0))

    @property
    def verdict(self) -> str:
        """What can be said of it: never "good" where too little is known."""
        if self.share is None:
            return gettext("no answer")
        if self.p_adjusted is None:
            return gettext("too few answers to compare")
        if self.stands_out:
            return gettext("more dissatisfaction than elsewhere, established")
        return gettext("not told apart from the others")


@dataclass(frozen=True, slots=True)
class Dissatisfaction:
    kpi: Kpi
    start: dt.date
    end: dt.date
    rule: str  # which answers are counted: answers 1 to 3
    rows: Sequence[CategoryShare]  # the worst first

    @property
    def standing_out(self) -> list[CategoryShare]:
        return [row for row in self.rows if row.stands_out]


def _rule(kpi: Kpi) -> str:
    if kpi.kind == KpiKind.NPS:
        return gettext("detractors (0 to 6)")
    if kpi.top_from is not None and kpi.scale_min is not None:
        return gettext("answers %(low)s to %(high)s") % {"low": kpi.scale_min, "high": kpi.top_from - 1}
    return gettext("answers that are not “%(good)s”") % {"good": kpi.numerator_name}


def _bad(kpi: Kpi, numerator: float, denominator: float, squares: float | None) -> float:
    if kpi.kind == KpiKind.NPS:
        return ((squares or 0.0) - numerator) / 2.0
    return numerator if kpi.direction == Direction.LOWER else denominator - numerator


def _pick(workspace: Workspace, kpis: Sequence[Kpi], rows: Sequence[Any]) -> Kpi | None:
    """Return the headline KPI where it has answers, else CSAT, else the one with the most answers."""
    answers: dict[Any, float] = {}
    for pk, _category, _week, _numerator, denominator, *_ in rows:
        answers[pk] = answers.get(pk, 0.0) + denominator
    known = [kpi for kpi in kpis if kpi.pk in answers]
    wanted = {workspace.headline_kpi: 2, "csat": 1}
    return max(known, key=lambda kpi: (wanted.get(kpi.code, 0), answers[kpi.pk]), default=None)


def category_dissatisfaction(workspace: Workspace, *, today: dt.date) -> Dissatisfaction | None:
    """Return the share of dissatisfied answers by category over the last 13 closed weeks; three queries.

    None where no opinion KPI that counts satisfied answers (CSAT, NPS) has data. Each category with enough answers is
    tested against all others together, adjusted over the categories (Benjamini–Hochberg).
    """
    end = today - dt.timedelta(days=today.weekday())
    first = end - dt.timedelta(days=7 * WEEKS)
    kpis = list(Kpi.objects.filter(workspace=workspace, opinion=True, kind__in=COUNTED, archived_at=None))
    params: dict[str, Any] = {
        "workspace": workspace.pk,
        "kpis": [str(kpi.pk) for kpi in kpis],
        "scores": [str(kpi.pk) for kpi in kpis if kpi.kind == KpiKind.NPS],
        "first": first,
        "end": end,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, params)
        rows = cursor.fetchall()
    kpi = _pick(workspace, kpis, rows)
    if kpi is None:
        return None
    categories = list(Category.objects.filter(workspace=workspace))
    place = {category.pk: number for number, category in enumerate(categories)}
    bad, n = np.zeros((len(categories), WEEKS)), np.zeros((len(categories), WEEKS))
    touchpoints = [0] * len(categories)
    for pk, category_id, week, numerator, denominator, squares, count in rows:
        if pk == kpi.pk:
            where = place[category_id], (week - first).days // 7
            bad[where] = _bad(kpi, numerator, denominator, squares)
            n[where] = denominator
            touchpoints[where[0]] = max(touchpoints[where[0]], count)
    return Dissatisfaction(
        kpi, first, end - dt.timedelta(days=1), _rule(kpi), _shares(kpi, categories, bad, n, touchpoints)
    )


def _shares(
    kpi: Kpi, categories: Sequence[Category], bad: Any, n: Any, touchpoints: Sequence[int]
) -> list[CategoryShare]:
    total_bad, total_n = bad.sum(axis=1), n.sum(axis=1)
    found = wilson(total_bad, total_n)
    enough = total_n >= (MINIMUM_ANSWERS_NPS if kpi.kind == KpiKind.NPS else MINIMUM_ANSWERS)
    adjusted = benjamini_hochberg(np.where(enough, larger_than_others(bad, n), np.nan))
    shares = []
    for number, category in enumerate(categories):
        p = None if np.isnan(adjusted[number]) else float(adjusted[number])
        stands_out = p is not None and p <= ALPHA
        known = total_n[number] > 0
        shares.append(
            CategoryShare(
                category=category,
                bad=round(total_bad[number]),
                n=round(total_n[number]),
                touchpoints=touchpoints[number],
                share=float(found.value[number]) if known else None,
                low=float(found.low[number]) if known else None,
                high=float(found.high[number]) if known else None,
                p_adjusted=p,
                stands_out=stands_out,
                remedies=REMEDIES.get(category.code, ()) if stands_out else (),
            )
        )
    return sorted(shares, key=lambda row: (row.share is None, -(row.share or 0), row.category.rank))
