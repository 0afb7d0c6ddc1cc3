"""Tidy files, from the upload page to observations."""

import datetime as dt
from unittest import mock
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from kpis.models import Binding, Observation, Rollup
from sources import services
from sources.models import Import, Mapping
from tests.sources.base import BAD, GOOD, TIDY, SourcesTestCase, observations, xlsx


class TidyTest(SourcesTestCase):
    def test_it_works(self) -> None:
        import_ = self.previewed(GOOD)
        self.assertEqual(import_.status, Import.Status.READY)
        self.assertFalse(Observation.objects.exists())
        page = self.client.get(import_.get_absolute_url())
        self.assertContains(page, "22")
        value = next(value for value in import_.preview["values"] if value["kpi"] == "ctr")
        self.assertEqual((value["n"], value["numerator"], round(value["value"], 4)), (210, 22, 0.1048))
        self.assertLess(value["low"], value["value"])
        self.started(import_)
        self.assertEqual(import_.status, Import.Status.DONE)
        self.assertEqual(self.counters(import_), (3, 0, 0, 0))
        self.assertEqual((import_.first_day, import_.last_day), (dt.date(2026, 11, 2), dt.date(2026, 11, 3)))
        self.assertEqual(self.totals(self.shop, "ctr"), (210, 22, 210, 0))
        self.refresh()
        self.assertEqual(Rollup.objects.count(), 3)

    def test_french_numbers_dates_and_names(self) -> None:
        text = (
            "point de contact;kpi;jour;valeur;n\n"
            "Shop;response-time;02/11/2026;12,5;4\nDesk;ces;13/11/2026;5,25;4\nshop;response-time;14/11/2026;1 234,5;2\n"
        )
        import_ = self.imported(text.encode("cp1252"))
        self.assertEqual(self.counters(import_), (3, 0, 0, 0))
        self.assertEqual(self.totals(self.shop, "response-time"), (6, 2519, 6, 0))
        self.assertEqual(self.totals(self.desk, "ces"), (4, 21, 4, 0))

    def test_workbook(self) -> None:
        day = dt.datetime(2026, 11, 2)  # noqa: DTZ001 - a cell of a spreadsheet
        book = xlsx([["touchpoint", "kpi", "day", "numerator", "denominator"], ["shop", "ctr", day, 10, 100]])
        import_ = self.imported(book, "file.xlsx")
        self.assertEqual(self.counters(import_), (1, 0, 0, 0))
        self.assertEqual(Observation.objects.get().first_day, dt.date(2026, 11, 2))

    def test_rejected_lines_are_shown_and_downloaded(self) -> None:
        import_ = self.previewed(BAD)
        self.assertEqual(
            self.reasons(import_),
            [(5, "touchpoint", "unknown_touchpoint"), (6, "numerator", "numerator_over_denominator")],
        )
        page = self.client.get(import_.get_absolute_url())
        self.assertContains(page, "There is no touchpoint “nowhere” in this workspace.")
        file = self.client.get(reverse("sources:import-rejections", args=[import_.public_id]))
        text = b"".join(file.streaming_content).decode()
        self.assertIn("6,numerator,The numerator 112 is larger than the denominator 110.", text)
        self.assertEqual(len(text.splitlines()), 3)
        self.client.force_login(self.ana)
        french = self.client.get(
            reverse("sources:import-rejections", args=[import_.public_id]), headers={"Accept-Language": "fr"}
        )
        self.assertTrue(b"".join(french.streaming_content).startswith(b"\xef\xbb\xbf"))

    def test_good_lines(self) -> None:
        import_ = self.started(self.previewed(BAD))
        self.assertEqual((import_.status, self.counters(import_)), ("done", (3, 0, 0, 2)))

    def test_all_or_nothing(self) -> None:
        import_ = self.started(self.previewed(BAD), "all_or_nothing")
        self.assertEqual((import_.status, self.counters(import_)), ("refused", (0, 0, 0, 2)))
        self.assertFalse(Observation.objects.exists())
        self.assertContains(self.client.get(import_.get_absolute_url()), "Nothing was written")
        self.started(import_, "good_lines")
        self.assertEqual((import_.status, Observation.objects.count()), ("done", 3))

    def test_the_same_file_twice_changes_nothing(self) -> None:
        self.imported(GOOD)
        before = list(Observation.objects.order_by("pk").values_list())
        again = self.previewed(GOOD)
        self.assertEqual((again.preview["created"], again.preview["unchanged"]), (0, 3))
        page = self.client.get(again.get_absolute_url())
        self.assertContains(page, "importing it changes nothing")
        self.assertContains(page, "The same file was imported on")
        self.started(again)
        self.assertEqual(self.counters(again), (0, 0, 3, 0))
        self.assertEqual(list(Observation.objects.order_by("pk").values_list()), before)

    def test_the_same_file_from_another_source_is_warned_of(self) -> None:
        self.imported(GOOD)
        import_ = self.uploaded(GOOD, source="new", name="Elsewhere too")
        self.post_mapping(import_)
        page = self.client.get(self.work(import_).get_absolute_url())
        self.assertContains(page, "would be counted twice")

    def test_withdrawing_is_exact_under_overlaps(self) -> None:
        first = self.imported(GOOD)
        before = list(Observation.objects.order_by("pk").values_list())
        second = self.imported(GOOD.replace("12,110", "13,110"))
        self.assertEqual(self.counters(second), (0, 1, 2, 0))
        third = self.imported(TIDY + "shop,ctr,2026-11-03,14,110\nshop,ctr,2026-11-05,1,10\n")
        self.assertEqual(self.counters(third), (1, 1, 0, 0))
        self.withdrawn(second)
        self.assertEqual(second.status, Import.Status.WITHDRAWN)
        self.assertEqual(self.totals(self.shop, "ctr"), (220, 25, 220, 0))
        self.withdrawn(third)
        self.assertEqual(list(Observation.objects.order_by("pk").values_list()), before)
        self.withdrawn(first)
        self.assertFalse(Observation.objects.exists())
        self.refresh()
        self.assertFalse(Rollup.objects.exists())
        self.assertContains(self.client.get(first.get_absolute_url()), "as if it had never been")

    def test_the_mapping_is_kept_for_the_next_file(self) -> None:
        text = "Où,kpi,day,numerator,denominator\nshop,ctr,2026-11-02,10,100\n"
        self.imported(text, layout="tidy", **{"role-touchpoint": "1"})
        mapping = Mapping.objects.get()
        self.assertEqual(mapping.document["columns"], {"touchpoint": "Où"})
        self.client.post(self.page("upload"), {"file": _file(text.replace("10,100", "11,100")), "source": ""})
        again = Import.objects.latest("pk")
        self.assertEqual(again.source, self.source)  # recognised by its columns
        page = self.client.get(reverse("sources:import-mapping", args=[again.public_id]))
        self.assertContains(page, "the mapping of last time")

    def test_kpis_are_put_on_touchpoints_when_asked(self) -> None:
        import_ = self.previewed(GOOD)
        self.assertEqual(import_.preview["unbound"], {"ctr": 1, "purchase-rate": 1})
        self.started(import_, **{"direction-ctr": "higher"})
        binding = Binding.objects.get()
        self.assertEqual((binding.touchpoint, binding.kpi.code, binding.direction), (self.shop, "ctr", "higher"))

    def test_segments_are_made_from_a_column(self) -> None:
        text = "touchpoint,kpi,day,numerator,denominator,segment\nshop,ctr,2026-11-02,1,10,Jeunes\nshop,ctr,2026-11-02,2,10,\n"
        import_ = self.previewed(text)
        self.assertEqual(import_.preview["new_segments"], ["Jeunes"])
        self.assertEqual(self.workspace_segments(), [])
        self.started(import_)
        self.assertEqual(self.workspace_segments(), [("jeunes", "Jeunes")])
        self.assertEqual(self.totals(self.shop, "ctr"), (20, 3, 20, 0))

    def workspace_segments(self) -> list[tuple[str, str]]:
        from personas.models import Segment

        return list(Segment.objects.values_list("code", "name"))

    def test_a_message_delivered_twice_does_nothing_more(self) -> None:
        import_ = self.imported(GOOD)
        before = observations()
        services.import_run(import_.pk)
        services.import_check(import_.pk)
        services.import_run(10**9)
        self.assertEqual(observations(), before)

    def test_a_worker_whose_clock_is_wrong(self) -> None:
        """It takes nothing that another holds; a hold that was given by a wrong clock of the database binds nobody."""
        import_ = self.previewed(GOOD)
        self.client.post(reverse("sources:import-start", args=[import_.public_id]), {"policy": "good_lines"})
        now = timezone.now()
        held = Import.objects.filter(pk=import_.pk)
        held.update(status="running", leased_until=now + dt.timedelta(seconds=15), lease_token=uuid4(), attempts=1)
        for moved in (dt.timedelta(days=1), dt.timedelta(days=-1)):
            with mock.patch.object(timezone, "now", return_value=now + moved):
                self.assertEqual(services.imports_sweep(), 0)
                services.import_run(import_.pk)
            self.assertFalse(Observation.objects.exists())
        held.update(leased_until=now + dt.timedelta(days=1))
        self.assertEqual(services.imports_sweep(), 1)
        services.import_run(import_.pk)
        import_.refresh_from_db()
        self.assertEqual((import_.status, Observation.objects.count()), ("done", 3))

    def test_an_import_queued_by_a_wrong_clock_is_not_forgotten(self) -> None:
        import_ = self.previewed(GOOD)
        with mock.patch.object(timezone, "now", return_value=timezone.now() + dt.timedelta(days=1)):
            services.import_start(import_=import_, actor=self.ana, policy="good_lines")
        self.assertEqual(services.imports_sweep(), 1)

    def test_a_file_that_brought_nothing_can_be_deleted(self) -> None:
        import_ = self.previewed(BAD)
        name, storage = import_.file.name, import_.file.storage
        with self.captureOnCommitCallbacks(execute=True):
            response = self.client.post(reverse("sources:import-delete", args=[import_.public_id]))
        self.assertRedirects(response, self.page("list"), fetch_redirect_response=False)
        self.assertFalse(Import.objects.exists())
        self.assertFalse(storage.exists(name))

    def test_an_import_that_wrote_cannot_be_deleted(self) -> None:
        import_ = self.imported(GOOD)
        self.client.post(reverse("sources:import-delete", args=[import_.public_id]))
        self.assertTrue(Import.objects.exists())


def _file(text: str):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("next.csv", text.encode())
