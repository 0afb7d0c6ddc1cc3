"""One read per page of the sources."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import JSONObject
from django.urls import reverse

from cxmap.workspaces.models import Workspace
from kpis.freshness import source_freshness, stale
from kpis.models import Binding, Direction, Kpi, Observation, Series, Source
from kpis.services.observations import today_of
from sources.models import Import, Rejection
from sources.wording import Explained, failure_of, note_of, reason_of
from touchpoints.models import Touchpoint

IMPORTS_SHOWN = 20
REJECTIONS_SHOWN = 50
VALUES_SHOWN = 200
LATE = 3  # times the rhythm (statistics § 5)
OBSERVATIONS_SHOWN = 100
OBSERVED_DAYS = 91  # of observations listed when no period is named
BEHIND_DAYS = 400  # how far back imports are looked for behind a touchpoint's numbers


@dataclass(frozen=True, slots=True)
class SourceRow:
    source: Source
    newest_on: dt.date | None
    age_days: int | None
    is_late: bool
    imports: int
    written: int  # observations created or updated by what stands
    last_import: Import | None


@dataclass(frozen=True, slots=True)
class SourceList:
    sources: Sequence[SourceRow]
    imports: "Page[Import]"
    waiting: int  # imports that ask for a decision

    @property
    def is_empty(self) -> bool:
        return not self.imports.paginator.count and not any(row.newest_on for row in self.sources)


def source_list(workspace: Workspace, *, page: int | str = 1) -> SourceList:
    """Return the sources with how fresh they are, and their imports by pages; a constant number of queries."""
    sources = list(Source.objects.filter(workspace=workspace, deleted_at=None))
    done = Q(status=Import.Status.DONE)
    facts: dict[int, Any] = {
        row["source"]: row
        for row in Import.objects.filter(workspace=workspace)
        .order_by()
        .values("source")
        .annotate(
            newest=Max("last_day", filter=done),
            written=Sum(F("created_count") + F("updated_count"), filter=done),
            count=Count("pk", filter=done),
            last=Max("pk", filter=done),
            asking=Count("pk", filter=Q(status__in=[Import.Status.UPLOADED, Import.Status.READY])),
        )
    }
    last = Import.objects.in_bulk([row["last"] for row in facts.values() if row["last"]])
    today = today_of(workspace)
    by_api = _newest_of_api(workspace) if any(source.kind == Source.Kind.API for source in sources) else None
    rows = []
    for source in sources:
        found: dict[str, Any] = facts.get(source.pk, {})
        newest = by_api if source.kind == Source.Kind.API else found.get("newest")
        age = (today - newest).days if newest else None
        rows.append(
            SourceRow(
                source=source,
                newest_on=newest,
                age_days=age,
                is_late=age is not None and age > LATE * source.rhythm_days,
                imports=found.get("count", 0),
                written=found.get("written") or 0,
                last_import=last.get(found.get("last") or 0),
            )
        )
    imports = Import.objects.filter(workspace=workspace).select_related("source", "created_by")
    return SourceList(
        sources=rows,
        imports=_page(imports, page),
        waiting=sum(row["asking"] for row in facts.values()),
    )


class Failing(StrEnum):
    """Why the newest data of a source are missing."""

    FAILED = "failed"
    REFUSED = "refused"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class FailingSource:
    """A source whose last good values are all there is. import_id and on: of the import that did not work."""

    source: Source
    what: Failing
    newest_on: dt.date | None
    touchpoints: frozenset[UUID]
    import_id: UUID | None = None
    on: dt.date | None = None


def failing_sources(workspace: Workspace) -> list[FailingSource]:
    """Return the sources whose last import failed or was refused, and those that are late; two queries."""
    decided = Import.objects.filter(
        source=OuterRef("pk"), status__in=[Import.Status.DONE, Import.Status.REFUSED, Import.Status.FAILED]
    ).order_by(F("finished_at").desc(nulls_last=True), "-pk")
    last = decided.values(data=JSONObject(status="status", id="public_id", at="finished_at"))[:1]
    fresh = source_freshness(workspace.pk)
    today = today_of(workspace)
    found = []
    for source in Source.objects.filter(workspace=workspace, deleted_at=None).annotate(last=Subquery(last)):
        own = fresh.get(source.pk)
        newest, touchpoints = (own.newest_day, frozenset(own.touchpoints)) if own else (None, frozenset())
        if source.last and source.last["status"] != Import.Status.DONE:
            at = source.last["at"] and dt.datetime.fromisoformat(source.last["at"]).astimezone(workspace.zone).date()
            what = Failing(source.last["status"])
            found.append(FailingSource(source, what, newest, touchpoints, UUID(source.last["id"]), at))
        elif stale(newest, rhythm_days=source.rhythm_days, today=today):
            found.append(FailingSource(source, Failing.LATE, newest, touchpoints))
    return found


def _newest_of_api(workspace: Workspace) -> dt.date | None:
    """Return the newest day among what the API wrote last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(last_day) FROM (SELECT last_day FROM kpis_observation"
            " WHERE workspace_id = %s AND import_id IS NULL ORDER BY id DESC LIMIT 2000) AS newest",
            [workspace.pk],
        )
        found: dt.date | None = cursor.fetchone()[0]
        return found


def _page(imports: Any, number: int | str) -> "Page[Import]":
    page = Paginator(imports, IMPORTS_SHOWN).get_page(number)
    page.object_list = list(page.object_list)
    return page


def source_imports(source: Source, *, page: int | str = 1) -> "Page[Import]":
    """Return the imports of one source, newest first."""
    return _page(Import.objects.filter(source=source).select_related("source", "created_by"), page)


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One resulting value of a preview. Has value, low and high, as the tag kpi_interval wants them."""

    touchpoint: str
    href: str
    kpi: Kpi | None
    kpi_name: str
    value: float | None
    low: float | None
    high: float | None
    numerator: float
    denominator: float
    n: int
    excluded: int
    first_day: dt.date
    last_day: dt.date
    is_span: bool


@dataclass(frozen=True, slots=True)
class RejectedLine:
    line: int
    column: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Unbound:
    """A KPI that the file has numbers for, on touchpoints where it does not stand yet."""

    kpi: Kpi
    touchpoints: int
    direction: str


@dataclass(frozen=True, slots=True)
class ImportDetail:
    failure: Explained | None
    preview: dict[str, Any]
    values: Sequence[ValueRow] = ()
    values_hidden: int = 0
    notes: Sequence[str] = ()
    unbound: Sequence[Unbound] = ()
    rejected: Sequence[RejectedLine] = ()
    page: Any = None
    same_file: Import | None = None
    touchpoints: Sequence[tuple[str, str]] = field(default_factory=list)  # name and address of those it concerns


def import_detail(import_: Import, *, page: int | str = 1) -> ImportDetail:
    """Return what the page of an import shows in its state; a constant number of queries."""
    preview = import_.preview or {}
    values = preview.get("values", [])
    codes = {value["touchpoint"] for value in values}
    if import_.measure:
        codes.add(import_.measure["touchpoint"])
    found = {
        touchpoint.code: touchpoint
        for touchpoint in Touchpoint.objects.filter(workspace=import_.workspace_id, code__in=codes)
    }
    kpis = {kpi.code: kpi for kpi in Kpi.objects.filter(workspace=import_.workspace_id)}
    rejections = Paginator(
        Rejection.objects.filter(workspace_id=import_.workspace_id, import_id=import_.pk).order_by("line", "id"),
        REJECTIONS_SHOWN,
    )
    rejections.__dict__["count"] = import_.rejected_count  # known: no need to count them again
    shown = rejections.get_page(page)
    same = None
    if import_.sha256 and not import_.is_working:
        same = (
            Import.objects.filter(
                workspace=import_.workspace_id, sha256=import_.sha256, status=Import.Status.DONE, pk__lt=import_.pk
            )
            .select_related("source")
            .order_by("-pk")
            .first()
        )
    return ImportDetail(
        failure=failure_of(import_),
        preview=preview,
        values=[_value_row(value, found, kpis) for value in values[:VALUES_SHOWN]],
        values_hidden=max(0, preview.get("values_total", 0) - VALUES_SHOWN),
        notes=[note_of(note) for note in preview.get("notes", [])],
        unbound=[
            Unbound(kpis[code], count, kpis[code].direction or Direction.HIGHER)
            for code, count in preview.get("unbound", {}).items()
            if code in kpis
        ],
        rejected=[RejectedLine(one.line, one.column, reason_of(one), one.raw) for one in shown.object_list],
        page=shown,
        same_file=same,
        touchpoints=sorted((one.name, one.get_absolute_url()) for one in found.values() if one.deleted_at is None),
    )


def _value_row(value: dict[str, Any], touchpoints: dict[str, Touchpoint], kpis: dict[str, Kpi]) -> ValueRow:
    touchpoint, kpi = touchpoints.get(value["touchpoint"]), kpis.get(value["kpi"])
    return ValueRow(
        touchpoint=touchpoint.name if touchpoint else value["touchpoint"],
        href=reverse("touchpoints:detail", args=[touchpoint.pk]) if touchpoint else "",
        kpi=kpi,
        kpi_name=kpi.name if kpi else value["kpi"],
        value=value["value"],
        low=value["low"],
        high=value["high"],
        numerator=value["numerator"],
        denominator=value["denominator"],
        n=value["n"],
        excluded=value["excluded"],
        first_day=dt.date.fromisoformat(value["first_day"]),
        last_day=dt.date.fromisoformat(value["last_day"]),
        is_span=value["span"],
    )


@dataclass(frozen=True, slots=True)
class Behind:
    """An import with what it says of one touchpoint."""

    import_: Import
    rows: int
    first_day: dt.date
    last_day: dt.date


def imports_behind(touchpoint: Touchpoint, *, limit: int = 8) -> list[Behind]:
    """Return the imports that the numbers of a touchpoint rest on, the newest days first."""
    series = list(Series.objects.filter(touchpoint=touchpoint).values_list("pk", flat=True))
    since = today_of(touchpoint.workspace) - dt.timedelta(days=BEHIND_DAYS)
    rows = list(
        Observation.objects.filter(
            workspace_id=touchpoint.workspace_id,
            series_id__in=series,
            last_day__gte=since,
            import_id__isnull=False,
        )
        .order_by()
        .values("import_id")
        .annotate(rows=Count("pk"), first=Min("first_day"), last=Max("last_day"))
        .order_by("-last", "-import_id")[:limit]
    )
    imports = Import.objects.select_related("source").in_bulk([row["import_id"] for row in rows])
    return [
        Behind(imports[row["import_id"]], row["rows"], row["first"], row["last"])
        for row in rows
        if row["import_id"] in imports
    ]


def imports_around(binding: Binding, first: dt.date, last: dt.date) -> list[Import]:
    """Return the imports that brought the numbers of a binding on some days, and those withdrawn on these days."""
    series = list(
        Series.objects.filter(touchpoint=binding.touchpoint_id, kpi=binding.kpi_id).values_list("pk", flat=True)
    )
    ids = set(
        Observation.objects.filter(
            workspace_id=binding.workspace_id,
            series_id__in=series,
            first_day__gte=first,
            first_day__lte=last,
            import_id__isnull=False,
        )
        .order_by()
        .values_list("import_id", flat=True)
        .distinct()
    )
    return list(
        Import.objects.select_related("source", "workspace")
        .filter(pk__in=[pk for pk in ids if pk])
        .order_by("-finished_at", "-pk")
    )


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """One observation as its source said it. `import_` None: the API, or an import that is gone."""

    observation: Observation
    source: Source | None
    import_: Import | None
    segment: str

    @property
    def span(self) -> bool:
        return self.observation.first_day != self.observation.last_day


@dataclass(frozen=True, slots=True)
class ObservationsBehind:
    first: dt.date
    last: dt.date
    page: "Page[Observation]"
    rows: Sequence[ObservationRow]
    periods: Sequence[tuple[dt.date, dt.date]]  # to choose from


def _days_of(text: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the days of ?period=; the last quarter where it names none."""
    first, _slash, last = text.partition("/")
    try:
        days = (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    except ValueError:
        days = (today, today - dt.timedelta(days=1))
    if days[0] > days[1]:
        days = (today - dt.timedelta(days=OBSERVED_DAYS - 1), today)
    return days


def observations_behind(binding: Binding, *, period: str, page: int | str, today: dt.date) -> ObservationsBehind:
    """Return what was measured for a binding over some days, the newest first; a constant number of queries.

    Days that a span only touches are not shown, as its total counts for no shorter period.
    """
    first, last = _days_of(period, today)
    series = {
        row.pk: row
        for row in Series.objects.filter(
            workspace=binding.workspace_id, touchpoint=binding.touchpoint_id, kpi=binding.kpi_id
        ).select_related("segment")
    }
    found = Paginator(
        Observation.objects.filter(
            workspace_id=binding.workspace_id, series_id__in=list(series), first_day__gte=first, last_day__lte=last
        ).order_by("-first_day", "-id"),
        OBSERVATIONS_SHOWN,
    ).get_page(page)
    shown = list(found.object_list)
    sources = Source.objects.in_bulk({row.source_id for row in shown})
    imports = Import.objects.in_bulk({row.import_id for row in shown if row.import_id})
    rows = []
    for row in shown:
        segment = series[row.series_id].segment
        rows.append(
            ObservationRow(
                observation=row,
                source=sources.get(row.source_id),
                import_=imports.get(row.import_id) if row.import_id else None,
                segment=segment.name if segment else "",
            )
        )
    monday = today - dt.timedelta(days=today.weekday())
    weeks = [(monday - dt.timedelta(days=7 * n), monday - dt.timedelta(days=7 * n - 6)) for n in range(13)]
    longer = [(today - dt.timedelta(days=days - 1), today) for days in (OBSERVED_DAYS, 364)]
    return ObservationsBehind(first=first, last=last, page=found, rows=rows, periods=[*weeks, *longer])
