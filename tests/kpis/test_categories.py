"""Dissatisfaction by category: counts of the same KPI, tested against the other categories, with suggestions."""

import datetime as dt

from django.utils import timezone

from kpis.models import Kpi, Rollup, Series
from kpis.remedies import REMEDIES
from kpis.selectors.categories import Dissatisfaction, category_dissatisfaction
from tests.kpis.base import KpiTestCase
from touchpoints.models import Category, Touchpoint

TODAY = dt.date(2026, 11, 25)  # a Wednesday
LAST_MONDAY = dt.date(2026, 11, 16)


class CategoryTests(KpiTestCase):
    def setUp(self) -> None:
        for touchpoint, code in ((self.desk, "service"), (self.chat, "service"), (self.shop, "sales")):
            touchpoint.category = Category.objects.get(workspace=self.workspace, code=code)
            touchpoint.save()

    def answers(
        self, touchpoint: Touchpoint, good: int, n: int, *, kpi: str = "csat", weeks: int = 13, squares: int | None = 0
    ) -> None:
        """Write good of n answers a week."""
        own = Kpi.objects.get(workspace=self.workspace, code=kpi)
        series = Series.objects.create(workspace=self.workspace, touchpoint=touchpoint, kpi=own)
        Rollup.objects.bulk_create(
            Rollup(
                workspace_id=self.workspace.pk, series_id=series.pk, day=LAST_MONDAY - dt.timedelta(days=7 * week), n=n,
                numerator=good, denominator=n, sum_squares=squares,
            )
            for week in range(weeks)
        )  # fmt: skip

    def found(self) -> Dissatisfaction:
        found = category_dissatisfaction(self.workspace, today=TODAY)
        assert found is not None
        return found

    def test_it_adds_up_the_touchpoints_of_a_category_the_worst_first(self) -> None:
        self.answers(self.desk, 60, 100)
        self.answers(self.chat, 70, 100)
        self.answers(self.shop, 90, 100)
        rows = self.found().rows
        self.assertEqual([row.category.code for row in rows[:2]], ["service", "sales"])
        self.assertEqual([(row.bad, row.n) for row in rows[:2]], [(910, 2600), (130, 1300)])
        self.assertAlmostEqual(rows[0].share or 0, 0.35)
        self.assertTrue((rows[0].low or 1) < 0.35 < (rows[0].high or 0))
        self.assertEqual([row.stands_out for row in rows], [True, False, False, False])
        self.assertEqual(rows[0].remedies, REMEDIES["service"])
        # Without answers nothing is said, least of all something good.
        self.assertEqual([(row.share, row.verdict) for row in rows[2:]], [(None, "no answer")] * 2)

    def test_other_kpis_are_never_mixed_in(self) -> None:
        self.answers(self.desk, 60, 100)
        self.answers(self.desk, 0, 500, kpi="ctr")
        self.answers(self.shop, 10, 1000, kpi="nps", squares=600)
        found = self.found()
        self.assertEqual((found.kpi.code, found.rows[0].n), ("csat", 1300))

    def test_the_headline_kpi_goes_first_and_detractors_are_counted(self) -> None:
        self.answers(self.desk, 60, 100)
        self.answers(self.shop, 20, 100, kpi="nps", squares=60)  # 40 promoters, 20 detractors
        self.workspace.headline_kpi = "nps"
        found = self.found()
        self.assertEqual((found.kpi.code, found.rule), ("nps", "detractors (0 to 6)"))
        self.assertEqual((found.rows[0].category.code, found.rows[0].bad), ("sales", 260))
        Rollup.objects.update(sum_squares=None)
        self.assertEqual(self.found().kpi.code, "csat")

    def test_too_few_answers_and_alike_categories_do_not_stand_out(self) -> None:
        self.answers(self.desk, 0, 1, weeks=5)
        self.answers(self.shop, 80, 100)
        rows = self.found().rows
        self.assertEqual((rows[0].category.code, rows[0].p_adjusted), ("service", None))
        self.assertEqual(rows[0].verdict, "too few answers to compare")
        self.answers(self.chat, 79, 100)
        self.assertFalse(any(row.stands_out for row in self.found().rows))

    def test_only_closed_weeks_of_the_quarter_and_of_touchpoints_that_are_there(self) -> None:
        self.answers(self.desk, 60, 100, weeks=30)
        found = self.found()
        self.assertEqual((found.start, found.end, found.rows[0].n), (dt.date(2026, 8, 24), dt.date(2026, 11, 22), 1300))
        self.answers(self.shop, 60, 100)
        Touchpoint.objects.filter(pk=self.shop.pk).update(deleted_at="2026-11-01T00:00Z")
        self.assertEqual(sum(row.n for row in self.found().rows), 1300)

    def test_nothing_to_show_without_opinions(self) -> None:
        self.assertIsNone(category_dissatisfaction(self.workspace, today=TODAY))
        self.assertIsNone(category_dissatisfaction(self.elsewhere, today=TODAY))

    def test_the_block_stands_under_the_matrix(self) -> None:
        today = timezone.localdate(timezone=self.workspace.zone)
        monday = today - dt.timedelta(days=today.weekday() + 7)
        self.answers(self.desk, 60, 100)
        self.answers(self.shop, 95, 100)
        for number, rollup in enumerate(Rollup.objects.order_by("series_id", "-day")):
            rollup.day = monday - dt.timedelta(days=7 * (number % 13))
            rollup.save()
        self.client.force_login(self.vi)
        page = self.client.get(f"/w/{self.workspace.slug}/matrix/")
        for text in ("Dissatisfaction by category", "Train the agents.", "520 of 1,300", "established"):
            self.assertContains(page, text)
        few = self.query_count(f"/w/{self.workspace.slug}/matrix/")
        self.answers(self.chat, 50, 100)
        self.assertEqual(self.query_count(f"/w/{self.workspace.slug}/matrix/"), few)
