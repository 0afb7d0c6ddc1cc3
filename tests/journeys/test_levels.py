"""The names of the five levels of the curve."""

from decimal import Decimal

from journeys import selectors
from journeys.documents.model import map_doc
from journeys.models import Journey
from journeys.services import cards
from tests.journeys.base import MapTestCase


class LevelNameTests(MapTestCase):
    def test_own_names_are_said_wherever_levels_are(self) -> None:
        self.client.force_login(self.ed)
        cards.curve_set(step=self.steps()[0], actor=self.ed, level=Decimal("2"))
        cards.curve_set(step=self.steps()[1], actor=self.ed, level=Decimal("-1"))
        data = {
            "name": "Buying",
            "no_persona_yet": "on",
            "kind": "customer",
            "horizon": "as_is",
            "status": "draft",
            "revision": self.journey.revision,
            "level_4": "Delighted",
        }
        response = self.client.post(f"/journeys/{self.journey.pk}/settings/", data)
        self.assertRedirects(response, self.journey.get_absolute_url())
        page = self.client.get(self.journey.get_absolute_url())
        self.assertContains(page, 'data-levels="very negative␟negative␟neutral␟positive␟Delighted"')
        self.assertContains(page, "believed: +2.0 (Delighted)")
        self.assertContains(page, ">Delighted</text>")
        table = self.client.get(self.journey.get_absolute_url(), {"view": "table"})
        self.assertContains(table, "believed: +2.0 (Delighted)")
        self.assertContains(table, "believed: −1.0 (negative)")
        board = selectors.board(journey=Journey.objects.get(pk=self.journey.pk), actor=None, can_edit=False)
        lane = next(lane for lane in map_doc(board).lanes if lane.curve)
        self.assertEqual(list(lane.curve.level_names)[:2], ["Delighted", "positive"])
        self.assertContains(self.client.get(f"/journeys/{self.journey.pk}/settings/"), 'value="Delighted"')

    def test_the_usual_names_come_back(self) -> None:
        self.client.force_login(self.ed)
        Journey.objects.filter(pk=self.journey.pk).update(level_names=["a", "b", "c", "d", "e"])
        data = {"name": "x", "no_persona_yet": "on", "kind": "customer", "horizon": "as_is", "status": "draft"}
        self.client.post(f"/journeys/{self.journey.pk}/settings/", {**data, "revision": self.journey.revision})
        self.assertEqual(Journey.objects.get(pk=self.journey.pk).level_names, [])
