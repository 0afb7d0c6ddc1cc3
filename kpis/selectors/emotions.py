"""Opinion measures on the emotion scale, −2 to +2 (statistics § 5, measured emotion)."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from kpis.models import Direction, KpiKind
from kpis.selectors.bindings import BindingView
from kpis.statistics import Estimate, emotion, student


@dataclass(frozen=True, slots=True)
class Emotion:
    value: float
    low: float | None
    high: float | None


def _histograms(views: Sequence[BindingView]) -> dict[UUID, dict[int, int]]:
    """Return the answers by score of shares of satisfied answers, over the days of each view; one query."""
    wanted = [view for view in views if view.kpi.kind == KpiKind.PROPORTION and view.start and view.end]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT w.binding, bins.key, sum(bins.value::bigint)
              FROM unnest(%(bindings)s::uuid[], %(starts)s::date[], %(ends)s::date[]) AS w(binding, first, last)
              JOIN kpis_binding b ON b.id = w.binding
              JOIN kpis_series s ON s.touchpoint_id = b.touchpoint_id AND s.kpi_id = b.kpi_id
              JOIN kpis_rollup r ON r.workspace_id = s.workspace_id AND r.series_id = s.id
                                AND r.day BETWEEN w.first AND w.last
             CROSS JOIN LATERAL jsonb_each_text(coalesce(r.histogram, '{}'::jsonb)) AS bins
             GROUP BY 1, 2
            """,
            {
                "bindings": [str(view.binding.pk) for view in wanted],
                "starts": [view.start for view in wanted],
                "ends": [view.end for view in wanted],
            },
        )
        found: dict[UUID, dict[int, int]] = defaultdict(dict)
        for binding, score, count in cursor.fetchall():
            found[binding][int(score)] = int(count)
    return found


def _of_histogram(bins: dict[int, int], lowest: int, highest: int) -> Any:
    scores = np.array(list(bins), dtype=float)
    counts = np.array(list(bins.values()), dtype=float)
    found = student(counts.sum(), float(scores @ counts), float(scores**2 @ counts))
    return emotion(found, lowest=lowest, highest=highest)


def emotions_of(views: Sequence[BindingView]) -> dict[UUID, Emotion]:
    """Return the emotion of opinion KPIs by binding; one that cannot be known is left out, never set to 0.

    A share of satisfied answers says nothing of how strongly; the mean of its scores does, when they are known.
    """
    histograms = _histograms(views)
    found = {}
    for view in views:
        kpi = view.kpi
        if kpi.kind == KpiKind.NPS and view.value is not None:
            ends = Estimate(
                *(np.asarray(math.nan if part is None else part) for part in (view.value, view.low, view.high))
            )
            mapped = emotion(ends, lowest=-100, highest=100)
        elif kpi.kind == KpiKind.PROPORTION and kpi.scale_min is not None and kpi.scale_max is not None:
            bins = histograms.get(view.binding.pk)
            if not bins:
                continue
            mapped = _of_histogram(bins, kpi.scale_min, kpi.scale_max)
        elif kpi.kind == KpiKind.MEAN and kpi.scale_min is not None and kpi.scale_max is not None:
            ends = Estimate(
                *(np.asarray(math.nan if part is None else part) for part in (view.value, view.low, view.high))
            )
            low_end, high_end = kpi.scale_min, kpi.scale_max
            if view.binding.direction == Direction.LOWER:
                low_end, high_end = high_end, low_end
            mapped = emotion(ends, lowest=low_end, highest=high_end)
        else:
            continue
        parts = [float(part) for part in (mapped.value, mapped.low, mapped.high)]
        if math.isnan(parts[0]):
            continue
        low, high = (None if math.isnan(part) else part for part in parts[1:])
        found[view.binding.pk] = Emotion(parts[0], low, high)
    return found
