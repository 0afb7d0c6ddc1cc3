"""The matrix wide (as seen) and tidy (a row a measure), as CSV for machines or French spreadsheets, and as XLSX."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from cxmap.lib.sheets import csv_rows, neutral
from kpis.selectors.matrix import TIDY_COLUMNS, Matrix, tidy_rows

CONTENT_TYPES = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "csv-fr": ("text/csv; charset=utf-8", "csv"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}


def wide_table(found: Matrix) -> Iterator[list[Any]]:
    """Yield the matrix as on screen: category, channel, one column a stage, total."""
    yield [_("category"), _("channel"), *(column.name for column in found.columns), _("total")]
    for row in found.rows:
        yield [
            row.category.name,
            row.channel.name,
            *(" | ".join(f"{chip.mark} {chip.touchpoint.name}".strip() for chip in cell.chips) for cell in row.cells),
            row.total,
        ]
    yield [_("total"), "", *found.column_totals, found.total]


def tidy_table(found: Matrix) -> Iterator[list[Any]]:
    """Yield one row a measure. Column names are those of the API, in every language."""
    yield list(TIDY_COLUMNS)
    for row in tidy_rows(found):
        yield [row[name] for name in TIDY_COLUMNS]


def dictionary() -> list[tuple[str, str]]:
    """Return what each column of the tidy table means."""
    return [
        ("journey", _("Name of the journey; empty when the columns are phases.")),
        ("stage", _("Stage of the journey, or phase of the sale.")),
        ("stage_position", _("Place of the stage, from 1.")),
        ("touchpoint", _("Name of the touchpoint.")),
        ("touchpoint_id", _("Code of the touchpoint, the same in files and in the API.")),
        ("category", _("Category: marketing, sales, customer service, product/service.")),
        ("channel", _("Channel.")),
        ("phase", _("before, during or after: phase of the sale.")),
        ("online", _("online, offline or both.")),
        ("persona", _("The persona that was filtered; empty: all together.")),
        ("owner", _("Who is in charge of the touchpoint.")),
        ("kpi", _("Name of the KPI; empty: none is bound.")),
        ("kpi_code", _("Code of the KPI.")),
        ("definition_version", _("Version of the definition behind the value.")),
        ("unit", _("percent: a share from 0 to 1; points; score; seconds.")),
        ("direction", _("higher or lower: which way is better.")),
        ("period_start", _("First day of the period.")),
        ("period_end", _("Last day of the period.")),
        ("numerator", _("Adds up over rows that are not repeated.")),
        ("denominator", _("Adds up over rows that are not repeated.")),
        ("n", _("Base: how many answers, visits, calls.")),
        ("excluded", _("Answers that do not count: dismissed, empty, out of scope.")),
        ("value", _("The KPI, in its unit. Never average it: divide the sums.")),
        ("low", _("Lower end of the 95 % interval; empty: unknown.")),
        ("high", _("Upper end of the 95 % interval; empty: unknown.")),
        ("target", _("The target in force; empty: none, or later.")),
        ("state", _("worse, off_target, watch, on_target, better or no_data, of the last closed period.")),
        ("evidence", _("live_data, survey or none.")),
        ("fresh_at", _("Newest day of the data.")),
        ("repeated", _("true from the second stage on at which the same measure stands: leave it out of sums.")),
    ]


def _xlsx(tables: Sequence[tuple[str, Iterable[Sequence[Any]]]]) -> bytes:
    """Return a workbook with frozen headers; texts are written as texts, so no cell is ever a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    )
    head = book.add_format({"bold": True, "bg_color": "#E8EDF3", "border": 1, "border_color": "#D1D5DB"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in tables:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 40, 18)
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                if place == 0:
                    sheet.write_string(place, column, str(value), head)
                elif value is None or value == "":
                    continue
                elif isinstance(value, bool):
                    sheet.write_boolean(place, column, value)
                elif isinstance(value, int | float):
                    sheet.write_number(place, column, value)
                elif hasattr(value, "isoformat"):
                    sheet.write_datetime(place, column, value, day)
                else:
                    sheet.write_string(place, column, str(neutral(value)))
    book.close()
    return buffer.getvalue()


def matrix_file(found: Matrix, *, kind: str, shape: str) -> Iterator[bytes]:
    """Yield the file of a matrix: kind csv, csv-fr or xlsx; shape wide or tidy."""
    table = tidy_table(found) if shape == "tidy" else wide_table(found)
    if kind != "xlsx":
        yield from csv_rows(table, french=kind == "csv-fr")
        return
    tables: list[tuple[str, Iterable[Sequence[Any]]]] = [(_("Matrix")[:31], table)]
    if shape == "tidy":
        header = (_("column"), _("meaning"))
        tables.append((_("Data dictionary")[:31], [header, *dictionary()]))
    yield _xlsx(tables)
