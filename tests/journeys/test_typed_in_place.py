"""What a newcomer writes instead of filling forms: personas, stages and steps of a new map, touchpoints in their cells."""

from django.urls import reverse

from journeys.models import Card, Journey
from journeys.services.stages import live_stages, live_steps
from personas.models import Persona
from personas.services import persona_create
from tests.journeys.base import MapTestCase
from touchpoints.models import Touchpoint


class BeginTests(MapTestCase):
    def begin(self, *, status: int = 302, **data: object) -> Journey | None:
        self.client.force_login(self.ed)
        url = reverse("journeys:add-from", args=["acme", "six-stages"])
        sent = {"name": "Mine", "kind": "customer", "parts": ["touchpoints", "kpis"], **data}
        response = self.client.post(url, sent)
        self.assertEqual(response.status_code, status)
        return Journey.objects.filter(name="Mine").first()

    def test_stages_and_steps_are_those_that_were_written(self) -> None:
        outline = "Need: sees an ad, asks a friend\n\n  Purchase : pays ; waits\nUse"
        journey = self.begin(no_persona_yet="on", outline=outline)
        assert journey
        found = [(stage.name, [step.name for step in live_steps(stage)]) for stage in live_stages(journey)]
        self.assertEqual(
            found,
            [("Need", ["sees an ad", "asks a friend"]), ("Purchase", ["pays", "waits"]), ("Use", ["New step"])],
        )
        self.assertFalse(Card.objects.filter(journey=journey).exists())  # the template's touchpoints had other steps
        self.assertEqual(journey.lanes.count(), self.journey.lanes.count())

    def test_an_outline_that_cannot_be_read_is_refused(self) -> None:
        for outline in (": pays", "x" * 121, f"Stage: {'x' * 161}"):
            with self.subTest(outline=outline[:20]):
                self.assertIsNone(self.begin(status=422, no_persona_yet="on", outline=outline))

    def test_new_personas_are_made_and_known_ones_taken(self) -> None:
        known = persona_create(workspace=self.workspace, actor=self.ed, name="Hélène")
        journey = self.begin(new_personas="helene, Marc, marc ,")
        assert journey
        self.assertFalse(journey.no_persona_yet)
        names = [link.persona.name for link in journey.persona_links.order_by("rank")]
        self.assertEqual(names, ["Hélène", "Marc"])
        self.assertEqual(journey.persona_links.order_by("rank")[0].persona_id, known.pk)
        self.assertEqual(Persona.objects.filter(workspace=self.workspace).count(), 2)
        self.assertEqual(Persona.objects.get(name="Marc").traits.count(), known.traits.count())


class TouchpointTests(MapTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.cell = {"lane": str(self.lane("touchpoints").pk), "step": str(self.steps()[1].pk)}

    def write(self, text: str, **cell: str) -> int:
        response = self.client.post(
            reverse("journeys:touchpoint-quick"),
            {**self.cell, "text": text, **cell},
            headers={"x-requested-with": "fetch"},
        )
        return response.status_code

    def test_a_known_name_is_taken_from_the_library(self) -> None:
        self.assertEqual(self.write("payment  PAGE"), 200)
        card = Card.objects.get(journey=self.journey)
        self.assertEqual((card.touchpoint, card.step), (self.touchpoint, self.steps()[1]))
        self.assertEqual(Touchpoint.objects.filter(workspace=self.workspace).count(), 1)

    def test_a_new_one_has_the_channel_of_its_name_or_that_of_the_last(self) -> None:
        self.assertEqual(self.write("Landing page"), 200)
        self.assertEqual(Touchpoint.objects.get(name="Landing page").channel.code, "website")
        self.assertEqual(self.write("Newsletter of May"), 200)
        self.assertEqual(Touchpoint.objects.get(name="Newsletter of May").channel.code, "newsletter")
        self.assertEqual(self.write("Welcome"), 200)
        self.assertEqual(Touchpoint.objects.get(name="Welcome").channel.code, "newsletter")

    def test_undo_takes_it_off_the_map(self) -> None:
        self.write("Landing page")
        self.client.post(reverse("journeys:undo", args=[self.journey.pk]))
        self.assertFalse(Card.objects.filter(journey=self.journey, deleted_at=None).exists())

    def test_without_a_name_nothing_is_added(self) -> None:
        self.assertEqual(self.write("   "), 400)
        self.assertFalse(Card.objects.filter(journey=self.journey).exists())

    def test_a_lane_of_texts_takes_no_touchpoint(self) -> None:
        self.assertGreaterEqual(self.write("Payment page", lane=str(self.lane("actions").pk)), 400)
        self.assertFalse(Card.objects.filter(journey=self.journey).exists())

    def test_the_names_of_the_library_are_told(self) -> None:
        answer = self.client.get(reverse("journeys:touchpoint-quick"), self.cell)
        self.assertEqual(answer.json(), {"names": ["Payment page"]})
