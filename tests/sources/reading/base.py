"""A small catalogue, a fixed day, and files made in memory."""

import datetime as dt
import io
import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from sources.reading import (
    Catalogue,
    Context,
    Draft,
    FileOptions,
    KpiSpec,
    Limits,
    Reading,
    Rejection,
    Table,
    drafts_of,
    open_table,
    read_mapping,
)

TODAY = dt.date(2026, 11, 22)
PARIS = ZoneInfo("Europe/Paris")
SPECS = {
    spec.code: spec
    for spec in (
        KpiSpec("ctr", "proportion"),
        KpiSpec("csat", "proportion", 1, 5, 4),
        KpiSpec("ces", "mean", 1, 7),
        KpiSpec("sentiment", "mean"),
        KpiSpec("time_on_page", "duration"),
        KpiSpec("nps", "nps"),
        KpiSpec("cost", "ratio"),
        KpiSpec("contacts", "count"),
    )
}
CONTEXT = Context(
    Catalogue(
        touchpoints={
            "home": ["Home page", "Page d’accueil"],
            "shop": ["Shop, Paris", "Twice"],
            "blog": ["Blog", "Twice"],
        },
        kpis={
            SPECS["ctr"]: ["Click-through rate", "Taux de clic"],
            SPECS["csat"]: ["Satisfaction"],
            **{spec: [] for code, spec in SPECS.items() if code not in ("ctr", "csat")},
        },
    ),
    TODAY,
    PARIS,
)

# Real files are not part of the project: they stand beside it, or where this variable says.
DATA = Path(os.environ.get("CXMAP_DATA", Path(__file__).parents[4] / "shared" / "data"))


def real_file(name: str) -> Path:
    """Return the path of a real file, or skip the test."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the real file {name} is not here (set CXMAP_DATA to the folder that holds it)")
    return path


def csv_table(text: str | bytes, *, name: str = "file.csv", limits: Limits | None = None, **options: Any) -> Table:
    data = text.encode() if isinstance(text, str) else text
    return open_table(io.BytesIO(data), name=name, options=FileOptions(**options), limits=limits)


def xlsx_bytes(*sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def reading(table: Table, mapping: dict[str, Any] | None = None, context: Context = CONTEXT) -> Reading:
    return Reading(table, read_mapping(mapping or {"layout": "tidy"}), context)


def read(
    table: Table, mapping: dict[str, Any] | None = None, context: Context = CONTEXT
) -> tuple[list[Draft], list[Rejection]]:
    """Read in both ways, check that they agree, and return drafts and rejections."""
    bound = reading(table, mapping, context)
    facts = list(bound)
    drafts = [fact for fact in facts if isinstance(fact, Draft)]
    rejections = [fact for fact in facts if isinstance(fact, Rejection)]
    by_rows = bound.summary
    batches = list(bound.batches())
    assert [draft for batch in batches for draft in drafts_of(batch.frame)] == drafts
    assert [rejection for batch in batches for rejection in batch.rejections] == rejections
    assert bound.summary == by_rows
    return drafts, rejections


def codes(rejections: list[Rejection]) -> list[tuple[int, str, str]]:
    return [(rejection.line, rejection.column, rejection.code) for rejection in rejections]
