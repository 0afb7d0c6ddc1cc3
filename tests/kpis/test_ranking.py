"""Cost and effectiveness (A22): ranked where it is known; unknown is neither good nor bad."""

import csv
import datetime as dt
import io
from typing import Any

import openpyxl
from django.urls import reverse

from kpis.models import Kpi
from kpis.selectors.ranking import Ranked, Ranking, ranking
from kpis.services import binding_create, target_set
from tests.kpis.test_pages import KpiPagesTestCase
from touchpoints.models import Category, Channel, Touchpoint
from touchpoints.services import touchpoint_create, touchpoint_update

TODAY = dt.date(2026, 11, 18)


class RankingTests(KpiPagesTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.url = reverse("kpis:ranking", args=["acme"])

    def add(
        self, name: str, state: str = "", *, value: float = 0.02, target: float | None = 0.018, **facts: Any
    ) -> Touchpoint:
        touchpoint = touchpoint_create(
            workspace=self.workspace,
            actor=self.ed,
            name=name,
            category=Category.objects.get(workspace=self.workspace, code="sales"),
            channel=Channel.objects.get(workspace=self.workspace, code="chat"),
            **facts,
        )
        if state:
            kpi = Kpi.objects.get(workspace=self.workspace, code="purchase-rate")
            binding = binding_create(touchpoint=touchpoint, kpi=kpi, actor=self.ed)
            if target is not None:
                target_set(binding=binding, actor=self.ed, value=target)
            self.measure(binding, [value] * 13, state)
            binding.states.update(target=target)
        return touchpoint

    def found(self, sort: str = "") -> Ranking:
        return ranking(self.workspace, today=TODAY, sort=sort)

    def row(self, name: str) -> Ranked:
        found = self.found()
        return next(row for row in (*found.ranked, *found.unknown) if row.touchpoint.name == name)

    def names(self, sort: str = "") -> list[str]:
        return [row.touchpoint.name for row in self.found(sort).ranked]

    def test_it_works(self) -> None:
        touchpoint_update(touchpoint=self.touchpoint, actor=self.ed, cost=1000, volume=5000)
        self.add("Good chat", "on_target", cost=3000, cost_span="year")
        self.add("Nothing known")
        page = self.client.get(self.url)
        for words in ("Payment page", "■ does not work", "€12,000", "€0.20", "● works", "€3,000", "−24%",
                      "Not ranked, because something is unknown", "Nothing known",
                      "€12,000 a year (80%) goes to touchpoints that do not reach their targets."):  # fmt: skip
            with self.subTest(words=words):
                self.assertContains(page, words)
        self.assertEqual(self.names(), ["Payment page", "Good chat"])

    def test_what_the_states_establish(self) -> None:
        for name, state, options, verdict in (
            ("a", "worse", {"value": 0.015}, "fails"),
            ("a2", "worse", {}, "undecided"),
            ("b", "off_target", {}, "fails"),
            ("c", "watch", {}, "undecided"),
            ("d", "on_target", {}, "works"),
            ("e", "better", {"value": 0.015}, "undecided"),
            ("f", "no_data", {}, "unknown"),
            ("g", "on_target", {"target": None}, "unknown"),
            ("h", "worse", {"target": None}, "undecided"),
            ("i", "", {}, "unknown"),
        ):
            self.add(name, state, **options)
            # The helper says the newest two periods only.
            with self.subTest(name=name):
                self.assertEqual(self.row(name).verdict, verdict)

    def test_unknown_is_in_no_order(self) -> None:
        self.add("No cost", "on_target")
        self.add("Free", "on_target", cost=0, volume=10)
        self.add("Dear", "off_target", cost=900, volume=10)
        self.assertEqual(self.names(), ["Dear", "Payment page", "Free", "No cost"])
        self.assertEqual(self.names("cost"), ["Dear", "Free"])
        self.assertEqual(self.names("contact"), ["Dear", "Free"])
        self.assertEqual(self.names("works")[0], "Free")
        self.assertEqual(self.names("nonsense"), self.names())

    def test_what_a_conversion_costs_with_its_interval(self) -> None:
        touchpoint_update(touchpoint=self.touchpoint, actor=self.ed, cost=10000, cost_span="year")
        conversion = self.row("Payment page").conversion
        assert conversion is not None
        # 192 purchases a week: 10 000 / (192 × 365.25 / 7); the rate lies between 1.17 and 1.57 %.
        self.assertAlmostEqual(float(conversion.cost), 10000 / (192 * 365.25 / 7), places=6)
        assert conversion.low is not None
        assert conversion.high is not None
        self.assertAlmostEqual(float(conversion.low), 10000 / (14000 * 0.0157 * 365.25 / 7), places=6)
        self.assertAlmostEqual(float(conversion.high), 10000 / (14000 * 0.0117 * 365.25 / 7), places=6)

    def test_measured_contacts_where_none_were_typed(self) -> None:
        row = self.row("Payment page")
        self.assertTrue(row.contacts_measured)
        self.assertAlmostEqual(float(row.contacts or 0), 14000 * 365.25 / 7, places=3)
        touchpoint_update(touchpoint=self.touchpoint, actor=self.ed, volume=7, volume_span="year")
        self.assertEqual((self.row("Payment page").contacts, self.row("Payment page").contacts_measured), (7, False))

    def test_channels_say_of_how_many_they_speak(self) -> None:
        self.add("One", "off_target", cost=100, cost_span="year", volume=10, volume_span="year")
        self.add("Two", cost=300, cost_span="year")
        self.add("Three")
        row = next(row for row in self.found().channels if row.channel.code == "chat")
        self.assertEqual((row.touchpoints, row.with_cost, row.with_both), (3, 2, 1))
        self.assertEqual((row.cost, row.failing_cost, row.per_contact), (400, 100, 10))
        self.assertContains(self.client.get(self.url), "of 2 of 3 touchpoints")

    def test_files(self) -> None:
        touchpoint_update(touchpoint=self.touchpoint, actor=self.ed, cost=1000)
        self.add("Nothing known")
        for kind in ("csv", "csv-fr", "xlsx"):
            response = self.client.get(reverse("kpis:ranking-export", args=["acme", kind]))
            content = b"".join(response.streaming_content)
            if kind == "xlsx":
                rows = [[c.value for c in row] for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]]
            else:
                delimiter = ";" if kind == "csv-fr" else ","
                rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))
            with self.subTest(kind=kind):
                self.assertEqual([row[1] for row in rows], ["touchpoint", "Payment page", "Nothing known"])
                self.assertEqual((rows[1][6], float(rows[1][7])), ("fails", 12000))
                self.assertIn(rows[2][7], ("", None))
                self.assertIn(rows[2][0], ("", None))
        self.assertEqual(self.client.get(reverse("kpis:ranking-export", args=["acme", "pdf"])).status_code, 404)

    def test_an_empty_library_says_what_to_do(self) -> None:
        self.client.force_login(self.otto)
        page = self.client.get(reverse("kpis:ranking", args=["elsewhere"]))
        self.assertContains(page, "Nothing to rank yet")
        self.assertNotContains(page, "Payment page")

    def test_the_library_leads_to_it(self) -> None:
        self.assertContains(self.client.get(reverse("touchpoints:list", args=["acme"])), self.url)

    def test_query_count_does_not_grow(self) -> None:
        few = self.query_count(self.url)
        for number in range(8):
            self.add(f"T{number}", "worse", cost=1)
        self.assertEqual(self.query_count(self.url), few)
