"""Writing a large file straight into the observations, where there is nothing to compare it with.

Staged rows (observations.py) are copied, compared, sorted and copied again. The first import of a source, and the next weeks of
an export without ids, replace nothing: their rows go to their place by one COPY, and their roll-ups are added up beside it, column
by column, before they reach the database (docs/decisions/0017).
"""

import io
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection

from cxmap.workspaces.models import Workspace
from kpis.models import Kpi, Source
from kpis.services.locks import Lock, lock
from kpis.services.nudges import evaluate_soon, refresh_soon, states_mark
from kpis.services.observations import UnknownReference, WriteReport, facts_zone_note
from kpis.services.rollups import RATIO_SERIES
from kpis.services.series import SeriesKey, series_resolve
from personas.models import Segment
from touchpoints.merging import touchpoints_by_code

REFERENCES = ["touchpoint", "kpi", "segment", "dimensions"]
UNKNOWN_KEPT = 100_000
PENDING = 200_000  # sums by series and day that wait in memory before they go to the database

COLUMNS = (
    "workspace_id", "series_id", "first_day", "last_day", "at", "source_id", "import_id", "line", "external_id", "column",
    "mapping_key", "n", "numerator", "denominator", "sum_squares", "excluded", "bin",
)  # fmt: skip
COPY = f"""
COPY kpis_observation ({", ".join(f'"{name}"' for name in COLUMNS)}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ("column"))
"""

CREATE_SUMS = """
DROP TABLE IF EXISTS pg_temp.kpis_load_sum, pg_temp.kpis_load_bin, pg_temp.kpis_load_mine;
CREATE TEMP TABLE kpis_load_sum (
    series_id bigint, day date, n bigint, numerator float8, denominator float8, sum_squares float8, excluded bigint
) ON COMMIT DROP;
CREATE TEMP TABLE kpis_load_bin (series_id bigint, day date, bin integer, n bigint) ON COMMIT DROP
"""
COPY_SUMS = "COPY kpis_load_sum FROM STDIN (FORMAT csv)"
COPY_BINS = "COPY kpis_load_bin FROM STDIN (FORMAT csv)"

RANGES = """
SELECT asked.id, oldest.day, newest.day
  FROM kpis_series AS asked
 CROSS JOIN LATERAL (SELECT first_day AS day FROM kpis_observation AS row WHERE row.workspace_id = %(workspace)s
                        AND row.series_id = asked.id ORDER BY first_day LIMIT 1) AS oldest
 CROSS JOIN LATERAL (SELECT first_day AS day FROM kpis_observation AS row WHERE row.workspace_id = %(workspace)s
                        AND row.series_id = asked.id ORDER BY first_day DESC LIMIT 1) AS newest
 WHERE asked.id = ANY(%(series)s::bigint[])
"""

HAS_IDS = """
SELECT EXISTS (SELECT FROM kpis_observation WHERE workspace_id = %(workspace)s AND source_id = %(source)s
                  AND external_id IS NOT NULL)
"""

# A mark that was there already belongs to somebody else's rows too: those buckets are left to the workers.
MARK = """
CREATE TEMP TABLE kpis_load_mine ON COMMIT DROP AS
WITH marked AS (
    INSERT INTO kpis_bucket (workspace_id, series_id, day, marked_at)
    SELECT %(workspace)s::bigint, series_id, day, clock_timestamp()
      FROM (SELECT DISTINCT series_id, day FROM kpis_load_sum ORDER BY series_id, day) AS touched
    ON CONFLICT (workspace_id, series_id, day) DO UPDATE SET marked_at = excluded.marked_at
    RETURNING id, series_id, day, xmax = 0 AS is_new
)
SELECT id, series_id, day FROM marked WHERE is_new
"""

# So are the days that have a roll-up: what it adds up is not in this file.
ALONE = """
DELETE FROM kpis_load_mine AS mine USING kpis_rollup AS kept
 WHERE kept.workspace_id = %(workspace)s AND kept.series_id = mine.series_id AND kept.day = mine.day
"""

# And ratios, whose roll-ups hold products of each row.
NO_RATIOS = f"""
DELETE FROM kpis_load_mine WHERE series_id IN ({RATIO_SERIES} AND kpi.workspace_id = %(workspace)s)
"""  # noqa: S608 - constants

ROLL_UP = """
INSERT INTO kpis_rollup (workspace_id, series_id, day, n, numerator, denominator, sum_squares, excluded, histogram, computed_at)
SELECT %(workspace)s, sums.series_id, sums.day, sums.n, sums.numerator, sums.denominator, sums.sum_squares, sums.excluded,
       bins.histogram, clock_timestamp()
  FROM (SELECT series_id, day, sum(n)::bigint AS n, sum(numerator) AS numerator, sum(denominator) AS denominator,
               CASE WHEN count(*) = count(sum_squares) THEN sum(sum_squares) END AS sum_squares, sum(excluded)::bigint AS excluded
          FROM kpis_load_sum JOIN kpis_load_mine USING (series_id, day) GROUP BY series_id, day) AS sums
  LEFT JOIN (SELECT series_id, day, jsonb_object_agg(bin, n) AS histogram
               FROM (SELECT series_id, day, bin, sum(n)::bigint AS n FROM kpis_load_bin GROUP BY series_id, day, bin) AS bin
              GROUP BY series_id, day) AS bins USING (series_id, day)
 ORDER BY sums.series_id, sums.day
"""

UNMARK = "DELETE FROM kpis_bucket USING kpis_load_mine AS mine WHERE kpis_bucket.id = mine.id"


class NotFresh(Exception):
    """There is something to compare these rows with: roll back, and stage them."""


class Loader:
    """Frames on their way into the observations; `add` as often as needed, then `finish` once, all in one transaction.

    A frame has the columns of `kpis.services.Row`, by name; an empty external_id means none. The rules are those of
    Stage.finish, for rows that replace nothing: a row that might raises NotFresh, and an id that comes twice the database's
    IntegrityError. After both the transaction must be rolled back.
    """

    def __init__(self, *, workspace: Workspace, source: Source, import_id: int, mapping_key: int) -> None:
        lock(Lock.SOURCE, source.pk)
        lock(Lock.NAMES, workspace.pk, shared=True)
        self.workspace = workspace
        self.source = source
        self.unknown: list[UnknownReference] = []  # the first UNKNOWN_KEPT of them
        self._import_id = import_id
        self._mapping_key = mapping_key
        self._params: dict[str, Any] = {"workspace": workspace.pk, "source": source.pk}
        self._touchpoints = touchpoints_by_code(workspace.pk)
        self._kpis: dict[str, UUID] = dict(Kpi.objects.filter(workspace=workspace).values_list("code", "pk"))
        self._series: dict[tuple[str, ...], int | None] = {}
        self._there: list[tuple[date, date]] = []  # first and last day of what the file's series held before it
        self._sums: list[pl.DataFrame] = []
        self._bins: list[pl.DataFrame] = []
        self._pending = 0
        self._created = self._rejected = 0
        self._first: date | None = None
        self._last: date | None = None
        self._has_ids: bool | None = None  # unknown before the first row
        # Read behind the lock that retention and a move to another time zone wait for.
        self._sealed_before, time_zone = Workspace.objects.values_list("sealed_before", "time_zone").get(
            pk=workspace.pk
        )
        facts_zone_note(workspace, time_zone)
        with connection.cursor() as cursor:
            cursor.execute(CREATE_SUMS)

    def add(self, frame: pl.DataFrame) -> None:
        """Write rows. Those that name something unknown are left out, and noted in `unknown`. Raises NotFresh."""
        if not frame.height:
            return
        frame = self._resolved(frame)
        if not frame.height:
            return
        self._check_fresh(frame)
        text = io.BytesIO(self._text(frame))
        with connection.cursor() as cursor, connection.wrap_database_errors:
            cursor.copy_expert(COPY, text)
        self._created += frame.height
        self._add_up(frame)

    def finish(self) -> WriteReport:
        """Write the roll-ups of the days that only this file says something about; mark the others. Raises NotFresh."""
        self._check_days()
        self._flush()
        with connection.cursor() as cursor:
            # Beside other refreshes, never beside a rebuild, which would not see these rows and take their roll-ups for wrong.
            lock(Lock.ROLLUPS, shared=True)
            cursor.execute("ANALYZE kpis_load_sum; ANALYZE kpis_load_bin")
            cursor.execute(MARK, self._params)
            cursor.execute("ANALYZE kpis_load_mine")
            cursor.execute(ALONE, self._params)
            cursor.execute(NO_RATIOS, self._params)
            cursor.execute(ROLL_UP, self._params)
            done = cursor.rowcount
            cursor.execute(UNMARK)
            cursor.execute("SELECT count(*) FROM (SELECT DISTINCT series_id, day FROM kpis_load_sum) AS touched")
            left = cursor.fetchone()[0] - done
        if done:
            states_mark({self.workspace.pk: self._first})
            evaluate_soon(self.workspace.pk)
        if left:
            refresh_soon()
        return WriteReport(created=self._created, rejected=self._rejected, first_day=self._first, last_day=self._last)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The touchpoints and KPIs (codes) that were written."""
        return sorted({(key[0], key[1]) for key, series in self._series.items() if series is not None})

    def _resolved(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with series_id in place of the references, without the rows whose references are unknown."""
        used = frame.select(REFERENCES).unique()
        new = [key for key in used.rows() if key not in self._series]
        if new:
            self._resolve(new)
        series = pl.Series("series_id", [self._series[key] for key in used.rows()], dtype=pl.Int64)
        if used.height == 1:
            frame = frame.with_columns(pl.lit(series[0], dtype=pl.Int64).alias("series_id"))
        else:
            frame = frame.join(used.with_columns(series), on=REFERENCES, how="left", maintain_order="left")
        if series.null_count():
            self._note_unknown(frame.filter(pl.col("series_id").is_null()))
            frame = frame.filter(pl.col("series_id").is_not_null())
        return frame

    def _resolve(self, references: list[tuple[str, ...]]) -> None:
        segments = {"": 0} | dict(Segment.objects.filter(workspace=self.workspace).values_list("code", "pk"))
        keys: dict[tuple[str, ...], SeriesKey] = {}
        for reference in references:
            touchpoint, kpi, segment, dimensions = reference
            self._series[reference] = None
            if touchpoint in self._touchpoints and kpi in self._kpis and segment in segments:
                touchpoint_id, origin = self._touchpoints[touchpoint]
                keys[reference] = SeriesKey(touchpoint_id, self._kpis[kpi], segments[segment], dimensions, origin)
        found = series_resolve(workspace=self.workspace, keys=keys.values())
        by_key = {(*key[:3], key.dimensions_key, key.origin): series for key, series in found.items()}
        for reference, key in keys.items():
            self._series[reference] = by_key[*key[:3], key.dimensions_key, key.origin]
        with connection.cursor() as cursor:
            cursor.execute(RANGES, self._params | {"series": list(found.values())})
            self._there += [(first, last) for _, first, last in cursor.fetchall()]

    def _note_unknown(self, frame: pl.DataFrame) -> None:
        self._rejected += frame.height
        some = frame.head(UNKNOWN_KEPT - len(self.unknown)).select("line", "column", *REFERENCES[:3])
        for line, column, touchpoint, kpi, segment in some.iter_rows():
            if touchpoint not in self._touchpoints:
                self.unknown.append(UnknownReference(line, column, "unknown_touchpoint", touchpoint))
            elif kpi not in self._kpis:
                self.unknown.append(UnknownReference(line, column, "unknown_kpi", kpi))
            else:
                self.unknown.append(UnknownReference(line, column, "unknown_segment", segment))

    def _check_fresh(self, frame: pl.DataFrame) -> None:
        """Raise NotFresh when rows may replace others; what a row without id replaces is known for good when all days are."""
        with_id = frame["external_id"].fill_null("") != ""
        has_ids = bool(with_id.any())
        if self._has_ids is None:
            self._has_ids = has_ids
            if has_ids and self._said_ids():
                raise NotFresh
        if has_ids is not self._has_ids or (has_ids and not with_id.all()):
            raise NotFresh
        first, last = frame["first_day"].min(), frame["first_day"].max()
        assert isinstance(first, date)  # noqa: S101 - for the type checker
        assert isinstance(last, date)  # noqa: S101 - for the type checker
        self._first = first if self._first is None else min(first, self._first)
        self._last = last if self._last is None else max(last, self._last)
        if self._sealed_before is not None and self._first < self._sealed_before:
            raise NotFresh
        self._check_days()

    def _said_ids(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(HAS_IDS, self._params)
            return bool(cursor.fetchone()[0])

    def _check_days(self) -> None:
        if self._has_ids or self._first is None or self._last is None:
            return
        if any(first <= self._last and last >= self._first for first, last in self._there):
            raise NotFresh

    def _text(self, frame: pl.DataFrame) -> bytes:
        """Return the frame as the text of COPY, in the order of the index by series and day."""
        at = pl.col("at").dt.replace_time_zone(None).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00")
        rows = frame.sort("series_id", "first_day", maintain_order=True).with_columns(
            at,
            pl.lit(self.workspace.pk).alias("workspace_id"),
            pl.lit(self.source.pk).alias("source_id"),
            pl.lit(self._import_id).alias("import_id"),
            pl.lit(self._mapping_key).alias("mapping_key"),
            pl.when(pl.col("external_id") != "").then(pl.col("external_id")).alias("external_id"),
        )
        buffer = io.BytesIO()
        rows.select(COLUMNS).write_csv(buffer, include_header=False, quote_style="necessary", date_format="%Y-%m-%d")
        return buffer.getvalue()

    def _add_up(self, frame: pl.DataFrame) -> None:
        days = frame.filter(pl.col("first_day") == pl.col("last_day"))
        if not days.height:
            return
        sums = _summed(days.select("series_id", pl.col("first_day").alias("day"), *SUMMED))
        self._sums.append(sums)
        self._pending += sums.height
        scores = days.filter(pl.col("bin").is_not_null())
        if scores.height:
            bins = _binned(scores.select("series_id", pl.col("first_day").alias("day"), "bin", "n"))
            self._bins.append(bins)
            self._pending += bins.height
        if self._pending > PENDING:
            self._sums = [_summed(pl.concat(self._sums))]
            self._bins = [_binned(pl.concat(self._bins))] if self._bins else []
            self._pending = sum(part.height for part in (*self._sums, *self._bins))
            if self._pending > PENDING / 2:
                self._flush()

    def _flush(self) -> None:
        with connection.cursor() as cursor:
            for statement, parts in ((COPY_SUMS, self._sums), (COPY_BINS, self._bins)):
                if parts:
                    cursor.copy_expert(statement, io.BytesIO(_csv(pl.concat(parts))))
        self._sums, self._bins, self._pending = [], [], 0


SUMMED = ("n", "numerator", "denominator", "sum_squares", "excluded")


def _summed(frame: pl.DataFrame) -> pl.DataFrame:
    """Add up by series and day; one unknown sum of squares makes the sum unknown."""
    squares = pl.when(pl.col("sum_squares").null_count() == 0).then(pl.col("sum_squares").sum())
    return frame.group_by("series_id", "day").agg(
        pl.col("n").sum(),
        pl.col("numerator").sum(),
        pl.col("denominator").sum(),
        squares.alias("sum_squares"),
        pl.col("excluded").sum(),
    )


def _binned(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.group_by("series_id", "day", "bin").agg(pl.col("n").sum())


def _csv(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False, date_format="%Y-%m-%d")
    return buffer.getvalue()
