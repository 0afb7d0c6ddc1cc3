"""Workbooks: typed cells, formulas, sheets, and archives that are out of proportion."""

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter
from openpyxl import Workbook

from sources.reading import FileProblem, Limits
from sources.reading.workbook import BadCell, WorkbookLimits
from tests.sources.reading.base import codes, csv_table, read, xlsx_bytes

HEADER = ["touchpoint", "kpi", "day", "numerator", "denominator", "external_id"]


def rewritten(data: bytes, part: str, change) -> bytes:
    """Return the archive with one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content) if entry.filename == part else content)
    return buffer.getvalue()


def test_typed_cells() -> None:
    moment = dt.datetime(2026, 1, 3, 10, 30)  # noqa: DTZ001 - a workbook knows no zones
    data = xlsx_bytes(
        [["a", "b"], [dt.date(2026, 1, 2), 1], [moment, 2.5], ["text", True], [dt.timedelta(minutes=2), dt.time(9, 30)]]
    )
    with csv_table(data) as table:
        assert [list(row.values) for row in table.rows()] == [
            [dt.date(2026, 1, 2), 1],
            [moment, 2.5],
            ["text", "TRUE"],
            [120.0, dt.time(9, 30)],
        ]


def test_it_works() -> None:
    rows = [
        HEADER,
        ["home", "ctr", dt.date(2026, 1, 2), 3, 10, 17],
        ["Home page", "CTR", "03/01/2026", "4", "10", "x"],
        [],
        ["blog", "ctr", dt.datetime.fromisoformat("2026-01-05T09:00"), 1, 2.0],
    ]
    with csv_table(xlsx_bytes(rows)) as table:
        drafts, rejections = read(table)
    assert not rejections
    assert [(d.line, d.touchpoint, d.first_day.day, d.numerator, d.n, d.external_id) for d in drafts] == [
        (2, "home", 2, 3, 10, "17"),
        (3, "home", 3, 4, 10, "x"),
        (5, "blog", 5, 1, 2, ""),
    ]


def test_the_first_sheet_with_data_is_taken_and_said() -> None:
    data = xlsx_bytes([["Cover"]], [["a", "b"], [1, 2]])
    with csv_table(data, name="x.xlsx") as table:
        assert (table.sheet, table.sheets, [note.code for note in table.notes]) == (
            "Sheet2",
            ("Sheet1", "Sheet2"),
            ["hidden_sheets"],
        )
    with pytest.raises(FileProblem) as caught, csv_table(data, sheet="Sheet9"):
        pass
    assert (caught.value.code, "Sheet2" in caught.value.advice()) == ("no_sheet", True)


def test_formulas_give_their_stored_value_or_are_refused() -> None:
    data = xlsx_bytes(
        [
            HEADER,
            ["home", "ctr", dt.date(2026, 1, 2), "=1+2", 10, "a"],
            ["home", "ctr", dt.date(2026, 1, 2), 3, 10, "b"],
        ]
    )
    with csv_table(data) as table:
        assert next(table.rows()).values[3] == BadCell("formula_without_value")
        assert codes(read(table)[1]) == [(2, "numerator", "formula_without_value")]
    stored = rewritten(
        data,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<v></v>", b"<v>3</v>").replace(b"<v />", b"<v>3</v>"),
    )
    with csv_table(stored) as table:
        drafts, rejections = read(table)
        assert not rejections
        assert [draft.numerator for draft in drafts] == [3, 3]


def test_error_cells_and_formulas_as_text_are_refused() -> None:
    data = xlsx_bytes([HEADER, ["home", "ctr", dt.date(2026, 1, 2), "#DIV/0!", 10, "a"]])
    with csv_table(data) as table:
        assert codes(read(table)[1]) == [(2, "numerator", "formula_error")]
    with csv_table(
        "touchpoint,kpi,day,score,external_id\nhome,nps,2026-01-01,=9,a\nhome,nps,2026-01-01,9,=cmd()\n=home,nps,2026-01-01,9,c\n"
    ) as table:
        assert codes(read(table)[1]) == [
            (2, "score", "formula_text"),
            (3, "external_id", "formula_text"),
            (4, "touchpoint", "formula_text"),
        ]


def test_a_cell_far_below_makes_no_rows() -> None:
    book = Workbook()
    book.active.append(["a", "b"])
    book.active["A1048576"] = "x"
    buffer = io.BytesIO()
    book.save(buffer)
    with csv_table(buffer.getvalue()) as table:
        assert [(row.line, list(row.values)) for row in table.rows()] == [(1_048_576, ["x", None])]


WORKBOOK_LIMITS = WorkbookLimits()


def refused(data: bytes, limits: WorkbookLimits = WORKBOOK_LIMITS) -> FileProblem:
    with pytest.raises(FileProblem) as caught, csv_table(data, limits=Limits(workbook=limits)) as table:
        list(table.rows())
    assert caught.value.message()
    assert caught.value.advice()
    return caught.value


def test_a_sheet_out_of_proportion_is_refused_before_unpacking() -> None:
    data = xlsx_bytes([["a", "b"], [1, 2]])
    bomb = rewritten(
        data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", b" " * (64 << 20) + b"</sheetData>")
    )
    assert len(bomb) < 200_000
    assert refused(bomb).code == "suspicious_workbook"


def test_a_bomb_that_lies_about_its_size_is_refused_while_unpacking() -> None:
    data = xlsx_bytes([["a", "b"], [1, 2]])
    found = refused(data, WorkbookLimits(part=100))
    assert (found.code, found.params["detail"]) == ("suspicious_workbook", "size")
    assert refused(data, WorkbookLimits(entries=3)).code == "suspicious_workbook"
    assert refused(data, WorkbookLimits(total=1000)).code == "suspicious_workbook"


def shared_texts(count: int) -> bytes:
    """A workbook as Excel writes it: texts in a table of their own."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        for number in range(count):
            sheet.write_row(number + 1, 0, [f"text {number}", "x & <y>"])
        sheet.write_rich_string(count + 1, 0, "two ", book.add_format({"bold": True}), "runs")
    return buffer.getvalue()


def test_shared_texts() -> None:
    with csv_table(shared_texts(2)) as table:
        assert [list(row.values) for row in table.rows()] == [
            ["text 0", "x & <y>"],
            ["text 1", "x & <y>"],
            ["two runs", None],
        ]


def test_many_texts_are_limited() -> None:
    data = shared_texts(2000)
    assert refused(data, WorkbookLimits(strings=10_000)).params["part"] == "xl/sharedStrings.xml"


def test_entities_are_refused() -> None:
    laughs = b'<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    data = xlsx_bytes([["a", "b"], [1, 2]])
    bomb = rewritten(
        data, "xl/worksheets/sheet1.xml", lambda xml: b'<?xml version="1.0"?>' + laughs + xml.split(b"?>", 1)[-1]
    )
    assert refused(bomb).code == "suspicious_workbook"


def test_damaged_workbooks_are_refused() -> None:
    data = xlsx_bytes([["a", "b"], [1, 2]])
    for broken in (
        data[: len(data) // 2],
        rewritten(data, "xl/worksheets/sheet1.xml", lambda xml: xml[:-40]),
        rewritten(data, "xl/workbook.xml", lambda xml: b"<x"),
    ):
        assert refused(broken).code == "damaged_workbook"


def test_rich_and_inline_texts() -> None:
    data = xlsx_bytes([["a", "b"], ["x", 2]])
    inline = rewritten(
        data,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(
            b"</sheetData>",
            b'<row r="9"><c t="inlineStr"><is><r><t>two </t></r><r><t>runs_x000D_</t></r></is></c></row></sheetData>',
        ),
    )
    with csv_table(inline) as table:
        assert [row.values[0] for row in table.rows()] == ["x", "two runs\r"]
