"""Webhooks: what a receiver sees, what an owner sees, what is never called."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from datetime import timedelta
from unittest import mock

from django.conf import settings
from django.db import connection
from django.test import SimpleTestCase, override_settings
from django.utils import timezone

from alerts import services
from alerts.models import Event, Webhook
from cxmap.history.models import Change
from cxmap.lib import outbound
from cxmap.lib.outbound import AddressRefused, CallFailed, address_check
from cxmap.outbox import tasks
from cxmap.outbox.models import Message
from cxmap.outbox.services import DRAIN_LOCK, outbox_claim, outbox_drain, outbox_forget
from tests.alerts.base import AlertsTestCase
from tests.alerts.receiver import Receiver, receiver
from tests.kpis.test_states_evaluate import week

LOOPBACK = override_settings(WEBHOOK_PRIVATE_HOSTS=["127.0.0.1"])


def verify(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """What docs/webhooks.md tells receivers to do."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and expected in headers["webhook-signature"].split(" ")


@LOOPBACK
class DeliveryTest(AlertsTestCase):
    def hook(self, listener: Receiver, **fields: object) -> Webhook:
        values = {"name": "Chat", "url": listener.url, "kinds": ["flag.opened", "flag.closed"], **fields}
        return services.webhook_add(workspace=self.workspace, actor=self.olga, **values)

    def again(self) -> None:
        """Let the pauses between attempts pass."""
        Message.objects.filter(status="waiting").update(available_at=timezone.now())
        outbox_drain()

    def test_it_works(self) -> None:
        with receiver() as listener:
            hook = self.hook(listener)
            flag = self.dropped()
            outbox_drain()
            outbox_drain()
            ((headers, body),) = listener.calls
        self.assertTrue(verify(hook.secret, headers, body))
        self.assertFalse(verify(hook.secret, headers, body + b" "))
        content = json.loads(body)
        self.assertEqual((content["type"], content["workspace"]), ("flag.opened", "acme"))
        data = content["data"]
        self.assertEqual((data["flag"], data["touchpoint"]["code"], data["kpi"]), (str(flag.pk), "shop", "ctr"))
        self.assertEqual(data["state"]["state"], "worse")
        self.assertLess(data["state"]["value"], data["state"]["baseline_low"])
        self.assertEqual(data["url"], f"{settings.PUBLIC_URL}/flags/{flag.pk}/")
        self.assertIn("Established worsening", data["sentence"]["en"])
        message = Message.objects.get()
        self.assertEqual((message.status, message.answer_code, message.attempts), ("delivered", 200, 1))
        self.assertEqual(headers["webhook-id"], str(message.delivery_id))

    def test_only_the_chosen_events_of_the_own_workspace(self) -> None:
        with receiver() as listener:
            self.hook(listener, kinds=["data.stale"])
            services.webhook_add(
                workspace=self.elsewhere, actor=self.otto, name="X", url=listener.url, kinds=["flag.opened"]
            )
            self.dropped()
            outbox_drain()
            self.assertEqual(listener.calls, [])

    def test_late_data_reach_a_webhook(self) -> None:
        with receiver() as listener:
            self.hook(listener, kinds=["data.stale", "data.fresh"])
            self.write(lambda number: 0.2, weeks=range(12))
            newest = week(12) - timedelta(days=1)
            self.evaluate(newest)
            self.evaluate(newest + timedelta(days=30))
            outbox_drain()
            content = json.loads(listener.calls[0][1])
        self.assertEqual((content["type"], content["data"]["source"]["key"]), ("data.stale", "ga4"))
        self.assertEqual(content["data"]["facts"]["newest_day"], str(newest))

    def test_a_failed_call_is_tried_again_with_the_same_id(self) -> None:
        with receiver() as listener, self.assertLogs("cxmap.outbox.services", "WARNING"):
            hook = self.hook(listener)
            self.dropped()
            listener.status = 503
            outbox_drain()
            outbox_drain()  # not before the pause has passed
            self.assertEqual(len(listener.calls), 1)
            message = Message.objects.get()
            self.assertEqual((message.status, message.answer_code), ("waiting", 503))
            self.assertGreater(message.available_at, timezone.now() + timedelta(seconds=20))
            listener.status = 204
            self.again()
        self.assertEqual(len(listener.calls), 2)
        self.assertEqual(len(set(listener.ids)), 1)
        self.assertTrue(all(verify(hook.secret, *call) for call in listener.calls))
        self.assertEqual(Message.objects.get().status, "delivered")
        self.assertEqual(Webhook.objects.get().failures, 0)

    def test_a_redirect_is_not_followed(self) -> None:
        with receiver() as listener, receiver() as other, self.assertLogs("cxmap.outbox.services", "WARNING"):
            self.hook(listener)
            listener.status, listener.headers = 302, {"Location": other.url}
            self.dropped()
            outbox_drain()
            self.assertEqual((len(listener.calls), len(other.calls)), (1, 0))
        self.assertIn("redirect", Message.objects.get().error)

    def test_a_receiver_that_keeps_failing_is_paused_and_resumed(self) -> None:
        with receiver() as listener:
            hook = self.hook(listener)
            listener.status = 500
            self.dropped()
            with self.assertLogs("cxmap.outbox.services", "WARNING"):
                for _ in range(9):
                    self.again()
                self.assertEqual((Webhook.objects.get().failures, Webhook.objects.get().paused_at), (9, None))
                Message.objects.update(status="waiting", attempts=3)
                self.again()
            paused = Webhook.objects.get()
            self.assertIsNotNone(paused.paused_at)
            self.assertEqual(paused.pause_reason, "answered|500")
            Message.objects.update(status="waiting", attempts=3)
            calls = len(listener.calls)
            self.again()
            self.assertEqual((len(listener.calls), Message.objects.get().status), (calls, "waiting"))
            self.client.force_login(self.olga)
            page = self.client.get(f"/webhooks/{hook.pk}/")
            self.assertContains(
                page, "Paused after 10 failed attempts in a row. The last one: the receiver answered 500"
            )
            self.assertContains(self.client.get("/w/acme/alerts/"), "kept failing")
            # A test call may show that it is repaired; then what waited is sent.
            listener.status = 200
            self.client.post(f"/webhooks/{hook.pk}/test/")
            outbox_drain()
            self.assertEqual(json.loads(listener.calls[-1][1])["type"], "ping")
            self.client.post(f"/webhooks/{hook.pk}/resume/")
            outbox_drain()
            self.assertEqual(json.loads(listener.calls[-1][1])["type"], "flag.opened")
        self.assertEqual(set(Message.objects.values_list("status", flat=True)), {"delivered"})
        actions = set(Change.objects.filter(action__startswith="webhook").values_list("action", flat=True))
        self.assertEqual(actions, {"webhook.added", "webhook.gave_up", "webhook.resumed"})

    def test_what_waits_for_a_paused_webhook_is_dropped_in_the_end(self) -> None:
        with receiver() as listener:
            hook = self.hook(listener)
            services.webhook_pause(webhook=hook, actor=self.olga)
            self.dropped()
            outbox_drain()
            self.assertEqual(Message.objects.get().status, "waiting")
            Message.objects.update(created_at=timezone.now() - timedelta(days=8))
            self.again()
            self.assertEqual((Message.objects.get().status, listener.calls), ("dropped", []))

    def test_a_deleted_webhook_is_not_called(self) -> None:
        with receiver() as listener:
            hook = self.hook(listener)
            self.dropped()
            services.webhook_delete(webhook=hook, actor=self.olga)
            outbox_drain()
            self.assertEqual((Message.objects.get().status, listener.calls), ("dropped", []))

    def test_a_ping_that_fails_counts_for_nothing(self) -> None:
        with receiver() as listener, self.assertLogs("cxmap.outbox.services", "WARNING"):
            hook = self.hook(listener)
            listener.status = 404
            services.webhook_test(webhook=hook)
            outbox_drain()
        message = Message.objects.get()
        self.assertEqual((message.status, message.answer_code, Webhook.objects.get().failures), ("failed", 404, 0))

    def test_one_ping_waits_at_a_time(self) -> None:
        self.client.force_login(self.olga)
        with receiver() as listener:
            hook, other = self.hook(listener), self.hook(listener, name="Tickets")
            for _ in range(3):
                self.client.post(f"/webhooks/{hook.pk}/test/")
            self.client.post(f"/webhooks/{other.pk}/test/")
            outbox_drain()
            self.assertEqual(len(listener.calls), 2)
            self.client.post(f"/webhooks/{hook.pk}/test/")
            outbox_drain()
        self.assertEqual(len(listener.calls), 3)

    def test_one_worker_delivers_at_a_time(self) -> None:
        """The others go on to other work; the worker at it finds what they were called for."""
        worker = connection.copy()
        self.addCleanup(worker.close)
        with receiver() as listener:
            services.webhook_test(webhook=self.hook(listener))
            with worker.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [DRAIN_LOCK])
            with mock.patch("cxmap.outbox.tasks.outbox_drain.delay") as again:
                tasks.outbox_sweep()
                tasks.outbox_drain()
            again.assert_not_called()
            self.assertEqual(listener.calls, [])
            worker.close()  # as if it had been killed; the server notices soon
            for _ in range(100):
                tasks.outbox_sweep()
                if listener.calls:
                    break
                time.sleep(0.1)
        self.assertEqual(len(listener.calls), 1)

    def test_what_comes_while_a_worker_stops_is_not_left(self) -> None:
        """Its own worker was sent away: the lock was still held."""
        with receiver() as listener:
            hook = self.hook(listener)
            found = outbox_claim

            def claim() -> Message | None:
                message = found()
                if message is None:
                    services.webhook_test(webhook=hook)
                return message

            with (
                mock.patch("cxmap.outbox.services.outbox_claim", claim),
                mock.patch("cxmap.outbox.tasks.outbox_drain.delay") as again,
            ):
                tasks.outbox_drain()
            again.assert_called_once_with()

    def test_old_messages_are_all_forgotten(self) -> None:
        with receiver() as listener:
            hook = self.hook(listener)
        for number in range(5):
            done = timezone.now() - timedelta(days=31 if number else 29)
            Message.objects.create(
                workspace=self.workspace, topic="alerts.webhook", key=f"old:{number}", status="delivered", done_at=done
            )
        services.webhook_test(webhook=hook)
        with mock.patch("cxmap.outbox.services.FORGET_BATCH", 2):
            self.assertEqual(outbox_forget(), 4)
        self.assertEqual(Message.objects.count(), 2)

    def test_a_receiver_that_drips_is_cut_off(self) -> None:
        """One byte now and then never exceeds the time limit of the socket, but that of the call."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        def drip() -> None:
            link, _address = server.accept()
            with link:
                try:
                    while True:
                        link.sendall(b"H")
                        time.sleep(0.1)
                except OSError:
                    return

        threading.Thread(target=drip, daemon=True).start()
        with mock.patch.object(outbound, "TIMEOUT", 1.0), self.assertRaisesMessage(CallFailed, "late|1"):
            outbound.post(url, body=b"{}", headers={})


class AddressTest(SimpleTestCase):
    REFUSED = (
        "http://example.org/hook", "ftp://example.org/", "https://", "example.org", "https://user:secret@example.org/",
        "https://localhost/", "http://localhost/", "https://127.0.0.1/", "https://10.1.2.3/", "https://192.168.0.1/",
        "https://169.254.169.254/latest/", "https://0.0.0.0/", "https://[::1]/", "https://[fd00::1]/",
        "https://[fe80::1]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/",
        "https://100.64.0.1/", "https://224.0.0.1/", "https://example.org:99999/", "https://exa mple.org/",
        "https://example.org/\n", "https://[::1", "https://255.255.255.255/",
        "https://[fec0::1]/", "https://[feff:ffff::1]/", "https://192.88.99.1/", "https://[::ffff:192.88.99.1]/",
    )  # fmt: skip

    def test_it_works(self) -> None:
        for url in ("https://example.org/hook?a=b", "https://93.184.216.34:8443/", "https://[2606:2800:220:1::1]/"):
            with self.subTest(url=url):
                self.assertEqual(address_check(url).geturl(), url)

    def test_addresses_that_are_refused(self) -> None:
        for url in self.REFUSED:
            with self.subTest(url=url), self.assertRaises(AddressRefused):
                address_check(url)

    def test_a_name_of_a_private_address_is_not_called(self) -> None:
        """Also when only one of its addresses is private, or the number is written in an unusual way."""
        public, private = ("93.184.216.34", 443), ("10.0.0.8", 443)
        for found in ([private], [public, private]):
            entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in found]
            with (
                mock.patch("socket.getaddrinfo", return_value=entries),
                mock.patch("socket.create_connection") as connect,
                self.assertRaises(AddressRefused),
            ):
                outbound.post("https://internal.example.org/", body=b"", headers={})
            connect.assert_not_called()
        for url in ("https://2130706433/", "https://0x7f.1/", "https://127.1/"):
            with self.subTest(url=url), self.assertRaises((AddressRefused, CallFailed)):
                outbound.post(url, body=b"", headers={})

    def test_the_call_goes_to_the_address_that_was_checked(self) -> None:
        entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
        with (
            mock.patch("socket.getaddrinfo", return_value=entries) as resolve,
            mock.patch("socket.create_connection", side_effect=ConnectionRefusedError) as connect,
            self.assertRaisesMessage(CallFailed, "connection_refused"),
        ):
            outbound.post("https://example.org/", body=b"", headers={})
        self.assertEqual(connect.call_args.args[0], ("93.184.216.34", 443))
        self.assertEqual(resolve.call_count, 1)

    def test_loopback_in_local_mode_and_by_configuration(self) -> None:
        with override_settings(LOCAL=True):
            address_check("http://localhost:9000/hook")
            address_check("http://127.0.0.1:9000/hook")
            for url in ("http://10.0.0.1/", "https://10.0.0.1/"):
                with self.assertRaises(AddressRefused):
                    address_check(url)
        with override_settings(WEBHOOK_PRIVATE_HOSTS=["10.0.0.1", "hooks.internal"]):
            address_check("https://10.0.0.1/")
            address_check("https://hooks.internal/x")
            # Whoever reads along in the network would see it: only loopback may go without encryption.
            with self.assertRaises(AddressRefused):
                address_check("http://10.0.0.1/")


class PagesTest(AlertsTestCase):
    DATA = {"name": "Chat", "url": "https://example.org/hook", "kinds": ["flag.opened", "data.stale"]}

    def setUp(self) -> None:
        self.client.force_login(self.olga)

    def add(self) -> Webhook:
        response = self.client.post("/w/acme/webhooks/add/", self.DATA)
        self.assertEqual(response.status_code, 200)
        hook = Webhook.objects.get()
        self.assertContains(response, hook.secret)
        return hook

    def test_the_secret_is_shown_once(self) -> None:
        hook = self.add()
        self.assertNotContains(self.client.get(f"/webhooks/{hook.pk}/"), hook.secret)
        response = self.client.post(f"/webhooks/{hook.pk}/secret/")
        renewed = Webhook.objects.get().secret
        self.assertNotEqual(renewed, hook.secret)
        self.assertContains(response, renewed)
        for change in Change.objects.all():
            self.assertNotIn("whsec_", json.dumps([change.rows, change.summary]))

    def test_what_is_wrong_is_said_and_nothing_is_kept(self) -> None:
        for wrong, said in (
            ({"url": "http://example.org/"}, "must begin with https://"),
            ({"url": "https://10.0.0.1/"}, "private network"),
            ({"url": "nonsense"}, "Write a web address"),
            ({"kinds": ["everything"]}, "not one of the available choices"),
            ({"name": ""}, "This field is required"),
        ):
            with self.subTest(wrong=wrong):
                response = self.client.post("/w/acme/webhooks/add/", self.DATA | wrong)
                self.assertContains(response, said, status_code=422)
        self.assertFalse(Webhook.objects.exists())

    def test_changing_and_deleting(self) -> None:
        hook = self.add()
        self.client.post(f"/webhooks/{hook.pk}/", self.DATA | {"name": "Tickets", "kinds": ["flag.closed"]})
        hook.refresh_from_db()
        self.assertEqual((hook.name, hook.kinds), ("Tickets", ["flag.closed"]))
        self.client.post(f"/webhooks/{hook.pk}/delete/")
        self.assertEqual(self.client.get(f"/webhooks/{hook.pk}/").status_code, 404)
        self.assertNotContains(self.client.get("/w/acme/webhooks/"), "Tickets</a>")

    def test_there_are_twenty_at_most(self) -> None:
        for number in range(20):
            services.webhook_add(workspace=self.workspace, actor=self.olga, **(self.DATA | {"name": str(number)}))
        response = self.client.post("/w/acme/webhooks/add/", self.DATA)
        self.assertContains(response, "at most 20 webhooks", status_code=409)

    def test_query_count_does_not_grow(self) -> None:
        hook = self.add()

        def call(number: int) -> None:
            for _ in range(number):
                event = Event.objects.create(
                    workspace=self.workspace, kind="flag.opened", key=f"k{Event.objects.count()}", binding=self.binding
                )
                Message.objects.create(
                    workspace=self.workspace,
                    topic="alerts.webhook",
                    key=f"webhook:{event.pk}",
                    subject=hook.subject,
                    payload={"event": str(event.pk)},
                )

        call(1)
        few = self.query_count(f"/webhooks/{hook.pk}/"), self.query_count("/w/acme/webhooks/")
        call(20)
        services.webhook_add(workspace=self.workspace, actor=self.olga, **self.DATA)
        self.assertEqual((self.query_count(f"/webhooks/{hook.pk}/"), self.query_count("/w/acme/webhooks/")), few)
        self.assertContains(self.client.get(f"/webhooks/{hook.pk}/"), "flag.opened", count=22)
