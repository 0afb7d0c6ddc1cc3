"""What every page keeps to, whichever app it belongs to: read from the rows of tests/access."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import ClassVar

from django.test import override_settings
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404

from tests.access import Row, World, all_rows, named_patterns
from tests.base import CastTestCase


class Page(HTMLParser):
    """Collects what the tests ask of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.links: set[str] = set()
        self.faults: list[str] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags[tag] += 1
        if tag == "html":
            self.language = values.get("lang") or ""
        if values.get("id"):
            self.ids[values["id"] or ""] += 1
        if "style" in values or tag == "style":
            self.faults.append(f"style on <{tag}>")
        self.faults += [f"{name} on <{tag}>" for name in values if name.startswith(("on", "hx-on"))]
        if tag == "script" and "src" not in values and values.get("type") != "application/json":
            self.faults.append("inline script")
        if tag == "a":
            self.links.add(values.get("href") or "")
            if not values.get("href"):
                self.faults.append("a link without an address")
        if tag == "form" and not values.get("action"):
            self.faults.append("a form without an address")
        if tag == "img" and "alt" not in values:
            self.faults.append("a picture without words")
        source = values.get("src") or ""
        if re.match(r"(https?:)?//", source):
            self.faults.append(f"something from another host: {source}")


# What only scripts ask for: a part of a page, without a head of its own.
FRAGMENTS = {"touchpoints:suggestion?"}


class PageTests(CastTestCase):
    """Olga opens every page that she may, in both languages."""

    addresses: ClassVar[dict[str, str]]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        world = World(cls)
        names = {name for name, _pattern in named_patterns()}
        cls.addresses = {}
        for row in all_rows():
            if isinstance(row, Row) and row.method == "get" and row.name in names:
                query = row.query(world) if callable(row.query) else row.query
                cls.addresses[f"{row.name}{query and '?'}"] = reverse(row.name, kwargs=row.kwargs(world)) + query

    def setUp(self) -> None:
        self.client.force_login(self.olga)

    def pages(self, language: str) -> dict[str, Page]:
        """Return the pages that answer with HTML, by the name of their address."""
        found = {}
        for name, address in self.addresses.items():
            self.client.force_login(self.olga)  # one of the addresses signs out
            response = self.client.get(address, headers={"Accept-Language": language})
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                found[name] = Page(response.content.decode())
        return found

    def test_every_page_keeps_to_the_rules(self) -> None:
        """One heading of the first rank, a title, unique ids, nothing inline, nothing from other hosts."""
        for language in ("en", "fr"):
            pages = self.pages(language)
            self.assertGreater(len(pages), 25)
            for name, page in pages.items():
                with self.subTest(page=name, language=language):
                    self.assertEqual(page.faults, [])
                    if name in FRAGMENTS:
                        continue
                    self.assertEqual(page.language, language)
                    self.assertEqual((page.tags["h1"], page.tags["title"], page.tags["main"]), (1, 1, 1))
                    self.assertEqual([one for one, count in page.ids.items() if count > 1], [])

    def test_every_link_leads_somewhere(self) -> None:
        seen = set()
        for page in self.pages("en").values():
            seen |= page.links
        inner = {link.partition("#")[0].partition("?")[0] for link in seen if link.startswith("/")}
        self.assertGreater(len(inner), 25)
        for link in sorted(inner):
            with self.subTest(link=link):
                try:
                    resolve(link)
                except Resolver404:
                    self.fail("no page has this address")

    @override_settings(DEBUG=False)
    def test_error_pages(self) -> None:
        for user, address, status in (
            (self.olga, "/nowhere/", 404),
            (self.vi, reverse("workspaces:settings", args=["acme"]), 403),
        ):
            for language in ("en", "fr"):
                with self.subTest(status=status, language=language):
                    self.client.force_login(user)
                    response = self.client.get(address, headers={"Accept-Language": language})
                    self.assertEqual(response.status_code, status)
                    page = Page(response.content.decode())
                    self.assertEqual((page.faults, page.language, page.tags["h1"]), ([], language, 1))
