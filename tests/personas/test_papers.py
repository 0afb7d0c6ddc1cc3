import datetime as dt
import io
import uuid
from typing import Any

from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pptx import Presentation
from pptx.util import Pt
from pypdf import PdfReader

from cxmap.workspaces.models import Workspace
from personas import services
from personas.models import Persona
from personas.services import SectionEntry
from tests.personas.base import PersonaTestCase, picture_file

WORDS = [
    "Reads reviews", "Shops late", "https://example.com/study", "compares long", "decides at once", "Digital ease",
    "not said", "my machine stops", "to repair it", "I save money", "What do they cook?", "organic", "Moka", "I finish tomorrow",
]  # fmt: skip


def sections() -> list[SectionEntry]:
    """One section of each kind, and two quadrants of the empathy map."""
    return [
        SectionEntry("text", "Free", {"text": "Shops late\nand often"}),
        SectionEntry("list", "List", {"items": ["Reads reviews"]}),
        SectionEntry("sliders", "Temper", {"items": [{"left": "compares long", "right": "decides at once", "value": 78}]}),
        SectionEntry("bars", "Skills", {"items": [{"label": "Digital ease", "value": 0}, {"label": "Full", "value": 100}]}),
        SectionEntry("channels", "Channels", {"items": [{"channel": "website", "value": None}]}),
        SectionEntry("jobs", "Jobs", {"items": [{"when": "my machine stops", "want": "to repair it", "so": "I save money"}]}),
        SectionEntry("questions", "Open", {"items": ["What do they cook?"]}),
        SectionEntry("tags", "Tags", {"items": ["organic"]}),
        SectionEntry("brands", "Brands", {"items": ["Moka"]}),
    ]  # fmt: skip


class PapersTestCase(PersonaTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)

    def fill(self) -> None:
        """Give Claire everything a sheet can hold."""
        services.persona_update(
            persona=self.persona,
            actor=self.ed,
            share_percent=46,
            sector="retail",
            market="b2c",
            relation="new",
            sections=sections(),
            empathy={"says": ["I finish tomorrow"], "pains": ["Small screen"]},
        )
        field = self.persona.traits.get(field="goals")
        services.evidence_add(trait=field, actor=self.ed, kind="data", title="Study", link="https://example.com/study")

    def pdf(self, url: str, language: str = "en") -> tuple[PdfReader, str]:
        response = self.client.get(url, headers={"Accept-Language": language})
        self.assertEqual((response.status_code, response["Content-Type"]), (200, "application/pdf"))
        reader = PdfReader(io.BytesIO(response.content))
        return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())

    def deck(self, url: str) -> Any:
        response = self.client.get(url)
        self.assertEqual(response.status_code, 200)
        self.assertIn("presentationml", response["Content-Type"])
        return Presentation(io.BytesIO(response.content))

    def assert_inside(self, deck: Any) -> None:
        """Fail when a shape stands beyond its slide."""
        for slide in deck.slides:
            for shape in slide.shapes:
                self.assertGreaterEqual(min(shape.left, shape.top), 0, shape.name)
                self.assertLessEqual(shape.left + shape.width, deck.slide_width, shape.name)
                self.assertLessEqual(shape.top + shape.height, deck.slide_height, shape.name)


def words_of(deck: Any) -> str:
    return " ".join(shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame)


class PdfTests(PapersTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = reverse("personas:pdf", args=[self.persona.pk])

    def test_it_carries_the_whole_sheet(self) -> None:
        self.fill()
        reader, text = self.pdf(self.url)
        self.assertLessEqual(len(reader.pages), 2)
        for words in (
            *WORDS,
            "46%",
            "New customers",
            "Retail and e-commerce",
            "B2C",
            "Draft",
            "Empathy map",
            "78 / 100",
        ):
            if not words.startswith("https"):
                self.assertIn(words, text)
        links = [note.get_object()["/A"]["/URI"] for page in reader.pages for note in page.get("/Annots", [])]
        self.assertIn("https://example.com/study", links)

    def test_what_nobody_knows_is_told_as_unknown(self) -> None:
        text = self.pdf(self.url)[1]
        self.assertIn("Share of customers unknown", text)
        self.assertNotIn("Empathy map", text)

    def test_an_old_agreement_is_told_as_one(self) -> None:
        review = timezone.localdate() + dt.timedelta(days=30)
        services.persona_set_status(
            persona=self.persona, actor=self.ed, status="validated", review_on=review, expected_revision=self.persona.revision
        )  # fmt: skip
        self.assertIn("to be reviewed on", self.pdf(self.url)[1])
        Persona.objects.filter(pk=self.persona.pk).update(review_on=timezone.localdate())
        text = self.pdf(self.url)[1]
        self.assertIn("Review due since", text)
        self.assertNotIn("Validated ·", text)

    def test_an_own_picture_is_on_it(self) -> None:
        self.assertFalse([image for page in self.pdf(self.url)[0].pages for image in page.images])
        services.persona_set_portrait(persona=self.persona, actor=self.ed, portrait="picture", file=picture_file())
        self.assertTrue([image for page in self.pdf(self.url)[0].pages for image in page.images])

    def test_the_longest_texts_are_all_there(self) -> None:
        long = " ".join(f"w{number:04}" for number in range(600))
        lines = [f"entry {number} " + "x" * 250 for number in range(20)]
        services.persona_update(
            persona=self.persona,
            actor=self.ed,
            summary="S" * 900,
            traits={"goals": long},
            sections=[SectionEntry("text", "Free", {"text": long.replace("w", "t")})],
            empathy={"says": lines, "gains": lines},
        )
        text = self.pdf(self.url)[1]
        for words in ("w0000", "w0599", "t0599", "entry 19"):
            self.assertIn(words, text)

    def test_the_sheets_of_several_personas(self) -> None:
        paul = services.persona_create(workspace=self.workspace, actor=self.ed, name="Paul")
        services.persona_create(workspace=self.workspace, actor=self.ed, name="Zoe")
        url = reverse("personas:sheets-pdf", args=["acme"])
        text = self.pdf(url)[1]
        for name in ("Claire", "Paul", "Zoe"):
            self.assertIn(name, text)
        text = self.pdf(f"{url}?persona={paul.pk}&persona={self.persona.pk}&persona=nonsense")[1]
        self.assertIn("Paul", text)
        self.assertNotIn("Zoe", text)

    def test_nobody_prints_personas_of_elsewhere(self) -> None:
        other = Workspace.objects.exclude(pk=self.workspace.pk).first() or Workspace.objects.create(
            name="Other", slug="other"
        )
        stranger = Persona.objects.create(workspace=other, name="Stranger")
        for name in ("sheets-pdf", "sheets-pptx"):
            for pk in (stranger.pk, uuid.uuid4()):
                response = self.client.get(reverse(f"personas:{name}", args=["acme"]) + f"?persona={pk}", follow=True)
                self.assertContains(response, "There is no persona to put into a file yet")

    def test_more_than_fifty_are_refused(self) -> None:
        Persona.objects.bulk_create(Persona(workspace=self.workspace, name=f"P{number}") for number in range(50))
        response = self.client.get(reverse("personas:sheets-pdf", args=["acme"]), follow=True)
        self.assertContains(response, "at most 50 personas")

    def test_query_count_does_not_grow(self) -> None:
        for name in ("sheets-pdf", "sheets-pptx"):
            url = reverse(f"personas:{name}", args=["acme"])
            before = self.query_count(url)
            for number in range(3):
                services.persona_create(
                    workspace=self.workspace, actor=self.ed, name=f"{name} {number}", traits={"age": "30"},
                    parent=self.persona, sections=sections(),
                )  # fmt: skip
            self.assertEqual(self.query_count(url), before)


class BlankTests(PapersTestCase):
    def test_it_asks_in_the_language_that_is_wanted(self) -> None:
        url = reverse("personas:blank-pdf", args=["acme"])
        reader, text = self.pdf(f"{url}?language=en", "fr")
        self.assertEqual(len(reader.pages), 2)
        self.assertIn("Which age band?", text)
        self.assertEqual(text.count("Evidence: survey, interview or data analysis"), 12)  # ten fields, two sections
        for words in ("Empathy map", "Says", "Gains", "Section of your own"):
            self.assertIn(words, text)
        for wanted, page, got in (("fr", "en", "fr"), ("en", "fr", "en"), ("xx", "fr", "fr"), ("", "en", "en")):
            reader = self.pdf(f"{url}?language={wanted}", page)[0]
            self.assertEqual(reader.root_object["/Lang"][:2], got)


class PngTests(PapersTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = reverse("personas:png", args=[self.persona.pk])

    def test_it_is_as_wide_as_asked(self) -> None:
        for scale, width in (("", 794), ("?scale=1", 794), ("?scale=2", 1587)):
            response = self.client.get(self.url + scale)
            self.assertEqual(response["Content-Type"], "image/png")
            with Image.open(io.BytesIO(response.content)) as image:
                self.assertAlmostEqual(image.width, width, delta=1)
                short = image.height
        self.fill()
        with Image.open(io.BytesIO(self.client.get(f"{self.url}?scale=2").content)) as image:
            self.assertGreater(image.height, short)  # one image, however long

    def test_another_scale_is_refused(self) -> None:
        response = self.client.get(f"{self.url}?scale=9", follow=True)
        self.assertContains(response, "scale 1 or 2")


class PptxTests(PapersTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = reverse("personas:pptx", args=[self.persona.pk])

    def test_every_text_is_there_to_edit(self) -> None:
        self.fill()
        deck = self.deck(self.url)
        text = words_of(deck)
        for words in (*WORDS, "Claire", "I buy in the train.", "46%", "Shop survey", "412 respondents", "Small screen"):
            self.assertIn(words, text)
        self.assertEqual(len(deck.slides), 4)
        self.assert_inside(deck)
        pictures = [shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == 13]
        self.assertEqual(len(pictures), 2)  # on the first slide and on the empathy map

    def test_without_empathy_map_and_sections_two_slides_say_all(self) -> None:
        deck = self.deck(self.url)
        self.assertEqual(len(deck.slides), 2)
        self.assertIn("Not described yet", words_of(deck))
        self.assertIn("Hypothesis of the team", words_of(deck))

    def test_long_texts_go_on_on_the_next_slide(self) -> None:
        long = " ".join(f"w{number:04}" for number in range(600))
        services.persona_update(
            persona=self.persona,
            actor=self.ed,
            summary=long.replace("w", "s"),
            traits={"goals": long, "values": "é" * 900},
            sections=[SectionEntry("text", "Free", {"text": long.replace("w", "t")}), *sections()],
            empathy={"says": [f"entry {number} " + "x" * 250 for number in range(20)]},
        )
        deck = self.deck(self.url)
        self.assert_inside(deck)
        text = words_of(deck)
        for number in range(600):
            for letter in "wst":
                self.assertEqual(text.count(f"{letter}{number:04}"), 1)
        self.assertEqual(text.count("é"), 900)
        self.assertIn("entry 19", text)
        for slide in deck.slides:
            for shape in slide.shapes:
                if shape.has_text_frame and shape.name not in {"footer", "page"}:
                    self.assertLessEqual(shape.top + shape.height, Pt(540 - 28) + 1, shape.name)

    def test_control_characters_do_not_break_the_file(self) -> None:
        Persona.objects.filter(pk=self.persona.pk).update(name="A\x07 <b>&amp;", summary="one\x0b two\n\nthree")
        self.assertIn("<b>&amp;", words_of(self.deck(self.url)))

    def test_several_personas_in_one_file(self) -> None:
        services.persona_create(workspace=self.workspace, actor=self.ed, name="Paul")
        text = words_of(self.deck(reverse("personas:sheets-pptx", args=["acme"])))
        self.assertIn("Claire", text)
        self.assertIn("Paul", text)


class MenuTests(PapersTestCase):
    def test_sheet_and_list_offer_the_files(self) -> None:
        response = self.client.get(self.persona.get_absolute_url())
        for name in ("pdf", "png", "pptx"):
            self.assertContains(response, reverse(f"personas:{name}", args=[self.persona.pk]))
        response = self.client.get(reverse("personas:list", args=["acme"]))
        for name in ("sheets-pdf", "sheets-pptx", "blank-pdf"):
            self.assertContains(response, reverse(f"personas:{name}", args=["acme"]))
