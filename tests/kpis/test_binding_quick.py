"""A KPI is bound at a step of a map by typing its name into the cell."""

from django.urls import reverse

from journeys.services import cards
from kpis.models import Binding
from tests.journeys.base import MapTestCase


class BindingQuickTests(MapTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ana)
        self.step = self.steps()[0]

    def put(self) -> None:
        cards.card_add(lane=self.lane("touchpoints"), step=self.step, actor=self.ed, touchpoint=self.touchpoint)

    def write(self, text: str) -> tuple[int, str]:
        response = self.client.post(
            reverse("kpis:binding-quick"),
            {"step": str(self.step.pk), "text": text},
            headers={"x-requested-with": "fetch"},
        )
        return response.status_code, response.json().get("error", {}).get("code", "")

    def test_the_beginning_of_a_name_is_enough(self) -> None:
        self.put()
        self.assertEqual(self.write("bounce"), (200, ""))
        binding = Binding.objects.get()
        self.assertEqual((binding.kpi.code, binding.touchpoint), ("bounce-rate", self.touchpoint))
        self.assertEqual(binding.direction, "lower")
        self.assertEqual(self.write("Bounce rate")[1], "already_bound")

    def test_without_a_touchpoint_it_says_what_is_missing(self) -> None:
        self.assertEqual(self.write("bounce"), (422, "touchpoint_missing"))

    def test_a_name_that_is_unknown_or_several_is_refused(self) -> None:
        self.put()
        for text in ("Happiness", "customer", ""):
            with self.subTest(text=text):
                self.assertEqual(self.write(text), (422, "kpi_unknown"))
        self.assertFalse(Binding.objects.exists())

    def test_the_names_are_told(self) -> None:
        answer = self.client.get(reverse("kpis:binding-quick"), {"step": str(self.step.pk)})
        self.assertIn("Bounce rate", answer.json()["names"])
