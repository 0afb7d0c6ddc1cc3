"""The matrix wide (as seen) and tidy (a row a measure): CSV for machines or French spreadsheets, XLSX, PDF and image."""

from collections.abc import Iterator
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from cxmap.lib.sheets import csv_rows
from cxmap.workspaces.models import Workspace
from kpis.exports.matrix_document import matrix_pdf, matrix_png
from kpis.exports.matrix_workbook import tidy_workbook, wide_workbook
from kpis.selectors.matrix import Matrix, MatrixFilters, filters_said
from kpis.selectors.matrix_tidy import TIDY_COLUMNS

# By format: content type and ending; then the shapes that it comes in.
CONTENT_TYPES = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "csv-fr": ("text/csv; charset=utf-8", "csv"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "pdf": ("application/pdf", "pdf"),
    "png": ("image/png", "png"),
}
SHAPES = {
    "csv": {"wide", "tidy"},
    "csv-fr": {"wide", "tidy"},
    "xlsx": {"wide", "tidy", "pivot"},
    "pdf": {"wide"},
    "png": {"wide"},
}


def wide_table(found: Matrix) -> Iterator[list[Any]]:
    """Yield the matrix as on screen: category, channel, one column a stage, total."""
    yield [_("category"), _("channel"), *(column.name for column in found.columns), _("total")]
    for row in found.rows:
        yield [row.category.name, row.channel.name, *(cell.text for cell in row.cells), row.total]
    yield [_("total"), "", *found.column_totals, found.total]


def tidy_table(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Yield the names of the columns, the same in every language, then the rows."""
    yield TIDY_COLUMNS
    yield from rows


def wide_file(found: Matrix, *, kind: str) -> Iterator[bytes]:
    """Yield the matrix as seen: kind csv, csv-fr, xlsx, pdf or png."""
    if kind == "xlsx":
        yield wide_workbook(found)
    elif kind == "pdf":
        yield matrix_pdf(found)
    elif kind == "png":
        yield matrix_png(found)
    else:
        yield from csv_rows(wide_table(found), french=kind == "csv-fr")


def tidy_file(
    rows: Iterator[tuple[Any, ...]], workspace: Workspace, filters: MatrixFilters, *, kind: str, pivot: bool
) -> Iterator[bytes]:
    """Yield the rows of selectors.matrix_tidy: kind csv, csv-fr or xlsx; with pivot an XLSX that is ready to be summed."""
    if kind == "xlsx":
        yield tidy_workbook(rows, workspace, filters, pivot=pivot)
    else:
        yield from csv_rows(tidy_table(rows), french=kind == "csv-fr")


def filename(workspace: Workspace, filters: MatrixFilters, *, kind: str, shape: str) -> str:
    """Return the name of a file, which repeats the filters: a CSV file has no other place for them."""
    said = [f"{one.parameter}-{slugify(one.value)}"[:40].strip("-") for one in filters_said(filters)]
    journeys = [slugify(filters.journey.name)[:40]] if filters.journey else ["stages"] if filters.journeys else []
    return f"{'-'.join([workspace.slug, 'matrix', shape, *journeys, *said])}.{CONTENT_TYPES[kind][1]}"
