"""Tasks and commands: any number of times, late, or after the object is gone."""

from io import StringIO
from typing import Any
from unittest.mock import patch

from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import override_settings

from cxmap.workspaces.models import ApiToken
from cxmap.workspaces.services import headline_choices, workspace_furnish
from kpis import tasks
from kpis.catalogue import CATALOGUE
from kpis.models import Bucket, Evaluation, Kpi, KpiState, Rollup
from kpis.services import binding_create, observations_write
from tests.base import LOCAL_CACHE
from tests.kpis.base import KpiTestCase, days, row


@override_settings(CACHES=LOCAL_CACHE, CELERY_TASK_ALWAYS_EAGER=True)
class TasksTest(KpiTestCase):
    def setUp(self) -> None:
        cache.clear()
        binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        self.run_evaluation = patch.object(tasks.states_evaluate, "delay", side_effect=tasks.states_evaluate.run)
        self.delayed: Any = self.run_evaluation.start()
        self.addCleanup(self.run_evaluation.stop)

    def write(self) -> None:
        rows = [row(number, day=day) for number, day in enumerate(days(5))]
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)

    def test_the_sweep_rolls_up_and_evaluates(self) -> None:
        self.write()
        tasks.rollups_sweep()
        self.assertEqual((Bucket.objects.count(), Rollup.objects.count()), (0, 5))
        self.assertEqual(KpiState.objects.count(), 12)
        self.assertIsNone(Evaluation.objects.get(workspace=self.workspace).dirty_at)
        self.delayed.reset_mock()
        tasks.rollups_sweep()
        self.delayed.assert_not_called()

    def test_a_workspace_is_handed_out_once_at_a_time(self) -> None:
        self.delayed.side_effect = None
        self.write()
        tasks.rollups_sweep()
        tasks.rollups_refresh()
        self.delayed.assert_called_once_with(self.workspace.pk)

    def test_more_than_one_turn(self) -> None:
        self.write()
        with patch.object(tasks, "SWEEP_SECONDS", -1), patch.object(tasks.rollups_refresh, "delay") as again:
            tasks.rollups_sweep()
        again.assert_called_once_with()

    def test_the_hourly_sweep(self) -> None:
        tasks.states_sweep()
        self.assertEqual(KpiState.objects.count(), 12)
        self.assertEqual(Evaluation.objects.count(), 2)

    def test_a_workspace_that_is_gone(self) -> None:
        tasks.states_evaluate(0)

    def test_a_write_nudges_after_commit_only(self) -> None:
        with patch("kpis.services.nudges.current_app.send_task") as send:
            with self.captureOnCommitCallbacks() as callbacks:
                self.write()
            send.assert_not_called()
            for callback in callbacks:
                callback()
        send.assert_called_once_with("kpis.rollups_refresh", ignore_result=True)


class CommandsTest(KpiTestCase):
    def call(self, *arguments: str) -> str:
        out = StringIO()
        call_command(*arguments, stdout=out)
        return out.getvalue().strip()

    def test_rebuild_and_evaluate(self) -> None:
        binding_create(touchpoint=self.shop, kpi=self.ctr, actor=self.ana)
        observations_write(workspace=self.workspace, source=self.source, rows=[row()], import_id=1)
        self.assertEqual(self.call("rebuild_rollups", "--workspace", "elsewhere"), "0 roll-ups corrected")
        self.assertEqual(self.call("rebuild_rollups", "--workspace", "acme"), "1 roll-ups corrected")
        self.assertEqual(self.call("rebuild_rollups"), "0 roll-ups corrected")
        said = "acme: 12 states written; signals: 0 opened, 0 changed, 0 closed, 0 woken"
        self.assertEqual(self.call("evaluate_states", "--workspace", "acme"), said)
        self.assertEqual(len(self.call("evaluate_states").splitlines()), 2)
        for command in ("rebuild_rollups", "evaluate_states"):
            with self.assertRaises(CommandError):
                self.call(command, "--workspace", "nowhere")

    def test_api_token(self) -> None:
        text = self.call("api_token", "--workspace", "acme", "--user", "ANA@example.org", "--role", "analyst")
        self.assertTrue(text.startswith("cxm_"))
        token = ApiToken.objects.get(user=self.ana)
        self.assertEqual((token.role, token.workspace), ("analyst", self.workspace))
        self.assertNotIn(text, token.digest)
        for user, role in (("otto@example.org", "viewer"), ("ana@example.org", "owner")):
            with self.assertRaises(CommandError):
                self.call("api_token", "--workspace", "acme", "--user", user, "--role", role)


class CatalogueTest(KpiTestCase):
    def test_every_workspace_has_its_own(self) -> None:
        self.assertEqual(Kpi.objects.filter(workspace=self.workspace).count(), len(CATALOGUE))
        self.ctr.name_fr = "Notre CTR"
        self.ctr.save()
        Kpi.objects.filter(workspace=self.workspace, code="ces-5").delete()
        workspace_furnish(self.workspace)
        self.assertEqual(Kpi.objects.filter(workspace=self.workspace).count(), len(CATALOGUE))
        self.assertEqual(Kpi.objects.get(pk=self.ctr.pk).name_fr, "Notre CTR")

    def test_headlines(self) -> None:
        choices = dict(headline_choices(self.workspace))
        self.assertEqual(len(choices), len(CATALOGUE))
        self.assertEqual(list(choices)[:2], ["csat", "nps"])

    def test_french_typography(self) -> None:
        for definition in CATALOGUE:
            for french, english in (definition.name, definition.formula, definition.note, definition.denominator):
                with self.subTest(french):
                    self.assertNotRegex(french, r" [:;%!?»]|« ")
                    self.assertEqual(bool(french), bool(english))
            self.assertTrue(definition.denominator[0])
