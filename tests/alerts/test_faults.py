"""Real workers, killed at every step of telling: nothing lost; each effect once, or twice with an id that shows it."""

import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta

import pytest
from django.test import override_settings

from alerts import services
from alerts.models import Alert, Event
from cxmap.local.instance import PROJECT
from cxmap.outbox.models import Message
from cxmap.workspaces.models import Membership
from kpis.models import Bucket, Evaluation, Flag, Kpi, Source
from kpis.services import (
    binding_create,
    observations_write,
    rollups_refresh,
    source_get_or_create,
    states_evaluate,
    today_of,
)
from tests.alerts.receiver import MailServer, Receiver, mail_server, receiver
from tests.faults import FaultsTestCase, until
from tests.kpis.base import make_touchpoint, row

pytestmark = pytest.mark.faults
MEMBERS = 3  # who are told by default

# A process whose own clock is a day ahead, as a machine without time service might have it.
AHEAD = """
import datetime as dt, time
import django
django.setup()
from django.utils import timezone
now, clock = timezone.now, time.time
timezone.now = lambda: now() + dt.timedelta(days=1)
time.time = lambda: clock() + 86400
from cxmap.outbox.services import outbox_drain
print(outbox_drain())
"""


@override_settings(WEBHOOK_PRIVATE_HOSTS=["127.0.0.1"])
class AlertFaultsTest(FaultsTestCase):
    listener: Receiver
    mails: MailServer

    def setUp(self) -> None:
        super().setUp()
        self.today = today_of(self.workspace)
        self.source = source_get_or_create(workspace=self.workspace, key="ga4", kind=Source.Kind.FILE)[0]
        stack = ExitStack()
        self.addCleanup(stack.close)
        self.listener = stack.enter_context(receiver())
        self.mails = stack.enter_context(mail_server())
        self.hook = services.webhook_add(
            workspace=self.workspace, actor=self.olga, name="Chat", url=self.listener.url, kinds=["flag.opened"]
        )

    def ask_for_mails(self) -> None:
        member = Membership.objects.select_related("workspace", "user").get(workspace=self.workspace, user=self.ed)
        services.preference_set(membership=member, mail=True)

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.mails.port),
            "EMAIL_USE_TLS": "0",
        }

    def workers(self, number: int = 1, *, beats: int = 1) -> AbstractContextManager[list["subprocess.Popen[bytes]"]]:
        """With a beat, which sends its first sweeps after ten seconds."""
        return super().workers(number, beats=beats)

    def write(self, *names: str) -> None:
        """Fourteen weeks up to yesterday at each touchpoint; the share falls in the last three."""
        rows = []
        start = self.today - timedelta(days=14 * 7)
        for name in names:
            touchpoint = make_touchpoint(self.workspace, self.olga, name)
            kpi = Kpi.objects.get(workspace=self.workspace, code="ctr")
            binding_create(touchpoint=touchpoint, kpi=kpi, actor=self.ana)
            for number in range(14 * 7):
                day, share = start + timedelta(days=number), 60 if number < 10 * 7 else 30
                rows.append(
                    row(
                        len(rows),
                        touchpoint=touchpoint.code,
                        day=day,
                        numerator=share + number % 5,
                        denominator=300,
                    )
                )
        observations_write(workspace=self.workspace, source=self.source, rows=rows, import_id=1)

    def evaluated(self, *names: str) -> None:
        """Write and evaluate in this process; the nudges go to a broker that no worker of the test listens to."""
        self.write(*names)
        while rollups_refresh().buckets:
            pass
        states_evaluate(workspace=self.workspace)
        self.assertEqual(Event.objects.count(), len(names))

    def delivered(self) -> bool:
        return Message.objects.exists() and not Message.objects.exclude(status="delivered").exists()

    def assert_told(self, number: int) -> None:
        """Every signal has one event, one alert a member, one message a channel."""
        self.assertEqual((Flag.objects.count(), Event.objects.count()), (number, number))
        self.assertEqual(Alert.objects.count(), number * MEMBERS)
        calls = Message.objects.filter(topic="alerts.webhook")
        self.assertEqual(calls.count(), number)
        # What a receiver that keeps to docs/webhooks.md has done: once for each id, and no id that is not ours.
        self.assertEqual(set(self.listener.ids), {str(pk) for pk in calls.values_list("delivery_id", flat=True)})

    def test_killed_while_writing_what_is_told(self) -> None:
        """The evaluation and what it tells stand or fall together."""
        self.write("Shop")
        with self.held("alerts_event", "EXCLUSIVE"), self.workers() as (worker, _beat):
            self.assertTrue(until(lambda: self.waiting_for("alerts_event")))
            self.kill(worker)
        self.assertEqual((Flag.objects.count(), Event.objects.count(), Message.objects.count()), (0, 0, 0))
        with self.workers():
            self.assertTrue(until(self.delivered))
        self.assertFalse(Bucket.objects.exists())
        self.assert_told(1)
        self.assertEqual(len(self.listener.calls), 1)

    def test_killed_between_claim_and_call(self) -> None:
        self.evaluated("Shop")
        with self.held("alerts_webhook", "ACCESS EXCLUSIVE"), self.workers() as (worker, _beat):
            self.assertTrue(until(lambda: self.waiting_for("alerts_webhook")))
            self.assertIsNotNone(Message.objects.get().claim_token)
            self.kill(worker)
        self.assertEqual(self.listener.calls, [])
        with self.workers():
            self.assertTrue(until(self.delivered))
        self.assert_told(1)
        self.assertEqual((len(self.listener.calls), Message.objects.get().attempts), (1, 2))

    def kill_once(self, process: "subprocess.Popen[bytes]") -> Callable[[], None]:
        """What was sent has arrived, and before its answer is seen the worker is gone."""

        def kill() -> None:
            if process.poll() is None:
                self.kill(process)

        return kill

    def test_killed_between_call_and_note(self) -> None:
        """The call was made and cannot be taken back: it comes again, with the id of the first."""
        self.evaluated("Shop")
        with self.workers() as (worker, _beat):
            self.listener.before_answer = self.kill_once(worker)
            self.assertTrue(until(lambda: worker.poll() is not None))
        self.assertEqual((len(self.listener.calls), Message.objects.get().status), (1, "waiting"))
        with self.workers():
            self.assertTrue(until(self.delivered))
        self.assert_told(1)
        self.assertEqual((len(self.listener.ids), len(set(self.listener.ids))), (2, 1))

    def test_killed_between_mail_and_note(self) -> None:
        """The same of a mail: the second copy has the Message-ID of the first."""
        services.webhook_delete(webhook=self.hook, actor=self.olga)
        self.ask_for_mails()
        self.evaluated("Shop")
        with self.workers() as (worker, _beat):
            self.mails.before_answer = self.kill_once(worker)
            self.assertTrue(until(lambda: worker.poll() is not None))
        self.assertEqual((len(self.mails.mails), Message.objects.get().status), (1, "waiting"))
        with self.workers():
            self.assertTrue(until(self.delivered))
        self.assertEqual(len(self.mails.mails), 2)
        self.assertEqual(len({mail["Message-ID"] for mail in self.mails.mails}), 1)
        self.assertEqual((Alert.objects.count(), Message.objects.count()), (MEMBERS, 1))

    def test_a_flushed_broker_only_delays(self) -> None:
        self.ask_for_mails()
        self.evaluated("Shop", "Desk")
        self.send("outbox.drain")
        self.flush()
        with self.workers():
            self.assertTrue(until(self.delivered))
        self.assert_told(2)
        self.assertEqual((len(self.listener.calls), len(self.mails.mails)), (2, 1))
        text = self.mails.mails[0].get_body(("plain",)).get_content()
        self.assertEqual((text.count("Shop"), text.count("Desk")), (1, 1))

    def test_two_workers_two_beats_and_messages_delivered_many_times(self) -> None:
        self.ask_for_mails()
        self.write("Shop", "Desk", "Chat", "Till")
        with self.workers(2, beats=2):
            for _ in range(15):
                self.send("kpis.rollups_refresh")
                self.send("kpis.states_evaluate", self.workspace.pk)
                self.send("outbox.drain")
            self.assertTrue(until(self.delivered))
            # Late ones, after everything is done.
            for _ in range(15):
                self.send("kpis.states_evaluate", self.workspace.pk)
                self.send("outbox.drain")
                self.send("outbox.sweep")
            time.sleep(5)
        self.assertTrue(Evaluation.objects.filter(workspace=self.workspace, dirty_at=None).exists())
        self.assert_told(4)
        self.assertEqual((len(self.listener.calls), len(self.mails.mails)), (4, 1))

    def ahead(self) -> str:
        process = subprocess.run(
            [sys.executable, "-c", AHEAD],
            cwd=PROJECT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return process.stdout.strip()

    def test_a_worker_whose_clock_is_a_day_ahead(self) -> None:
        """It takes nothing that another holds, nothing that waits for its hour; what is due it delivers once."""
        self.evaluated("Shop", "Desk")
        first, second = Message.objects.order_by("id")
        soon = Event.objects.earliest("at").at + timedelta(hours=3)
        Message.objects.filter(pk=first.pk).update(claimed_until=soon, claim_token=uuid.uuid4(), attempts=1)
        Message.objects.filter(pk=second.pk).update(available_at=soon)
        self.assertEqual(self.ahead(), "True")
        self.assertEqual(self.listener.calls, [])
        Message.objects.update(claimed_until=None, claim_token=None, available_at=soon - timedelta(hours=4))
        self.assertEqual(self.ahead(), "True")
        self.assertEqual(self.ahead(), "True")
        self.assert_told(2)
        self.assertEqual(len(self.listener.calls), 2)

    def test_an_evaluation_with_a_moved_clock(self) -> None:
        """A day ahead, back again, a week back: each signal is told once."""
        self.evaluated("Shop")
        now = Event.objects.get().at
        for moved in (timedelta(days=1), timedelta(0), timedelta(days=-7), timedelta(days=1), timedelta(0)):
            states_evaluate(workspace=self.workspace, now=now + moved)
        self.assertEqual(list(Event.objects.values_list("kind", flat=True)), ["flag.opened"])
        with self.workers():
            self.assertTrue(until(self.delivered))
        self.assert_told(1)
        self.assertEqual(len(self.listener.calls), 1)
