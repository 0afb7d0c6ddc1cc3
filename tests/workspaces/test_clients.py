"""Whose address a request has, with and without proxies in between."""

from django.test import RequestFactory, SimpleTestCase, override_settings

from cxmap.lib.clients import client_address

PROXIES = ["172.18.0.0/16", "2001:db8::1"]


class ClientAddressTest(SimpleTestCase):
    def test_it_works(self) -> None:
        for connects, named, found in (
            ("198.51.100.7", "", "198.51.100.7"),
            ("198.51.100.7", "203.0.113.5", "198.51.100.7"),  # no proxy of ours: what it says is not believed
            ("172.18.0.2", "", "172.18.0.2"),
            ("172.18.0.2", "203.0.113.5", "203.0.113.5"),
            ("172.18.0.2", "10.0.0.1, 203.0.113.5", "203.0.113.5"),  # the first one was made up by the visitor
            ("172.18.0.2", "203.0.113.5, 2001:db8::1", "203.0.113.5"),
            ("2001:db8::1", "2001:db8:5::9", "2001:db8:5::9"),
            ("172.18.0.2", "somebody", "172.18.0.2"),
            ("", "203.0.113.5", ""),
        ):
            with self.subTest(connects=connects, named=named), override_settings(TRUSTED_PROXIES=PROXIES):
                request = RequestFactory().get("/", REMOTE_ADDR=connects, headers={"X-Forwarded-For": named})
                self.assertEqual(client_address(request), found)

    def test_without_proxies_nothing_is_believed(self) -> None:
        request = RequestFactory().get("/", REMOTE_ADDR="172.18.0.2", headers={"X-Forwarded-For": "203.0.113.5"})
        self.assertEqual(client_address(request), "172.18.0.2")
