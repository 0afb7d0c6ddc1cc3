"""The list of sources, an import in its states, what other pages show of imports; tenancy and growth."""

import datetime as dt
from typing import Any

from django.urls import reverse

from kpis.models import Source
from kpis.registry import happenings
from kpis.services.bindings import binding_create
from kpis.services.sources import source_get_or_create
from sources.models import Import
from tests.sources.base import BAD, GOOD, TIDY, SourcesTestCase


class SourceListTest(SourcesTestCase):
    def test_empty(self) -> None:
        page = self.client.get(self.page("list"))
        self.assertContains(page, "Bring a first file")
        self.assertContains(page, "curl -X POST")
        self.client.force_login(self.vi)
        self.assertNotContains(self.client.get(self.page("list")), "Bring a first file")

    def test_freshness(self) -> None:
        self.imported(GOOD)
        row = next(
            row for row in self.client.get(self.page("list")).context["page"].sources if row.source == self.source
        )
        self.assertEqual((row.newest_on, row.written, row.imports), (dt.date(2026, 11, 3), 3, 1))
        self.withdrawn(Import.objects.get())
        row = next(
            row for row in self.client.get(self.page("list")).context["page"].sources if row.source == self.source
        )
        self.assertEqual((row.newest_on, row.written, row.imports), (None, 0, 0))

    def test_query_count_does_not_grow(self) -> None:
        self.imported(GOOD)
        few = self.query_count(self.page("list"))
        for number in range(12):
            source, _ = source_get_or_create(
                workspace=self.workspace, key=f"more-{number}", kind=Source.Kind.FILE, name=f"More {number}"
            )
            Import.objects.create(
                workspace=self.workspace, source=source, filename="x.csv", status="done", created_by=self.ana,
                last_day=dt.date(2026, 11, 1), finished_at=dt.datetime.now(dt.UTC),
            )  # fmt: skip
        self.assertEqual(self.query_count(self.page("list")), few)

    def test_settings_of_a_source(self) -> None:
        url = reverse("sources:source", args=[self.source.public_id])
        self.client.post(url, {"name": "Web", "rhythm_days": "1", "restatement_days": "3"})
        self.source.refresh_from_db()
        self.assertEqual((self.source.name, self.source.rhythm_days, self.source.restatement_days), ("Web", 1, 3))
        self.assertEqual(self.client.post(url, {"name": "", "rhythm_days": "1"}).status_code, 422)


class ImportDetailTest(SourcesTestCase):
    def fragment(self, import_: Import) -> Any:
        return self.client.get(import_.get_absolute_url(), headers={"HX-Request": "true"})

    def test_progress_is_asked_for_until_the_end(self) -> None:
        import_ = self.uploaded(GOOD)
        self.post_mapping(import_)
        import_.refresh_from_db()
        self.assertContains(self.fragment(import_), 'hx-trigger="every 1s"')
        Import.objects.update(rows_read=50, rows_total=200)
        self.assertContains(self.fragment(import_), "25")
        self.work(import_)
        response = self.fragment(import_)
        self.assertNotContains(response, "hx-trigger")
        self.assertNotContains(response, "<html")

    def test_query_count_does_not_grow(self) -> None:
        import_ = self.previewed(BAD)
        few = self.query_count(import_.get_absolute_url())
        lines = "".join(f"nowhere-{number},ctr,2026-11-02,1,10\n" for number in range(70))
        many = self.previewed(BAD + lines)
        self.assertLessEqual(self.query_count(many.get_absolute_url()), few + 1)  # the same file was not brought twice
        page = self.client.get(many.get_absolute_url(), {"page": 2})
        self.assertContains(page, "nowhere-69")
        self.assertNotContains(page, "nowhere-1”")

    def test_strangers_and_viewers(self) -> None:
        import_ = self.previewed(GOOD)
        start = reverse("sources:import-start", args=[import_.public_id])
        self.client.force_login(self.otto)
        self.assertEqual(self.client.get(import_.get_absolute_url()).status_code, 404)
        self.assertEqual(self.client.post(start, {"policy": "good_lines"}).status_code, 404)
        self.client.force_login(self.vi)
        page = self.client.get(import_.get_absolute_url())
        self.assertEqual(page.status_code, 200)
        self.assertNotContains(page, "policy")
        self.assertEqual(self.client.post(start, {"policy": "good_lines"}).status_code, 403)

    def test_a_stranger_s_source_cannot_be_chosen(self) -> None:
        other, _ = source_get_or_create(workspace=self.elsewhere, key="theirs", kind=Source.Kind.FILE, name="Theirs")
        response = self.post_file(GOOD, source=str(other.public_id))
        self.assertEqual(response.status_code, 422)

    def test_only_previewed_imports_start(self) -> None:
        import_ = self.uploaded(GOOD)
        url = reverse("sources:import-start", args=[import_.public_id])
        self.client.post(url, {"policy": "good_lines"})
        import_.refresh_from_db()
        self.assertEqual(import_.status, Import.Status.UPLOADED)

    def test_the_mapping_can_be_taken_along(self) -> None:
        import_ = self.previewed(GOOD)
        document = self.client.get(reverse("sources:mapping-download", args=[import_.public_id])).content
        other = self.uploaded(GOOD)
        from django.core.files.uploadedfile import SimpleUploadedFile

        url = reverse("sources:mapping-upload", args=[other.public_id])
        self.client.post(url, {"mapping-file": SimpleUploadedFile("m.json", document)})
        other.refresh_from_db()
        self.assertEqual(other.mapping, import_.mapping)
        wrong = SimpleUploadedFile("m.json", b'{"layout": "wide", "no": 1}')
        page = self.client.post(url, {"mapping-file": wrong}, follow=True)
        self.assertContains(page, "The mapping is not valid")


class ElsewhereTest(SourcesTestCase):
    def test_the_imports_behind_a_touchpoint(self) -> None:
        self.assertNotContains(self.client.get(self.shop.get_absolute_url()), "Imports behind these numbers")
        self.imported(GOOD, "september.csv")
        page = self.client.get(self.shop.get_absolute_url())
        self.assertContains(page, "Imports behind these numbers")
        self.assertContains(page, "september.csv")

    def test_the_imports_around_a_signal(self) -> None:
        binding = binding_create(touchpoint=self.shop, kpi=self.kpi("ctr"), actor=self.ed)
        import_ = self.imported(GOOD, "september.csv")
        self.imported(TIDY + "desk,ctr,2026-11-02,1,10\n", "other.csv")
        (one,) = happenings(binding, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
        self.assertEqual((one.href, one.text), (import_.get_absolute_url(), "Import from File: september.csv"))
        self.assertEqual(happenings(binding, dt.date(2026, 10, 1), dt.date(2026, 10, 30)), [])

    def test_acts_are_in_the_change_log(self) -> None:
        from cxmap.history.models import Change

        import_ = self.imported(GOOD, "september.csv")
        self.withdrawn(import_)
        actions = list(
            Change.objects.filter(target_id=str(import_.pk), target_type="sources.import").values_list(
                "action", flat=True
            )
        )
        self.assertEqual(actions, ["import.withdrawn", "import.done", "import.started", "import.uploaded"])
        done = Change.objects.get(action="import.done")
        self.assertEqual(done.sentence, "imported “september.csv” from the source “File”")
