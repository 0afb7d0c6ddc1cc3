from django.urls import reverse

from journeys.services.journeys import journey_create
from personas import services
from tests.personas.base import PersonaTestCase


class PersonaListTests(PersonaTestCase):
    def setUp(self) -> None:
        self.url = reverse("personas:list", args=["acme"])
        self.client.force_login(self.vi)

    def test_it_works(self) -> None:
        journey_create(workspace=self.workspace, actor=self.ed, name="Buying shoes", personas=[self.persona])
        response = self.client.get(self.url)
        self.assertContains(response, "Claire")
        self.assertContains(response, "I buy in the train.")
        self.assertContains(response, "Buying shoes")
        self.assertContains(response, "50%")  # one of two filled fields rests on evidence
        self.assertContains(response, "(1 of 2 fields)")

    def test_journeys_in_the_trash_do_not_count(self) -> None:
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Old map", personas=[self.persona])
        journey.deleted_at = journey.created_at
        journey.save(update_fields=["deleted_at"])
        self.assertNotContains(self.client.get(self.url), "Old map")

    def test_empty_says_what_to_do(self) -> None:
        services.persona_delete(persona=self.persona, actor=self.ed)
        self.assertContains(self.client.get(self.url), "An editor of this workspace can add one.")
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(self.url), "Describe the first persona")

    def test_names_sort_as_french_readers_expect(self) -> None:
        for name in ("Zoé", "Élodie", "Eric"):
            services.persona_create(workspace=self.workspace, actor=self.ed, name=name)
        names = [card.persona.name for card in self.client.get(self.url).context["page"].cards]
        self.assertEqual(names, ["Claire", "Élodie", "Eric", "Zoé"])

    def test_other_workspaces_stay_hidden(self) -> None:
        services.persona_create(workspace=self.elsewhere, actor=self.otto, name="Secret")
        self.assertNotContains(self.client.get(self.url), "Secret")

    def test_query_count_does_not_grow(self) -> None:
        journey_create(workspace=self.workspace, actor=self.ed, name="One", personas=[self.persona])
        few = self.query_count(self.url)
        for number in range(12):
            persona = services.persona_create(
                workspace=self.workspace, actor=self.ed, name=f"P{number}", traits={"age": "x"}
            )
            journey_create(workspace=self.workspace, actor=self.ed, name=f"J{number}", personas=[persona])
        self.assertEqual(self.query_count(self.url), few)
