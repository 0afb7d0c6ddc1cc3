"""Who is told what and when: scopes, quiet hours, summaries, mutes; what a mail says."""

from datetime import UTC, date, datetime, time, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

from django.core import mail
from django.test import override_settings
from django.utils import timezone

from alerts import services
from alerts.models import Alert, EventKind, Mute, Preference
from alerts.services.timing import mail_at
from cxmap.outbox.models import Message
from cxmap.outbox.services import outbox_drain
from cxmap.workspaces.models import User
from cxmap.workspaces.services import member_remove
from journeys.models import Journey, Lane, Step
from journeys.services.cards import card_add
from journeys.services.journeys import journey_create
from kpis.models import Flag
from kpis.services import binding_create, flag_acknowledge
from tests.alerts.base import AlertsTestCase
from tests.alerts.receiver import mail_server
from touchpoints.models import Touchpoint

PARIS = ZoneInfo("Europe/Paris")


class ScopeTest(AlertsTestCase):
    def wants(self, user: User, **fields: object) -> None:
        services.preference_set(membership=self.member(user), **fields)

    def test_it_works(self) -> None:
        """A viewer may ask for alerts, an owner may leave them."""
        self.wants(self.vi, kinds=[EventKind.FLAG_OPENED])
        self.wants(self.olga, in_app=False)
        self.dropped()
        self.assertEqual(self.told(), {"Ed": 1, "Ana": 1, "Vi": 1})

    def test_kinds(self) -> None:
        self.wants(self.ed, kinds=[EventKind.FLAG_CLOSED])
        self.wants(self.ana, kinds=[])
        self.wants(self.olga, kinds=[EventKind.FLAG_OPENED])
        self.dropped()
        self.assertEqual(self.told(), {"Olga": 1})

    def test_categories(self) -> None:
        category = self.shop.category_id
        self.wants(self.ed, scope="categories", categories=[category])
        self.wants(self.ana, scope="categories", categories=[category + 1])
        self.dropped()
        self.assertEqual(self.told(), {"Olga": 1, "Ed": 1})

    def test_journeys(self) -> None:
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Buying", no_persona_yet=True)
        other = journey_create(workspace=self.workspace, actor=self.ed, name="Leaving", no_persona_yet=True)
        step = Step.objects.filter(journey=journey).first()
        lane = Lane.objects.get(journey=journey, kind="touchpoints")
        card = card_add(lane=lane, step=step, actor=self.ed, touchpoint=self.shop)
        self.wants(self.ed, scope="journeys", journeys=[journey.pk])
        self.wants(self.ana, scope="journeys", journeys=[other.pk])
        self.dropped()
        self.assertEqual(self.told(), {"Olga": 1, "Ed": 1})
        # A touchpoint that was taken off the map is no longer of the journey.
        card.deleted_at = timezone.now()
        card.save(update_fields=["deleted_at"])
        Alert.objects.all().delete()
        Flag.objects.all().delete()
        self.weekly(lambda number: 0.2, weeks=range(30), first=30)
        self.dropped()
        self.assertEqual(self.told(), {"Olga": 1})

    def test_only_what_one_owns(self) -> None:
        for user in (self.ed, self.ana, self.olga):
            self.wants(user, scope="mine")
        Touchpoint.objects.filter(pk=self.shop.pk).update(owner="ED")
        self.write(lambda number: {28: 0.1, 29: 0.1}.get(number, 0.2), weeks=range(33))
        for number in (28, 29, 30):
            self.evaluate(self.monday(number))
        self.assertEqual(self.told(), {"Ed": 1})
        flag_acknowledge(flag=Flag.objects.get(), actor=self.ana, owner="ana@example.org")
        for number in (31, 32, 33):
            self.evaluate(self.monday(number))
        self.assertEqual(self.told(), {"Ed": 2, "Ana": 1})

    def test_the_owner_of_a_journey_owns_what_stands_on_it(self) -> None:
        self.wants(self.ana, scope="mine")
        journey = journey_create(workspace=self.workspace, actor=self.ed, name="Buying", no_persona_yet=True)
        Journey.objects.filter(pk=journey.pk).update(owner="Ana")
        lane = Lane.objects.get(journey=journey, kind="touchpoints")
        card_add(lane=lane, step=Step.objects.filter(journey=journey).first(), actor=self.ed, touchpoint=self.shop)
        self.dropped()
        self.assertEqual(self.told(), {"Olga": 1, "Ed": 1, "Ana": 1})

    def monday(self, number: int) -> date:
        return date(2026, 3, 2) + timedelta(weeks=number)

    def test_muted_means_read_and_no_mail(self) -> None:
        far = date(2099, 1, 1)
        self.wants(self.ed, mail=True, muted_until=far)
        self.wants(self.vi, in_app=False, mail=True, muted_until=far)
        self.dropped()
        self.assertEqual(self.told(), {"Olga": 1, "Ed": 1, "Ana": 1})
        self.assertIsNotNone(Alert.objects.get(membership__user=self.ed).read_at)
        self.assertFalse(Message.objects.exists())

    def test_one_muted_signal(self) -> None:
        self.wants(self.ed, mail=True)
        self.write(lambda number: {28: 0.1, 29: 0.1}.get(number, 0.2), weeks=range(33))
        for number in (28, 29, 30):
            self.evaluate(self.monday(number))
        services.flag_mute(flag=Flag.objects.get(), membership=self.member(self.ed), until=date(2099, 1, 1))
        for number in (31, 32, 33):
            self.evaluate(self.monday(number))
        read = Alert.objects.filter(event__kind="flag.closed", read_at__isnull=False)
        self.assertEqual([alert.membership.user for alert in read], [self.ed])
        self.assertEqual(Message.objects.count(), 1)


class TimingTest(AlertsTestCase):
    """Plain functions of a clock."""

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 3, day, hour, minute, tzinfo=PARIS)

    def test_quiet_hours(self) -> None:
        night = Preference(quiet_from=time(20), quiet_to=time(7, 30))
        noon = Preference(quiet_from=time(12), quiet_to=time(14))
        never = Preference()
        for preference, at, expected in (
            (night, self.at(2, 19, 59), None),
            (night, self.at(2, 20), self.at(3, 7, 30)),
            (night, self.at(3, 0), self.at(3, 7, 30)),
            (night, self.at(3, 7, 29), self.at(3, 7, 30)),
            (night, self.at(3, 7, 30), None),
            (noon, self.at(2, 11, 59), None),
            (noon, self.at(2, 13), self.at(2, 14)),
            (noon, self.at(2, 14), None),
            (never, self.at(2, 3), None),
            # The night in which clocks go forward is an hour shorter.
            (night, self.at(28, 23), datetime(2026, 3, 29, 5, 30, tzinfo=UTC)),
        ):
            with self.subTest(at=at):
                self.assertEqual(mail_at(preference, at.astimezone(UTC), PARIS), expected)

    def test_summaries(self) -> None:
        daily = Preference(mail_rhythm="daily", summary_hour=8)
        weekly = Preference(mail_rhythm="weekly", summary_hour=8, summary_weekday=0)
        late = Preference(mail_rhythm="daily", summary_hour=23, quiet_from=time(22), quiet_to=time(6))
        for preference, at, expected in (
            (daily, self.at(2, 7, 59), self.at(2, 8)),
            (daily, self.at(2, 8), self.at(3, 8)),
            (weekly, self.at(2, 7), self.at(2, 8)),  # a Monday
            (weekly, self.at(2, 8), self.at(9, 8)),
            (weekly, self.at(4, 12), self.at(9, 8)),
            (late, self.at(2, 12), self.at(3, 6)),
        ):
            with self.subTest(at=at):
                self.assertEqual(mail_at(preference, at, PARIS), expected)


class MailTest(AlertsTestCase):
    def wants(self, user: User, **fields: object) -> None:
        services.preference_set(membership=self.member(user), mail=True, **fields)

    def test_it_works(self) -> None:
        self.wants(self.ed, language="fr")
        flag = self.dropped()
        self.assertEqual(mail.outbox, [])
        self.assertTrue(outbox_drain())
        (sent,) = mail.outbox
        self.assertEqual(sent.to, ["ed@example.org"])
        self.assertIn("Shop", sent.subject)
        message = Message.objects.get()
        self.assertEqual((message.status, message.attempts), ("delivered", 1))
        self.assertIn(str(message.delivery_id), sent.extra_headers["Message-ID"])
        html = sent.alternatives[0][0]
        for text in (sent.body, html):
            self.assertIn(f"/flags/{flag.pk}/", text)
            self.assertIn(
                "10,0", text.replace("\u202f", "").replace("\u00a0", "")
            )  # the evidence, as French is written
            self.assertIn(f"/w/{self.workspace.slug}/alerts/settings/", text)
        self.assertIn('lang="fr"', html)
        # Nobody gets it again.
        outbox_drain()
        self.assertEqual(len(mail.outbox), 1)

    def test_the_link_in_the_header_turns_mails_off_with_one_click(self) -> None:
        self.wants(self.vi, kinds=EventKind.values)
        self.dropped()
        outbox_drain()
        header = mail.outbox[0].extra_headers
        self.assertEqual(header["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        path = "/" + header["List-Unsubscribe"].strip("<>").split("/", 3)[3]
        strict = self.client_class(enforce_csrf_checks=True)
        # A scanner that opens the link changes nothing; the click of the mail program does.
        self.assertContains(strict.get(path), "Acme")
        self.assertTrue(services.preference_of(self.member(self.vi)).mail)
        self.assertEqual(strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code, 200)
        self.assertFalse(services.preference_of(self.member(self.vi)).mail)
        self.assertEqual(strict.get(path + "x/").status_code, 404)
        self.assertEqual(strict.post(path.replace("unsubscribe/", "unsubscribe/x")).status_code, 404)

    def test_one_mail_for_one_evaluation(self) -> None:
        """Many signals at once are one mail, with each of them once."""
        self.wants(self.ed)
        binding_create(touchpoint=self.desk, kpi=self.ctr, actor=self.ana)
        self.write(lambda number: 0.2 if number < 28 else 0.1, weeks=range(30))
        self.write(lambda number: 0.2 if number < 28 else 0.1, weeks=range(30), touchpoint="desk", import_id=2)
        self.evaluate(date(2026, 3, 2) + timedelta(weeks=30))
        outbox_drain()
        (sent,) = mail.outbox
        self.assertEqual((sent.body.count("Shop"), sent.body.count("Desk")), (1, 1))
        self.assertIn("2", sent.subject)

    def test_a_summary_gathers(self) -> None:
        self.wants(self.ed, mail_rhythm="daily", summary_hour=12)
        self.write(lambda number: {28: 0.1, 29: 0.1}.get(number, 0.2), weeks=range(33))
        monday = date(2026, 3, 2)
        for number in (28, 29, 30):
            self.evaluate(monday + timedelta(weeks=number))
        message = Message.objects.get()
        self.assertEqual(message.available_at, datetime(2026, 9, 28, 12, tzinfo=PARIS))
        # The same day, a signal of another KPI: the same summary.
        binding_create(touchpoint=self.desk, kpi=self.ctr, actor=self.ana)
        self.write(lambda number: 0.2 if number < 28 else 0.1, weeks=range(30), touchpoint="desk", import_id=2)
        self.evaluate(monday + timedelta(weeks=30))
        self.assertEqual(Message.objects.count(), 1)
        outbox_drain()
        self.assertEqual((mail.outbox[0].body.count("Shop"), mail.outbox[0].body.count("Desk")), (1, 1))

    def test_a_summary_that_is_on_its_way_gets_a_successor(self) -> None:
        """What happens while a summary is being sent is told by another mail, not lost."""
        self.wants(self.ed, mail_rhythm="daily", summary_hour=12)
        self.dropped()
        outbox_drain()
        binding_create(touchpoint=self.desk, kpi=self.ctr, actor=self.ana)
        self.write(lambda number: 0.2 if number < 28 else 0.1, weeks=range(30), touchpoint="desk", import_id=2)
        self.evaluate(date(2026, 3, 2) + timedelta(weeks=30))
        outbox_drain()
        self.assertEqual(["Desk" in sent.body for sent in mail.outbox], [False, True])

    def test_mails_wait_for_the_end_of_quiet_hours(self) -> None:
        """Also one that comes late into them."""
        self.wants(self.ed)
        self.dropped()
        now = timezone.now().astimezone(PARIS)
        start, end = (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()
        services.preference_set(membership=self.member(self.ed), quiet_from=start, quiet_to=end)
        outbox_drain()
        message = Message.objects.get()
        self.assertEqual((mail.outbox, message.status, message.attempts), ([], "waiting", 0))
        self.assertGreater(message.available_at, timezone.now())
        services.preference_set(membership=self.member(self.ed), quiet_from=None, quiet_to=None)
        Message.objects.update(available_at=timezone.now())
        outbox_drain()
        self.assertEqual(len(mail.outbox), 1)

    def test_what_changed_since_counts(self) -> None:
        for reason, change in (
            ("mail_off", lambda: services.mail_turn_off(membership=self.member(self.ed))),
            ("left", lambda: member_remove(membership=self.member(self.ed), actor=self.olga)),
        ):
            with self.subTest(reason=reason):
                if reason == "mail_off":
                    self.wants(self.ed)
                    self.dropped()
                else:
                    self.wants(self.ed)
                    Message.objects.update(status="waiting", done_at=None)
                change()
                outbox_drain()
                message = Message.objects.get()
                self.assertEqual((mail.outbox, message.status), ([], "dropped"))
                self.assertIn(reason, message.error)

    def test_a_signal_muted_since_is_left_out(self) -> None:
        self.wants(self.ed)
        binding_create(touchpoint=self.desk, kpi=self.ctr, actor=self.ana)
        self.write(lambda number: 0.2 if number < 28 else 0.1, weeks=range(30))
        self.write(lambda number: 0.2 if number < 28 else 0.1, weeks=range(30), touchpoint="desk", import_id=2)
        self.evaluate(date(2026, 3, 2) + timedelta(weeks=30))
        shop, desk = (Flag.objects.get(binding__touchpoint=one) for one in (self.shop, self.desk))
        tomorrow = timezone.localdate(timezone=PARIS) + timedelta(days=1)
        for flag, user, until in ((shop, self.ed, tomorrow), (desk, self.vi, tomorrow)):
            Mute.objects.create(workspace=self.workspace, membership=self.member(user), flag=flag, until=until)
        outbox_drain()
        (sent,) = mail.outbox
        self.assertEqual(("Shop" in sent.body, "Desk" in sent.body), (False, True))
        # Nothing is left to tell: no mail.
        Mute.objects.create(workspace=self.workspace, membership=self.member(self.ed), flag=desk, until=tomorrow)
        Message.objects.update(status="waiting", done_at=None)
        outbox_drain()
        message = Message.objects.get()
        self.assertEqual((len(mail.outbox), message.status, message.error), (1, "dropped", "muted"))
        # A mute that is over hides nothing.
        Mute.objects.update(until=tomorrow - timedelta(days=1))
        Message.objects.update(status="waiting", done_at=None)
        outbox_drain()
        self.assertEqual("Shop" in mail.outbox[1].body, True)

    @override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_USE_TLS=False)
    def test_a_mail_server_that_refuses(self) -> None:
        self.wants(self.ed)
        self.dropped()
        with mail_server() as server, override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=server.port):
            server.refuse = 450
            outbox_drain()
            message = Message.objects.get()
            self.assertEqual((message.status, message.attempts), ("waiting", 1))
            self.assertGreater(message.available_at, timezone.now() + timedelta(seconds=20))
            server.refuse = 550
            Message.objects.update(available_at=timezone.now())
            outbox_drain()
            self.assertEqual(Message.objects.get().status, "failed")
            self.assertEqual(server.mails, [])
        # Never silent: who asked for mails sees it.
        self.client.force_login(self.ed)
        self.assertContains(self.client.get(f"/w/{self.workspace.slug}/alerts/settings/"), "could not be sent")

    @override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_USE_TLS=False, EMAIL_HOST="127.0.0.1"
    )
    def test_through_a_real_mail_server(self) -> None:
        self.wants(self.ed)
        self.dropped()
        with mail_server() as server, override_settings(EMAIL_PORT=server.port):
            outbox_drain()
            (sent,) = server.mails
        self.assertEqual(sent["To"], "ed@example.org")
        self.assertEqual(sent["Auto-Submitted"], "auto-generated")
        self.assertEqual(
            {part.get_content_type() for part in sent.walk()} & {"text/plain", "text/html"}, {"text/plain", "text/html"}
        )

    def test_the_page_says_where_mails_go_without_a_mail_server(self) -> None:
        self.client.force_login(self.vi)
        url = f"/w/{self.workspace.slug}/alerts/settings/"
        self.assertNotContains(self.client.get(url), "No mail server")
        for backend in ("filebased", "console"):
            with override_settings(EMAIL_BACKEND=f"django.core.mail.backends.{backend}.EmailBackend"):
                self.assertContains(self.client.get(url), "No mail server is configured")

    def test_a_broken_handler_is_tried_again_and_given_up_in_the_end(self) -> None:
        self.wants(self.ed)
        self.dropped()
        with mock.patch("alerts.handlers._mail", side_effect=RuntimeError), self.assertLogs("cxmap.outbox.services"):
            for _ in range(12):
                Message.objects.filter(status="waiting").update(available_at=timezone.now())
                outbox_drain()
        message = Message.objects.get()
        self.assertEqual((message.status, message.attempts, message.error), ("failed", 9, "exception|RuntimeError"))
