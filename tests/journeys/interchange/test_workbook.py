"""A journey as XLSX, CSV and CJML."""

import csv
import io
import re
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.django import TestCase as ExampleTestCase
from openpyxl import load_workbook

from journeys import interchange
from journeys.interchange import cjml, tidy, workbook
from tests.journeys.interchange.base import document
from tests.journeys.interchange.strategies import documents


def told(found: interchange.Document) -> dict[str, Any]:
    """Return what sheets can tell: everything but the content of files, and characters that XML does not hold."""
    bare = msgspec.structs.replace(
        found, origin=None, attachments=[msgspec.structs.replace(part, content=None) for part in found.attachments]
    )

    def cleaned(value: Any) -> Any:
        if isinstance(value, str):
            return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\r]", "", value)
        if isinstance(value, dict):
            return {key: cleaned(entry) for key, entry in value.items()}
        return [cleaned(entry) for entry in value] if isinstance(value, list) else value

    return cleaned(interchange.to_dict(bare))


class WorkbookTest(ExampleTestCase):
    def test_it_works(self) -> None:
        for language in ("fr", "en"):
            with self.subTest(language=language), translation.override(language):
                raw = workbook.workbook_write(interchange.document_from(document()))
                book = load_workbook(io.BytesIO(raw))
                self.assertEqual(len(book.worksheets), 16)
                self.assertGreater(book.worksheets[4].max_row, 4)
                with translation.override("en"):
                    again = workbook.workbook_read(raw)
                self.assertEqual(told(again), told(interchange.document_from(document())))

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=documents())
    def test_written_and_read_again(self, data: dict[str, Any]) -> None:
        found = interchange.document_from(told(interchange.document_from(printable(data))))
        self.assertEqual(told(workbook.workbook_read(workbook.workbook_write(found))), told(found))

    def test_nothing_is_a_formula(self) -> None:
        data = document()
        data["cards"][0]["text"] = "=1+1"
        book = load_workbook(io.BytesIO(workbook.workbook_write(interchange.document_from(data))))
        cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value == "=1+1"]
        self.assertEqual([cell.data_type for cell in cells], ["s"])

    def test_what_people_type(self) -> None:
        """Numbers for texts, decimal commas, oui and non."""
        raw = workbook.workbook_write(interchange.document_from(document()))
        book = load_workbook(io.BytesIO(raw))
        cards, steps, curve = (book[name] for name in ("Cards", "Steps", "Emotion curve"))
        columns = [cell.value for cell in cards[1]]
        cards.cell(2, columns.index("text") + 1).value = 2024
        steps.cell(2, [cell.value for cell in steps[1]].index("optional") + 1).value = "oui"
        curve.cell(2, [cell.value for cell in curve[1]].index("level") + 1).value = "0,5"
        stream = io.BytesIO()
        book.save(stream)
        found = workbook.workbook_read(stream.getvalue())
        self.assertEqual((found.cards[0].text, found.steps[0].optional, found.curve[0].level), ("2024", True, 0.5))

    def test_other_workbooks_are_not_ours(self) -> None:
        from openpyxl import Workbook

        stream = io.BytesIO()
        Workbook().save(stream)
        for raw in (stream.getvalue(), b"PK\x03\x04 nothing", b""):
            with self.assertRaises(workbook.NotOurWorkbook):
                workbook.workbook_read(raw)

    def test_headings_mean_one_thing(self) -> None:
        for language in ("fr", "en"):
            with translation.override(language):
                for table in (workbook.SHEETS, workbook.COLUMNS):
                    labels = [str(label).casefold() for label in table.values()]
                    self.assertEqual(sorted(set(labels)), sorted(labels), language)
        for sheet in workbook.sheets():
            self.assertIn(sheet.key, workbook.SHEETS)
            for name in sheet.columns:
                self.assertIn(name, workbook.COLUMNS)


def printable(data: Any) -> Any:
    """Return the document with texts that survive a cell: not empty where a name is needed, no lone separators."""
    if isinstance(data, str):
        found = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x85\u2028\u2029\ufffe\uffff\r]", "", data)
        found = re.sub(r"_x[0-9A-Fa-f]{4}_", "", found)
        return found if found.strip() or not data else "x"
    if isinstance(data, dict):
        return {key: printable(value) for key, value in data.items()}
    return [printable(value) for value in data] if isinstance(data, list) else data


class TidyTest(ExampleTestCase):
    def test_it_works(self) -> None:
        rows = list(
            csv.DictReader(io.StringIO(tidy.tidy_csv(interchange.document_from(document()), french=False).decode()))
        )
        self.assertEqual([row["card_id"] for row in rows], ["C-001", "C-004", "C-002", "C-003", ""])
        self.assertEqual(rows[0]["evidence"], "Interviews")
        self.assertEqual((rows[2]["touchpoint"], rows[2]["believed"]), ("Payment page", "-1.5"))

    def test_formulas_are_neutralised(self) -> None:
        data = document()
        data["cards"][0]["text"] = "=HYPERLINK(1)"
        data["journey"]["name"] = "+33"
        text = tidy.tidy_csv(interchange.document_from(data), french=True).decode("utf-8-sig")
        self.assertIn("'=HYPERLINK(1)", text)
        self.assertTrue(text.splitlines()[1].startswith("'+33;"))


class CjmlTest(ExampleTestCase):
    def test_it_works(self) -> None:
        raw = cjml.cjml_write(interchange.document_from(document()), company="Acme", customer="customer")
        root = ET.fromstring(raw)  # noqa: S314
        self.assertEqual((root.tag, root.get("version")), ("CJML", "2.0"))
        self.assertEqual([node.text for node in root.iter("phaseName")], ["Evaluation", "Purchase"])
        self.assertEqual([node.text for node in root.iter("actorName")], ["Inès", "Karim"])
        point = root.find(".//plannedCommunicationPoint")
        assert point is not None
        self.assertEqual(point.findtext("touchpointID"), "S-002")
        self.assertEqual(point.findtext("channel/channelName"), "website")
        self.assertEqual(len(root.findall(".//plannedAction")), 2)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=documents())
    def test_any_map_is_well_formed(self, data: dict[str, Any]) -> None:
        root = ET.fromstring(cjml.cjml_write(interchange.document_from(data), company="\x01", customer="c"))  # noqa: S314
        phases = {node.get("phaseID") for node in root.iter("journeyPhase")}
        self.assertLessEqual({node.get("phaseIDref") for node in root.iter("belongsTo")}, phases)
