"""Curves of many personas: five lie over each other, more get a chart each."""

import re
from decimal import Decimal

from journeys import selectors
from journeys.access import share_token
from journeys.documents.layout import canvas
from journeys.documents.model import map_doc
from journeys.documents.shapes import Text
from journeys.selectors import Board
from journeys.services import cards
from journeys.services.journeys import journey_update, share_link_create
from personas.models import Persona
from personas.services import persona_create
from tests.journeys.base import MapTestCase


class MultiplesTests(MapTestCase):
    def people(self, count: int) -> list[Persona]:
        people = [
            persona_create(workspace=self.workspace, actor=self.ed, name=f"Persona {number}") for number in range(count)
        ]
        journey_update(journey=self.journey, actor=self.ed, personas=people)
        for number, person in enumerate(people):
            for place, step in enumerate(self.steps()):
                level = Decimal((number + place) % 5 - 2)
                cards.curve_set(step=step, actor=self.ed, level=level, persona=person)
        return people

    def board(self, persona: Persona | None = None) -> Board:
        return selectors.board(
            journey=self.journey, actor=None, can_edit=False, persona_id=persona.pk if persona else None
        )

    def test_five_lie_over_each_other(self) -> None:
        self.people(5)
        curve = self.board().curve
        assert curve is not None
        self.assertEqual((len(curve.lines), len(curve.multiples)), (5, 0))

    def test_six_get_a_chart_each(self) -> None:
        people = self.people(6)
        cards.curve_set(step=self.steps()[0], actor=self.ed, level=Decimal("2"), layer="to_be")
        curve = self.board().curve
        assert curve is not None
        self.assertEqual([line.layer for line in curve.lines], ["to_be"])
        self.assertEqual([chart.persona.pk for chart in curve.multiples], [person.pk for person in people])
        chart = curve.multiples[0]
        self.assertEqual([point.level for point in chart.points], [-2, -1, 0, 1, 2, -2])
        self.assertEqual(len({(own.height, tuple(own.rows)) for own in curve.multiples}), 1)
        self.client.force_login(self.vi)
        page = self.client.get(self.journey.get_absolute_url())
        self.assertContains(page, 'class="multiple"', 6)
        self.assertContains(page, "<li>1. Feels the need: −2.0</li>")
        link = share_link_create(journey=self.journey, actor=self.ed, days=7)
        self.assertContains(self.client.get(f"/shared/{share_token(link)}/"), 'class="multiple"', 6)

    def test_through_the_eyes_of_one_it_is_a_line_again(self) -> None:
        people = self.people(6)
        curve = self.board(people[5]).curve
        assert curve is not None
        self.assertEqual((len(curve.lines), len(curve.multiples)), (1, 0))

    def test_paper_gives_each_a_row(self) -> None:
        self.people(6)
        doc = map_doc(self.board())
        self.assertEqual(sum(lane.curve is not None for lane in doc.lanes), 7)
        texts = [shape.text for page in canvas(doc).pages for shape in page.shapes if isinstance(shape, Text)]
        self.assertEqual(sum(bool(re.match(r"Persona \d, believed", text)) for text in texts), 6)
