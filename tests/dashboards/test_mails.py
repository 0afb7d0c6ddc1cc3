"""Dashboards by mail: when, to whom, and never twice."""

import datetime as dt
import io
from smtplib import SMTPServerDisconnected
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from django.core import mail
from django.test import override_settings
from django.utils import timezone
from pypdf import PdfReader

from cxmap.outbox.models import Message
from cxmap.outbox.services import outbox_drain
from cxmap.workspaces.models import Membership
from dashboards import mails
from dashboards.documents.mail import mail_of
from dashboards.models import Schedule
from dashboards.services import boards, schedules
from dashboards.tasks import schedules_sweep
from tests.dashboards.base import BoardTestCase

PARIS = ZoneInfo("Europe/Paris")
FRIDAY = dt.datetime(2026, 11, 20, 12, tzinfo=PARIS)
DUE = dt.datetime(2026, 11, 23, 8, 1, tzinfo=PARIS)


class NextTests(BoardTestCase):
    def test_weekly_and_monthly_on_the_clock_of_the_workspace(self) -> None:
        for rhythm, after, expected in (
            ("weekly", FRIDAY, dt.datetime(2026, 11, 23, 8, tzinfo=PARIS)),
            ("weekly", dt.datetime(2026, 11, 23, 8, tzinfo=PARIS), dt.datetime(2026, 11, 30, 8, tzinfo=PARIS)),
            ("weekly", dt.datetime(2026, 11, 23, 7, 59, tzinfo=PARIS), dt.datetime(2026, 11, 23, 8, tzinfo=PARIS)),
            ("monthly", FRIDAY, dt.datetime(2026, 12, 1, 8, tzinfo=PARIS)),
            # The clock goes back on 25 October: eight o'clock stays eight o'clock.
            ("weekly", dt.datetime(2026, 10, 20, tzinfo=PARIS), dt.datetime(2026, 10, 26, 7, tzinfo=dt.UTC)),
        ):
            with self.subTest(rhythm=rhythm, after=after):
                self.assertEqual(schedules.next_at(rhythm, 8, PARIS, after=after), expected)


class SendTests(BoardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.tile("kpi", 3, subject=f"binding:{self.binding.pk}")
        self.schedule = schedules.schedule_add(
            dashboard=self.dashboard,
            actor=self.ed,
            rhythm="weekly",
            hour=8,
            language="en",
            recipients=[self.ed, self.vi],
            address="https://cx.example.org/x/",
            now=FRIDAY,
        )

        self.addCleanup(mails._drawn.cache_clear)

    def sent(self, now: dt.datetime) -> int:
        """Do what the beat and a worker do at a time; return how many mails went out."""
        before = len(mail.outbox)
        schedules.schedules_sweep(now=now)
        outbox_drain()
        return len(mail.outbox) - before

    def test_it_goes_to_each_member_with_figures_and_document(self) -> None:
        self.assertEqual(self.sent(FRIDAY), 0)
        self.assertEqual(self.sent(DUE), 2)
        self.assertEqual(sorted(one.to[0] for one in mail.outbox), ["ed@example.org", "vi@example.org"])
        message = mail.outbox[0]
        for text in (
            "Payment page › Purchase rate: 1.37%",
            "14,000 visits",
            "getting worse",
            "https://cx.example.org/x/",
        ):
            self.assertIn(text, message.body)
        name, content, kind = message.attachments[0]
        self.assertEqual((name, kind), ("weekly-2026-11-23.pdf", "application/pdf"))
        self.assertIn("1.37%", PdfReader(io.BytesIO(content)).pages[0].extract_text())

    def test_a_second_beat_is_harmless(self) -> None:
        self.sent(DUE)
        self.sent(DUE)
        Schedule.objects.update(next_at=DUE - dt.timedelta(minutes=1))  # as if the first claim had been lost
        self.sent(DUE)
        self.assertEqual((len(mail.outbox), Message.objects.count()), (2, 2))
        self.assertEqual(schedules_sweep(), schedules_sweep())

    def test_after_a_long_stop_only_the_newest(self) -> None:
        schedules.schedules_sweep(now=DUE + dt.timedelta(days=21))
        self.assertEqual({row.payload["day"] for row in Message.objects.all()}, {"2026-12-14"})
        self.assertEqual(Schedule.objects.get().next_at, dt.datetime(2026, 12, 21, 8, tzinfo=PARIS))

    def test_who_left_gets_nothing(self) -> None:
        schedules.schedules_sweep(now=DUE)
        Membership.objects.filter(user=self.vi).delete()
        self.assertEqual(self.sent(DUE), 1)
        self.assertEqual([one.to[0] for one in mail.outbox], ["ed@example.org"])

    def test_who_may_no_longer_open_it_gets_nothing(self) -> None:
        boards.dashboard_update(dashboard=self.dashboard, actor=self.ed, shared=False)
        self.assertEqual(self.sent(DUE), 1)
        boards.dashboard_delete(dashboard=self.dashboard, actor=self.ed)
        self.assertEqual(self.sent(DUE + dt.timedelta(days=7)), 0)

    def test_a_server_that_is_away_is_tried_again_later(self) -> None:
        with mock.patch("django.core.mail.EmailMessage.send", side_effect=SMTPServerDisconnected):
            self.assertEqual(self.sent(DUE), 0)
        self.assertEqual(self.sent(DUE), 0)
        Message.objects.update(available_at=timezone.now())  # its pause is over
        self.assertEqual(self.sent(DUE), 2)

    def test_a_dashboard_that_cannot_be_drawn_stops_only_its_own_mails(self) -> None:
        other = boards.dashboard_create(workspace=self.workspace, actor=self.ed, name="Monthly", shared=True)
        weekly = {"rhythm": "weekly", "hour": 8, "language": "en", "now": FRIDAY}
        schedules.schedule_add(dashboard=other, actor=self.ed, recipients=[self.ed], **weekly)
        for broken, sound in ((self.schedule.dashboard_id, other.pk), (other.pk, self.schedule.dashboard_id)):
            with self.subTest(broken=broken):
                Message.objects.all().delete()
                mail.outbox.clear()
                mails._drawn.cache_clear()

                def drawn(schedule: Schedule, *, today: dt.date, broken: Any = broken) -> Any:
                    if schedule.dashboard_id == broken:
                        raise ZeroDivisionError
                    return mail_of(schedule, today=today)

                with mock.patch("dashboards.mails.mail_of", drawn), self.assertLogs("cxmap.outbox"):
                    self.assertGreater(self.sent(DUE), 0)
                Schedule.objects.update(next_at=DUE)
                failed = Message.objects.filter(subject=schedules.subject_of(broken))
                self.assertEqual(
                    set(failed.values_list("status", "error", "attempts")),
                    {("waiting", "exception|ZeroDivisionError", 1)},
                )
                others = Message.objects.filter(subject=schedules.subject_of(sound))
                self.assertEqual(set(others.values_list("status", flat=True)), {"delivered"})

    def test_everybody_reads_it_in_their_language(self) -> None:
        self.vi.language = "fr"
        self.vi.save()
        self.sent(DUE)
        french = next(one for one in mail.outbox if one.to == ["vi@example.org"])
        self.assertIn("1,37\u00a0%", french.body)

    @override_settings(EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend")
    def test_without_a_mail_server_the_page_says_so_and_nothing_piles_up(self) -> None:
        self.assertContains(self.client.get(f"{self.url}mails/"), "No mail server is configured")
        schedules.schedules_sweep(now=DUE)
        self.assertEqual(Message.objects.count(), 0)

    def test_the_page_says_what_became_of_them(self) -> None:
        Membership.objects.filter(user=self.vi).delete()
        schedules.schedules_sweep(now=DUE)
        page = f"{self.url}mails/"
        self.assertContains(self.client.get(page), "waiting")
        outbox_drain()
        answer = self.client.get(page)
        self.assertContains(answer, "sent on")
        self.assertContains(answer, "not sent")


class PageTests(BoardTestCase):
    def test_set_up_changed_and_stopped(self) -> None:
        data = {"rhythm": "monthly", "hour": "7", "language": "fr", "recipients": [self.vi.pk, self.ed.pk]}
        self.client.post(f"{self.url}mails/", data)
        schedule = Schedule.objects.get()
        self.assertEqual((schedule.rhythm, schedule.hour, schedule.recipients.count()), ("monthly", 7, 2))
        edit = f"/dashboard-mails/{schedule.pk}/"
        self.client.post(edit, data | {"recipients": [self.vi.pk], "revision": 1})
        self.assertEqual(self.client.post(edit, data | {"revision": 1}).status_code, 409)
        self.assertEqual([row.email for row in schedule.recipients.all()], ["vi@example.org"])
        self.assertContains(self.client.get(f"{self.url}mails/"), "Stop sending")
        self.client.post(f"/dashboard-mails/{schedule.pk}/delete/")
        self.assertNotContains(self.client.get(f"{self.url}mails/"), "Stop sending")

    def test_undo_leaves_mails_alone(self) -> None:
        """An earlier row would send to others than it says, or at once."""
        tile = self.tile("text", text="x")
        kept = self.tile("text", text="y")
        data = {"rhythm": "monthly", "hour": "7", "language": "fr", "recipients": [self.ed.pk]}
        self.client.post(f"{self.url}mails/", data)
        schedule = Schedule.objects.get()
        boards.tile_delete(tile=tile, actor=self.ed)
        self.client.post(f"/dashboard-mails/{schedule.pk}/", data | {"hour": "9", "revision": 1})
        self.client.post(f"/dashboard-mails/{schedule.pk}/delete/")
        self.client.post(f"{self.url}undo/")
        schedule.refresh_from_db()
        self.assertEqual(schedule.hour, 9)
        self.assertIsNotNone(schedule.deleted_at)
        self.assertEqual({one.pk for one in boards.live_tiles(self.dashboard)}, {tile.pk, kept.pk})

    def test_members_only(self) -> None:
        data = {"rhythm": "weekly", "hour": "7", "language": "fr", "recipients": [self.otto.pk]}
        self.assertEqual(self.client.post(f"{self.url}mails/", data).status_code, 422)
        page = self.client.post(f"{self.url}mails/", data | {"recipients": []})
        self.assertContains(page, "at least one member", status_code=422)
        self.assertEqual(Schedule.objects.count(), 0)
