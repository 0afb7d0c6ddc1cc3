"""What tests of KPIs start from: three touchpoints, rows, the table as it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db import connection, transaction

from kpis.models import Bucket, Kpi, Observation, ReplacedObservation, Rollup, Source
from kpis.services.observations import Row
from kpis.services.sources import source_get_or_create
from sources.reading import SCHEMA
from tests.base import CastTestCase
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create

DAY = date(2026, 11, 2)  # a Monday


def days(count: int, start: date = DAY) -> list[date]:
    return [start + timedelta(days=number) for number in range(count)]


def make_touchpoint(workspace: Any, actor: Any, name: str, **fields: Any) -> Touchpoint:
    return touchpoint_create(
        workspace=workspace,
        actor=actor,
        name=name,
        category=Category.objects.get(workspace=workspace, code="sales"),
        channel=Channel.objects.get(workspace=workspace, code="website"),
        **fields,
    )


def row(
    line: int = 1,
    *,
    touchpoint: str = "shop",
    kpi: str = "ctr",
    day: date = DAY,
    last_day: date | None = None,
    external_id: str | None = None,
    numerator: float = 1,
    denominator: float = 10,
    column: str = "clicks",
    segment: str = "",
    **fields: Any,
) -> Row:
    values = {"sum_squares": float(numerator), "excluded": 0, "bin": None, "at": None, "dimensions": ""} | fields
    return Row(
        line=line,
        column=column,
        touchpoint=touchpoint,
        kpi=kpi,
        first_day=day,
        last_day=last_day or day,
        external_id=external_id,
        n=int(denominator),
        numerator=numerator,
        denominator=denominator,
        segment=segment,
        **values,
    )


def frame(rows: list[Row]) -> pl.DataFrame:
    """Return rows as columns, as a file being read hands them over."""
    columns = [one._asdict() | {"external_id": one.external_id or ""} for one in rows]
    return pl.DataFrame(columns, schema=SCHEMA)


class KpiTestCase(CastTestCase):
    """The cast, the touchpoints shop, desk and chat, and a source of files."""

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.shop, cls.desk, cls.chat = (
            make_touchpoint(cls.workspace, cls.olga, name) for name in ("Shop", "Desk", "Chat")
        )
        cls.ctr = Kpi.objects.get(workspace=cls.workspace, code="ctr")
        cls.csat = Kpi.objects.get(workspace=cls.workspace, code="csat")
        cls.source = source_get_or_create(workspace=cls.workspace, key="ga4", kind=Source.Kind.FILE, name="GA4")[0]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Take back whatever an example of hypothesis wrote."""
        with transaction.atomic():
            yield
            transaction.set_rollback(True)


FACTS = ("n", "numerator", "denominator", "sum_squares", "excluded")


def observations(*names: str) -> list[tuple[Any, ...]]:
    fields = names or tuple(field.attname for field in Observation._meta.concrete_fields)
    return sorted(Observation.objects.values_list(*fields), key=repr)


def replaced() -> list[tuple[Any, ...]]:
    fields = [field.attname for field in ReplacedObservation._meta.concrete_fields]
    return sorted(ReplacedObservation.objects.values_list(*fields), key=repr)


def rollups() -> list[tuple[Any, ...]]:
    return sorted(
        (*key, json_sorted(histogram))
        for *key, histogram in Rollup.objects.values_list("workspace_id", "series_id", "day", *FACTS, "histogram")
    )


def json_sorted(histogram: dict[str, int] | None) -> str:
    return "" if histogram is None else repr(sorted(histogram.items()))


def by_hand() -> list[tuple[Any, ...]]:
    """The roll-ups as plain Python adds them up."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for one in Observation.objects.all():
        if one.first_day != one.last_day:
            continue
        total = found.setdefault((one.workspace_id, one.series_id, one.first_day), [0, 0.0, 0.0, 0.0, 0, {}])
        total[0] += one.n
        total[1] += one.numerator
        total[2] += one.denominator
        total[3] = None if total[3] is None or one.sum_squares is None else total[3] + one.sum_squares
        total[4] += one.excluded
        if one.bin is not None:
            total[5][str(one.bin)] = total[5].get(str(one.bin), 0) + one.n
    return sorted((*key, *total[:5], json_sorted(total[5] or None)) for key, total in found.items())


def drain(refresh: Callable[..., Any]) -> None:
    while refresh(limit=3).buckets:
        pass
    assert not Bucket.objects.exists()


def scalar(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]
