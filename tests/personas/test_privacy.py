from django.urls import reverse

from personas.models import Persona
from personas.privacy import hints_in
from tests.personas.base import PersonaTestCase


def kinds(text: str, **options) -> set[str]:
    return {hint.kind for hint in hints_in([("Field", text)], **options)}


class HintTests(PersonaTestCase):
    """Personal data: hints that name the field, in French and English."""

    def test_what_is_found(self) -> None:
        for text, kind in (
            ("34 ans, pressée", "age"),
            ("Elle est âgée de 52 ans", "age"),
            ("a 34-year-old engineer", "age"),
            ("aged 61, retired", "age"),
            ("née le 12/03/1984", "birth"),
            ("Born in 1984", "birth"),
            ("écrire à claire.petit@exemple.fr", "email"),
            ("au 06 12 34 56 78 le soir", "phone"),
            ("+33 6 12 34 56 78", "phone"),
            ("call 020 7946 0958", "phone"),
            ("call (555) 123-4567", "phone"),
            ("FR76 3000 6000 0112 3456 7890 189", "iban"),
            ("GB29NWBK60161331926819", "iban"),
            ("4111 1111 1111 1111", "card"),
            ("1 84 03 75 116 042 33", "nir"),
            ("habite 12 bis rue des Lilas", "address"),
            ("lives at 221B Baker Street", "address"),
            ("12 rue Jean Moulin", "address"),
            ("Sophie Martin achète le soir", "name"),
            ("Jean-Pierre de La Tour", "name"),
            ("Mme Durand rappelle", "name"),
            ("John SMITH complained", "name"),
        ):
            with self.subTest(text=text):
                self.assertIn(kind, kinds(text))

    def test_what_is_left_alone(self) -> None:
        for text in (
            "30 à 39 ans",
            "30–39",
            "plus de 60 ans",
            "cliente depuis 25 ans",
            "aged 30 to 39",
            "garde ses machines dix ans",
            "14 000 visites par semaine",
            "paie 1 200 € en 24 mois",
            "1234 5678 9012 3456",
            "Achète en ligne le soir",
            "Société Générale, Crédit Agricole",
            "Grande ville, région Île-de-France",
            "Regarde des séries. Elle cuisine.",
            "la rue, la place du marché",
            "Claire",
            "NPS 42, CSAT 4,2 sur 5",
            "03/2026",
        ):
            with self.subTest(text=text):
                self.assertEqual(kinds(text), set())

    def test_a_name_with_a_surname(self) -> None:
        self.assertEqual(kinds("Zelda Quibble", name_field="Field"), {"name"})
        self.assertEqual(kinds("Zelda la pressée", name_field="Field"), set())

    def test_a_number_alone_is_an_age_in_the_age_field(self) -> None:
        self.assertEqual(kinds("34", age_fields=["Field"]), {"age"})
        self.assertEqual(kinds("30-39", age_fields=["Field"]), set())

    def test_saving_is_never_refused(self) -> None:
        self.client.force_login(self.ed)
        data = self.form_data(trait_goals="write to sophie@example.org")
        response = self.client.post(reverse("personas:edit", args=[self.persona.pk]), data, follow=True)
        self.assertContains(response, "The sheet is saved.")
        self.assertContains(response, "1 thing looks like personal data")
        self.assertContains(response, "Personal goals:")
        self.client.force_login(self.vi)
        self.assertNotContains(self.client.get(self.persona.get_absolute_url()), "looks like personal data")

    def test_while_typing(self) -> None:
        self.client.force_login(self.ed)
        url = reverse("personas:hints", args=["acme"])
        data = {"name": "Claire", "trait_age": "34", "new_behavioural_label": "Phone", "new_behavioural_text": "06 12 34 56 78",
                "s3_title": "Quotes", "s3_text": "John Smith", "section": "3"}  # fmt: skip
        response = self.client.post(url, data)
        self.assertEqual([hint.field for hint in response.context["hints"]], ["Age", "Phone", "Quotes"])
        self.assertNotContains(response, "<html")

    def test_questions_of_the_chooser_raise_nothing(self) -> None:
        self.client.force_login(self.ed)
        self.client.post(reverse("personas:choose", args=["acme"]), {"proposal": ["regular", "lost"]})
        for persona in self.workspace_personas():
            self.assertEqual(self.client.get(persona.get_absolute_url()).context["hints"], [])

    def workspace_personas(self):
        found = list(Persona.objects.filter(workspace=self.workspace, status="to_research"))
        self.assertEqual(len(found), 2)
        return found
