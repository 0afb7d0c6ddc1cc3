"""States and flags through the services: exactly statistics § 5, kept period after period."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxmap.history.models import Change
from kpis.errors import FlagClosed, ReasonMissing, SnoozeInPast
from kpis.freshness import stale
from kpis.models import Binding, Evaluation, Flag, Kpi, KpiState, KpiVersion, Target
from kpis.services import (
    Evaluated,
    binding_create,
    binding_update,
    flag_acknowledge,
    flag_refuse,
    flag_reopen,
    flag_snooze,
    kpi_update,
    observations_write,
    rollups_refresh,
    source_update,
    states_evaluate,
    states_evaluate_if_due,
    target_set,
    workspaces_due,
)
from tests.kpis.base import KpiTestCase, drain, make_touchpoint, row

MONDAY = date(2026, 3, 2)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def week(number: int) -> date:
    return MONDAY + timedelta(weeks=number)


class StatesTestCase(KpiTestCase):
    def write(
        self,
        share: Callable[[int], float],
        *,
        weeks: range,
        touchpoint: str = "shop",
        kpi: str = "ctr",
        visits: int = 500,
        import_id: int = 1,
    ) -> None:
        """Write daily rows: share(week) of the visits, with a small swing over the days."""
        rows = []
        for number in weeks:
            for day in range(7):
                swing = (day - 3 + (number * 3 + day) % 5 - 2) * 0.004
                successes = round(visits * (share(number) + swing * share(number)))
                rows.append(
                    row(
                        len(rows) + 1,
                        touchpoint=touchpoint,
                        kpi=kpi,
                        day=week(number) + timedelta(days=day),
                        numerator=successes,
                        denominator=visits,
                    )
                )
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=import_id)
        drain(lambda limit: rollups_refresh(limit=5000))

    def evaluate(self, today: date) -> Evaluated:
        found = states_evaluate(workspace=self.workspace, now=at(today))
        assert found is not None
        return found

    def states(self, binding: Binding) -> list[str]:
        return list(KpiState.objects.filter(binding=binding).order_by("period_start").values_list("state", flat=True))


class StatesEvaluateTest(StatesTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.binding = binding_create(touchpoint=cls.shop, kpi=cls.ctr, actor=cls.ana)

    def test_it_works(self) -> None:
        self.write(lambda number: 0.2, weeks=range(30))
        report = self.evaluate(week(30))
        self.assertEqual((report.states, report.opened), (12, 0))
        self.assertEqual(self.states(self.binding), ["on_target"] * 12)
        newest = KpiState.objects.filter(binding=self.binding).latest("period_start")
        self.assertEqual((newest.period_start, newest.period_end), (week(29), week(30) - timedelta(days=1)))
        self.assertEqual((newest.n, newest.denominator, newest.periods), (3500, 3500, 12))
        self.assertAlmostEqual(newest.value or 0, 0.2, places=2)
        self.assertLess(newest.low or 1, newest.value or 0)
        self.assertEqual((newest.baseline_start, newest.baseline_end), (week(20), week(28) - timedelta(days=1)))
        self.assertLess(newest.baseline_low or 1, newest.baseline or 0)
        self.assertEqual(newest.newest_day, newest.period_end)

    def test_running_twice_changes_nothing(self) -> None:
        self.write(lambda number: 0.2 if number < 28 else 0.1, weeks=range(30))
        self.evaluate(week(30))
        before = list(KpiState.objects.values()), list(Flag.objects.values()), Change.objects.count()
        report = self.evaluate(week(30) + timedelta(days=1))
        self.assertEqual((report.states, report.opened, report.changed, report.closed), (0, 0, 0, 0))
        self.assertEqual((list(KpiState.objects.values()), list(Flag.objects.values()), Change.objects.count()), before)

    def test_no_data_is_unknown(self) -> None:
        self.evaluate(week(30))
        self.assertEqual(self.states(self.binding), ["no_data"] * 12)
        self.assertEqual(set(KpiState.objects.values_list("value", flat=True)), {None})

    def test_a_drop_of_one_week_opens_nothing(self) -> None:
        self.write(lambda number: 0.1 if number == 29 else 0.2, weeks=range(30))
        self.assertEqual(self.evaluate(week(30)).opened, 0)
        self.assertEqual(self.states(self.binding)[-1], "watch")

    def test_a_lasting_drop_opens_one_flag_that_stays_open(self) -> None:
        self.write(lambda number: 0.2 if number < 20 else 0.15, weeks=range(34))
        for number in range(21, 35):
            self.evaluate(week(number))
        flag = Flag.objects.get()
        self.assertEqual((flag.kind, flag.status, flag.opened_period), ("worse", "open", week(21)))
        # The baseline ended before the first of the two weeks, and stays there.
        self.assertEqual(flag.baseline_end, week(20) - timedelta(days=1))
        newest = KpiState.objects.latest("period_start")
        self.assertEqual((newest.state, newest.baseline_end), ("worse", flag.baseline_end))
        self.assertEqual(newest.periods, 14)
        evidence = flag.evidence
        self.assertEqual(
            (evidence["state"], evidence["reason"], evidence["kpi"]), ("worse", "worse_than_baseline", "ctr")
        )
        self.assertEqual(
            evidence["period"], {"first_day": str(week(21)), "last_day": str(week(22) - timedelta(days=1))}
        )
        self.assertLess(evidence["baseline_p_adjusted"], 0.05)
        self.assertEqual(evidence["definition_version"], 1)
        self.assertEqual(Change.objects.get(action="flag.opened").actor, None)

    def test_one_first_run_finds_what_weekly_runs_find(self) -> None:
        """A year imported at once has the same states and flags as if it had come week by week."""
        weeks = {24: 0.14, 25: 0.14, 26: 0.14, 29: 0.12, 30: 0.12, 31: 0.12, 32: 0.12, 33: 0.12}
        self.write(lambda number: weeks.get(number, 0.2), weeks=range(36))
        fields = ("kind", "status", "opened_period", "closed_period", "baseline_end", "quiet_periods")
        self.evaluate(week(36))
        once = self.states(self.binding), list(Flag.objects.order_by("opened_period").values_list(*fields))
        self.assertEqual([flag[1] for flag in once[1]], ["closed", "closed"])
        KpiState.objects.all().delete()
        Flag.objects.all().delete()
        Evaluation.objects.all().delete()
        for number in range(24, 37):
            self.evaluate(week(number))
        states = self.states(self.binding)[-12:]
        self.assertEqual((states, list(Flag.objects.order_by("opened_period").values_list(*fields))), once)

    def test_a_flag_closes_after_two_known_good_periods(self) -> None:
        self.write(lambda number: 0.1 if 20 <= number < 23 else 0.2, weeks=range(23))
        self.evaluate(week(23))
        self.assertEqual(Flag.objects.get().status, "open")
        self.write(lambda number: 0.2, weeks=range(23, 24))
        self.evaluate(week(24))
        self.assertEqual((Flag.objects.get().status, Flag.objects.get().quiet_periods), ("open", 1))
        # A week without data says nothing.
        self.evaluate(week(25))
        self.assertEqual(Flag.objects.get().status, "open")
        self.write(lambda number: 0.2, weeks=range(25, 27))
        self.assertEqual(self.evaluate(week(27)).closed, 1)
        flag = Flag.objects.get()
        self.assertEqual((flag.status, flag.closed_period), ("closed", week(26)))
        self.assertIsNotNone(flag.closed_at)

    def test_off_target_and_later(self) -> None:
        self.write(lambda number: 0.2, weeks=range(30))
        target_set(binding=self.binding, actor=self.ana, value=None, specific="More clicks")
        self.evaluate(week(30))
        self.assertEqual(self.states(self.binding)[-1], "on_target")
        target_set(binding=self.binding, actor=self.ana, value=0.25)
        self.evaluate(week(30))
        # The periods before the target keep what was true of them.
        self.assertEqual(self.states(self.binding)[-3:], ["on_target", "off_target", "off_target"])
        flag = Flag.objects.get()
        self.assertEqual((flag.kind, flag.evidence["target"]), ("off_target", 0.25))
        self.assertEqual(flag.opened_period, week(28))

    def test_restated_days_are_decided_anew(self) -> None:
        self.write(lambda number: 0.2, weeks=range(30))
        self.evaluate(week(30))
        self.write(lambda number: 0.1, weeks=range(25, 30), import_id=2)
        report = self.evaluate(week(30))
        self.assertEqual(report.opened, 1)
        self.assertEqual(self.states(self.binding)[-5:], ["watch", "worse", "worse", "worse", "worse"])

    def test_a_source_that_restates_is_waited_for(self) -> None:
        source_update(source=self.source, actor=self.ana, restatement_days=3)
        self.write(lambda number: 0.2, weeks=range(30))
        self.evaluate(week(30) + timedelta(days=2))
        self.assertEqual(KpiState.objects.latest("period_start").period_start, week(28))
        self.evaluate(week(30) + timedelta(days=3))
        self.assertEqual(KpiState.objects.latest("period_start").period_start, week(29))

    def test_today_is_the_day_of_the_workspace(self) -> None:
        self.workspace.time_zone = "Pacific/Auckland"
        self.workspace.save(update_fields=["time_zone"])
        self.write(lambda number: 0.2, weeks=range(30))
        sunday_evening = datetime(2026, 9, 27, 20, tzinfo=UTC)
        states_evaluate(workspace=self.workspace, now=sunday_evening)
        self.assertEqual(KpiState.objects.latest("period_start").period_start, date(2026, 9, 21))

    def test_other_rhythms_and_kinds(self) -> None:
        nps, ces = (Kpi.objects.get(workspace=self.workspace, code=code) for code in ("nps", "ces"))
        monthly = binding_create(touchpoint=self.desk, kpi=nps, actor=self.ana, rhythm="monthly")
        daily = binding_create(touchpoint=self.chat, kpi=ces, actor=self.ana, rhythm="daily")
        rows = []
        for number in range(400):
            day = MONDAY + timedelta(days=number)
            rows.append(
                row(
                    number,
                    touchpoint="desk",
                    kpi="nps",
                    day=day,
                    numerator=4,
                    denominator=20,
                    sum_squares=12,
                    column="n",
                )
            )
            rows.append(
                row(
                    number,
                    touchpoint="chat",
                    kpi="ces",
                    day=day,
                    numerator=100,
                    denominator=20,
                    sum_squares=540,
                    column="c",
                )
            )
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)
        drain(lambda limit: rollups_refresh(limit=5000))
        self.evaluate(date(2027, 4, 1))
        self.assertEqual(self.states(monthly)[-1], "on_target")
        self.assertEqual(KpiState.objects.filter(binding=monthly).latest("period_start").value, 20)
        self.assertEqual(self.states(daily)[-1], "on_target")
        self.assertEqual(KpiState.objects.filter(binding=daily).latest("period_start").period_start, date(2027, 3, 31))

    def test_a_new_rhythm_begins_anew(self) -> None:
        self.write(lambda number: 0.2, weeks=range(30))
        self.evaluate(week(30))
        binding_update(binding=self.binding, actor=self.ana, rhythm="daily")
        self.evaluate(week(30))
        self.assertEqual(KpiState.objects.filter(binding=self.binding).count(), 12)

    def test_what_is_due(self) -> None:
        monday = week(30)
        self.assertIn(self.workspace.pk, workspaces_due(now=at(monday)))
        self.evaluate(monday)
        self.assertNotIn(self.workspace.pk, workspaces_due(now=at(monday)))
        self.assertIsNone(states_evaluate_if_due(self.workspace.pk, now=at(monday)))
        self.assertIn(self.workspace.pk, workspaces_due(now=at(monday + timedelta(days=1))))
        self.write(lambda number: 0.2, weeks=range(30))
        self.assertEqual(workspaces_due(now=at(monday), new_days=False), [self.workspace.pk])
        self.assertEqual(Evaluation.objects.get(workspace=self.workspace).dirty_from, MONDAY)
        report = states_evaluate_if_due(self.workspace.pk, now=at(monday))
        self.assertEqual(report and report.states, 12)
        self.assertEqual(workspaces_due(now=at(monday), new_days=False), [])

    def test_unfinished_rollups_are_waited_for(self) -> None:
        self.evaluate(week(30))
        observations_write(workspace=self.workspace, source=self.source, rows=[row(day=week(29))], import_id=1)
        Evaluation.objects.update(dirty_at=at(week(30)), dirty_since=at(week(30)))
        self.assertIsNone(states_evaluate_if_due(self.workspace.pk, now=at(week(30))))
        self.assertIsNotNone(states_evaluate_if_due(self.workspace.pk, now=at(week(30)) + timedelta(minutes=11)))

    def test_query_count_does_not_grow(self) -> None:
        self.write(lambda number: 0.2, weeks=range(20, 30))
        self.evaluate(week(30))
        with CaptureQueriesContext(connection) as few:
            self.evaluate(week(30))
        for number in range(20):
            touchpoint = make_touchpoint(self.workspace, self.olga, f"Page {number}")
            binding_create(touchpoint=touchpoint, kpi=self.ctr, actor=self.ana)
        self.evaluate(week(30))
        with CaptureQueriesContext(connection) as many:
            self.evaluate(week(30))
        self.assertEqual(len(many), len(few))

    def test_stale(self) -> None:
        self.assertFalse(stale(date(2026, 11, 1), rhythm_days=7, today=date(2026, 11, 22)))
        self.assertTrue(stale(date(2026, 11, 1), rhythm_days=7, today=date(2026, 11, 23)))
        self.assertFalse(stale(None, rhythm_days=7, today=date(2026, 11, 23)))


class FlagServicesTest(StatesTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.binding = binding_create(touchpoint=cls.shop, kpi=cls.ctr, actor=cls.ana)
        cls.flag = Flag.objects.create(
            workspace=cls.workspace, binding=cls.binding, kind="worse", opened_period=week(21)
        )

    def test_taking_charge(self) -> None:
        flag = flag_acknowledge(flag=self.flag, actor=self.ana)
        self.assertEqual((flag.status, flag.owner, flag.revision), ("acknowledged", "Ana", 2))
        change = Change.objects.get(action="flag.acknowledged")
        self.assertEqual((change.actor, change.summary["owner"]), (self.ana, "Ana"))
        self.assertEqual(change.rows[0]["before"]["status"], "open")
        self.assertEqual(flag_reopen(flag=flag, actor=self.ana).status, "open")

    def test_refusals(self) -> None:
        with self.assertRaises(ReasonMissing):
            flag_refuse(flag=self.flag, actor=self.ana, reason="  ")
        with self.assertRaises(SnoozeInPast):
            flag_snooze(flag=self.flag, actor=self.ana, until=date(2020, 1, 1))
        Flag.objects.update(status="closed")
        with self.assertRaises(FlagClosed):
            flag_acknowledge(flag=self.flag, actor=self.ana)

    def test_a_refused_flag_does_not_open_again_while_it_stands(self) -> None:
        flag_refuse(flag=self.flag, actor=self.ana, reason="The page was redesigned")
        self.write(lambda number: 0.2 if number < 20 else 0.1, weeks=range(26))
        report = self.evaluate(week(26))
        self.assertEqual(report.opened, 0)
        flag = Flag.objects.get()
        self.assertEqual((flag.status, flag.reason), ("refused", "The page was redesigned"))
        self.write(lambda number: 0.2, weeks=range(26, 28))
        self.assertEqual(self.evaluate(week(28)).closed, 1)

    def test_a_snoozed_flag_wakes(self) -> None:
        flag_acknowledge(flag=self.flag, actor=self.ana)
        flag_snooze(flag=self.flag, actor=self.ana, until=date(2100, 1, 10))
        self.assertEqual(self.evaluate(date(2100, 1, 9)).woken, 0)
        self.assertEqual(Flag.objects.get().status, "snoozed")
        self.assertEqual(self.evaluate(date(2100, 1, 10)).woken, 1)
        flag = Flag.objects.get()
        self.assertEqual((flag.status, flag.snoozed_until, flag.owner), ("acknowledged", None, "Ana"))


class ChangedDefinitionTest(StatesTestCase):
    def test_a_change_of_the_definition_is_no_change_of_the_customers(self) -> None:
        """From week 9 on only a 5 counts as satisfied: half of the same answers, and nobody is alarmed."""
        binding = binding_create(touchpoint=self.shop, kpi=self.csat, actor=self.ana)
        self.write(lambda number: 0.8 if number < 9 else 0.4, weeks=range(12), kpi="csat")
        drain(rollups_refresh)
        states_evaluate(workspace=self.workspace, now=at(week(9)))
        kpi_update(kpi=self.csat, actor=self.ana, top_from=5)
        KpiVersion.objects.update(replaced_at=at(week(9)))
        states_evaluate(workspace=self.workspace, now=at(week(12)))
        self.assertFalse(Flag.objects.exists())
        latest = binding.states.latest("period_start")
        self.assertEqual((latest.state, latest.baseline, round(latest.value or 0, 2)), ("no_data", None, 0.4))

    def test_without_it_the_same_drop_is_a_signal(self) -> None:
        binding_create(touchpoint=self.shop, kpi=self.csat, actor=self.ana)
        self.write(lambda number: 0.8 if number < 9 else 0.4, weeks=range(12), kpi="csat")
        drain(rollups_refresh)
        states_evaluate(workspace=self.workspace, now=at(week(12)))
        self.assertTrue(Flag.objects.exists())


class FormerTargetsTest(StatesTestCase):
    def test_a_new_target_says_nothing_of_months_that_are_over(self) -> None:
        """Late data of the first week have the whole history decided anew, long after the target was raised."""
        binding = binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        self.write(lambda number: 0.1, weeks=range(12))
        drain(rollups_refresh)
        target_set(binding=binding, value=0.05, actor=self.ana)
        Target.objects.update(created_at=at(week(2)))
        target_set(binding=binding, value=0.5, actor=self.ana)
        Target.objects.filter(ended_at=None).update(created_at=at(week(9)))
        Target.objects.exclude(ended_at=None).update(ended_at=at(week(9)))
        states_evaluate(workspace=self.workspace, now=at(week(12)))
        self.write(lambda number: 0.1, weeks=range(1), touchpoint="desk")
        drain(rollups_refresh)
        states_evaluate(workspace=self.workspace, now=at(week(12)))
        found = dict(binding.states.values_list("period_start", "target"))
        self.assertEqual([found[week(number)] for number in (0, 3, 8)], [0.05, 0.05, 0.05])
        self.assertEqual([found[week(number)] for number in (9, 10, 11)], [0.5, 0.5, 0.5])
