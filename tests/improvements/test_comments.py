"""Comments on pains and solutions that stand on a map: the registry of journeys knows them through this app."""

from django.urls import reverse

from improvements.services import pain_add, pain_delete, solution_add
from journeys import errors
from journeys.comments import Place, element_of
from journeys.services.comments import comment_add
from journeys.services.journeys import journey_create
from tests.journeys.base import MapTestCase


class ImprovementCommentsTest(MapTestCase):
    def setUp(self) -> None:
        self.step = self.steps()[0]
        self.pain = pain_add(workspace=self.workspace, actor=self.ed, title="Too slow", step=self.step)
        self.solution = solution_add(workspace=self.workspace, actor=self.ed, title="Cache it", step=self.step)

    def test_it_works(self) -> None:
        comment_add(journey=self.journey, author=self.vi, text="Really?", place=Place("pain", self.pain.pk))
        comment_add(journey=self.journey, author=self.vi, text="Costly", place=Place("solution", self.solution.pk))
        self.client.force_login(self.ed)
        html = self.client.get(self.journey.get_absolute_url()).content.decode()
        for on in (f"pain:{self.pain.pk}", f"solution:{self.solution.pk}"):
            self.assertIn(f'?on={on}" data-talk', html)
        response = self.client.get(reverse("journeys:comments", args=[self.journey.pk]))
        self.assertContains(response, "solution › Cache it")
        self.assertContains(response, f"#row-{self.step.pk}")
        response = self.client.get(reverse("improvements:pain-edit", args=[self.pain.pk]))
        self.assertContains(response, f"?on=pain:{self.pain.pk}")

    def test_they_stay_when_it_is_deleted(self) -> None:
        place = Place("pain", self.pain.pk)
        comment_add(journey=self.journey, author=self.vi, text="Really?", place=place)
        pain_delete(pain=self.pain, actor=self.ed)
        element = element_of(self.journey, place)
        assert element is not None
        self.assertEqual((element.name, element.live), ("Too slow", False))

    def test_those_of_another_map_are_not_on_this_one(self) -> None:
        other = journey_create(workspace=self.workspace, actor=self.ed, name="Other", no_persona_yet=True)
        with self.assertRaises(errors.NothingToCommentOn):
            comment_add(journey=other, author=self.vi, text="Here?", place=Place("pain", self.pain.pk))

    def test_signs_cost_no_queries(self) -> None:
        self.client.force_login(self.ed)
        self.query_count(self.journey.get_absolute_url())
        few = self.query_count(self.journey.get_absolute_url())
        comment_add(journey=self.journey, author=self.vi, text="Hm", place=Place("pain", self.pain.pk))
        comment_add(journey=self.journey, author=self.vi, text="Hm", place=Place("solution", self.solution.pk))
        self.assertEqual(self.query_count(self.journey.get_absolute_url()), few)
