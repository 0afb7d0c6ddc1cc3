import io

from django.urls import reverse
from pypdf import PdfReader

from personas import services
from personas.services import OwnField
from tests.personas.base import PersonaTestCase


class PersonaPdfTests(PersonaTestCase):
    """A11, artefact 1: the sheet to download, filled and blank."""

    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.url = reverse("personas:pdf", args=[self.persona.pk])

    def text(self, url: str, language: str = "en") -> tuple[PdfReader, str]:
        response = self.client.get(url, headers={"Accept-Language": language})
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response["Content-Type"], "application/pdf")
        reader = PdfReader(io.BytesIO(response.content))
        return reader, " ".join(page.extract_text() for page in reader.pages)

    def test_it_works(self) -> None:
        reader, text = self.text(self.url)
        self.assertAlmostEqual(float(reader.pages[0].mediabox.width), 595, delta=1)  # A4 in points
        self.assertEqual(len(reader.pages), 1)
        for words in ("Claire", "in a hurry", "30–39", "Shop survey", "412 respondents", "no evidence yet", "Acme"):
            self.assertIn(words, text)
        self.assertNotIn("ictional company", text)

    def test_a_fictional_workspace_says_so(self) -> None:
        self.workspace.fictional = True
        self.workspace.save(update_fields=["fictional"])
        self.assertIn("Fictional company", self.text(self.url)[1])

    def test_a_long_sheet_runs_over_pages(self) -> None:
        traits = dict.fromkeys(("values", "goals", "frustrations"), "A long sentence about this customer. " * 30)
        own = [OwnField("behavioural", f"Field {number}", "text " * 80) for number in range(6)]
        services.persona_update(persona=self.persona, actor=self.ed, traits=traits, own_fields=own)
        reader, text = self.text(self.url)
        self.assertGreater(len(reader.pages), 1)
        self.assertIn("Field 5", text)

    def test_markup_of_the_typesetter_is_only_text(self) -> None:
        services.persona_update(
            persona=self.persona, actor=self.ed, traits={"goals": '#read("/etc/passwd") *bold* $x$ @cite <label>'}
        )
        self.assertIn('#read("/etc/passwd") *bold*', self.text(self.url)[1])

    def test_the_blank_sheet_asks(self) -> None:
        reader, text = self.text(reverse("personas:blank-pdf", args=["acme"]))
        self.assertEqual(len(reader.pages), 2)
        self.assertIn("Which age band?", text)
        self.assertIn("Frustrations", text)
