"""Targets through the services and the API: milestones, start, what became of them, who is told to review them."""

from datetime import date, timedelta
from typing import Any

from alerts.models import Event
from alerts.wording import words
from cxmap.history.models import Change
from kpis.errors import MilestonesInvalid
from kpis.models import Binding, Target
from kpis.services import Milestone, binding_create, milestones_of, target_set, targets_decide
from tests.kpis.api import ApiTestCase
from tests.kpis.test_states_evaluate import StatesTestCase, week


class TargetsTestCase(StatesTestCase):
    binding: Binding

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.binding = binding_create(touchpoint=cls.shop, kpi=cls.ctr, actor=cls.ana)

    def set(self, value: float | None = 0.25, **fields: Any) -> Target:
        return target_set(binding=self.binding, actor=self.ana, value=value, **fields)


class MilestoneTests(TargetsTestCase):
    days = {"starts_on": date(2026, 3, 1), "due_on": date(2026, 9, 30)}

    def test_they_are_kept_in_order_and_in_the_history(self) -> None:
        steps = [Milestone(date(2026, 7, 31), 0.24), Milestone(date(2026, 5, 31), 0.22)]
        target = self.set(milestones=steps, **self.days)
        self.assertEqual(milestones_of(Target.objects.get(pk=target.pk)), sorted(steps))
        self.assertEqual(self.set(milestones=steps, **self.days), target)
        followed = self.set(milestones=steps[:1], **self.days)
        self.assertNotEqual(followed, target)
        self.assertEqual(Change.objects.filter(action="target.set").count(), 2)

    def test_outside_of_the_target_they_are_refused_and_nothing_is_written(self) -> None:
        wrong: list[tuple[dict[str, Any], str]] = [
            (
                {"milestones": [Milestone(date(2026, 2, 1), 0.2)], **self.days},
                "not between 1 Mar 2026 and 30 Sept 2026",
            ),
            ({"milestones": [Milestone(date(2026, 10, 1), 0.2)], **self.days}, "1 Oct 2026 is not between"),
            ({"milestones": [Milestone(date(2026, 5, 1), 1.2)], **self.days}, "impossible"),
            ({"milestones": [Milestone(date(2026, 5, 1), 0.2)] * 2, **self.days}, "same date"),
            ({"milestones": [Milestone(date(2026, 5, 1), 0.2)]}, "due date"),
            ({"milestones": [Milestone(date(2026, 5, 1), 0.2)], "value": None, **self.days}, "with a value"),
            (
                {"milestones": [Milestone(date(2026, 4, 1) + timedelta(days=n), 0.2) for n in range(13)], **self.days},
                "At most 12",
            ),
        ]
        for fields, said in wrong:
            with self.assertRaises(MilestonesInvalid) as caught:
                self.set(**fields)
            self.assertIn(said, " ".join(caught.exception.fields["milestones"]))
        self.assertFalse(Target.objects.exists())

    def test_progress_is_counted_from_the_same_day_while_the_value_stays(self) -> None:
        self.set(starts_on=date(2026, 3, 1))
        self.assertEqual(self.set(specific="More").starts_on, date(2026, 3, 1))
        self.assertGreater(self.set(0.3).starts_on, date(2026, 3, 1))


class OutcomeTests(TargetsTestCase):
    def due(self, value: float, due_on: date) -> Target:
        self.write(lambda number: 0.2, weeks=range(33))
        target = self.set(value, due_on=due_on)
        for number in range(28, 34):
            self.evaluate(week(number))
        target.refresh_from_db()
        return target

    def test_reached_and_not_reached(self) -> None:
        for value, outcome, established in ((0.19, "reached", False), (0.25, "missed", True), (0.201, "missed", False)):
            with self.subTest(value), self.undone():
                target = self.due(value, week(32) - timedelta(days=1))
                facts = target.outcome_facts
                self.assertEqual((target.outcome, facts["established"]), (outcome, established))
                self.assertEqual(facts["last_day"], str(week(32) - timedelta(days=1)))

    def test_it_waits_for_the_period_of_the_due_date(self) -> None:
        target = self.due(0.19, week(32) + timedelta(days=2))
        self.assertEqual(target.outcome_facts["last_day"], str(week(32) - timedelta(days=1)))
        self.set(0.19, due_on=week(33) + timedelta(days=2))
        self.evaluate(week(33) + timedelta(days=3))
        self.assertEqual(Target.objects.get(ended_at=None).outcome, "")

    def test_what_was_decided_stays(self) -> None:
        target = self.due(0.19, week(32) - timedelta(days=1))
        self.write(lambda number: 0.1, weeks=range(28, 34), import_id=2)
        self.evaluate(week(34))
        target.refresh_from_db()
        self.assertEqual((target.outcome, round(target.outcome_facts["value"], 2)), ("reached", 0.2))
        self.assertEqual(targets_decide(self.workspace.pk, week(40)), [])
        # A target that follows begins anew.
        self.assertEqual(self.set(0.19, due_on=week(50)).outcome, "")

    def test_without_data_it_is_unknown_never_reached(self) -> None:
        target = self.set(0.19, due_on=week(20))
        self.assertEqual(targets_decide(self.workspace.pk, week(21)), [])
        self.assertEqual(targets_decide(self.workspace.pk, week(30)), [target])
        target.refresh_from_db()
        self.assertEqual((target.outcome, target.outcome_facts), ("unknown", {}))

    def test_too_few_answers_are_unknown(self) -> None:
        self.write(lambda number: 0.2, weeks=range(33), visits=1)
        self.set(0.19, due_on=week(32) - timedelta(days=1))
        self.evaluate(week(33))
        self.assertEqual(Target.objects.get().outcome, "unknown")


class ReviewTests(TargetsTestCase):
    def test_the_day_of_review_is_told_once(self) -> None:
        self.set(0.19, review_on=week(31))
        self.write(lambda number: 0.2, weeks=range(33))
        for number in range(30, 34):
            self.evaluate(week(number))
        event = Event.objects.get()
        self.assertEqual((event.kind, event.facts["review_on"]), ("target.review", str(week(31))))
        told = words(event)
        self.assertEqual(told.title, "A target is to be reviewed")
        self.assertIn("The review of the target of 19% was planned for", told.sentence)


class TargetApiTests(ApiTestCase):
    def test_milestones_and_answers_through_the_api(self) -> None:
        binding = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        body = {
            "binding": str(binding.pk), "value": 0.02, "specific": "More clicks", "starts_on": "2026-11-01",
            "due_on": "2027-06-30", "review_on": "2027-01-15", "milestones": [{"on": "2027-01-31", "value": 0.016}],
        }  # fmt: skip
        made = self.api("post", "targets/", body).json()
        self.assertEqual(made["milestones"], [{"on": "2027-01-31", "value": 0.016}])
        self.assertEqual(made["missing"], ["measurable", "attainable", "realistic"])
        followed = self.api("patch", f"targets/{made['id']}/", {"measurable": "Analytics"}).json()
        self.assertEqual(followed["milestones"], made["milestones"])
        self.assertEqual((followed["starts_on"], followed["review_on"]), ("2026-11-01", "2027-01-15"))
        wrong = self.api("patch", f"targets/{followed['id']}/", {"due_on": "2027-01-01"})
        self.assertEqual((wrong.status_code, wrong.json()["error"]["code"]), (400, "milestones_invalid"))
        for milestones in ([{"on": "2027-01-31", "value": "nan"}], [{"on": "soon", "value": 1}], [3]):
            self.assertEqual(
                self.api("patch", f"targets/{followed['id']}/", {"milestones": milestones}).status_code, 400
            )
        self.assertEqual(len(self.api("get", "targets/?outcome=missed").json()["results"]), 0)
