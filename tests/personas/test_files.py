"""Sheets as files: templates, downloads, and filled ones brought back (A11, artefact 1)."""

import csv
import io
import json
import zipfile
from typing import Any

import docx
import jsonschema
import openpyxl
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from personas import services
from personas.channels import channels
from personas.interchange import blank_rows, document_of, docx_file, file_read, json_file, rows_of, xlsx_file
from personas.interchange.plan import channel_words, plan_of
from personas.interchange.reading import PersonaFileUnreadable
from personas.models import Persona
from personas.services import OwnField, SectionEntry
from tests.personas.base import PersonaTestCase

WRITERS = {"xlsx": xlsx_file, "docx": docx_file}


class FilesTestCase(PersonaTestCase):
    """Claire with everything that a sheet can hold."""

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.persona = services.persona_update(
            persona=cls.persona,
            actor=cls.ed,
            tagline="=1+1 is no formula",
            quote="If I have to create an account, I go elsewhere.",
            summary="Buys online.\nCompares little.",
            share_percent=46,
            sector="retail",
            relation="new",
            own_fields=[OwnField(group="behavioural", label="Payment", text="By card")],
            sections=[
                SectionEntry("text", "Her day", {"text": "Gets up at six.\nGoes to bed late."}),
                SectionEntry("list", "Fears", {"items": ["a wrong choice", "hidden fees"]}),
                SectionEntry("sliders", "Temper", {"items": [{"left": "compares", "right": "decides | at once", "value": 78}]}),
                SectionEntry("bars", "Ease", {"items": [{"label": "Digital", "value": 74}]}),
                SectionEntry("channels", "Channels", {"items": [{"channel": "website", "value": 82}, {"channel": "email", "value": None}]}),
                SectionEntry("jobs", "Jobs", {"items": [{"when": "it breaks", "want": "a new one", "so": "I have coffee"}]}),
            ],
            empathy={"says": ["I will finish tomorrow.", "Why a password?"], "pains": ["Typing again"]},
        )  # fmt: skip
        section = cls.persona.sections.get(title="Temper")
        services.evidence_add(trait=section, actor=cls.ed, kind="survey", title="After purchase", n=212)
        trait = cls.persona.traits.get(field="goals")
        services.persona_update(persona=cls.persona, actor=cls.ed, traits={"goals": "To order fast"})
        for kind, title in (("interview", "Eight calls"), ("data", "Click paths")):
            services.evidence_add(
                trait=trait,
                actor=cls.ed,
                kind=kind,
                title=title,
                link="https://example.org/a",
                gathered_on="2026-10-19",
            )

    def written(self, kind: str, language: str, persona: Persona | None = None) -> bytes:
        with override(language):
            rows = rows_of(document_of(persona or self.persona), channels(self.workspace))
            return WRITERS[kind]([("Claire", rows)], language=language)

    def read(self, raw: bytes, name: str) -> Any:
        return file_read(raw, name=name, channels=channel_words(self.workspace))

    def bring(self, *files: tuple[str, bytes], **data: str) -> Any:
        self.client.force_login(self.ed)
        return self.client.post(
            reverse("personas:bring", args=["acme"]), {"file": [SimpleUploadedFile(*file) for file in files], **data}
        )


class RoundTripTests(FilesTestCase):
    def test_nothing_changes(self) -> None:
        """A filled file brought back as it is changes nothing: both formats, both languages."""
        for kind in WRITERS:
            for language in ("fr", "en"):
                with self.subTest(kind=kind, language=language), override("en"):
                    (found,) = self.read(self.written(kind, language), f"claire.{kind}").found
                    (planned,) = plan_of(self.workspace, [found]).personas
                    self.assertEqual((planned.errors, found.notes, planned.differences), ([], [], []))
                    self.assertTrue(planned.unchanged)

    def test_a_new_workspace_gets_the_same_sheet(self) -> None:
        before = document_of(self.persona)
        for kind in ("xlsx", "docx", "json"):
            with self.subTest(kind=kind):
                raw = json_file([before]) if kind == "json" else self.written(kind, "fr")
                Persona.objects.filter(name="Claire").update(name=f"Was {kind}")
                answer = self.bring((f"claire.{kind}", raw))
                self.assertEqual([one.errors for one in answer.context["plan"].personas], [[]])
                self.assertContains(answer, "+ new")
                self.assertRedirects(
                    self.client.post(
                        reverse("personas:bring", args=["acme"]), {"looked_at": answer.context["looked_at"]}
                    ),
                    reverse("personas:list", args=["acme"]),
                )
                after = document_of(Persona.objects.get(name="Claire", workspace=self.workspace))
                for name in (
                    "name",
                    "tagline",
                    "quote",
                    "summary",
                    "share_percent",
                    "sector",
                    "relation",
                    "sections",
                    "empathy",
                    "traits",
                ):
                    self.assertEqual(after[name], before[name], name)

    def test_a_change_is_shown_then_written(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(self.written("xlsx", "en")))
        page = book.worksheets[0]
        for row in page.iter_rows(min_row=2):
            if row[1].value == "Frustrations":
                row[3].value = "Waiting"
            if row[1].value == "Temper":
                row[3].value = "compares | decides \\| at once | 20"
        raw = io.BytesIO()
        book.save(raw)
        answer = self.bring(("claire.xlsx", raw.getvalue()))
        self.assertEqual(
            {one.label: (one.before, one.after) for one in answer.context["plan"].personas[0].differences},
            {
                "Frustrations": ("", "Waiting"),
                "Sliders between two poles · Temper": (
                    "compares | decides \\| at once | 78",
                    "compares | decides \\| at once | 20",
                ),
            },
        )
        self.assertNotEqual(document_of(self.persona)["sections"][2]["content"]["items"][0]["value"], 20)
        self.client.post(reverse("personas:bring", args=["acme"]), {"looked_at": answer.context["looked_at"]})
        after = document_of(Persona.objects.get(pk=self.persona.pk))
        self.assertEqual(after["sections"][2]["content"]["items"][0]["value"], 20)
        self.assertEqual(len(after["sections"]), 6)
        self.assertEqual(after["sections"][2]["evidence"][0]["title"], "After purchase")

    def test_second_one_and_left_out(self) -> None:
        raw = self.written("docx", "en")
        answer = self.bring(("claire.docx", raw))
        looked_at = answer.context["looked_at"]
        url = reverse("personas:bring", args=["acme"])
        self.client.post(url, {"looked_at": looked_at, "choice-0": "skip"})
        self.assertEqual(Persona.objects.filter(workspace=self.workspace).count(), 1)
        self.client.post(url, {"looked_at": looked_at, "choice-0": "copy"})
        self.assertTrue(Persona.objects.filter(workspace=self.workspace, name="Claire (2)").exists())

    def test_what_a_careless_reader_would_lose(self) -> None:
        """Long lists, marks at the beginning, an own field called like one of the ten, two sections of one title."""
        persona = services.persona_create(
            workspace=self.workspace,
            actor=self.ed,
            name="Paul",
            traits={"goals": "The first"},
            own_fields=[OwnField(group="motivational", label="Goals", text="The second")],
            sections=[
                SectionEntry("list", "Long", {"items": [f"{number} " + "x" * 290 for number in range(30)]}),
                SectionEntry("list", "Same", {"items": ["- a dash", "• a dot"]}),
                SectionEntry("list", "Same", {"items": ["another"]}),
            ],
        )
        for kind in WRITERS:
            with self.subTest(kind=kind):
                (found,) = self.read(self.written(kind, "en", persona), f"paul.{kind}").found
                (planned,) = plan_of(self.workspace, [found]).personas
                self.assertEqual((planned.errors, planned.differences), ([], []))
        (first, second) = [row for row in found.document["traits"] if row["text"].startswith("The")]
        self.assertEqual((first["field"], second["label"]), ("goals", "Goals"))

    def test_many_in_one_file(self) -> None:
        documents = [{**document_of(self.persona), "name": f"P{number}"} for number in range(51)]
        filled = [(one["name"], rows_of(one, {})) for one in documents]
        for kind, write in WRITERS.items():
            with self.subTest(kind=kind):
                self.assertEqual(len(self.read(write(filled[:50], language="en"), f"x.{kind}").found), 50)
                with self.assertRaisesMessage(PersonaFileUnreadable, "more than 50 personas"):
                    self.read(write(filled, language="en"), f"x.{kind}")

    def test_words_between_the_tables(self) -> None:
        document = docx.Document(io.BytesIO(self.written("docx", "en")))
        document.add_paragraph("Met at the fair, to be asked again.")
        raw = io.BytesIO()
        document.save(raw)
        (found,) = self.read(raw.getvalue(), "x.docx").found
        self.assertEqual(found.document["sections"][-1]["content"], {"text": "Met at the fair, to be asked again."})
        self.assertEqual(len(found.notes), 1)

    def test_json_keeps_to_its_schema(self) -> None:
        schema = json.loads((settings.BASE_DIR / "docs" / "persona.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(json_file([document_of(self.persona)])), schema)

    def test_malformed_json(self) -> None:
        for sections in (None, 3, [{"kind": ["x"], "title": "t"}], ["x"]):
            with self.subTest(sections=sections):
                raw = json.dumps({"format": "cxmap-personas/1", "personas": [{"name": "Claire", "sections": sections}]})
                plan = self.bring(("x.json", raw.encode())).context["plan"]
                self.assertEqual(bool(plan.personas[0].errors), sections in (3, ["x"]))
                self.assertEqual(plan.personas[0].differences, [])


class RefusalTests(FilesTestCase):
    def errors(self, raw: bytes, name: str = "x.xlsx") -> str:
        answer = self.bring((name, raw))
        plan = answer.context.get("plan")
        if plan is None:
            self.assertEqual(answer.status_code, 422)
            return str(answer.context["form"].errors)
        return " ".join(text for one in plan.personas for text in one.errors)

    def sheet(self, *rows: tuple[str, ...]) -> bytes:
        book = openpyxl.Workbook()
        page = book.active
        page.append(
            [
                "Part",
                "Field",
                "Question",
                "Answer",
                "Kind of evidence",
                "Title of the evidence",
                "Link",
                "Date",
                "People asked",
            ]
        )
        for row in rows:
            page.append(row)
        raw = io.BytesIO()
        book.save(raw)
        return raw.getvalue()

    def test_each_mistake_names_its_place(self) -> None:
        name = ("Identity", "Name", "", "Paul")
        for rows, said in (
            ([("Identity", "Name", "", "")], "The name is missing"),
            ([name, ("Identity", "Share of customers (%)", "", "many")], "Row 3"),
            ([name, ("Identity", "Sector", "", "Piracy")], "Row 3: “Piracy” is none of"),
            ([name, ("Bars", "Ease", "", "Digital | 174")], "Row 1"),
            ([name, ("Demographic", "Age", "", "30–39", "Rumour", "A neighbour")], "Row 3: evidence has a kind"),
            (
                [name, ("Demographic", "Age", "", "30–39", "Survey", "Shop", "", "yesterday")],
                "Row 3: “yesterday” is no date",
            ),
            ([name, ("Preferred channels", "Ways", "", "pigeon | 20")], "pigeon"),
        ):
            with self.subTest(said=said):
                self.assertIn(said, self.errors(self.sheet(*rows)))
        self.assertEqual(Persona.objects.filter(workspace=self.workspace).count(), 1)

    def test_what_is_no_persona_file(self) -> None:
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", b"0" * (61 * 1024 * 1024))
        macros = io.BytesIO()
        with zipfile.ZipFile(macros, "w") as archive:
            archive.writestr("word/document.xml", b"<x/>")
            archive.writestr("word/vbaProject.bin", b"x")
        for raw, name, said in (
            (b"", "empty.xlsx", ""),
            (b"PK\x03\x04broken", "broken.docx", "damaged"),
            (bomb.getvalue(), "bomb.docx", "unpacks to far more"),
            (macros.getvalue(), "macros.docx", "macros"),
            (b'{"personas": []}', "x.json", "no file of personas"),
            (b"{", "x.json", "no JSON"),
            (b"a,b\n1,2\n", "x.csv", "no persona sheet"),
            (b"x" * (4 * 1024 * 1024 + 1), "large.csv", "larger than 4 MB"),
        ):
            with self.subTest(name=name):
                self.assertIn(said, self.errors(raw, name))

    def test_what_the_template_does_not_know_is_kept(self) -> None:
        raw = self.sheet(
            ("Identity", "Name", "", "Paul"), ("Music", "Favourite band", "", "The Kinks"), ("", "", "", "Loose words")
        )
        answer = self.bring(("paul.xlsx", raw))
        self.assertContains(answer, "Favourite band")
        self.client.post(reverse("personas:bring", args=["acme"]), {"looked_at": answer.context["looked_at"]})
        sections = Persona.objects.get(workspace=self.workspace, name="Paul").sections.order_by("rank")
        self.assertEqual(next(one.content["text"] for one in sections if one.kind == "text"), "The Kinks")

    def test_what_is_empty_in_a_file_empties_nothing(self) -> None:
        document = document_of(self.persona) | {"quote": "Another one", "tagline": "", "segments": [], "empathy": []}
        document["traits"] = [{**row, "text": "", "evidence": []} for row in document["traits"]]
        before = document_of(self.persona)
        answer = self.bring(("x.json", json_file([document])))
        self.assertEqual([one.label for one in answer.context["plan"].personas[0].differences], ["Quotation"])
        self.client.post(reverse("personas:bring", args=["acme"]), {"looked_at": answer.context["looked_at"]})
        after = document_of(Persona.objects.get(pk=self.persona.pk))
        self.assertEqual(after, before | {"quote": "Another one"})

    def test_a_name_that_was_given_meanwhile(self) -> None:
        answer = self.bring(("x.json", json_file([document_of(self.persona) | {"name": "Paul"}])))
        services.persona_create(workspace=self.workspace, actor=self.olga, name="Paul", quote="Mine")
        answer = self.client.post(reverse("personas:bring", args=["acme"]), {"looked_at": answer.context["looked_at"]})
        self.assertEqual(answer.status_code, 409)
        self.assertEqual(Persona.objects.get(name="Paul").quote, "Mine")

    def test_a_table_of_a_million_columns(self) -> None:
        document = docx.Document(io.BytesIO(self.written("docx", "en")))
        document.tables[0].rows[0].cells[0]._tc.grid_span = 500_000_000
        raw = io.BytesIO()
        document.save(raw)
        self.assertIn("damaged", self.errors(raw.getvalue(), "wide.docx"))

    def test_changed_meanwhile(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(self.written("xlsx", "en")))
        book.worksheets[0]["D3"].value = "another tagline"
        raw = io.BytesIO()
        book.save(raw)
        answer = self.bring(("claire.xlsx", raw.getvalue()))
        services.persona_update(persona=self.persona, actor=self.olga, quote="Meanwhile")
        answer = self.client.post(reverse("personas:bring", args=["acme"]), {"looked_at": answer.context["looked_at"]})
        self.assertEqual(answer.status_code, 409)
        self.assertContains(answer, "Somebody changed one of these personas", status_code=409)
        self.assertEqual(Persona.objects.get(pk=self.persona.pk).tagline, "=1+1 is no formula")

    def test_a_page_of_elsewhere_or_made_up(self) -> None:
        looked_at = self.bring(("claire.docx", self.written("docx", "en"))).context["looked_at"]
        self.client.force_login(self.otto)
        self.client.post(reverse("personas:bring", args=["elsewhere"]), {"looked_at": looked_at})
        self.client.post(reverse("personas:bring", args=["elsewhere"]), {"looked_at": looked_at + "x"})
        self.assertFalse(Persona.objects.filter(workspace=self.elsewhere).exists())


class DownloadTests(FilesTestCase):
    def get(self, name: str, *args: Any) -> Any:
        self.client.force_login(self.vi)
        answer = self.client.get(reverse(f"personas:{name}", args=args))
        self.assertEqual(answer.status_code, 200)
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    def test_templates_in_both_languages(self) -> None:
        for language, word in (("fr", "Fiche persona"), ("en", "Persona sheet")):
            with override(language):
                questions = [row["question"] for row in blank_rows()]
            page = openpyxl.load_workbook(io.BytesIO(self.get("template", "acme", language, "xlsx"))).worksheets[0]
            self.assertEqual(page.title, word)
            self.assertEqual([row[2].value or "" for row in page.iter_rows(min_row=2)], questions)
            document = docx.Document(io.BytesIO(self.get("template", "acme", language, "docx")))
            self.assertEqual(document.paragraphs[0].text, word)
            self.assertEqual(len(document.tables), 15)
        self.client.force_login(self.vi)
        self.assertEqual(self.client.get(reverse("personas:template", args=["acme", "de", "xlsx"])).status_code, 404)

    def test_a_template_with_nothing_but_a_name_is_a_persona(self) -> None:
        for kind, write in WRITERS.items():
            with override("fr"):
                rows = [{**row, "answer": "Jeanne"} if row["field"] == "Nom" else row for row in blank_rows()]
                raw = write([("Fiche", rows)], language="fr")
            (found,) = self.read(raw, f"x.{kind}").found
            (planned,) = plan_of(self.workspace, [found]).personas
            self.assertEqual((planned.errors, planned.name, found.notes), ([], "Jeanne", []))

    def test_no_formula_runs(self) -> None:
        page = openpyxl.load_workbook(io.BytesIO(self.get("file", self.persona.pk, "xlsx"))).worksheets[0]
        self.assertEqual(page["D3"].value, "'=1+1 is no formula")
        self.assertEqual(page["D3"].data_type, "s")

    def test_all_of_them(self) -> None:
        services.persona_create(workspace=self.workspace, actor=self.ed, name="Paul")
        rows = list(csv.DictReader(io.StringIO(self.get("export", "acme", "csv").decode())))
        self.assertEqual([row["name"] for row in rows], ["Claire", "Paul"])
        self.assertEqual(rows[0]["empathy_says"], "I will finish tomorrow.\nWhy a password?")
        self.assertTrue(self.get("export", "acme", "csv-fr").startswith(b"\xef\xbb\xbfname;"))
        self.assertEqual(len(json.loads(self.get("export", "acme", "json"))["personas"]), 2)
        book = openpyxl.load_workbook(io.BytesIO(self.get("export", "acme", "sheets-xlsx")))
        self.assertEqual(book.sheetnames, ["Claire", "Paul"])
        self.assertEqual(len(self.read(self.get("export", "acme", "sheets-docx"), "x.docx").found), 2)
        openpyxl.load_workbook(io.BytesIO(self.get("export", "acme", "xlsx")))

    def test_growth(self) -> None:
        self.client.force_login(self.vi)
        for kind in ("json", "sheets-xlsx"):
            url = reverse("personas:export", args=["acme", kind])
            before = self.query_count(url)
            for number in range(4):
                services.persona_create(workspace=self.workspace, actor=self.ed, name=f"{kind} {number}")
            self.assertEqual(self.query_count(url), before)
