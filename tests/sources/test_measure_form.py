"""Measures typed by hand (A44)."""

import datetime as dt
from typing import Any

from django.http import HttpResponse

from kpis.models import Binding, Observation, Source
from kpis.services.rollups import rollups_refresh
from sources.models import Import
from tests.sources.base import SourcesTestCase
from touchpoints.models import Touchpoint


class MeasureTest(SourcesTestCase):
    def post(self, touchpoint: Touchpoint, kpi: str, **data: Any) -> HttpResponse:
        fields = {"touchpoint": touchpoint.pk, "kpi": self.kpi(kpi).pk, "first_day": "2026-11-02", "who": "Ana", **data}
        return self.client.post(self.page("measure-add"), fields)

    def test_it_works(self) -> None:
        response = self.post(self.shop, "purchase-rate", numerator="12", denominator="80", note="Saturday")
        import_ = Import.objects.get()
        self.assertRedirects(response, import_.get_absolute_url())
        self.assertEqual((import_.source.kind, import_.status, import_.created_count), (Source.Kind.MANUAL, "done", 1))
        self.assertEqual(self.totals(self.shop, "purchase-rate"), (80, 12, 80, 0))
        self.assertEqual(Binding.objects.get().kpi.code, "purchase-rate")
        self.assertContains(self.client.get(import_.get_absolute_url()), "Saturday")
        self.withdrawn(import_)
        self.assertFalse(Observation.objects.exists())

    def test_scores_of_a_survey_desk(self) -> None:
        self.post(self.desk, "csat", score_1="2", score_4="5", score_5="13", excluded="3")
        self.assertEqual(self.totals(self.desk, "csat"), (20, 18, 20, 3))
        rollups_refresh()
        from kpis.models import Rollup

        self.assertEqual(Rollup.objects.get().histogram, {"1": 2, "4": 5, "5": 13})

    def test_nps_and_means(self) -> None:
        self.post(self.desk, "nps", score_10="5", score_8="3", score_2="2")
        self.assertEqual(self.totals(self.desk, "nps"), (10, 3, 10, 0))
        self.assertEqual(sum(Observation.objects.values_list("sum_squares", flat=True)), 7)
        self.post(self.shop, "response-time", value="90,5", n="20", deviation="10")
        self.assertEqual(self.totals(self.shop, "response-time"), (20, 1810, 20, 0))
        one = Observation.objects.get(column="response-time")
        self.assertAlmostEqual(one.sum_squares, 19 * 100 + 20 * 90.5**2)

    def test_a_span_enters_no_roll_up(self) -> None:
        self.post(self.shop, "purchase-rate", numerator="12", denominator="80", last_day="2026-11-08")
        one = Observation.objects.get()
        self.assertEqual((one.first_day, one.last_day), (dt.date(2026, 11, 2), dt.date(2026, 11, 8)))
        self.assertEqual(rollups_refresh().buckets, 0)

    def test_the_direction_is_asked_where_the_kpi_has_none(self) -> None:
        response = self.post(self.shop, "time-on-page", value="60", n="10")
        self.assertEqual(response.status_code, 422)
        self.assertIn("direction", response.context["form"].errors)
        self.post(self.shop, "time-on-page", value="60", n="10", direction="lower")
        self.assertEqual(Binding.objects.get().direction, "lower")

    def test_refusals(self) -> None:
        for kpi, data in (
            ("purchase-rate", {"numerator": "81", "denominator": "80"}),
            ("purchase-rate", {"numerator": "-1", "denominator": "80"}),
            ("purchase-rate", {"numerator": "1", "denominator": "80", "first_day": "2999-01-01"}),
            ("purchase-rate", {"numerator": "1", "denominator": "80", "last_day": "2026-11-01"}),
            ("purchase-rate", {"numerator": "1", "denominator": "80", "who": ""}),
            ("csat", {}),
            ("response-time", {"value": "quick", "n": "3"}),
            ("response-time", {"value": "-4", "n": "3"}),
        ):
            with self.subTest(kpi=kpi, data=data):
                response = self.post(self.shop, kpi, **data)
                self.assertEqual(response.status_code, 422)
                self.assertTrue(response.context["form"].errors)
        self.assertFalse(Observation.objects.exists())

    def test_a_second_measure_of_the_same_days_adds_or_replaces(self) -> None:
        numbers = {"numerator": "12", "denominator": "80"}
        self.post(self.shop, "purchase-rate", **numbers)
        response = self.post(self.shop, "purchase-rate", numerator="5", denominator="20")
        self.assertContains(response, "There is a measure of these days already", status_code=422)
        self.assertEqual(self.totals(self.shop, "purchase-rate"), (80, 12, 80, 0))
        self.post(self.shop, "purchase-rate", numerator="5", denominator="20", same="add")
        self.assertEqual(self.totals(self.shop, "purchase-rate"), (100, 17, 100, 0))
        self.post(self.shop, "purchase-rate", numerator="1", denominator="10", same="replace")
        self.assertEqual(self.totals(self.shop, "purchase-rate"), (10, 1, 10, 0))
        self.assertEqual(Import.objects.filter(status="withdrawn").count(), 2)

    def test_the_page_asks_first_what_was_measured(self) -> None:
        page = self.client.get(self.page("measure-add"))
        self.assertNotContains(page, 'name="first_day"')
        page = self.client.get(self.page("measure-add"), {"touchpoint": self.desk.pk, "kpi": self.kpi("csat").pk})
        self.assertContains(page, 'name="score_5"')
        stranger = {"touchpoint": self.desk.pk, "kpi": "00000000-0000-0000-0000-000000000000"}
        self.assertEqual(self.client.get(self.page("measure-add"), stranger).status_code, 422)
