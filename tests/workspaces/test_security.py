from unittest import mock

from django.db.utils import OperationalError
from django.test import Client, override_settings
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.base import CastTestCase


class HeaderTests(CastTestCase):
    def test_every_kind_of_answer_carries_the_policy(self) -> None:
        self.client.force_login(self.vi)
        for path in ("/", "/accounts/logout/", "/w/acme/journeys/", "/nowhere/", "/healthz", "/api/v1/touchpoints/"):
            with self.subTest(path=path):
                response = self.client.get(path)
                policy = response["Content-Security-Policy"]
                self.assertIn("default-src 'none'", policy)
                self.assertIn("script-src 'self'", policy)
                self.assertIn("frame-ancestors 'none'", policy)
                self.assertNotIn("unsafe", policy)
                self.assertEqual(response["X-Content-Type-Options"], "nosniff")
                self.assertEqual(response["X-Frame-Options"], "DENY")
                self.assertEqual(response["Referrer-Policy"], "same-origin")
                self.assertEqual(response["Cross-Origin-Opener-Policy"], "same-origin")

    def test_a_form_from_elsewhere_is_refused(self) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.ed)
        response = client.post(reverse("workspaces:add"), {"name": "x"})
        self.assertEqual(response.status_code, 403)
        self.assertIn("Content-Security-Policy", response)

    def test_the_session_cookie_is_out_of_reach_of_scripts(self) -> None:
        self.vi.set_password("long-enough-and-odd-42")
        self.vi.save(update_fields=["password"])
        self.client.post(reverse("account_login"), {"login": "vi@example.org", "password": "long-enough-and-odd-42"})
        cookie = next(cookie for name, cookie in self.client.cookies.items() if name.startswith("cxmap_session"))
        self.assertTrue(cookie["httponly"])
        self.assertEqual(cookie["samesite"], "Lax")

    def test_errors_tell_nothing(self) -> None:
        client = Client(raise_request_exception=False)
        with mock.patch("cxmap.views.workspaces_of", side_effect=RuntimeError("secret detail")):
            client.force_login(self.vi)
            response = client.get("/")
        self.assertEqual(response.status_code, 500)
        self.assertNotIn("secret detail", response.content.decode())
        self.assertIn("Content-Security-Policy", response)


class HealthTests(CastTestCase):
    def test_the_process_answers(self) -> None:
        with self.assertNumQueries(0):
            response = self.client.get("/healthz")
        self.assertEqual((response.status_code, response.json()), (200, {"status": "ok"}))
        self.assertIn("no-cache", response["Cache-Control"])

    def test_ready(self) -> None:
        with mock.patch("cxmap.views._worker_state", return_value="ok"):
            self.assertEqual(
                self.client.get("/readyz").json(),
                {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok"},
            )

    def test_without_a_worker_it_is_degraded(self) -> None:
        with mock.patch("cxmap.views._worker_state", return_value="down"):
            response = self.client.get("/readyz")
        self.assertEqual((response.status_code, response.json()["status"]), (200, "degraded"))

    def test_without_the_broker_it_is_degraded(self) -> None:
        with mock.patch("cxmap.views.cache.get", side_effect=RedisConnectionError):
            response = self.client.get("/readyz")
        body = response.json()
        self.assertEqual((response.status_code, body["broker"], body["worker"]), (200, "down", "unknown"))

    def test_without_the_database_it_is_down(self) -> None:
        with mock.patch("cxmap.views.connection.cursor", side_effect=OperationalError):
            response = self.client.get("/readyz")
        self.assertEqual((response.status_code, response.json()["status"]), (503, "down"))

    def test_metrics_need_their_token(self) -> None:
        self.assertEqual(self.client.get("/metrics").status_code, 404)
        with override_settings(METRICS_TOKEN="secret-of-prometheus"):
            self.assertEqual(self.client.get("/metrics").status_code, 404)
            wrong = self.client.get("/metrics", headers={"Authorization": "Bearer wrong"})
            self.assertEqual(wrong.status_code, 404)
            response = self.client.get("/metrics", headers={"Authorization": "Bearer secret-of-prometheus"})
        self.assertEqual(response.status_code, 200)
        self.assertIn("cxmap_dirty_buckets 0", response.content.decode())
