"""Pain points, solutions, the board, and what they show on a map."""

from django.utils import translation

from improvements.models import Pain, Solution
from improvements.selectors import expected_text, impact_board, quadrant
from improvements.services import pain_add, solution_add, solution_update
from journeys.services import cards
from journeys.services.journeys import history_step
from kpis.models import Binding, Flag, Kpi
from kpis.services import binding_create
from tests.journeys.base import MapTestCase


class ImprovementsTestCase(MapTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        kpi = Kpi.objects.get(workspace=cls.workspace, code="purchase-rate")
        cls.binding = binding_create(touchpoint=cls.touchpoint, kpi=kpi, actor=cls.ed)
        cls.flag = Flag.objects.create(
            workspace=cls.workspace, binding=cls.binding, kind="worse", opened_period="2026-11-09"
        )
        cls.url = f"/w/{cls.workspace.slug}/improvements/"

    binding: Binding
    flag: Flag
    url: str


class PainTests(ImprovementsTestCase):
    def test_a_signal_becomes_a_pain_point_on_the_map(self) -> None:
        step = self.steps()[3]
        cards.card_add(lane=self.lane("touchpoints"), step=step, actor=self.ed, touchpoint=self.touchpoint)
        self.client.force_login(self.ed)
        form = self.client.get(f"{self.url}pains/add/", {"flag": self.flag.pk})
        self.assertContains(form, self.touchpoint.name)
        self.client.post(
            f"{self.url}pains/add/",
            {
                "title": "Six screens",
                "kind": "pain",
                "nature": "ergonomics",
                "step": step.pk,
                "touchpoint": self.touchpoint.pk,
                "flag": self.flag.pk,
            },
        )
        pain = Pain.objects.get()
        self.assertEqual((pain.flag, pain.step, pain.journey), (self.flag, step, self.journey))
        page = self.client.get(self.journey.get_absolute_url())
        self.assertContains(page, "Six screens")
        # The signal stands there once: as the pain point that somebody made of it.
        self.assertNotContains(page, f"{self.binding.kpi} · getting worse")

    def test_an_open_signal_stands_on_the_map_by_itself(self) -> None:
        cards.card_add(lane=self.lane("touchpoints"), step=self.steps()[0], actor=self.ed, touchpoint=self.touchpoint)
        self.client.force_login(self.vi)
        self.assertContains(self.client.get(self.journey.get_absolute_url()), f"{self.binding.kpi} · getting worse")

    def test_a_step_of_another_workspace_is_no_choice(self) -> None:
        self.client.force_login(self.otto)
        response = self.client.post(
            f"/w/{self.elsewhere.slug}/improvements/pains/add/",
            {"title": "x", "kind": "pain", "step": self.steps()[0].pk},
        )
        self.assertEqual(response.status_code, 422)
        self.assertFalse(Pain.objects.exists())

    def test_two_people_at_one_pain_point(self) -> None:
        pain = pain_add(workspace=self.workspace, actor=self.ed, title="First")
        self.client.force_login(self.ed)
        data = {"title": "Second", "kind": "pain", "revision": 1}
        self.client.post(f"/pains/{pain.pk}/", data)
        response = self.client.post(f"/pains/{pain.pk}/", {**data, "title": "Third"})
        self.assertEqual(response.status_code, 409)
        pain.refresh_from_db()
        self.assertEqual(pain.title, "Second")

    def test_undo_on_the_map_takes_it_back(self) -> None:
        pain = pain_add(workspace=self.workspace, actor=self.ed, title="Slip", step=self.steps()[0])
        history_step(journey=self.journey, actor=self.ed)
        pain.refresh_from_db()
        self.assertIsNotNone(pain.deleted_at)


class SolutionTests(ImprovementsTestCase):
    def post(self, **fields: object) -> int:
        self.client.force_login(self.ed)
        data = {"title": "One screen", "kind": "fix", "status": "idea", **fields}
        return self.client.post(f"{self.url}solutions/add/", data).status_code

    def test_it_works(self) -> None:
        status = self.post(
            impact=5, effort=2, binding=self.binding.pk, expected_value="10", expected_unit="relative", owner="Team"
        )
        self.assertEqual(status, 302)
        solution = Solution.objects.get()
        self.assertEqual(expected_text(solution, 0.0137), "+10%, i.e. from 1.37% to 1.51%")
        with translation.override("fr"):
            self.assertTrue(expected_text(solution, 0.0137).startswith("+10\u00a0%, "))
        self.assertContains(self.client.get(self.url), "+10")

    def test_an_expected_effect_needs_its_unit_and_its_kpi(self) -> None:
        self.assertEqual(self.post(expected_value="10"), 422)
        self.assertEqual(self.post(expected_value="10", expected_unit="points"), 422)
        self.assertEqual(self.post(impact=6), 422)
        self.assertFalse(Solution.objects.exists())

    def test_it_is_done_on_the_day_it_is_done(self) -> None:
        solution = solution_add(workspace=self.workspace, actor=self.ed, title="x")
        solution = solution_update(solution=solution, actor=self.ed, status="done")
        self.assertIsNotNone(solution.done_on)

    def test_query_count_does_not_grow(self) -> None:
        self.client.force_login(self.vi)
        pain = pain_add(workspace=self.workspace, actor=self.ed, title="p", step=self.steps()[0])
        solution_add(workspace=self.workspace, actor=self.ed, title="s", pain=pain, binding=self.binding)
        few = self.query_count(self.url)
        for number in range(15):
            pain = pain_add(workspace=self.workspace, actor=self.ed, title=f"p{number}", step=self.steps()[0])
            solution_add(workspace=self.workspace, actor=self.ed, title=f"s{number}", pain=pain, binding=self.binding)
        self.assertEqual(self.query_count(self.url), few)


class BoardTests(ImprovementsTestCase):
    def test_quadrants(self) -> None:
        self.assertEqual(
            [quadrant(5, 1), quadrant(5, 5), quadrant(1, 1), quadrant(1, 5)],
            ["quick_win", "big_bet", "fill_in", "money_pit"],
        )

    def test_feasibility_reads_the_same_axis_the_other_way(self) -> None:
        solution_add(workspace=self.workspace, actor=self.ed, title="easy", impact=5, effort=1)
        effort, feasibility = impact_board(self.workspace), impact_board(self.workspace, feasibility=True)
        self.assertEqual([c.title for c in effort.rows[0][1][0].solutions], ["easy"])
        self.assertEqual([c.title for c in feasibility.rows[0][1][4].solutions], ["easy"])

    def test_a_score_is_typed_or_dragged(self) -> None:
        solution = solution_add(workspace=self.workspace, actor=self.ed, title="x")
        self.client.force_login(self.ed)
        self.client.post(f"/solutions/{solution.pk}/score/", {"impact": 4, "effort": 2})
        solution.refresh_from_db()
        self.assertEqual((solution.impact, solution.effort), (4, 2))
        response = self.client.post(
            f"/solutions/{solution.pk}/score/", {"impact": 9, "effort": 2}, HTTP_X_REQUESTED_WITH="fetch"
        )
        self.assertEqual(response.status_code, 422)
