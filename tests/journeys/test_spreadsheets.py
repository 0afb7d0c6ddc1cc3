"""Any table becomes a map: layouts, words, and every cell that finds no place."""

import csv
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import SimpleTestCase
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from improvements.models import Pain
from journeys import interchange
from journeys.interchange.tidy import tidy_csv
from journeys.models import Card, CurvePoint, Draft, Journey, Lane, Stage, Step
from journeys.spreadsheets import Choices, Plan, Table, TableUnreadable, plan_of, tables_read
from journeys.spreadsheets.understanding import IGNORE
from tests.base import CastTestCase
from tests.journeys.interchange.base import document

MATRIX = [
    ["", "Besoin", "", "Achat"],
    ["", "Constater", "Chercher", "Payer"],
    ["Actions", "Regarde ses chaussures", "• Compare\n• Demande", "Paie"],
    ["Points de contact", "", "Site web, Boutique", "Page de paiement"],
    ["Émotions", "3", "4", "1"],
    ["Irritants", "", "", "Trop de champs"],
    ["Idées", "", "", "Une seule page"],
    ["Température", "", "", "froide"],
]


def plan(rows: list[list[str]], **choices: Any) -> Plan:
    return plan_of(Table("Sheet", rows), Choices(**choices))


class UnderstandingTest(SimpleTestCase):
    def test_it_works(self) -> None:
        found = plan(MATRIX)
        self.assertEqual((found.layout, found.has_stages), ("matrix", True))
        self.assertEqual(found.stages, ["Besoin", "Achat"])
        self.assertEqual(found.steps, [(0, "Constater"), (0, "Chercher"), (1, "Payer")])
        self.assertEqual(
            [lane.kind for lane in found.lanes], ["actions", "touchpoints", "emotion", "pains", "ideas", "text"]
        )
        self.assertEqual(found.lanes[0].cells[1], ["Compare", "Demande"])
        self.assertEqual(found.lanes[1].cells[1], ["Site web", "Boutique"])
        self.assertEqual(found.levels, {0: 0, 1: 1, 2: -2})
        self.assertEqual(found.ignored, [])

    def test_headings_alone_are_stages(self) -> None:
        found = plan([["Phase", "Awareness", "Purchase"], ["Doing", "looks", "buys"]])
        self.assertEqual((found.stages, found.steps), (["Awareness", "Purchase"], [(0, "Awareness"), (1, "Purchase")]))
        self.assertEqual(found.lanes[0].kind, "actions")

    def test_steps_down_lanes_right(self) -> None:
        found = plan([["Step", "Actions", "Pain points"], ["Search", "types", "slow"], ["Pay", "pays", ""]])
        self.assertEqual(found.layout, "turned")
        self.assertEqual([name for _stage, name in found.steps], ["Search", "Pay"])
        self.assertEqual([lane.kind for lane in found.lanes], ["actions", "pains"])

    def test_one_row_per_card(self) -> None:
        found = plan(
            [
                ["Étape", "Moment", "Rubrique", "Texte", "Persona", "Auteur"],
                ["Achat", "Payer", "Actions", "Paie", "Inès", "Zoé"],
                ["", "", "Irritants", "Trop long", "", ""],
                ["Besoin", "Constater", "Actions", "Regarde", "", ""],
                ["Achat", "Attendre", "Actions", "Attend", "", ""],
            ]
        )
        self.assertEqual(found.layout, "tidy")
        self.assertEqual(found.stages, ["Achat", "Besoin"])
        self.assertEqual(found.steps, [(0, "Payer"), (0, "Attendre"), (1, "Constater")])
        self.assertEqual(found.lanes[1].cells, {0: ["Trop long"]})
        self.assertEqual(found.personas, ["Inès"])
        self.assertEqual([one.address for one in found.ignored], ["F2–F2"])

    def test_sticky_notes_of_another_tool(self) -> None:
        found = plan(
            [
                ["Phase", "Étape du client", "Famille", "Note autocollante", "Couleur"],
                ["Découverte", "Voit une publicité", "Actions", "Fait défiler son fil", "jaune"],
                ["Découverte", "Cherche un avis", "Irritants", "Avis contradictoires", "rose"],
                ["Achat", "Paie", "Actions", "Saisit sa carte", "jaune"],
            ]
        )
        self.assertEqual([role for _number, _heading, role in found.columns], ["stage", "step", "lane", "text", ""])
        self.assertEqual(found.stages, ["Découverte", "Achat"])
        self.assertEqual([lane.kind for lane in found.lanes], ["actions", "pains"])

    def test_what_finds_no_place_is_said(self) -> None:
        found = plan(
            [
                ["", "Search", ""],
                ["", "lost above", ""],
                ["Actions", "types", "beside"],
                ["Emotion", "2", "3"],
                ["", "no idea", ""],
            ]
        )
        self.assertEqual([one.address for one in found.ignored], ["C3", "C4", "B2", "B5"])
        self.assertTrue(all(one.reason for one in found.ignored))

    def test_a_person_decides(self) -> None:
        rows = [["", "Awareness", "Purchase"], ["Weather", "sun", "rain"], ["Doing", "looks", "buys"]]
        found = plan(rows, lanes={"Weather": "thoughts", "Doing": IGNORE})
        self.assertEqual([lane.kind for lane in found.lanes], ["thoughts", IGNORE])
        self.assertEqual(len(found.ignored), 2)
        tidy = plan([["A", "B"], ["Search", "types"]], layout="tidy", columns={0: "step", 1: "text"})
        self.assertEqual((tidy.steps, tidy.card_count), ([(0, "Search")], 1))

    def test_scales(self) -> None:
        for values, levels in (
            (["-2", "0", "1.5"], [-2, 0, 1.5]),
            (["1", "5", "3"], [-2, 2, 0]),
            (["0", "10", "7"], [-2, 2, 1]),
            (["0", "100", "55"], [-2, 2, 0]),
            (["-5", "5", "0"], [-2, 2, 0]),
            (["😡", "neutre", "Très positif"], [-2, 0, 2]),
            (["−1,5", "+1", "--"], [-1.5, 1, -2]),
        ):
            with self.subTest(values=values):
                found = plan([["", "A", "B", "C"], ["Emotion", *values]])
                self.assertEqual(list(found.levels.values()), levels)

    def test_emotions_told_in_words_are_texts(self) -> None:
        found = plan([["", "A"], ["Emotions", "She is glad that somebody answers"]])
        self.assertEqual((found.lanes[0].kind, found.card_count), ("text", 1))

    @settings(max_examples=200, deadline=None)
    @given(
        rows=st.integers(1, 5).flatmap(
            lambda width: st.lists(
                st.lists(st.text(max_size=8), min_size=width, max_size=width), min_size=1, max_size=6
            )
        )
    )
    def test_any_table_is_understood(self, rows: list[list[str]]) -> None:
        for layout in (None, "matrix", "turned", "tidy"):
            found = plan(rows, layout=layout)
            for lane in found.lanes:
                self.assertLessEqual(set(lane.cells), set(range(len(found.steps))))


class ReadingTest(SimpleTestCase):
    def test_separators_and_encodings(self) -> None:
        for raw in (
            "a;b\nÉtape;x, y\n".encode("cp1252"),
            "a;b\nÉtape;x, y\n".encode("utf-8-sig"),
            "a\tb\nÉtape\tx, y\n".encode(),
            'a,b\nÉtape,"x, y"\n'.encode(),
        ):
            with self.subTest(raw=raw):
                self.assertEqual(tables_read(raw, name="x.csv")[0].rows, [["a", "b"], ["Étape", "x, y"]])

    def test_sheets(self) -> None:
        book = Workbook()
        book.active.append(["x", 4.0, None])
        book.create_sheet("Empty")
        stream = io.BytesIO()
        book.save(stream)
        self.assertEqual([table.rows for table in tables_read(stream.getvalue(), name="x.xlsx")], [[["x", "4"]]])

    def test_refusals(self) -> None:
        for raw in (b"", b"\x00\x01\x02", b"PK\x03\x04 broken", b"a" * (11 * 2**20), b"x\n" * 3000):
            with self.subTest(raw=raw[:8]), self.assertRaises(TableUnreadable):
                tables_read(raw, name="x")


class ImportPagesTest(CastTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("journeys:import", args=["acme"])

    def bring(self, raw: bytes, name: str) -> Any:
        return self.client.post(self.url, {"file": SimpleUploadedFile(name, raw)}, follow=True)

    def csv(self) -> bytes:
        stream = io.StringIO()
        csv.writer(stream, delimiter=";").writerows(MATRIX)
        return stream.getvalue().encode()

    def test_a_spreadsheet(self) -> None:
        page = self.bring(self.csv(), "Parcours.csv")
        self.assertContains(page, "Constater")
        self.assertFalse(Journey.objects.exists())
        draft = Draft.objects.get()
        url = reverse("journeys:draft", args=[draft.pk])
        changed = self.client.get(url, {"layout": "matrix", "stages": "1", "lane:Température": "thoughts"})
        self.assertContains(changed, '<option value="thoughts" selected>', html=False)
        response = self.client.post(url, {"name": "From a table", "stages": "1", "no_persona_yet": "on"}, follow=True)
        self.assertEqual(response.status_code, 200)
        journey = Journey.objects.get()
        self.assertEqual(journey.name, "From a table")
        self.assertEqual(
            list(Stage.objects.filter(journey=journey).values_list("name", flat=True)), ["Besoin", "Achat"]
        )
        self.assertEqual(Step.objects.filter(journey=journey).count(), 3)
        self.assertEqual(CurvePoint.objects.filter(journey=journey).count(), 3)
        self.assertEqual(Pain.objects.get(journey=journey).title, "Trop de champs")
        self.assertEqual(Card.objects.filter(journey=journey, touchpoint__isnull=False).count(), 3)
        self.assertFalse(Draft.objects.exists())

    def test_our_own_files_come_back(self) -> None:
        self.bring(interchange.to_json(interchange.document_from(document())), "journey.json")
        first = Journey.objects.get()
        page = self.client.get(reverse("journeys:download", args=[first.pk, "xlsx"]))
        self.bring(page.getvalue() if hasattr(page, "getvalue") else page.content, "journey.xlsx")
        second = Journey.objects.exclude(pk=first.pk).get()
        self.assertEqual(Card.objects.filter(journey=second).count(), 4)

    def test_our_tidy_table_is_understood(self) -> None:
        raw = tidy_csv(interchange.document_from(document()), french=True)
        page = self.bring(raw, "journey.csv")
        self.assertContains(page, "Reads reviews")
        draft = Draft.objects.get()
        self.client.post(reverse("journeys:draft", args=[draft.pk]), {"name": "Again", "no_persona_yet": "on"})
        journey = Journey.objects.get()
        self.assertEqual(Step.objects.filter(journey=journey).count(), 3)
        self.assertEqual(Card.objects.get(journey=journey, touchpoint__isnull=False).touchpoint.name, "Payment page")
        self.assertEqual(
            set(Lane.objects.filter(journey=journey).values_list("kind", flat=True)),
            {"actions", "touchpoints", "emotion"},
        )

    def test_refusals(self) -> None:
        for raw, name in ((b"{}", "x.json"), (b"PK\x03\x04", "x.xlsx"), (b"", "x.csv"), (b"\x00\x01", "x.png")):
            with self.subTest(name=name):
                response = self.client.post(self.url, {"file": SimpleUploadedFile(name, raw)})
                self.assertEqual(response.status_code, 422)
        self.assertFalse(Journey.objects.exists())
        self.assertFalse(Draft.objects.exists())

    def test_who_sees_a_draft(self) -> None:
        self.bring(self.csv(), "x.csv")
        url = reverse("journeys:draft", args=[Draft.objects.get().pk])
        for person, status in ((self.olga, 200), (self.vi, 403), (self.otto, 404)):
            self.client.force_login(person)
            self.assertEqual(self.client.get(url).status_code, status)

    def test_a_journey_needs_a_name_and_somebody(self) -> None:
        self.bring(self.csv(), "x.csv")
        url = reverse("journeys:draft", args=[Draft.objects.get().pk])
        self.assertEqual(self.client.post(url, {"name": ""}).status_code, 422)
        self.assertEqual(self.client.post(url, {"name": "No persona said"}).status_code, 422)
        self.assertFalse(Journey.objects.exists())
