"""Series: the small table that facts point to."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from cxmap.workspaces.models import Workspace


class SeriesKey(NamedTuple):
    """What a series measures. segment_id 0: rows without a segment; dimensions: canonical JSON, "" for none.

    origin: the id of the merged touchpoint under whose name the rows come, "" for the touchpoint's own.
    """

    touchpoint_id: UUID
    kpi_id: UUID
    segment_id: int = 0
    dimensions: str = ""
    origin: str = ""

    @property
    def dimensions_key(self) -> str:
        return hashlib.sha256(self.dimensions.encode()).hexdigest() if self.dimensions else ""


def canonical_dimensions(dimensions: Mapping[str, str]) -> str:
    """Return dimensions as the one text that stands for them: JSON with sorted names, "" for none."""
    if not dimensions:
        return ""
    return json.dumps(dict(sorted(dimensions.items())), ensure_ascii=False, separators=(",", ":"))


@transaction.atomic
def series_resolve(*, workspace: Workspace, keys: Iterable[SeriesKey]) -> dict[SeriesKey, int]:
    """Return the id of each series, making those that are missing with one INSERT … ON CONFLICT.

    The ids inside the keys are trusted: they come from rows of this workspace.
    """
    wanted = sorted(
        set(keys),
        key=lambda key: (str(key.touchpoint_id), str(key.kpi_id), key.segment_id, key.dimensions_key, key.origin),
    )
    if not wanted:
        return {}
    columns: list[Any] = [
        workspace.pk,
        [str(key.touchpoint_id) for key in wanted],
        [str(key.kpi_id) for key in wanted],
        [key.segment_id for key in wanted],
        [key.dimensions or "{}" for key in wanted],
        [key.dimensions_key for key in wanted],
        [key.origin for key in wanted],
    ]
    asked = (
        "unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::text[])"
        " AS asked (touchpoint, kpi, segment, dimensions, key, origin)"
    )
    # ruff: noqa: S608 - the statements are made of constants
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kpis_series"
            " (workspace_id, touchpoint_id, kpi_id, segment_id, segment_key, dimensions, dimensions_key, origin_key)"
            " SELECT %s, touchpoint, kpi, nullif(segment, 0), segment, dimensions::jsonb, key, origin FROM "
            + asked
            + " ON CONFLICT DO NOTHING",
            columns,
        )
        cursor.execute(
            "SELECT series.touchpoint_id, series.kpi_id, series.segment_key, asked.dimensions, asked.origin, series.id"
            " FROM " + asked + " JOIN kpis_series AS series ON series.workspace_id = %s"
            " AND series.touchpoint_id = asked.touchpoint AND series.kpi_id = asked.kpi"
            " AND series.segment_key = asked.segment AND series.dimensions_key = asked.key AND series.origin_key = asked.origin",
            [*columns[1:], columns[0]],
        )
        found = cursor.fetchall()
    return {
        SeriesKey(touchpoint, kpi, segment, "" if dimensions == "{}" else dimensions, origin): series
        for touchpoint, kpi, segment, dimensions, origin, series in found
    }
