"""From a value to the observations behind it, and from there to the line of an import."""

import datetime as dt

from django.utils import timezone

from kpis.models import Kpi, Observation, Series, Source
from kpis.services import binding_create
from kpis.services.sources import source_get_or_create
from sources.models import Import
from tests.base import CastTestCase
from tests.kpis.base import make_touchpoint


class ObservationListTests(CastTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        kpi = Kpi.objects.get(workspace=cls.workspace, code="purchase-rate")
        touchpoint = make_touchpoint(cls.workspace, cls.ed, "Payment page")
        cls.binding = binding_create(touchpoint=touchpoint, kpi=kpi, actor=cls.ed)
        cls.series = Series.objects.create(workspace=cls.workspace, touchpoint=touchpoint, kpi=kpi)
        cls.source = source_get_or_create(workspace=cls.workspace, key="ga4", kind=Source.Kind.FILE, name="GA4")[0]
        cls.import_ = Import.objects.create(
            workspace=cls.workspace, source=cls.source, filename="week-47.csv", status=Import.Status.DONE
        )
        cls.url = f"/kpi-bindings/{cls.binding.pk}/observations/"

    def observe(self, day: dt.date, *, line: int | None = 7, **fields: object) -> None:
        values = {"first_day": day, "last_day": day, "n": 1400, "numerator": 19, "denominator": 1400} | fields
        Observation.objects.create(
            workspace_id=self.workspace.pk,
            series_id=self.series.pk,
            source_id=self.source.pk,
            import_id=self.import_.pk if line else None,
            line=line,
            **values,
        )

    def setUp(self) -> None:
        self.client.force_login(self.vi)
        self.today = timezone.localdate(timezone=self.workspace.zone)

    def test_it_names_source_import_and_line(self) -> None:
        self.observe(self.today)
        page = self.client.get(self.url)
        for text in ("1,400", "19", "GA4", "week-47.csv", "line 7", self.import_.get_absolute_url()):
            self.assertContains(page, text)
        self.assertContains(self.client.get(self.binding.touchpoint.get_absolute_url()), self.url)

    def test_the_api_left_no_line(self) -> None:
        self.observe(self.today, line=None)
        self.assertContains(self.client.get(self.url), "<td>API</td>")

    def test_only_the_days_of_the_period(self) -> None:
        self.observe(self.today, n=1111)
        self.observe(self.today - dt.timedelta(days=9), n=2222)
        week = f"{self.today - dt.timedelta(days=9)}/{self.today - dt.timedelta(days=8)}"
        page = self.client.get(self.url, {"period": week})
        self.assertContains(page, "2,222")
        self.assertNotContains(page, "1,111")
        self.assertContains(self.client.get(self.url, {"period": "nonsense"}), "1,111")

    def test_a_total_of_several_days_says_so(self) -> None:
        self.observe(self.today - dt.timedelta(days=6), last_day=self.today)
        self.assertContains(self.client.get(self.url), "total of these days")

    def test_nothing_measured_says_what_to_do(self) -> None:
        self.assertContains(self.client.get(self.url), "Nothing was measured in these days")

    def test_query_count_does_not_grow(self) -> None:
        self.observe(self.today)
        few = self.query_count(self.url)
        for number in range(130):
            self.observe(self.today - dt.timedelta(days=number % 80))
        self.assertEqual(self.query_count(self.url), few)
        self.assertContains(self.client.get(self.url), "Page 1 of 2")
