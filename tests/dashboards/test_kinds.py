"""Tiles and outcomes of ratios, counts per exposure, quantiles of durations and formulas."""

import datetime as dt

import numpy as np

from dashboards.comparison import added, difference, verdict
from dashboards.models import Outcome
from dashboards.selectors.lines import Point
from dashboards.selectors.outcomes import difference_text
from dashboards.services import outcomes
from kpis.figures import Figure, Sums
from kpis.models import Kpi, KpiKind, Rollup
from kpis.services import binding_create, kpi_create
from kpis.statistics import duration_bin
from tests.dashboards.base import BoardTestCase


class KindTests(BoardTestCase):
    def kpi(self, code: str) -> Kpi:
        return Kpi.objects.get(workspace=self.workspace, code=code)

    def formula(self) -> Kpi:
        return kpi_create(
            workspace=self.workspace,
            actor=self.olga,
            name_fr="Double achat",
            name_en="Twice the purchases",
            kind=KpiKind.FORMULA,
            unit="number",
            direction="higher",
            formula_fr="deux fois le taux d’achat",
            formula_en="twice the purchase rate",
            denominator_fr="visites",
            denominator_en="visits",
            expression="2 * purchase-rate",
        )

    def test_a_ratio_adds_its_two_sums(self) -> None:
        sums = {"sum_squares": 5200.0, "denominator_squares": 30.0, "cross_product": 390.0, "units": 20}
        for name in ("Search", "Banner"):
            touchpoint = self.touchpoint_in("marketing", name)
            self.measured(touchpoint, "cpa", n=20, numerator=260, denominator=20, **sums)
        self.tile("kpi", 3, subject=f"kpi:{self.kpi('cpa').pk}")
        self.tile("categories", kpi=str(self.kpi("cpa").pk))
        figure, categories = self.shown()
        self.assertIn("13", figure.value_text)
        self.assertTrue(figure.interval_text)
        self.assertEqual(categories.rows[0].value_text, figure.value_text)

    def test_a_quantile_comes_from_the_added_histograms(self) -> None:
        bins = {str(int(duration_bin(seconds))): count for seconds, count in ((2.0, 30), (9.0, 20))}
        for name in ("Home", "Basket"):
            self.measured(
                self.touchpoint_in("sales", name),
                "page-load-time",
                n=50,
                numerator=240,
                denominator=50,
                sum_squares=1740,
                histogram=bins,
            )
        self.tile("kpi", 3, subject=f"kpi:{self.kpi('page-load-time').pk}")
        self.tile("trend", subject=f"kpi:{self.kpi('page-load-time').pk}")
        figure, trend = self.shown()
        self.assertIn("2.0", figure.value_text)  # the mean would be 4.8 seconds
        closed = [row for row in trend.rows if not row.running]
        self.assertAlmostEqual(closed[0].value, 2.0, delta=0.03)

    def test_a_formula_is_shown_on_its_touchpoint_and_never_pooled(self) -> None:
        kpi = self.formula()
        binding = binding_create(touchpoint=self.touchpoint, kpi=kpi, actor=self.ed)
        page = self.client.get(f"{self.url}tiles/new/?kind=kpi")
        self.assertContains(page, f"binding:{binding.pk}")
        self.assertNotContains(page, f"kpi:{kpi.pk}")
        self.tile("trend", subject=f"binding:{binding.pk}", length="year")
        self.tile("kpi", 3, subject=f"kpi:{kpi.pk}")
        trend, pooled = self.shown()
        values = {row.start: row.value for row in trend.rows}
        self.assertAlmostEqual(values[dt.date(2026, 11, 9)], 2 * 192 / 14000, places=6)
        self.assertTrue(pooled.head.empty)

    def test_query_count_does_not_grow_with_quantiles_and_formulas(self) -> None:
        kpi = self.formula()
        binding = binding_create(touchpoint=self.touchpoint, kpi=kpi, actor=self.ed)
        self.measured(
            self.touchpoint_in("sales", "Home"), "page-load-time", n=5, numerator=10, denominator=5, histogram={"0": 5}
        )
        subjects = [f"binding:{binding.pk}", f"kpi:{self.kpi('page-load-time').pk}"]
        for number in range(2):
            self.tile("trend", subject=subjects[number])
        few = self.query_count(self.url)
        for number in range(18):
            self.tile("trend", subject=subjects[number % 2])
        self.assertEqual(self.query_count(self.url), few)

    def test_outcomes_take_costs_but_no_formula(self) -> None:
        formula = self.formula()
        page = self.client.get(f"/w/{self.workspace.slug}/outcomes/new/")
        self.assertContains(page, str(self.kpi("cac").pk))
        self.assertNotContains(page, str(formula.pk))
        outcomes.outcome_add(workspace=self.workspace, actor=self.ed, kind="cost", kpi=self.kpi("cac"))
        self.assertEqual(Outcome.objects.count(), 1)
        self.assertContains(self.client.get(f"/w/{self.workspace.slug}/outcomes/"), "bound to no touchpoint")


class OutcomeKindTests(BoardTestCase):
    def outcome_row(self, code: str) -> object:
        kpi = Kpi.objects.get(workspace=self.workspace, code=code)
        outcomes.outcome_add(workspace=self.workspace, actor=self.ed, kind="cost", kpi=kpi)
        week = f"{self.last_monday}/{self.last_monday + dt.timedelta(days=6)}"
        page = self.client.get(f"/w/{self.workspace.slug}/outcomes/", {"period": week})
        return page.context["page"].rows[0]

    def weeks(self, code: str, *facts: dict[str, object]) -> None:
        """Give the last closed week, and the one before, the facts of each."""
        series = self.measured(self.touchpoint_in("sales", "Home"), code, **facts[0])
        for number in range(7):
            day = self.last_monday - dt.timedelta(days=7 - number)
            Rollup.objects.create(workspace_id=self.workspace.pk, series_id=series.pk, day=day, **facts[1])

    def test_a_median_stays_a_median_and_is_compared_with_one(self) -> None:
        def facts(seconds: float, *, known: int = 50) -> dict[str, object]:
            bins = {str(int(duration_bin(seconds))): known}
            return {"n": 50, "numerator": seconds * 60, "denominator": 50, "sum_squares": 9000, "histogram": bins}

        self.weeks("page-load-time", facts(2.0), facts(5.0))
        row = self.outcome_row("page-load-time")
        self.assertIn("2.0", row.value_text)
        self.assertEqual(row.verdict, "better")
        self.assertTrue(row.difference_text.startswith("\u22123"))

    def test_where_single_durations_are_missing_it_says_mean(self) -> None:
        facts = {"n": 50, "numerator": 200, "denominator": 50, "sum_squares": 900}
        self.weeks("page-load-time", facts, facts)
        self.assertIn("(mean)", self.outcome_row("page-load-time").value_text)

    def test_a_difference_has_the_unit_of_its_kpi(self) -> None:
        for unit, value, text in (
            ("per_thousand", 0.03, "+30"),
            ("eur", -1.5, "\u2212€1.50"),
            ("percent", 0.021, "+2.1 points"),
            ("points", -1.0, "\u22121 point"),
            ("score", 0.25, "+0.25"),
        ):
            with self.subTest(unit=unit):
                self.assertTrue(difference_text(value, unit).startswith(text), difference_text(value, unit))


class DifferenceTests(BoardTestCase):
    def days(self, rate: float, *, seed: int) -> list[Point]:
        rng = np.random.default_rng(seed)
        first = dt.date(2026, 10, 1)
        found = []
        for number in range(28):
            day = first + dt.timedelta(days=number)
            events = float(rng.poisson(rate * 500))
            found.append(Point(day, day, 500, Sums(500, events, 500.0), Figure()))
        return found

    def test_counts_per_exposure(self) -> None:
        kpi = Kpi.objects.get(workspace=self.workspace, code="contacts-per-1000-orders")
        now, before = self.days(0.08, seed=1), self.days(0.05, seed=2)
        found = difference(kpi.kind, added(kpi, now), added(kpi, before), days=now, days_before=before)
        self.assertEqual(verdict(found, kpi.direction), "worse")
        self.assertAlmostEqual(found.value, 0.03, delta=0.006)
        self.assertLess(found.dispersion, 1.6)
