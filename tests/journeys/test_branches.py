"""Branches and loops: which steps are ways to choose from, said and drawn everywhere."""

from types import SimpleNamespace

from django.test import SimpleTestCase

from journeys import selectors
from journeys.branches import places_of
from journeys.documents.layout import canvas, lay_out
from journeys.documents.model import map_doc
from journeys.documents.shapes import Path, Text
from journeys.models import Step
from journeys.services import stages
from tests.journeys.base import MapTestCase


def steps(*entries: tuple[str, str, str]) -> list[SimpleNamespace]:
    return [SimpleNamespace(stage_id=stage, branch=branch, path=path) for stage, branch, path in entries]


class PlaceTests(SimpleTestCase):
    def test_it_works(self) -> None:
        places = places_of(
            steps(("a", "", ""), ("a", "Asks", "phone"), ("a", "Asks", "phone"), ("a", "Asks", "chat"), ("a", "", ""))
        )
        self.assertEqual([place.way for place in places], [0, 1, 1, 2, 0])
        self.assertEqual([place.letter for place in places], ["", "A", "A", "B", ""])
        self.assertEqual([place.way_width for place in places], [0, 2, 0, 1, 0])
        self.assertEqual([place.branch_width for place in places], [0, 3, 0, 0, 0])
        self.assertEqual([place.last for place in places], [False, False, False, True, False])

    def test_a_branch_ends_with_its_stage(self) -> None:
        places = places_of(steps(("a", "Asks", "phone"), ("b", "Asks", "chat")))
        self.assertEqual([(place.ways, place.letter) for place in places], [(1, ""), (1, "")])


class BranchTests(MapTestCase):
    def setUp(self) -> None:
        stage = self.stages()[0]
        for name, path in (("Calls", "by phone"), ("Waits", "by phone"), ("Writes", "by chat")):
            step = stages.step_add(stage=stage, actor=self.ed, name=name)
            stages.step_describe(step=step, actor=self.ed, branch="Asks for help", path=path)
        stages.step_describe(step=self.steps()[0], actor=self.ed, repeatable=True)

    def test_every_step_says_its_way(self) -> None:
        self.client.force_login(self.vi)
        url = self.journey.get_absolute_url()
        for query in ({}, {"view": "table"}):
            page = self.client.get(url, query)
            self.assertContains(page, "Branch “Asks for help”, way 1 of 2: by phone.", 2)
            self.assertContains(page, "Branch “Asks for help”, way 2 of 2: by chat.", 1)
        page = self.client.get(url)
        self.assertContains(page, 'class="way__or"', 1)
        self.assertContains(page, 'class="loop"', 1)

    def test_paper_shows_bracket_ways_and_loop(self) -> None:
        board = selectors.board(journey=self.journey, actor=None, can_edit=False)
        doc = map_doc(board)
        for layout in (canvas(doc), lay_out(doc, "a3")):
            shapes = layout.pages[-1].shapes
            texts = [shape.text for shape in shapes if isinstance(shape, Text)]
            self.assertEqual(texts.count("Asks for help"), 1)
            self.assertEqual(texts.count("or"), 1)
            self.assertIn("A\u00a0· by phone", texts)
            self.assertIn("B\u00a0· by chat", texts)
            self.assertTrue(any(isinstance(shape, Path) and shape.stroke == "#005F96" for shape in shapes))

    def test_a_map_without_branches_has_no_bracket(self) -> None:
        Step.objects.filter(journey=self.journey).update(branch="", path="", repeatable=False)
        doc = map_doc(selectors.board(journey=self.journey, actor=None, can_edit=False))
        for layout in (canvas(doc), lay_out(doc, "a3")):
            texts = [shape.text for shape in layout.pages[-1].shapes if isinstance(shape, Text)]
            self.assertNotIn("or", texts)
