"""The matrix as XLSX: coloured as seen, tidy with its data dictionary, or with a table and sums ready for pivoting.

Texts are written as texts, so no cell from the database is ever a formula. Rows are written as they come
(`constant_memory`): what a workbook takes does not grow with them.
"""

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from cxmap.lib import formats
from cxmap.lib.sheets import RowSheet, neutral
from cxmap.workspaces.models import Workspace
from kpis.marks import MARKS
from kpis.models import State, Unit
from kpis.selectors.matrix import Matrix, MatrixFilters, columns_said, filters_said, state_words
from kpis.selectors.matrix_tidy import TIDY_COLUMNS

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}
TABLE = "tidy"
# Paper, ink: the colours of the screen, strong enough in a spreadsheet; the mark says the same without them.
COLOURS: dict[str, tuple[str, str]] = {
    State.WORSE: ("#FBE5D0", "#8A3B00"),
    State.OFF_TARGET: ("#FDF3D4", "#6B4E00"),
    State.WATCH: ("#FDF8E6", "#6B4E00"),
    State.ON_TARGET: ("#F3F4F6", "#1F2937"),
    State.BETTER: ("#DDEBF7", "#0B4A7A"),
    State.NO_DATA: ("#FFFFFF", "#5B6472"),
}
WIDTHS = {
    "touchpoint": 34,
    "journey": 28,
    "stage": 22,
    "kpi": 28,
    "channel": 22,
    "category": 18,
    "department": 22,
    "owner": 20,
}
STATE, REPEATED, KPI = (TIDY_COLUMNS.index(name) for name in ("state", "repeated", "kpi_code"))


def dictionary() -> list[tuple[str, str]]:
    """Return what each column of the tidy table means."""
    return [
        ("journey", _("Name of the journey; empty when the columns are phases.")),
        ("stage", _("Stage of the journey, or phase of the sale.")),
        ("stage_position", _("Place of the stage on its own map, from 1.")),
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
        ("department", _("The department that is in charge of the touchpoint, on every map.")),
    ]


def _about(workspace: Workspace, filters: MatrixFilters) -> list[tuple[str, str]]:
    """Return what the file holds: where it is from, its columns, its filters."""
    said = [(one.label, one.value) for one in filters_said(filters)]
    return [
        (_("Workspace"), workspace.name),
        (_("Columns"), columns_said(filters)),
        *((_("Journey"), journey.name) for journey in filters.journeys[:200]),
        *(said or [(_("Filters"), _("none: the whole library"))]),
        (_("Made on"), formats.short_date(timezone.localdate())),
    ]


class _Book:
    """A workbook with our formats. Sheets are written one after the other, rows from top to bottom."""

    def __init__(self) -> None:
        self.buffer = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.buffer, OPTIONS)
        self.head = self.book.add_format({"bold": True, "bg_color": "#E8EDF3", "border": 1, "border_color": "#D1D5DB"})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.strong = self.book.add_format({"bold": True, "valign": "top"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})

    def cells(self, sheet: Worksheet, place: int, row: Iterable[Any], style: Any = None) -> None:
        """Write one row; unknown is an empty cell."""
        string, number = sheet._write_string, sheet._write_number
        for column, value in enumerate(row):
            kind = type(value)
            if value is None or value == "":
                continue
            if kind is str:
                string(place, column, neutral(value), style)
            elif kind is bool:
                sheet.write_boolean(place, column, value, style)
            elif kind is int or kind is float:
                number(place, column, value, style)
            elif isinstance(value, dt.date):
                sheet.write_datetime(place, column, value, self.day)
            else:
                string(place, column, neutral(str(value)), style)

    def table(self, name: str, rows: Iterable[Sequence[Any]], widths: Sequence[float]) -> Worksheet:
        """Write a small table with a frozen head row."""
        sheet = self.book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width, self.wrapped)
        for place, row in enumerate(rows):
            self.cells(sheet, place, row, self.head if place == 0 else self.wrapped)
        return sheet

    def about(self, workspace: Workspace, filters: MatrixFilters) -> None:
        self.table(_("About this file"), [(_("what"), _("value")), *_about(workspace, filters)], (28, 80))

    def close(self) -> bytes:
        self.book.close()
        return self.buffer.getvalue()


def wide_workbook(found: Matrix) -> bytes:
    """Return the matrix as seen: frozen head row and left columns, cells coloured by their worst state."""
    made = _Book()
    formats_of = {
        state: made.book.add_format(
            {
                "bg_color": paper,
                "font_color": ink,
                "text_wrap": True,
                "valign": "top",
                "border": 1,
                "border_color": "#D1D5DB",
            }
        )
        for state, (paper, ink) in COLOURS.items()
    }
    plain = made.book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D1D5DB"})
    sheet = made.book.add_worksheet(_("Matrix")[:31])
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 1 + len(found.columns), 34)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    made.cells(
        sheet, 0, [_("category"), _("channel"), *(column.name for column in found.columns), _("total")], made.head
    )
    for place, row in enumerate(found.rows, 1):
        sheet.write_string(place, 0, neutral(row.category.name), made.strong)
        sheet.write_string(place, 1, neutral(row.channel.name), made.strong)
        for column, cell in enumerate(row.cells, 2):
            sheet.write_string(place, column, neutral(cell.text), formats_of[cell.state] if cell.state else plain)
        sheet.write_number(place, 2 + len(row.cells), row.total, made.strong)
    made.cells(sheet, len(found.rows) + 1, [_("total"), "", *found.column_totals, found.total], made.strong)
    legend = [(_("mark"), _("meaning"))]
    legend += [(MARKS[state], state_words(state)) for state in COLOURS]
    legend += [("◌", _("touchpoints without KPI")), ("–", _("no touchpoint")), ("+n", _("so many touchpoints more"))]
    made.table(_("Legend"), legend, (10, 50))
    made.about(found.places.workspace, found.filters)
    return made.close()


def tidy_workbook(
    rows: Iterator[tuple[Any, ...]], workspace: Workspace, filters: MatrixFilters, *, pivot: bool
) -> bytes:
    """Return the tidy rows with their data dictionary; with pivot as an Excel table, and a sheet of sums over it."""
    made = _Book()
    sheet = made.book.add_worksheet(_("Data") if pivot else _("Matrix"), RowSheet)
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(TIDY_COLUMNS):
        sheet.set_column(column, column, WIDTHS.get(name, 14))
    if pivot:
        _begin_table(sheet)
    made.cells(sheet, 0, TIDY_COLUMNS, made.head)
    sums = _Sums()
    place = 0
    for place, row in enumerate(rows, 1):
        sheet.write_values(place, row, day_format=made.day)
        if pivot:
            sums.add(row)
    last = max(place, 1)
    _colour_states(made, sheet, last)
    if pivot:
        _end_table(sheet, last)
        _write_sums(made, sums)
    else:
        sheet.autofilter(0, 0, last, len(TIDY_COLUMNS) - 1)
    contract = _("The names of the columns are the same in every language: programs and pivot tables rely on them.")
    made.table(_("Data dictionary"), [(_("column"), _("meaning")), *dictionary(), ("", contract)], (22, 90))
    made.about(workspace, filters)
    return made.close()


def _colour_states(made: _Book, sheet: Worksheet, last: int) -> None:
    for state, (paper, ink) in COLOURS.items():
        style = made.book.add_format({"bg_color": paper, "font_color": ink})
        rule = {"type": "cell", "criteria": "==", "value": f'"{state}"', "format": style}
        sheet.conditional_format(1, STATE, last, STATE, rule)


def _begin_table(sheet: Worksheet) -> None:
    """Declare an Excel table over the first two rows; _end_table widens it to what was written.

    XlsxWriter refuses tables in constant_memory because add_table writes its head row itself; here the head row is
    written right afterwards, over it. Its range is a text that is only read when the workbook is closed.
    """
    sheet.constant_memory = 0
    columns = [{"header": name} for name in TIDY_COLUMNS]
    options = {"name": TABLE, "style": "Table Style Light 1", "columns": columns, "banded_rows": False}
    sheet.add_table(0, 0, 1, len(TIDY_COLUMNS) - 1, options)
    sheet.constant_memory = 1


def _end_table(sheet: Worksheet, last: int) -> None:
    area = xl_range(0, 0, last, len(TIDY_COLUMNS) - 1)
    sheet.tables[0] |= {"range": area, "a_range": area, "autofilter": area}


class _Sums:
    """What the sums come to, so that a viewer that does not compute shows them too."""

    def __init__(self) -> None:
        self.measures: dict[tuple[str, str, str, str], list[float]] = defaultdict(lambda: [0, 0, 0, 0])
        self.states: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, row: tuple[Any, ...]) -> None:
        if row[REPEATED] or not row[KPI]:
            return
        value = dict(zip(TIDY_COLUMNS, row, strict=True))
        sums = self.measures[value["kpi_code"], value["kpi"], value["unit"], value["category"]]
        sums[0] += 1
        for place, name in enumerate(("n", "numerator", "denominator"), 1):
            sums[place] += value[name] or 0
        self.states[value["category"]][value["state"]] += 1


def _write_sums(made: _Book, sums: _Sums) -> None:
    """Write sums over the table by KPI and category, as formulas that follow what is changed or filtered in the data."""
    sheet = made.book.add_worksheet(_("Sums"))
    sheet.freeze_panes(1, 0)
    for column, width in enumerate((22, 30, 12, 20, 12, 14, 14, 14, 14)):
        sheet.set_column(column, column, width)
    head = ["kpi_code", "kpi", "unit", "category", _("measures"), "n", "numerator", "denominator", _("quotient")]
    made.cells(sheet, 0, head, made.head)
    place = 0
    for place, (key, (count, *amounts)) in enumerate(sorted(sums.measures.items()), 1):
        made.cells(sheet, place, key)
        line = place + 1
        same = f"{TABLE}[kpi_code],$A{line},{TABLE}[category],$D{line},{TABLE}[repeated],FALSE"
        sheet.write_formula(place, 4, f"=COUNTIFS({same})", None, count)
        for column, (name, amount) in enumerate(zip(("n", "numerator", "denominator"), amounts, strict=True), 5):
            sheet.write_formula(place, column, f"=SUMIFS({TABLE}[{name}],{same})", None, amount)
        _n, numerator, denominator = amounts
        factor = 100 if key[2] == Unit.POINTS else 1
        quotient = factor * numerator / denominator if denominator else ""
        times = f"{factor}*" if factor != 1 else ""
        sheet.write_formula(place, 8, f'=IF(H{line}=0,"",{times}G{line}/H{line})', None, quotient)
    place += 2
    sheet.write_string(place, 0, _("Measures by category and state"), made.strong)
    place += 1
    states = [str(state) for state in COLOURS]
    made.cells(sheet, place, ["category", *states], made.head)
    for category, counted in sorted(sums.states.items()):
        place += 1
        sheet.write_string(place, 0, neutral(category))
        for column, state in enumerate(states, 1):
            formula = f'=COUNTIFS({TABLE}[category],$A{place + 1},{TABLE}[state],"{state}",{TABLE}[repeated],FALSE)'
            sheet.write_formula(place, column, formula, None, counted[state])
    notes = (
        _("Repeated rows are left out, so that a touchpoint of several stages counts once."),
        _("The quotient is the mean of all: a median is not, and a formula over KPIs has no sums."),
        _("For a pivot table of your own: choose the table “tidy” as its source and leave out repeated = TRUE."),
    )
    for number, note in enumerate(notes, place + 2):
        sheet.write_string(number, 0, note)
