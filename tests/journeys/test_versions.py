"""Named versions: saved, compared, restored; the age of a map."""

import datetime as dt
import json
from typing import Any, ClassVar

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from improvements.models import Pain
from improvements.services import pain_add
from journeys import interchange
from journeys.interchange.workbook import workbook_write
from journeys.models import Card, Journey, Step, Version
from journeys.services.cards import card_edit
from journeys.services.journeys import history_step, journey_duplicate, journey_update
from journeys.services.versions import version_restore, version_save
from journeys.versions import age_text, standing
from kpis.models import Target
from tests.base import CastTestCase
from tests.journeys.interchange.base import document


class VersionTestCase(CastTestCase):
    journey: ClassVar[Journey]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.journey = interchange.journey_import(
            workspace=cls.workspace, document=interchange.document_from(document()), actor=cls.ed
        ).journey

    def setUp(self) -> None:
        self.url = reverse("journeys:versions", args=[self.journey.pk])
        self.client.force_login(self.ed)

    def card(self) -> Card:
        return Card.objects.get(journey=self.journey, serial=1)

    def content(self) -> dict[str, Any]:
        found = interchange.to_dict(interchange.document_of(self.journey))
        found.pop("origin")
        return found


class VersionsTest(VersionTestCase):
    def test_it_works(self) -> None:
        response = self.client.post(
            reverse("journeys:version-add", args=[self.journey.pk]),
            {"name": "Before the workshop", "note": "as agreed"},
        )
        self.assertRedirects(response, self.url, status_code=303)
        version = Version.objects.get(journey=self.journey)
        self.assertEqual((version.number, version.name, version.created_by), (1, "Before the workshop", self.ed))
        page = self.client.get(self.url)
        self.assertContains(page, "Before the workshop")
        self.assertContains(page, "version 1, today")

    def test_a_version_has_a_name(self) -> None:
        response = self.client.post(reverse("journeys:version-add", args=[self.journey.pk]), {"name": ""})
        self.assertEqual(response.status_code, 422)
        self.assertFalse(Version.objects.exists())

    def test_compare_a_version_with_now(self) -> None:
        version_save(journey=self.journey, actor=self.ed, name="One")
        card_edit(card=self.card(), actor=self.ed, text="Reads ten reviews")
        page = self.client.get(reverse("journeys:compare", args=[self.journey.pk]) + "?before=1&after=now")
        self.assertContains(page, "Reads reviews → Reads ten reviews")
        self.assertContains(page, "1 difference")
        back = self.client.get(reverse("journeys:compare", args=[self.journey.pk]) + "?before=now&after=1")
        self.assertContains(back, "Reads ten reviews → Reads reviews")

    def test_compare_without_a_version_offers_to_save_one(self) -> None:
        page = self.client.get(reverse("journeys:compare", args=[self.journey.pk]))
        self.assertContains(page, "Nothing to compare with yet")
        self.assertNotContains(page, 'name="before"')

    def test_compare_with_what_is_not_there(self) -> None:
        version_save(journey=self.journey, actor=self.ed, name="One")
        for query in ("?before=7", "?before=as-is", "?before=x&after=-1", "?before=99999999999"):
            with self.subTest(query=query):
                response = self.client.get(reverse("journeys:compare", args=[self.journey.pk]) + query)
                self.assertContains(response, "choose others")

    def test_as_is_beside_to_be(self) -> None:
        to_be = journey_duplicate(journey=self.journey, actor=self.ed, name="To be", to_be=True)
        card_edit(card=Card.objects.get(journey=to_be, serial=1), actor=self.ed, text="Trusts the shop")
        page = self.client.get(reverse("journeys:compare", args=[to_be.pk]))
        self.assertContains(page, "Reads reviews → Trusts the shop")
        self.assertContains(page, "horizon: as-is journey → to-be journey")

    def test_restore(self) -> None:
        before = self.content()
        version = version_save(journey=self.journey, actor=self.ed, name="One")
        card_edit(card=self.card(), actor=self.ed, text="Reads ten reviews")
        pain_add(
            workspace=self.workspace, actor=self.ed, title="Slow", step=Step.objects.get(journey=self.journey, serial=2)
        )
        response = self.client.post(reverse("journeys:version-restore", args=[version.pk]), follow=True)
        self.assertContains(response, "as version 3")
        self.assertEqual(self.content(), before)
        self.assertEqual(
            list(Version.objects.filter(journey=self.journey).order_by("number").values_list("name", flat=True)),
            ["One", "Before version 1 was restored", "Version 1 restored"],
        )
        kept = Version.objects.get(journey=self.journey, number=2)
        self.assertIn("Reads ten reviews", json.dumps(kept.document))

    def test_restore_can_be_undone_in_one_step(self) -> None:
        version = version_save(journey=self.journey, actor=self.ed, name="One")
        card_edit(card=self.card(), actor=self.olga, text="Olga's")
        changed = self.content()
        version_restore(version=version, actor=self.ed)
        self.assertEqual(self.card().text, "Reads reviews")
        history_step(journey=self.journey, actor=self.ed)
        self.assertEqual(self.content(), changed)

    def test_restore_leaves_targets_alone(self) -> None:
        version = version_save(journey=self.journey, actor=self.ed, name="One")
        Target.objects.filter(workspace=self.workspace).update(value=0.4)
        Pain.objects.filter(journey=self.journey).update(deleted_at=timezone.now())
        version_restore(version=version, actor=self.ed)
        self.assertEqual(Target.objects.get(workspace=self.workspace).value, 0.4)
        self.assertEqual(Pain.objects.filter(journey=self.journey, deleted_at=None).count(), 1)

    def test_what_is_saved_already_is_not_saved_twice(self) -> None:
        version = version_save(journey=self.journey, actor=self.ed, name="One")
        version_restore(version=version, actor=self.ed)
        self.assertEqual(Version.objects.filter(journey=self.journey).count(), 2)

    def test_files_come_back_with_a_version(self) -> None:
        version = version_save(journey=self.journey, actor=self.ed, name="One")
        self.assertNotIn("content", version.document["attachments"][0])
        card = Card.objects.get(journey=self.journey, serial=3)
        card.deleted_at = timezone.now()
        card.save(update_fields=["deleted_at"])
        version_restore(version=version, actor=self.ed)
        self.assertIn("content", self.content()["attachments"][0])

    def test_the_document_of_a_version(self) -> None:
        version = version_save(journey=self.journey, actor=self.ed, name="One")
        response = self.client.get(reverse("journeys:version-document", args=[version.pk]))
        self.assertEqual(response.json()["journey"]["name"], "Buying shoes")
        self.assertIn("buying-shoes-v1.json", response["Content-Disposition"])

    def test_a_version_that_nobody_reads_any_more(self) -> None:
        """A part of the product that wrote into it is gone: said, never an error, and the file still holds it."""
        version = version_save(journey=self.journey, actor=self.ed, name="One")
        version.document["content"]["weather"] = [{"sun": True}]
        version.save(update_fields=["document"])
        page = self.client.get(reverse("journeys:compare", args=[self.journey.pk]) + "?before=1&after=now")
        self.assertContains(page, "choose others")
        file = self.client.get(reverse("journeys:version-document", args=[version.pk]))
        self.assertEqual(file.json()["content"]["weather"], [{"sun": True}])
        before = self.content()
        back = self.client.post(reverse("journeys:version-restore", args=[version.pk]), follow=True)
        self.assertContains(back, "message--error")
        self.assertEqual(self.content(), before)

    def test_viewers_see_and_do_not_change(self) -> None:
        version = version_save(journey=self.journey, actor=self.ed, name="One")
        self.client.force_login(self.vi)
        page = self.client.get(self.url)
        self.assertNotContains(page, "restore/")
        self.assertEqual(self.client.post(reverse("journeys:version-restore", args=[version.pk])).status_code, 403)

    def test_query_count_does_not_grow(self) -> None:
        version_save(journey=self.journey, actor=self.ed, name="One")
        few = self.query_count(self.url)
        for number in range(8):
            version_save(journey=self.journey, actor=self.ed, name=f"{number}")
        self.assertEqual(self.query_count(self.url), few)


class StandingTest(VersionTestCase):
    def test_it_works(self) -> None:
        self.assertEqual(standing(self.journey).version_text, "no version saved yet")
        version_save(journey=self.journey, actor=self.ed, name="One")
        Version.objects.update(created_at=timezone.now() - dt.timedelta(days=12))
        self.assertEqual(standing(self.journey).version_text, "version 1, 12 days ago")
        card_edit(card=self.card(), actor=self.ed, text="Changed")
        self.assertEqual(standing(self.journey).version_text, "version 1, 12 days ago, changed since")
        history_step(journey=self.journey, actor=self.ed)
        self.assertFalse(standing(self.journey).changed_since)

    def test_review(self) -> None:
        today = timezone.localdate(timezone=self.workspace.zone)
        for days, due in ((1, False), (0, True), (-30, True)):
            journey_update(journey=self.journey, actor=self.ed, review_on=today + dt.timedelta(days=days))
            self.journey.refresh_from_db()
            self.assertIs(standing(self.journey).review_due, due)

    def test_ages(self) -> None:
        now = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
        for days, text in (
            (0, "today"),
            (1, "yesterday"),
            (41, "41 days ago"),
            (90, "3 months ago"),
            (800, "2 years ago"),
        ):
            self.assertEqual(age_text(now - dt.timedelta(days=days), now=now), text)


class CompareFilesTest(CastTestCase):
    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.url = reverse("journeys:compare-files", args=["acme"])

    def file(self, data: Any) -> SimpleUploadedFile:
        return SimpleUploadedFile("journey.json", data if isinstance(data, bytes) else json.dumps(data).encode())

    def test_it_works(self) -> None:
        after = document()
        after["cards"][0]["text"] = "Reads ten reviews"
        self.assertEqual(self.client.get(self.url).status_code, 200)
        response = self.client.post(self.url, {"before": self.file(document()), "after": self.file(after)})
        self.assertContains(response, "Reads reviews → Reads ten reviews")
        self.assertFalse(Journey.objects.exists())

    def test_workbooks(self) -> None:
        after = document()
        after["steps"][0]["name"] = "Compare offers"
        raw = workbook_write(interchange.document_from(after))
        response = self.client.post(self.url, {"before": self.file(document()), "after": self.file(raw)})
        self.assertContains(response, "step renamed: “Compare” → “Compare offers”")
        self.assertContains(response, "1 difference")

    def test_no_journey(self) -> None:
        other = self.client.post(self.url, {"before": self.file(b"a;b"), "after": self.file(document())})
        self.assertContains(other, "no export of a map", status_code=422)
        response = self.client.post(self.url, {"before": self.file(b"{}"), "after": self.file(document())})
        self.assertContains(response, "missing required field", status_code=422)
