"""Writing observations: a thousand from the API or millions from a file, by the same statements."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, NamedTuple

from django.db import connection, transaction

from cxmap.workspaces.models import Workspace
from kpis.errors import DaySealed
from kpis.models import Source
from kpis.services import staging
from kpis.services.locks import Lock, lock
from kpis.services.nudges import refresh_soon

FEW = 500  # rows that may stay in the helping tables until the next write
OFTEN = 500  # writes of a few rows, after which the tables are truncated: what DELETE leaves behind grows slowly
MANY = 20_000  # rows from which the planner is told how many there are
BATCH = "kpis_stage_batch"

_writes = count(1)


class Row(NamedTuple):
    """One observation to be written; the fields are the columns of the staging table, in its order.

    touchpoint, kpi and segment are codes ("" for no segment); dimensions is JSON with sorted names, or "". external_id None:
    the row has no identity of its own. For the values see kpis.measures.
    """

    line: int
    column: str
    touchpoint: str
    kpi: str
    first_day: date
    last_day: date
    at: datetime | None
    external_id: str | None
    n: int
    numerator: float
    denominator: float
    sum_squares: float | None
    excluded: int
    bin: int | None
    segment: str = ""
    dimensions: str = ""


class UnknownReference(NamedTuple):
    """A staged row that names something that the workspace does not have; it is left out."""

    line: int
    column: str
    code: str  # unknown_touchpoint, unknown_kpi, unknown_segment
    value: str


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What became of the staged rows: created + updated + unchanged + superseded + rejected of them.

    superseded: a later row of the same write has the same id. removed: former observations that nothing took the place of.
    statuses: by line, only when asked for.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    rejected: int = 0
    removed: int = 0
    first_day: date | None = None
    last_day: date | None = None
    statuses: dict[int, str] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return bool(self.created or self.updated or self.removed)


def rows_text(rows: Iterable[Row]) -> bytes:
    """Return rows as the text of `COPY … (FORMAT csv)`."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


class Stage:
    """Rows on their way: `copy` as often as needed, look at `unknown`, then `finish` once. Made by observation_stage.

    Between two copies other transactions of the same connection may run (progress, heartbeat). Memory does not grow with the
    rows: they wait in a temporary table of the database.
    """

    def __init__(self, *, workspace: Workspace, source: Source, table: str) -> None:
        self.workspace = workspace
        self.source = source
        self._table = table
        self._rows = 0

    def copy(self, rows: bytes | Iterable[Row]) -> None:
        """Add rows: bytes are the text of `COPY … (FORMAT csv)` with the columns of Row, without a header.

        An empty cell, quoted or not, is NULL where a column may be NULL and an empty text elsewhere.
        """
        data = rows if isinstance(rows, bytes) else rows_text(rows)
        with connection.cursor() as cursor:
            cursor.copy_expert(staging.COPY.format(stage=self._table), io.BytesIO(data))
            self._rows += cursor.rowcount

    @property
    def rows(self) -> int:
        """How many rows are staged."""
        return self._rows

    def unknown(self, *, limit: int = 10_000) -> list[UnknownReference]:
        """Return the staged rows that name an unknown touchpoint, KPI or segment, by line; `finish` leaves them out."""
        with transaction.atomic(), connection.cursor() as cursor:
            self._refer(cursor)
            cursor.execute(staging.UNKNOWN.format(stage=self._table) + " LIMIT %s", [limit])
            return [UnknownReference(*found) for found in cursor.fetchall()]

    def _refer(self, cursor: Any) -> None:
        if self._rows > MANY:
            cursor.execute(f"ANALYZE {self._table}")
        cursor.execute(staging.CREATE_HELPERS)
        cursor.execute(staging.EMPTY_HELPERS)
        cursor.execute(staging.REFER.format(stage=self._table), {"workspace": self.workspace.pk})

    @transaction.atomic
    def finish(
        self, *, import_id: int | None = None, mapping_key: int = 0, with_statuses: bool = False, nudge: bool = True
    ) -> WriteReport:
        """Turn the staged rows into observations, in one transaction with the marks on their buckets.

        A row with an external id updates the observation of the same (source, id, column), whatever the day. Rows without
        replace, of the same source: for an import the observations of the same mapping_key on the days that its rows have, in
        the series that its rows have; for the API (import_id None) the same series and day. Observations that say the same
        already are left alone and keep their import. What an import replaces is kept for import_withdraw.
        Spans of several days are written and marked nowhere: they enter no roll-up. Raises DaySealed when retention has sealed a
        day between the check of the rows and now.
        """
        lock(Lock.SOURCE, self.source.pk)
        lock(Lock.NAMES, self.workspace.pk, shared=True)
        params: dict[str, Any] = {
            "workspace": self.workspace.pk,
            "source": self.source.pk,
            "import": import_id,
            "mapping": mapping_key,
        }
        with connection.cursor() as cursor:
            self._refer(cursor)
            cursor.execute(staging.ADD_SERIES, params)
            cursor.execute(staging.FIND_SERIES, params)
            cursor.execute(staging.GROUP.format(stage=self._table))
            cursor.execute(staging.COUNTS, params)
            with_id, without_id, first_day, last_day, sealed_before, time_zone = cursor.fetchone()
            rejected = self._rows - int(with_id + without_id)
            if with_id + without_id == 0:
                return WriteReport(rejected=rejected)
            if sealed_before is not None and first_day < sealed_before:
                raise DaySealed
            facts_zone_note(self.workspace, time_zone)
            found = self._match(cursor, params, int(with_id), int(without_id), with_statuses=with_statuses)
            if self._rows > FEW or next(_writes) % OFTEN == 0:
                cursor.execute(staging.TRUNCATE_HELPERS)
        if nudge and found.changed:
            refresh_soon()
        return WriteReport(
            created=found.created,
            updated=found.updated,
            unchanged=found.unchanged,
            superseded=int(with_id + without_id) - found.created - found.updated - found.unchanged,
            rejected=rejected,
            removed=found.removed,
            first_day=first_day,
            last_day=last_day,
            statuses=found.statuses,
        )

    def _match(
        self, cursor: Any, params: dict[str, Any], with_id: int, without_id: int, *, with_statuses: bool
    ) -> WriteReport:
        """Write, and return the counters of the rows that were not rejected."""
        if self._rows > MANY:
            cursor.execute("ANALYZE kpis_stage_ref; ANALYZE kpis_stage_group")
        former_ids = former_days = False
        if with_id:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM kpis_observation WHERE workspace_id = %(workspace)s"
                " AND source_id = %(source)s AND external_id IS NOT NULL)",
                params,
            )
            former_ids = cursor.fetchone()[0]
        if without_id:
            old = staging.OLD_OF_API if params["import"] is None else staging.OLD_OF_FILE
            cursor.execute(staging.ADD_OLD.format(old=old), params)
            former_days = cursor.rowcount > 0
        if not former_ids and not former_days and not with_statuses:
            return self._write_new(cursor, params, with_id, without_id)

        # Keys of observations grow in the order of writing: this one lies between what is there and what comes.
        cursor.execute("SELECT nextval(pg_get_serial_sequence('kpis_observation', 'id'))")
        params["mark"] = cursor.fetchone()[0]
        if with_id:
            cursor.execute(staging.MATCH_IDS.format(stage=self._table), params)
        if without_id:
            if self._rows > MANY:
                cursor.execute("ANALYZE kpis_stage_old")
            cursor.execute(staging.MATCH_DAYS.format(stage=self._table), params)
        if self._rows > MANY:
            cursor.execute("ANALYZE kpis_stage_hit")
        cursor.execute("SELECT status, count(*) FROM kpis_stage_hit GROUP BY status")
        counts = dict(cursor.fetchall())
        cursor.execute(staging.ADD_GONE)
        gone = cursor.rowcount
        if gone:
            cursor.execute(staging.KEEP_REPLACED, params)
            cursor.execute(staging.DELETE_GONE)
        if gone or counts.get("created"):
            cursor.execute(
                staging.ADD_OBSERVATIONS.format(
                    fresh=staging.CHANGED_HITS, order='series_id, first_day, external_id, "column", line'
                ),
                params,
            )
            cursor.execute(staging.MARK_BUCKETS.format(touched=staging.TOUCHED), params)
        statuses: dict[int, str] = {}
        if with_statuses:
            cursor.execute("SELECT line, status FROM kpis_stage_hit")
            statuses = dict(cursor.fetchall())
        updated = counts.get("updated", 0)
        return WriteReport(
            created=counts.get("created", 0),
            updated=updated,
            unchanged=counts.get("unchanged", 0),
            removed=gone - updated,
            statuses=statuses,
        )

    def _write_new(self, cursor: Any, params: dict[str, Any], with_id: int, without_id: int) -> WriteReport:
        """Write rows of a source that has said nothing on these days: nothing to compare with."""
        created = 0
        if with_id:
            fresh = staging.LAST_OF_EACH_ID.format(stage=self._table)
            order = "series_id, first_day"
            cursor.execute(staging.ADD_OBSERVATIONS.format(fresh=fresh, order=order), params)
            created += cursor.rowcount
        if without_id:
            fresh = staging.WITHOUT_ID.format(stage=self._table)
            cursor.execute(staging.ADD_OBSERVATIONS.format(fresh=fresh, order="series_id, first_day, line"), params)
            created += cursor.rowcount
        # A row that a later one of the same file supersedes may mark a bucket for nothing: harmless.
        cursor.execute(staging.MARK_BUCKETS.format(touched="SELECT * FROM kpis_stage_group"), params)
        return WriteReport(created=created)


@contextmanager
def observation_stage(*, workspace: Workspace, source: Source) -> Iterator[Stage]:
    """Stage rows in pieces, over as many transactions as it takes, then write them with `finish`.

        with observation_stage(workspace=workspace, source=source) as stage:
            for frame in frames:
                stage.copy(copy_text(frame))
            report = stage.finish(import_id=import_.pk, mapping_key=mapping.pk)

    The rows wait in a temporary table of this connection: a process that dies leaves nothing behind.
    """
    table = f"kpis_stage_{source.pk}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(staging.CREATE_STAGE.format(stage=table))
    try:
        yield Stage(workspace=workspace, source=source, table=table)
    finally:
        # In a transaction that failed there is nothing to drop and no way to do it.
        if not connection.needs_rollback and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")


@transaction.atomic
def observations_write(
    *,
    workspace: Workspace,
    source: Source,
    rows: Iterable[Row],
    import_id: int | None = None,
    mapping_key: int = 0,
    with_statuses: bool = False,
) -> WriteReport:
    """Write some thousand rows at once, by the rules of Stage.finish. Rows with unknown references are counted as rejected."""
    with connection.cursor() as cursor:
        cursor.execute(staging.CREATE_STAGE.format(stage=BATCH))
        cursor.execute(f"DELETE FROM {BATCH}")  # noqa: S608 - a constant
        stage = Stage(workspace=workspace, source=source, table=BATCH)
        stage.copy(rows)
        report = stage.finish(import_id=import_id, mapping_key=mapping_key, with_statuses=with_statuses)
        if stage.rows > FEW or next(_writes) % OFTEN == 0:
            cursor.execute(f"TRUNCATE {BATCH}")
    return report


def facts_zone_note(workspace: Workspace, time_zone: str) -> None:
    """Have the days of rows cut anew if the workspace moved (to time_zone) between the reading of these rows and now.

    Behind the source's lock, which the move waits for: it comes after these rows, and finds them.
    """
    if time_zone != workspace.time_zone:
        Workspace.objects.filter(pk=workspace.pk, facts_time_zone="").update(facts_time_zone=workspace.time_zone)


def day_of(moment: datetime, workspace: Workspace) -> date:
    """Return the day of an instant in the workspace's time zone."""
    return moment.astimezone(workspace.zone).date()


def today_of(workspace: Workspace, now: datetime | None = None) -> date:
    """Return the workspace's own day of now."""
    return day_of(now or datetime.now(UTC), workspace)
