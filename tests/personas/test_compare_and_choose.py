from django.urls import reverse

from cxmap.history.models import Change
from personas import services
from personas.choosing import RULES, proposals
from personas.models import Market, Persona, PersonaSector, Relation
from personas.services import SectionEntry
from tests.personas.base import PersonaTestCase


class ComparisonTests(PersonaTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.url = reverse("personas:compare", args=["acme"])
        self.paul = self.make("Paul", traits={"age": "30–39", "goals": "Find help"})

    def make(self, name: str, **fields) -> Persona:
        return services.persona_create(workspace=self.workspace, actor=self.ed, name=name, **fields)

    def compare(self, *personas: Persona, **query):
        return self.client.get(self.url, {"persona": [str(persona.pk) for persona in personas], **query})

    def row(self, page, label: str):
        return next(row for group in page.context["page"].groups for row in group.rows if row.label == label)

    def test_it_works(self) -> None:
        page = self.compare(self.persona, self.paul)
        self.assertTrue(self.row(page, "Age").same)
        self.assertFalse(self.row(page, "Personal goals").same)
        self.assertContains(page, "Find help")
        self.assertEqual([cell.backed for cell in self.row(page, "Age").cells], [True, False])
        self.assertNotContains(page, "Lifestyle")  # nobody says anything there
        only = self.compare(self.persona, self.paul, only="differences")
        self.assertNotContains(only, "30–39")

    def test_own_fields_and_sections_meet_by_their_title(self) -> None:
        for persona, value in ((self.persona, 20), (self.paul, 80)):
            content = {"items": [{"label": "Ease", "value": value}]}
            own = [services.OwnField("demographic", "Búdget" if value == 20 else "Budget", "100 €")]
            services.persona_update(
                persona=persona, actor=self.ed, sections=[SectionEntry("bars", "Skills", content)], own_fields=own
            )
        page = self.compare(self.persona, self.paul)
        self.assertEqual([cell.section.items[0]["value"] for cell in self.row(page, "Skills").cells], [20, 80])
        self.assertTrue(self.row(page, "Búdget").same)

    def test_too_few_and_too_many(self) -> None:
        self.assertContains(self.compare(self.persona), "Choose two to five personas")
        self.assertContains(self.client.get(self.url, {"persona": ["x", ""]}), "Choose two to five personas")
        many = [self.make(f"P{number}") for number in range(6)]
        self.assertEqual(len(self.compare(*many).context["page"].sheets), 5)

    def test_those_of_elsewhere_and_of_the_trash_do_not_exist(self) -> None:
        foreign = services.persona_create(workspace=self.elsewhere, actor=self.otto, name="Secret")
        services.persona_delete(persona=self.paul, actor=self.ed)
        self.assertEqual(len(self.compare(self.persona, foreign, self.paul).context["page"].sheets), 1)
        self.assertNotContains(self.compare(self.persona, foreign), "Secret")

    def test_query_count_does_not_grow(self) -> None:
        def count(*personas: Persona) -> int:
            return self.query_count(f"{self.url}?{'&'.join(f'persona={persona.pk}' for persona in personas)}")

        few = count(self.persona, self.paul)
        more = [
            self.make(f"P{number}", traits={"age": "x"}, sections=[SectionEntry("tags", "T", {"items": ["x"]})])
            for number in range(3)
        ]
        self.assertEqual(count(self.persona, self.paul, *more), few)


class ChooserTests(PersonaTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("personas:choose", args=["acme"])

    def test_every_choice_proposes_something(self) -> None:
        for sector in PersonaSector:
            for market in Market:
                with self.subTest(sector=sector, market=market):
                    found = proposals(sector=sector, market=market, relations=())
                    self.assertGreaterEqual(len(found), 3)
                    self.assertTrue(all(row.reason and row.questions for row in found))

    def test_rules_have_codes_of_their_own_and_speak_both_languages(self) -> None:
        self.assertEqual(len({rule.code for rule in RULES}), len(RULES))
        for rule in RULES:
            for pair in (rule.name, rule.reason, *rule.questions):
                self.assertTrue(all(pair) and pair[0] != pair[1], rule.code)

    def test_sector_and_audience_narrow(self) -> None:
        page = self.client.get(self.url, {"sector": "insurance", "market": "b2c", "relation": "loyal"})
        codes = {row.code for row in page.context["proposals"]}
        self.assertIn("claimant", codes)
        self.assertNotIn("hurried-buyer", codes)
        self.assertEqual({row.relation for row in page.context["proposals"]}, {Relation.LOYAL})

    def test_the_ticked_ones_are_to_be_researched(self) -> None:
        data = {"sector": "insurance", "market": "b2c", "proposal": ["claimant", "not-a-rule"]}
        response = self.client.post(self.url, data, follow=True)
        self.assertContains(response, "1 persona is to be researched")
        persona = Persona.objects.get(status="to_research")
        self.assertEqual((persona.sector, persona.market, persona.relation), ("insurance", "b2c", "loyal"))
        self.assertEqual(list(persona.traits.exclude(text="")), [])  # no invented data
        page = self.client.get(persona.get_absolute_url())
        self.assertContains(page, "Hypothesis, to be checked:")
        self.assertContains(page, "Questions to answer")
        self.assertContains(page, "To be researched")
        self.assertTrue(Change.objects.filter(action="persona.added", target_id=str(persona.pk)).exists())

    def test_twice_makes_one(self) -> None:
        for _time in range(2):
            self.client.post(self.url, {"proposal": "regular"})
        self.assertEqual(Persona.objects.filter(status="to_research").count(), 1)
        self.assertContains(self.client.get(self.url), "in your list already")

    def test_nothing_ticked(self) -> None:
        self.assertContains(self.client.post(self.url, {"sector": "retail"}), "Tick at least one", status_code=422)

    def test_nonsense_restricts_nothing(self) -> None:
        self.assertEqual(self.client.get(self.url, {"sector": "moon", "relation": "x"}).status_code, 200)

    def test_query_count_does_not_grow(self) -> None:
        few = self.query_count(self.url)
        for number in range(10):
            services.persona_create(workspace=self.workspace, actor=self.ed, name=f"P{number}")
        self.assertEqual(self.query_count(self.url), few)
