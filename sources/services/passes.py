"""One reading of a whole file: the same for the preview and for the import."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

import polars as pl
from django.db import connection

from cxmap.lib.ahead import ahead
from cxmap.lib.text import code_from, fold
from cxmap.workspaces.models import Workspace
from kpis.models import KpiKind
from kpis.services.observations import Stage, UnknownReference
from kpis.statistics import Kind, interval
from personas.models import Segment
from sources.models import Import
from sources.reading import Note, Reading, Rejection, read_mapping
from sources.services.jobs import Job
from sources.services.mappings import context_of, import_table

VALUES_SHOWN = 2000  # touchpoint × KPI pairs that a preview keeps


class Segments:
    """The segments of a file by what the file calls them: those of the workspace, and those to be made."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.codes: dict[str, str] = {"": ""}
        self.new: dict[str, str] = {}
        self._taken: set[str] = set()
        self._made: set[str] = set()
        self._known: dict[str, str] = {}
        for code, name in Segment.objects.filter(workspace=workspace).values_list("code", "name"):
            self._taken.add(code)
            self._known[fold(name)] = code
            self._known[fold(code)] = code

    def coded(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with codes in place of names."""
        names = frame["segment"].unique().to_list()
        if names == [""]:
            return frame
        for name in names:
            if name not in self.codes:
                self.codes[name] = self._known.get(fold(name)) or self._new(name)
        return frame.with_columns(pl.col("segment").replace_strict(self.codes, return_dtype=pl.String))

    def _new(self, name: str) -> str:
        code = code_from(name, taken=self._taken, fallback="segment")
        self._taken.add(code)
        self._known[fold(name)] = code
        self.new[code] = name
        return code

    def make(self) -> None:
        """Add the missing segments to the workspace; somebody may have added one in between."""
        for code, name in sorted(self.new.items()):
            if code not in self._made:
                Segment.objects.get_or_create(workspace=self.workspace, code=code, defaults={"name": name})
                self._made.add(code)


class Counts(NamedTuple):
    """What a pass over the file found: lines of data, observations, refusals, lines with a refusal."""

    lines: int
    observations: int
    rejections: int
    rejected_lines: int


class Pass:
    """A file being read. `read` once, then the counters, notes and segments are complete."""

    def __init__(self, import_: Import, job: Job) -> None:
        self.import_ = import_
        self.job = job
        self.segments = Segments(import_.workspace)
        self.notes: list[Note] = []
        self.counts = Counts(0, 0, 0, 0)

    def read(self, add: Callable[[pl.DataFrame], None]) -> None:
        """Hand every observation to `add`, frame by frame, and stage every refusal. Raises FileProblem, LeaseLost, OSError."""
        mapping = read_mapping(self.import_.mapping or {})
        with import_table(self.import_, mapping.file) as table:
            reading = Reading(table, mapping, context_of(self.import_.workspace))
            total = self.import_.rows_total
            with closing(ahead(reading.batches())) as batches:
                for frame, rejections in batches:
                    if frame.height:
                        add(self.segments.coded(frame))
                    rejections_stage(rejections)
                    lines = reading.summary.lines
                    self.job.progress(lines, total or _estimate(lines, table.stream, table.size, bool(table.sheet)))
            self.notes = reading.notes
            found = reading.summary
            self.counts = Counts(found.lines, found.observations, found.rejections, found.rejected_lines)

    def reject_unknown(self, unknown: Sequence[UnknownReference]) -> None:
        """Note what the database alone found unknown: a touchpoint deleted meanwhile."""
        rejections_stage(Rejection(row.line, row.column, row.code, (), row.value) for row in unknown)
        self.counts = self.counts._replace(rejections=self.counts.rejections + len(unknown))


def _estimate(lines: int, stream: Any, size: int, is_workbook: bool) -> int | None:
    """Return about how many lines a text file has; None for a workbook, which is unpacked in pieces."""
    if is_workbook:
        return None
    place = stream.tell()
    return max(lines, round(lines * size / place)) if place else None


REJECTIONS = "sources_stage_rejection"


@contextmanager
def rejection_stage() -> Iterator[None]:
    """Keep refusals in a temporary table until the import's own transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {REJECTIONS}"
            ' (id bigserial, line integer, "column" text, code text, params jsonb, raw text) ON COMMIT PRESERVE ROWS'
        )
        cursor.execute(f"TRUNCATE {REJECTIONS}")
    try:
        yield
    finally:
        if not connection.needs_rollback and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{REJECTIONS}")


def rejections_stage(rejections: Iterable[Rejection]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for one in rejections:
        params = json.dumps(dict(one.params), ensure_ascii=False).replace("\\u0000", "")
        writer.writerow([one.line, one.column[:200], one.code, params, one.value[:400].replace("\0", "")])
    if not buffer.tell():
        return
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f'COPY {REJECTIONS} (line, "column", code, params, raw) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ("column", raw))',
            io.BytesIO(buffer.getvalue().encode()),
        )


def rejections_keep(import_: Import) -> None:
    """Put the staged refusals in place of those of the pass before, in the transaction of the import."""
    params = {"workspace": import_.workspace_id, "import": import_.pk}
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM sources_rejection WHERE workspace_id = %(workspace)s AND import_id = %(import)s", params
        )
        cursor.execute(
            'INSERT INTO sources_rejection (workspace_id, import_id, line, "column", code, params, raw)'  # noqa: S608 - constants
            f' SELECT %(workspace)s, %(import)s, line, "column", code, params, raw FROM {REJECTIONS} ORDER BY line, id',
            params,
        )


# Of rows with the same id the last one counts, as when they are written.
TOTALS = """
WITH row AS (
    (SELECT DISTINCT ON (external_id, "column") * FROM {stage} WHERE external_id IS NOT NULL
      ORDER BY external_id, "column", line DESC, ctid DESC)
    UNION ALL SELECT * FROM {stage} WHERE external_id IS NULL
)
SELECT touchpoint, kpi, sum(n)::bigint, sum(numerator), sum(denominator),
       CASE WHEN count(*) = count(sum_squares) THEN sum(sum_squares) END, sum(excluded)::bigint,
       min(first_day), max(last_day), bool_or(first_day <> last_day), count(*),
       sum(numerator * numerator), sum(denominator * denominator), sum(numerator * denominator)
  FROM row GROUP BY touchpoint, kpi ORDER BY touchpoint, kpi
"""


def totals(stage: Stage, kinds: dict[str, str]) -> list[dict[str, Any]]:
    """Return what the staged rows come to, by touchpoint and KPI (codes), with values and intervals; JSON values."""
    with connection.cursor() as cursor:
        cursor.execute(TOTALS.format(stage=stage._table))
        rows = cursor.fetchall()
    found = []
    for touchpoint, kpi, n, numerator, denominator, squares, excluded, first, last, spans, count, *pairs in rows:
        kind = Kind.parse(kinds.get(kpi, KpiKind.MEAN), durations_as_means=True)
        of_ratio = (pairs[0], *pairs[1:], count) if kind is Kind.RATIO else (squares,)
        value, low, high = interval(kind, n, numerator, denominator, *of_ratio)
        found.append(
            {
                "touchpoint": touchpoint,
                "kpi": kpi,
                "n": n,
                "numerator": numerator,
                "denominator": denominator,
                "sum_squares": squares,
                "excluded": excluded,
                "value": value,
                "low": low,
                "high": high,
                "first_day": first.isoformat(),
                "last_day": last.isoformat(),
                "span": spans,
                "observations": count,
            }
        )
    return found


def written_pairs() -> list[tuple[str, str]]:
    """Return the touchpoints and KPIs (codes) that a stage wrote, in the transaction in which it finished."""
    with connection.cursor() as cursor:
        # The stage's own list of its references lives until that transaction ends.
        cursor.execute("SELECT DISTINCT touchpoint, kpi FROM kpis_stage_ref WHERE series_id IS NOT NULL ORDER BY 1, 2")
        return [(touchpoint, kpi) for touchpoint, kpi in cursor.fetchall()]
