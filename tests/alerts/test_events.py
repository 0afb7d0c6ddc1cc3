"""Which transitions are news: each once, only what stands, nothing on noise."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert, Event
from cxmap.workspaces.services import member_remove
from kpis.models import Flag, KpiState
from kpis.registry import Turn
from kpis.services import binding_create, flag_refuse, flag_snooze, source_update, states_evaluate, target_set
from tests.alerts.base import AlertsTestCase
from tests.kpis.base import make_touchpoint
from tests.kpis.test_states_evaluate import week


class EventsTest(AlertsTestCase):
    def test_it_works(self) -> None:
        flag = self.dropped()
        event = Event.objects.get()
        self.assertEqual((event.kind, event.flag, event.binding), ("flag.opened", flag, self.binding))
        self.assertEqual(event.facts["state"]["period_start"], str(week(29)))
        # By default those who work on figures; not the viewer, and nobody of another workspace.
        self.assertEqual(self.told(), {"Olga": 1, "Ed": 1, "Ana": 1})

    def test_an_evaluation_that_runs_again_tells_nothing_again(self) -> None:
        self.dropped()
        before = Event.objects.count(), Alert.objects.count()
        self.evaluate(week(30))
        self.evaluate(week(30) + timedelta(days=1))
        # Nor one after the states were thrown away, or with a clock that was put back.
        KpiState.objects.all().delete()
        self.evaluate(week(30))
        self.evaluate(week(29))
        self.evaluate(week(30))
        self.assertEqual((Event.objects.count(), Alert.objects.count()), before)

    def test_weeks_of_old_news_are_not_told(self) -> None:
        """A year that is brought at once: of three signals within it, only the one that stands is told."""
        bad = {24: 0.14, 25: 0.14, 29: 0.12, 30: 0.12, 34: 0.1, 35: 0.1}
        self.write(lambda number: bad.get(number, 0.2), weeks=range(36))
        self.evaluate(week(36))
        self.assertGreater(Flag.objects.filter(status="closed").count(), 0)
        self.assertEqual(self.kinds(), ["flag.opened"])
        self.assertEqual(Event.objects.get().flag, Flag.objects.exclude(status="closed").get())

    def test_noise_tells_nothing(self) -> None:
        self.weekly(lambda number: 0.1 if number == 28 else 0.2, weeks=range(31), first=28)
        self.assertEqual(self.kinds(), [])

    def test_closing(self) -> None:
        bad = {28: 0.1, 29: 0.1}
        self.weekly(lambda number: bad.get(number, 0.2), weeks=range(33), first=28)
        self.assertEqual(self.kinds(), ["flag.opened", "flag.closed"])
        self.assertEqual(Event.objects.get(kind="flag.closed").facts["state"]["state"], "on_target")

    def test_worsening_from_a_missed_target(self) -> None:
        target_set(binding=self.binding, actor=self.ana, value=0.3)
        share = {29: 0.12, 30: 0.12, 31: 0.12}
        self.weekly(lambda number: share.get(number, 0.2), weeks=range(32), first=27)
        self.assertEqual(self.kinds(), ["flag.opened", "flag.worsened", "flag.worsened"])
        turns = [event.facts["turn"] for event in Event.objects.filter(kind="flag.worsened")]
        self.assertEqual(sorted(turns), sorted([Turn.WORSENED.value, Turn.DEEPENED.value]))

    def test_going_on_falling(self) -> None:
        """Two weeks wholly beyond what opened it; one is not enough, and a third tells nothing more."""
        share = {28: 0.15, 29: 0.15, 30: 0.1, 31: 0.1, 32: 0.1, 33: 0.1}
        self.write(lambda number: share.get(number, 0.2), weeks=range(34))
        found = []
        for number in range(28, 35):
            self.evaluate(week(number))
            found.append(Event.objects.filter(kind="flag.worsened").count())
        self.assertEqual(found, [0, 0, 0, 0, 1, 1, 1])

    def test_a_little_lower_is_no_worsening(self) -> None:
        share = {28: 0.15, 29: 0.15}
        self.weekly(lambda number: share.get(number, 0.147 if number > 29 else 0.2), weeks=range(34), first=28)
        self.assertEqual(self.kinds(), ["flag.opened"])

    def test_what_is_put_aside_is_not_pressed_on_people(self) -> None:
        share = {28: 0.15, 29: 0.15}
        self.write(lambda number: share.get(number, 0.05 if number > 29 else 0.2), weeks=range(33))
        for number in range(28, 31):
            self.evaluate(week(number))
        flag_refuse(flag=Flag.objects.get(), actor=self.ed, reason="we know")
        self.evaluate(week(31))
        self.evaluate(week(32))
        self.assertEqual(self.kinds(), ["flag.opened"])

    def test_a_snoozed_signal_that_worsened_is_told_when_it_wakes(self) -> None:
        share = {28: 0.15, 29: 0.15}
        self.write(lambda number: share.get(number, 0.05 if number > 29 else 0.2), weeks=range(34))
        for number in range(28, 31):
            self.evaluate(week(number))
        flag = Flag.objects.get()
        flag_snooze(flag=flag, actor=self.ed, until=datetime.now(UTC).date() + timedelta(days=3))
        Flag.objects.update(snoozed_until=week(32))
        self.evaluate(week(32))
        self.assertEqual(self.kinds(), ["flag.opened"])
        self.evaluate(week(33))
        self.assertEqual(self.kinds(), ["flag.opened", "flag.worsened"])

    def test_late_data_and_their_arrival(self) -> None:
        self.write(lambda number: 0.2, weeks=range(12))
        newest = week(12) - timedelta(days=1)
        late_on = newest + timedelta(days=3 * self.source.rhythm_days + 1)
        for day in (newest, late_on - timedelta(days=1)):
            self.evaluate(day)
        self.assertEqual(self.kinds(), [])
        for day in (late_on, late_on + timedelta(days=1), late_on + timedelta(days=9)):
            self.evaluate(day)
        event = Event.objects.get()
        self.assertEqual(
            (event.kind, event.source, event.facts["newest_day"]), ("data.stale", self.source, str(newest))
        )
        self.write(lambda number: 0.2, weeks=range(12, 17), import_id=2)
        self.evaluate(week(17))
        self.evaluate(week(17) + timedelta(days=1))
        self.assertEqual(self.kinds(), ["data.stale", "data.fresh"])
        # A second episode is a second alert.
        self.evaluate(week(17) + timedelta(days=40))
        self.evaluate(week(17) + timedelta(days=41))
        self.assertEqual(self.kinds(), ["data.stale", "data.fresh", "data.stale"])

    def test_an_old_file_is_not_late(self) -> None:
        """Data that are old when they come, or by a new rhythm of their source, have not become late."""
        self.evaluate(week(30))
        self.write(lambda number: 0.2, weeks=range(12))
        self.evaluate(week(30))
        self.evaluate(week(31))
        self.write(lambda number: 0.2, weeks=range(12, 31), import_id=2)
        self.evaluate(week(31))
        source_update(source=self.source, actor=self.ana, rhythm_days=1)
        self.evaluate(week(31) + timedelta(days=5))
        self.evaluate(week(31) + timedelta(days=6))
        self.assertEqual(self.kinds(), ["data.stale"])

    def test_a_target_at_risk_is_told_once(self) -> None:
        target_set(binding=self.binding, actor=self.ana, value=0.3, due_on=week(30) + timedelta(days=31))
        self.write(lambda number: 0.2, weeks=range(36))
        self.evaluate(week(30))
        self.assertEqual(self.kinds(), ["flag.opened"])
        self.evaluate(week(30) + timedelta(days=1))
        self.assertEqual(self.kinds(), ["flag.opened", "target.at_risk"])
        for number in range(31, 37):
            self.evaluate(week(number))
        self.assertEqual(self.kinds(), ["flag.opened", "target.at_risk"])
        # Another target is another matter.
        target_set(binding=self.binding, actor=self.ana, value=0.31, due_on=week(37))
        self.evaluate(week(36))
        self.assertEqual(self.kinds().count("target.at_risk"), 2)

    def test_a_target_missed_by_chance_is_not_at_risk(self) -> None:
        target_set(binding=self.binding, actor=self.ana, value=0.201, due_on=week(31))
        self.write(lambda number: 0.2, weeks=range(30))
        self.evaluate(week(30))
        self.assertEqual(self.kinds(), [])

    def test_who_has_left_is_told_nothing(self) -> None:
        member_remove(membership=self.member(self.ed), actor=self.olga)
        self.dropped()
        self.assertEqual(self.told(), {"Olga": 1, "Ana": 1})

    def test_what_was_told_goes_with_the_membership(self) -> None:
        self.dropped()
        member_remove(membership=self.member(self.ed), actor=self.olga)
        self.assertEqual(self.told(), {"Olga": 1, "Ana": 1})

    def test_query_count_does_not_grow(self) -> None:
        """One signal or many, one member or many."""

        def queries(names: list[str], day: int) -> int:
            for name in names:
                binding_create(
                    touchpoint=make_touchpoint(self.workspace, self.olga, name), kpi=self.ctr, actor=self.ana
                )
                self.write(
                    lambda number: 0.2 if number < 28 else 0.1, weeks=range(30), touchpoint=name.lower(), import_id=day
                )
            with CaptureQueriesContext(connection) as captured:
                states_evaluate(
                    workspace=self.workspace, now=datetime(2026, 9, 28, 9, tzinfo=UTC) + timedelta(minutes=day)
                )
            return sum("alerts_" in query["sql"] or "outbox_" in query["sql"] for query in captured)

        few = queries(["One"], 1)
        self.assertEqual(Event.objects.count(), 1)
        self.assertEqual(queries([f"T{number}" for number in range(8)], 2), few)
        self.assertEqual(Event.objects.count(), 9)
