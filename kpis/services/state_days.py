"""The days that an evaluation reads: roll-ups of the bindings of one rhythm, as arrays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from cxmap.lib.columns import read_floats
from cxmap.workspaces.models import Workspace
from kpis.figures import Wanted, histogram_rows, shows_quantile
from kpis.models import Binding, KpiKind
from kpis.parts import CONDITION, Part
from kpis.statistics import Histograms, Values
from kpis.statistics.batch import PARTS
from kpis.versions import comparable_from

# Days of the bindings of one rhythm, all segments and dimensions added up; NULL in one part makes the sum of squares unknown.
# Days are counted from the first one: small numbers reach Python faster than dates and UUIDs.
DAYS = """
SELECT (bound.position - 1)::float8, (kept.day - %(first)s)::float8, sum(kept.numerator), sum(kept.denominator),
       CASE WHEN count(*) = count(kept.sum_squares) THEN sum(kept.sum_squares) ELSE 'NaN' END, sum(kept.excluded)::float8,
       sum(kept.n)::float8{ratios}
  FROM unnest(%(touchpoints)s::uuid[], %(kpis)s::uuid[]) WITH ORDINALITY AS bound (touchpoint_id, kpi_id, position)
  JOIN kpis_series AS series ON series.workspace_id = %(workspace)s AND series.touchpoint_id = bound.touchpoint_id
   AND series.kpi_id = bound.kpi_id AND {condition}
  JOIN kpis_rollup AS kept ON kept.workspace_id = %(workspace)s AND kept.series_id = series.id
   AND kept.day BETWEEN %(first)s AND %(last)s
 GROUP BY bound.position, kept.day
"""
# Read only where a binding is a ratio: unknown in one part is unknown.
RATIOS = "".join(
    f", CASE WHEN count(*) = count(kept.{name}) THEN sum(kept.{name})::float8 ELSE 'NaN' END"
    for name in ("denominator_squares", "cross_product", "units")
)


@dataclass(slots=True)
class Days:
    """Rows of DAYS as columns: position of the binding, day, sums by the name of the part; histograms of quantiles."""

    row: Any
    day: Any
    parts: dict[str, Any]
    histograms: Histograms  # columns count days from histogram_day
    histogram_day: Any

    @classmethod
    def read(cls, workspace: Workspace, bindings: Sequence[Binding], first: date, last: date, part: Part) -> "Days":
        params: dict[str, Any] = {
            "workspace": workspace.pk,
            "first": first,
            "last": last,
            "touchpoints": [str(binding.touchpoint_id) for binding in bindings],
            "kpis": [str(binding.kpi_id) for binding in bindings],
            **part.params,
        }
        has_ratios = any(binding.kpi.kind == KpiKind.RATIO for binding in bindings)
        names = PARTS if has_ratios else PARTS[:5]
        table = read_floats(
            DAYS.format(ratios=RATIOS if has_ratios else "", condition=CONDITION), params, 2 + len(names)
        )
        wanted = [
            Wanted(number, binding.touchpoint_id, binding.kpi_id)
            for number, binding in enumerate(bindings)
            if shows_quantile(binding.kpi)
        ]
        entries = histogram_rows(workspace.pk, wanted, first=first, last=last, unit="day", part=part)
        since = comparable_from(workspace, list({one.kpi_id: one.kpi for one in bindings}.values()))
        if since:
            # Answers counted by a former scale would make a change of the definition look like one of the customers.
            from_day = np.array([(since.get(one.kpi_id, first) - first).days for one in bindings], dtype=np.float64)
            table = table[table[:, 1] >= from_day[table[:, 0].astype(np.int64)]]
        row, day, bins, counts = zip(*entries, strict=True) if entries else ((), (), (), ())
        start = np.datetime64(first, "D")
        columns = (np.array(day, dtype="datetime64[D]") - start).astype(np.int64)
        return cls(
            row=table[:, 0].astype(np.int64),
            day=start + table[:, 1].astype(np.int64),
            parts={name: table[:, number] for number, name in enumerate(names, 2)},
            histograms=Histograms.of(row, columns, bins, counts),
            histogram_day=start,
        )

    def values(self, shape: tuple[int, int], row: Any, column: Any, where: Any = slice(None)) -> Values:
        """Lay the days (those of where) out on an array, at these rows and columns."""
        return Values.from_rows(
            shape, row=row, column=column, **{name: part[where] for name, part in self.parts.items()}
        )

    def histograms_on(self, columns_of: Callable[[Any], Any], points: int) -> Histograms:
        """Return the histograms on the points of an axis; columns_of gives the point of each day."""
        found = self.histograms
        column = columns_of(self.histogram_day + found.column)
        return Histograms(found.row, column, found.bin, found.count).only((column >= 0) & (column < points))
