"""POST observations/: up to 10,000 rows, each with what became of it."""

from collections.abc import Hashable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from cxmap.history.services import history_record
from cxmap.workspaces.models import Role, Workspace
from kpis import services
from kpis.api.references import Ambiguous, Index, References
from kpis.errors import BatchTooLarge, NotObservations
from kpis.measures import Amounts, KpiSpec, Refused, from_score, from_sums, from_value, whole
from kpis.models import KpiKind
from kpis.services import Row, canonical_dimensions, day_of, today_of

ROWS_MAX = 10_000
OLDEST = date(1970, 1, 2)
FIELDS = frozenset(
    [
        "touchpoint",
        "kpi",
        "day",
        "first_day",
        "last_day",
        "at",
        "numerator",
        "denominator",
        "value",
        "score",
        "n",
        "sum_squares",
        "excluded",
        "external_id",
        "segment",
    ]
)
NUMBERS = ("numerator", "denominator", "value", "score", "n", "sum_squares", "excluded")
LARGEST = 1e15
DIMENSION = "dim:"

Found = TypeVar("Found", bound=Hashable)


class ObservationIn(serializers.Serializer[Any]):
    """One observation. Give numerator and denominator, or value, or score. Further fields `dim:<name>` are dimensions."""

    touchpoint = serializers.CharField(help_text="Code or name.")
    kpi = serializers.CharField(help_text="Code or name.")
    day = serializers.DateField(required=False, help_text="In the workspace's time zone; or give at.")
    at = serializers.DateTimeField(required=False, help_text="An instant with its offset; its day is the workspace's.")
    first_day = serializers.DateField(required=False, help_text="With last_day: a total over several days.")
    last_day = serializers.DateField(required=False)
    numerator = serializers.FloatField(required=False)
    denominator = serializers.FloatField(required=False)
    value = serializers.FloatField(required=False, help_text="A share from 0 to 1, NPS points, a mean, seconds.")
    score = serializers.FloatField(required=False, help_text="One answer on the KPI's scale.")
    n = serializers.IntegerField(required=False, min_value=0, help_text="Cases behind a value.")
    sum_squares = serializers.FloatField(
        required=False, help_text="Of the single values, for means: gives an interval."
    )
    excluded = serializers.IntegerField(required=False, min_value=0, help_text="Answers that were dismissed.")
    external_id = serializers.CharField(required=False, max_length=200, help_text="The same again is an update.")
    segment = serializers.CharField(required=False, help_text="Code or name of a segment.")


class RowReport(serializers.Serializer[Any]):
    """What became of one row; code, field and reason where it was rejected."""

    row = serializers.IntegerField(help_text="Its place in the list that was sent, from 0.")
    status = serializers.ChoiceField(choices=["created", "updated", "unchanged", "rejected"])
    code = serializers.CharField(required=False)
    field = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)


class ObservationsReport(serializers.Serializer[Any]):
    """Counters, and one entry a row in the order sent."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    rows = RowReport(many=True)


class Reader:
    """Turns JSON objects into rows for one workspace; raises Refused with code, field and reason."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.today = today_of(workspace)
        self.sealed_before = workspace.sealed_before
        references = References(workspace)
        self._touchpoints = references.touchpoints
        self._kpis = references.kpis
        self._segments = references.segments
        # Ten thousand rows name the same few things.
        self._seen: dict[tuple[str, str], Any] = {}
        self._days: dict[str, date] = {}

    def row(self, line: int, item: Any) -> Row:
        if not isinstance(item, dict):
            raise Refused("not_an_object")
        dimensions = self._dimensions(item)
        touchpoint = self._found(item, "touchpoint", self._touchpoints)
        measure = self._found(item, "kpi", self._kpis)
        segment = self._found(item, "segment", self._segments) if item.get("segment") else ""
        first, last, at = self._when(item)
        amounts = self._amounts(item, measure)
        return Row(
            line,
            measure.code,
            touchpoint,
            measure.code,
            first,
            last,
            at,
            self._text(item, "external_id", 200) or None,
            *amounts,
            segment,
            dimensions,
        )

    def _dimensions(self, item: Mapping[str, Any]) -> str:
        extra = item.keys() - FIELDS
        if not extra:
            return ""
        found = {}
        for name in extra:
            if not name.startswith(DIMENSION) or len(name) == len(DIMENSION) or len(name) > 64:
                raise Refused("unknown_field", name[:64], value=name[:64])
            if text := self._text(item, name, 200):
                found[name.removeprefix(DIMENSION)] = text
        return canonical_dimensions(found)

    def _text(self, item: Mapping[str, Any], field: str, limit: int) -> str:
        given = item.get(field)
        if given is None:
            return ""
        if isinstance(given, int) and not isinstance(given, bool):
            given = str(given)
        if not isinstance(given, str):
            raise Refused("not_a_text", field)
        if len(given) > limit:
            raise Refused("text_too_long", field, length=len(given), limit=limit)
        if "\0" in given:
            raise Refused("text_invalid", field)
        return given

    def _found(self, item: Mapping[str, Any], field: str, index: Index[Found]) -> Found:
        text = self._text(item, field, 400)
        found = self._seen.get((field, text))
        if found is None:
            if not text.strip():
                raise Refused("missing_value", field)
            try:
                found = index.get(text)
            except Ambiguous:
                raise Refused(f"ambiguous_{field}", field, value=text[:80]) from None
            except LookupError:
                raise Refused(f"unknown_{field}", field, value=text[:80]) from None
            self._seen[field, text] = found
        return found

    def _day(self, item: Mapping[str, Any], field: str) -> date | None:
        given = item.get(field)
        if given is None or given == "":
            return None
        if isinstance(given, str) and (day := self._days.get(given)):
            return day
        try:
            # Ten characters: other ISO forms (2026W47, 20261116) are read differently by different tools.
            day = date.fromisoformat(given) if len(given) == 10 else None
        except (TypeError, ValueError):
            day = None
        if day is None:
            raise Refused("not_a_date", field, value=str(given)[:80], format="YYYY-MM-DD")
        self._possible(day, field)
        self._days[given] = day
        return day

    def _possible(self, day: date, field: str) -> None:
        if day > self.today:
            raise Refused("day_in_future", field, day=day.isoformat())
        if self.sealed_before is not None and day < self.sealed_before:
            raise Refused("day_sealed", field, day=day.isoformat(), limit=self.sealed_before.isoformat())
        if day < OLDEST:
            raise Refused("day_too_old", field, day=day.isoformat(), limit=OLDEST.isoformat())

    def _when(self, item: Mapping[str, Any]) -> tuple[date, date, datetime | None]:
        day = self._day(item, "day")
        given = item.get("at")
        if given not in (None, ""):
            try:
                local = datetime.fromisoformat(given)
                at = local.astimezone(UTC)
                own = day_of(at, self.workspace)
            except (TypeError, ValueError, OverflowError):
                local = None
            if local is None or local.tzinfo is None:
                raise Refused("not_an_instant", "at", value=str(given)[:80])
            self._possible(own, "at")
            if day is not None and day != own:
                raise Refused("day_differs", "day", day=day.isoformat(), other=own.isoformat())
            return own, own, at
        if day is not None:
            return day, day, None
        first, last = self._day(item, "first_day"), self._day(item, "last_day")
        if first is None or last is None:
            raise Refused("day_missing", "day")
        if last < first:
            raise Refused("span_reversed", "last_day", first_day=first.isoformat(), last_day=last.isoformat())
        return first, last, None

    def _numbers(self, item: Mapping[str, Any]) -> dict[str, float]:
        found = {}
        for field in NUMBERS:
            given = item.get(field)
            if given is None:
                continue
            if isinstance(given, bool) or not isinstance(given, int | float):
                raise Refused("not_a_number", field, value=str(given)[:80])
            if not -LARGEST < given < LARGEST:
                raise Refused("number_too_large", field, value=str(given)[:80])
            found[field] = float(given)
        return found

    def _amounts(self, item: Mapping[str, Any], measure: KpiSpec) -> Amounts:
        given = self._numbers(item).get
        numerator, denominator, value, score = given("numerator"), given("denominator"), given("value"), given("score")
        n, squares, excluded = given("n"), given("sum_squares"), given("excluded")
        dismissed = whole(excluded, "excluded") if excluded is not None else 0
        ways = (numerator is not None or denominator is not None) + (value is not None) + (score is not None)
        if ways > 1:
            raise Refused("several_values", "value")
        if score is not None:
            found = from_score(measure, score)
        elif value is not None:
            found, _rounded = from_value(measure, value, n=n, sum_squares=squares)
        elif numerator is not None and denominator is not None:
            found = from_sums(measure, numerator, denominator, n=n, sum_squares=squares)
        elif denominator is not None:
            raise Refused("numerator_missing", "numerator")
        elif numerator is not None and n is not None and measure.kind != KpiKind.PROPORTION:
            found = from_sums(measure, numerator, n, sum_squares=squares)
        elif numerator is not None:
            raise Refused("denominator_missing", "denominator")
        elif dismissed:
            found = Amounts(0, 0.0, 0.0, 0.0)
        else:
            raise Refused("no_value", "value")
        return found._replace(excluded=dismissed) if dismissed else found


def _decoded(request: Request) -> list[Any]:
    try:
        body = request._request.body
    except RequestDataTooBig:
        raise BatchTooLarge from None
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotObservations from None
    if isinstance(found, dict):
        # One observation, or the list under its name: both can only mean this.
        found = found["observations"] if isinstance(found.get("observations"), list) else [found]
    if not isinstance(found, list):
        raise NotObservations
    if len(found) > ROWS_MAX:
        raise BatchTooLarge
    return found


class ObservationsView(APIView):
    """What customers did or said, by the thousand."""

    write_role = Role.ANALYST

    @extend_schema(operation_id="observations_create", request=ObservationIn(many=True), responses=ObservationsReport)
    def post(self, request: Request) -> HttpResponse:
        """Write up to 10,000 observations at once; the answer comes after they are committed.

        A row with an `external_id` updates the observation of the same id and KPI, whatever its day. Rows without one replace what
        the API said before of the same touchpoint, KPI, segment, dimensions and day. Rows that are wrong are rejected one by one,
        with a reason; the others are written.
        """
        workspace: Workspace = request.auth.workspace  # type: ignore[union-attr]
        items = _decoded(request)
        reader = Reader(workspace)
        rows: list[Row] = []
        reports: list[dict[str, Any]] = []
        for number, item in enumerate(items):
            try:
                rows.append(reader.row(number, item))
            except Refused as refused:
                place = {"code": refused.code, "field": refused.field, "reason": refused.reason}
                reports.append({"row": number, "status": "rejected", **place})
            else:
                reports.append({"row": number, "status": ""})
        if rows:
            self._write(request, workspace, rows, reports)
        counts = dict.fromkeys(("created", "updated", "unchanged", "rejected"), 0)
        for report in reports:
            counts[report["status"]] += 1
        return HttpResponse(msgspec.json.encode({**counts, "rows": reports}), content_type="application/json")

    def _write(self, request: Request, workspace: Workspace, rows: list[Row], reports: list[dict[str, Any]]) -> None:
        with transaction.atomic():
            source = services.api_source(workspace)
            found = services.observations_write(workspace=workspace, source=source, rows=rows, with_statuses=True)
            if found.changed:
                counters: dict[str, Any] = {
                    "created": found.created,
                    "updated": found.updated,
                    "removed": found.removed,
                }
                history_record(actor=request.user, action="observations.written", target=source, **counters)
        _fill(rows, found.statuses, reports)


def _fill(rows: list[Row], statuses: dict[int, str], reports: list[dict[str, Any]]) -> None:
    """Write the status of each row into its report; of several rows with one id, as if they had come one by one."""
    last: dict[tuple[str | None, str], str] = {}
    for row in rows:
        status = statuses.get(row.line)
        if status is not None and row.external_id is not None:
            last[row.external_id, row.column] = status
    seen: set[tuple[str | None, str]] = set()
    for row in rows:
        key = (row.external_id, row.column)
        status = statuses.get(row.line)
        if status is None:
            # A touchpoint deleted since the names were read; or superseded by a later row with the same id.
            if key not in last:
                status = "rejected"
            else:
                status = "created" if key not in seen and last[key] == "created" else "updated"
        elif row.external_id is not None and key in seen:
            status = "updated"
        seen.add(key)
        reports[row.line]["status"] = status
        if status == "rejected":
            refused = Refused("unknown_touchpoint", "touchpoint", value=row.touchpoint)
            reports[row.line] |= {"code": refused.code, "field": refused.field, "reason": refused.reason}
