"""How new the data behind a binding are, and whether that is late."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

STALE_AFTER_RHYTHMS = 3  # statistics § 5

# The newest observation of every series, found through the end of one index; the series are few.
NEWEST = """
SELECT series.touchpoint_id, series.kpi_id, max(newest.last_day), max(source.rhythm_days), max(source.restatement_days)
  FROM kpis_series AS series
 CROSS JOIN LATERAL (
       SELECT last_day, source_id FROM kpis_observation AS row
        WHERE row.workspace_id = %s AND row.series_id = series.id
        ORDER BY row.workspace_id, row.series_id, row.first_day DESC LIMIT 1) AS newest
  JOIN kpis_source AS source ON source.id = newest.source_id
 WHERE series.workspace_id = %s
 GROUP BY series.touchpoint_id, series.kpi_id
"""


@dataclass(frozen=True, slots=True)
class Freshness:
    """The newest day of a touchpoint's KPI, and what its source says of itself, in days."""

    newest_day: date
    rhythm_days: int
    restatement_days: int


def stale(newest_day: date | None, *, rhythm_days: int, today: date) -> bool:
    """Return whether the newest day is older than three times the source's rhythm. Without data nothing is stale."""
    return newest_day is not None and (today - newest_day).days > STALE_AFTER_RHYTHMS * rhythm_days


def freshness(workspace_id: int) -> dict[tuple[UUID, UUID], Freshness]:
    """Return the freshness by (touchpoint, KPI) of all that has data in a workspace; one query."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [workspace_id, workspace_id])
        return {(touchpoint, kpi): Freshness(*rest) for touchpoint, kpi, *rest in cursor.fetchall()}


# By source, where its row is the newest of a series: a source that another one has taken over from is not waited for.
NEWEST_BY_SOURCE = """
SELECT newest.source_id, max(newest.last_day), array_agg(DISTINCT series.touchpoint_id)
  FROM kpis_series AS series
 CROSS JOIN LATERAL (
       SELECT last_day, source_id FROM kpis_observation AS row
        WHERE row.workspace_id = %s AND row.series_id = series.id
        ORDER BY row.workspace_id, row.series_id, row.first_day DESC LIMIT 1) AS newest
 WHERE series.workspace_id = %s
 GROUP BY newest.source_id
"""


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """The newest day of a source, and the touchpoints that it feeds."""

    newest_day: date
    touchpoints: tuple[UUID, ...]


def source_freshness(workspace_id: int) -> dict[int, SourceFreshness]:
    """Return the freshness by source of all that has data in a workspace; one query."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_BY_SOURCE, [workspace_id, workspace_id])
        return {source: SourceFreshness(day, tuple(touchpoints)) for source, day, touchpoints in cursor.fetchall()}
