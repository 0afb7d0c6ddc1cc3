"""Cost, contacts, personalisation, proactive help, competitors, CJML fields (A22, A53, B4, B5); content (A48, A49)."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from cxmap.history.models import Change
from tests.api import ApiTestCase
from tests.touchpoints.base import LibraryTestCase
from touchpoints import contents, merging, services
from touchpoints.contents import months_before
from touchpoints.models import ContentItem


class FactsTests(LibraryTestCase, ApiTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)
        self.url = reverse("touchpoints:edit", args=[self.page.pk])

    def post(self, **changes: Any) -> Any:
        data = {"name": self.page.name, "category": self.page.category_id, "channel": self.page.channel_id}
        data |= {"phase": "during", "presence": "online", "revision": self.page.revision} | changes
        return self.client.post(self.url, data)

    def test_it_works(self) -> None:
        response = self.post(
            cost="1200.50",
            cost_span="quarter",
            volume="8000",
            volume_span="month",
            personalisation="segment",
            proactive_trigger="A parcel is late: we write first.",
            competitor_note="Others answer by chat.",
            kind="communication",
            initiator="company",
            receiver="customer",
        )
        self.assertRedirects(response, self.page.get_absolute_url())
        page = self.client.get(self.page.get_absolute_url())
        for words in (
            "€1,200",
            "per quarter",
            "€0.05 per contact",
            "8,000",
            "by segment",
            "A parcel is late",
            "Others answer by chat.",
            "the company → the customer",
        ):
            with self.subTest(words=words):
                self.assertContains(page, words)
        (change,) = Change.objects.filter(action="touchpoint.updated")
        self.assertEqual(change.rows[0]["after"]["cost"], "1200.50")

    def test_unknown_cost_is_not_nothing(self) -> None:
        self.post(cost="", volume="10")
        self.page.refresh_from_db()
        self.assertIsNone(self.page.cost)
        self.assertIsNone(self.page.cost_per_contact)
        self.assertContains(self.client.get(self.page.get_absolute_url()), "unknown")
        self.post(cost="0", volume="10", revision=2)
        self.page.refresh_from_db()
        self.assertEqual(self.page.cost_per_contact, 0)

    def test_costs_of_other_periods_compare_by_the_year(self) -> None:
        self.page.cost, self.page.cost_span = 100, "quarter"
        self.page.volume, self.page.volume_span = 20, "month"
        self.assertEqual((self.page.cost_per_year, self.page.volume_per_year), (400, 240))
        self.page.volume = 0
        self.assertIsNone(self.page.cost_per_contact)

    def test_refusals(self) -> None:
        for changes in (
            {"cost": "-1"},
            {"cost": "a lot"},
            {"volume": "-1"},
            {"volume": "1.5"},
            {"cost": "1", "cost_span": "day"},
            {"personalisation": "magic"},
            {"kind": "communication", "receiver": ""},
            {"content_months": "0"},
        ):
            with self.subTest(changes=changes):
                self.assertEqual(self.post(**changes).status_code, 422)
        self.page.refresh_from_db()
        self.assertEqual(self.page.revision, 1)

    def test_an_action_has_no_receiver(self) -> None:
        self.post(kind="action", initiator="customer", receiver="company")
        self.page.refresh_from_db()
        self.assertEqual((self.page.kind, self.page.receiver), ("action", ""))
        self.assertContains(self.client.get(self.page.get_absolute_url()), "action of: the customer")

    def test_what_a_form_does_not_send_stays(self) -> None:
        services.touchpoint_update(touchpoint=self.page, actor=self.ed, cost=7, personalisation="live")
        self.post(revision=2)
        self.page.refresh_from_db()
        self.assertEqual((self.page.cost, self.page.personalisation), (7, "live"))

    def test_in_the_api(self) -> None:
        path = f"touchpoints/{self.page.pk}/"
        body = self.call("patch", path, {"cost": "12.50", "cost_span": "year", "volume": 3, "kind": "action"}).json()
        self.assertEqual((body["cost"], body["volume"], body["receiver"]), ("12.50", 3, ""))
        self.assertIsNone(self.call("patch", path, {"cost": None}).json()["cost"])
        self.assertEqual(self.call("patch", path, {"kind": "communication"}).json()["receiver"], "company")
        for data in ({"cost": "-1"}, {"volume": -1}, {"personalisation": "x"}, {"initiator": ""}):
            with self.subTest(data=data):
                self.assertEqual(self.call("patch", path, data).status_code, 400)


class ContentTests(LibraryTestCase, ApiTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.ed)

    def add(self, title: str, **fields: Any) -> ContentItem:
        return contents.content_add(touchpoint=self.page, actor=self.ed, title=title, **fields)

    def test_it_works(self) -> None:
        address = reverse("touchpoints:content-add", args=[self.page.pk])
        data = {"title": "How do I send it back?", "kind": "faq", "address": "https://example.org/faq", "owner": "Care"}
        data["updated_on"] = "2026-11-02"
        self.assertRedirects(self.client.post(address, data), self.page.get_absolute_url() + "#content-inventory")
        page = self.client.get(self.page.get_absolute_url())
        for words in ("How do I send it back?", "answer of the FAQ", "https://example.org/faq", "2 Nov 2026", "Care"):
            self.assertContains(page, words)
        self.assertTrue(Change.objects.filter(action="content.added", target_id=str(self.page.pk)).exists())

    def test_old_content_is_said_and_unknown_age_is_not_fresh(self) -> None:
        today = timezone.localdate(timezone=self.workspace.zone)
        limit = months_before(today, 12)
        self.add("Old", updated_on=limit - dt.timedelta(days=1))
        self.add("Just not", updated_on=limit)
        self.add("Undated")
        found = contents.inventory(self.page, today=today)
        self.assertEqual([item.title for item in found.items], ["Undated", "Old", "Just not"])
        self.assertEqual([item.title for item in found.items if item.pk in found.stale], ["Old"])
        self.assertEqual((found.undated, found.newest_on), (1, limit))
        page = self.client.get(self.page.get_absolute_url())
        self.assertContains(page, "1 is old")
        self.assertContains(page, "1 without a date")

    def test_months_before_ends_with_the_month(self) -> None:
        for day, months, expected in (
            (dt.date(2026, 3, 31), 1, dt.date(2026, 2, 28)),
            (dt.date(2026, 1, 15), 1, dt.date(2025, 12, 15)),
            (dt.date(2024, 2, 29), 12, dt.date(2023, 2, 28)),
        ):
            with self.subTest(day=day):
                self.assertEqual(months_before(day, months), expected)

    def test_refusals(self) -> None:
        address = reverse("touchpoints:content-add", args=[self.page.pk])
        for data in (
            {"title": "", "kind": "faq"},
            {"title": "x", "kind": "song"},
            {"title": "x", "kind": "faq", "address": "javascript:alert(1)"},
            {"title": "x", "kind": "faq", "updated_on": "2999-01-01"},
        ):
            with self.subTest(data=data):
                self.assertEqual(self.client.post(address, data).status_code, 422)
        self.assertEqual(ContentItem.objects.count(), 0)

    def test_two_at_once(self) -> None:
        item = self.add("First", kind="faq")
        contents.content_update(item=item, actor=self.olga, title="Theirs")
        address = reverse("touchpoints:content-edit", args=[item.pk])
        response = self.client.post(address, {"title": "Mine", "kind": "faq", "revision": 1})
        self.assertContains(response, "Theirs", status_code=409)
        response = self.client.post(address, {"title": "Mine", "kind": "faq", "revision": 2})
        self.assertEqual(response.status_code, 302)

    def test_taken_off_and_put_back(self) -> None:
        item = self.add("Gone")
        response = self.client.post(reverse("touchpoints:content-delete", args=[item.pk]), follow=True)
        self.assertContains(response, "“Gone” is taken off.")
        self.client.post(reverse("touchpoints:content-restore", args=[item.pk]))
        item.refresh_from_db()
        self.assertIsNone(item.deleted_at)

    def test_a_merge_takes_it_along(self) -> None:
        self.add("Kept")
        self.assertIn("1 piece of content goes over.", merging.consequences(self.page, self.desk))
        merging.touchpoint_merge(touchpoint=self.page, into=self.desk, actor=self.ed)
        self.assertEqual(ContentItem.objects.get().touchpoint, self.desk)

    def test_in_the_api(self) -> None:
        body = self.call("post", "contents/", {"touchpoint": "page-produit", "title": "How?", "kind": "video"}).json()
        self.assertEqual((body["touchpoint"], body["updated_on"]), ("page-produit", None))
        path = f"contents/{body['id']}/"
        self.assertEqual(self.call("patch", path, {"updated_on": "2026-01-01"}).json()["updated_on"], "2026-01-01")
        self.assertEqual(self.call("get", "contents/?touchpoint=page-produit").json()["results"][0]["title"], "How?")
        self.assertEqual(self.call("delete", path).status_code, 204)
        self.assertEqual(self.call("get", path).status_code, 404)

    def test_query_count_of_the_sheet_does_not_grow(self) -> None:
        self.add("One")
        few = self.query_count(self.page.get_absolute_url())
        for number in range(10):
            self.add(f"C{number}")
        self.assertEqual(self.query_count(self.page.get_absolute_url()), few)
