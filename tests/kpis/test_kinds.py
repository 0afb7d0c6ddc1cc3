"""Ratios, counts and quantiles from the observation to the screen: roll-ups, values, states, pages, API."""

import datetime as dt
from datetime import UTC, datetime
from importlib import import_module
from unittest.mock import ANY

import numpy as np
from django.apps import apps
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from cxmap.lib import formats
from kpis import services
from kpis.api.references import References
from kpis.definitions import CATALOGUE
from kpis.measures import from_sums, from_value
from kpis.models import Kpi, KpiState, Observation, Rollup
from kpis.selectors.bindings import binding_views, bindings_of
from kpis.services import rollups_rebuild, rollups_refresh, states_evaluate
from kpis.values import values_read
from tests.kpis.api import ApiTestCase
from tests.kpis.base import DAY, days, drain, row

MONDAY = dt.date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
RATIO_FACTS = ("day", "n", "numerator", "denominator", "sum_squares", "denominator_squares", "cross_product", "units")


class KindsTestCase(ApiTestCase):
    def kpi(self, code: str) -> Kpi:
        return Kpi.objects.get(workspace=self.workspace, code=code)

    def spec(self, code: str):
        return References(self.workspace).kpis.get(code)

    def write(self, *rows) -> None:
        services.observations_write(workspace=self.workspace, source=self.source, rows=rows)

    def ratio_row(self, line: int, spend: float, count: float, **fields):
        amounts = from_sums(self.spec("cpa"), spend, count)
        return row(
            line, kpi="cpa", column="cpa", numerator=spend, denominator=count, sum_squares=amounts.sum_squares, **fields
        )

    def duration_row(self, line: int, seconds: float, kpi: str = "waiting-time", **fields):
        amounts, _ = from_value(self.spec(kpi), seconds)
        return row(
            line,
            kpi=kpi,
            column=kpi,
            numerator=amounts.numerator,
            denominator=1,
            sum_squares=amounts.sum_squares,
            bin=amounts.bin,
            **fields,
        )


class RollupTests(KindsTestCase):
    def test_each_row_of_a_ratio_is_a_unit(self) -> None:
        self.write(
            self.ratio_row(1, 100.0, 10, external_id="a"),
            self.ratio_row(2, 60.0, 4, external_id="b"),
            row(3, external_id="c", numerator=3, denominator=10),
        )
        drain(rollups_refresh)
        ratio = Rollup.objects.exclude(units=None).values_list(*RATIO_FACTS).get()
        self.assertEqual(ratio, (DAY, 14, 160.0, 14.0, 13_600.0, 116.0, 1240.0, 2))
        other = Rollup.objects.get(units=None)
        self.assertEqual((other.denominator_squares, other.cross_product), (None, None))
        self.assertEqual(rollups_rebuild(), 0)
        Rollup.objects.update(cross_product=1, units=9)
        self.assertEqual(rollups_rebuild(), 2)
        self.assertEqual(Rollup.objects.exclude(units=None).values_list(*RATIO_FACTS).get(), ratio)


class RollupPropertyTests(KindsTestCase, HypothesisTestCase):
    @settings(max_examples=15, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 200), st.integers(0, 9)), max_size=30)
    )
    def test_whatever_came_in_whatever_order_equals_a_rebuild(self, drawn) -> None:
        with self.undone():
            for line, (day, key, spend, count) in enumerate(drawn):
                self.write(self.ratio_row(line, spend, count, day=days(3)[day], external_id=f"k{key}"))
                if line % 4 == 0:
                    rollups_refresh(limit=2)
            drain(rollups_refresh)
            expected = {}
            for one in Observation.objects.all():
                total = expected.setdefault(one.first_day, np.zeros(4))
                if one.numerator or one.denominator:
                    m, d = one.numerator, one.denominator
                    total += [m * m, d * d, m * d, 1]
            found = {kept.day: kept for kept in Rollup.objects.all()}
            self.assertEqual(set(found), set(expected))
            for day, total in expected.items():
                kept = found[day]
                if total[3]:
                    self.assertEqual(
                        (kept.sum_squares, kept.denominator_squares, kept.cross_product, kept.units), tuple(total)
                    )
                else:
                    self.assertIsNone(kept.units)
            self.assertEqual(rollups_rebuild(), 0)


class ValueTests(KindsTestCase):
    def test_ratio(self) -> None:
        self.write(*(self.ratio_row(n, 10.0 * n + n % 3, n, external_id=str(n)) for n in range(1, 40)))
        drain(rollups_refresh)
        (value,) = values_read(touchpoint=self.shop, kpi=self.kpi("cpa"))
        self.assertAlmostEqual(value.value, value.numerator / value.denominator)
        self.assertLess(value.low, value.value)
        self.assertGreater(value.high, value.value)

    def test_a_day_of_spending_without_acquisitions_counts(self) -> None:
        sent = [
            {"touchpoint": "shop", "kpi": "cpa", "day": f"2026-11-{day:02}", "numerator": spend, "denominator": count}
            for day, spend, count in ((2, 100, 10), (3, 50, 0), (4, 110, 10))
        ]
        self.assertEqual(self.api("post", "observations/", sent).json()["created"], 3)
        wrong = [
            {
                "touchpoint": "shop",
                "kpi": "contacts-per-1000-orders",
                "day": DAY.isoformat(),
                "numerator": 3,
                "denominator": 0,
            }
        ]
        self.assertEqual(self.api("post", "observations/", wrong).json()["rows"][0]["code"], "zero_denominator")
        drain(rollups_refresh)
        self.assertEqual(sum(Rollup.objects.values_list("units", flat=True)), 3)
        (value,) = values_read(touchpoint=self.shop, kpi=self.kpi("cpa"), grain="total")
        self.assertEqual(value.value, 13)
        self.assertEqual(rollups_rebuild(), 0)

    def test_count(self) -> None:
        code = "contacts-per-1000-orders"
        self.write(row(1, kpi=code, column=code, numerator=42, denominator=1000, sum_squares=None))
        drain(rollups_refresh)
        (value,) = values_read(touchpoint=self.shop, kpi=self.kpi(code))
        self.assertEqual(value.value, 0.042)
        self.assertAlmostEqual(value.low, 0.030269, places=5)
        self.assertAlmostEqual(value.high, 0.056769, places=5)

    def test_a_median_where_single_durations_are_known_else_a_mean(self) -> None:
        self.write(*(self.duration_row(n, float(n * n), external_id=str(n)) for n in range(1, 22)))
        drain(rollups_refresh)
        kpi = self.kpi("waiting-time")
        (value,) = values_read(touchpoint=self.shop, kpi=kpi)
        self.assertEqual(value.quantile, 0.5)
        self.assertAlmostEqual(value.value, 121, delta=1.3)
        self.assertLess(value.low, 121)
        self.assertGreater(value.high, 121)
        # One row that is a mean of several takes the histogram's completeness away.
        self.write(
            row(90, kpi="waiting-time", column="w", numerator=100, denominator=4, sum_squares=None, external_id="many")
        )
        drain(rollups_refresh)
        (value,) = values_read(touchpoint=self.shop, kpi=kpi)
        self.assertIsNone(value.quantile)
        self.assertAlmostEqual(value.value, (sum(n * n for n in range(1, 22)) + 100) / 25)

    def test_the_api_says_which_quantile(self) -> None:
        self.write(*(self.duration_row(n, float(n * n), external_id=str(n)) for n in range(1, 22)))
        drain(rollups_refresh)
        answer = self.api("get", "values/?touchpoint=shop&kpi=waiting-time")
        (result,) = answer.json()["results"]
        self.assertEqual(result["quantile"], 0.5)
        self.assertAlmostEqual(result["value"], 121, delta=1.3)


class StateTests(KindsTestCase):
    """Ten weeks of daily rows; the last two are twice as bad."""

    def bound(self, code: str, **fields):
        return services.binding_create(touchpoint=self.shop, kpi=self.kpi(code), actor=self.olga, **fields)

    def evaluated(self, binding) -> KpiState:
        drain(rollups_refresh)
        states_evaluate(workspace=self.workspace, now=NOW)
        return KpiState.objects.filter(binding=binding).order_by("-period_start").first()

    def days_with_factor(self):
        first = MONDAY - dt.timedelta(days=84)
        for number in range(84):
            yield first + dt.timedelta(days=number), 2.0 if number >= 70 else 1.0

    def test_ratio(self) -> None:
        rng = np.random.default_rng(1)
        binding = self.bound("cpa")
        rows = []
        for day, factor in self.days_with_factor():
            for _ in range(3):
                count = int(rng.integers(5, 15))
                rows.append(
                    self.ratio_row(
                        len(rows),
                        round(factor * 12 * count + rng.normal(0, 10), 2),
                        count,
                        day=day,
                        external_id=str(len(rows)),
                    )
                )
        self.write(*rows)
        state = self.evaluated(binding)
        self.assertEqual(state.state, "worse")
        self.assertAlmostEqual(state.value, 24, delta=2)
        self.assertAlmostEqual(state.baseline, 12, delta=1)
        self.assertLess(state.low, state.value)

    def test_count(self) -> None:
        rng = np.random.default_rng(2)
        code = "contacts-per-1000-orders"
        binding = self.bound(code)
        self.write(
            *(
                row(
                    n,
                    kpi=code,
                    column=code,
                    day=day,
                    numerator=int(rng.poisson(20 * factor)),
                    denominator=500,
                    sum_squares=None,
                )
                for n, (day, factor) in enumerate(self.days_with_factor())
            )
        )
        state = self.evaluated(binding)
        self.assertEqual(state.state, "worse")
        self.assertEqual(state.minimum_n, 10)
        with translation.override("fr"):
            self.assertRegex(formats.kpi_value(state.value, "per_thousand"), "^[78].*pour 1\u202f000$")

    def test_median_with_its_label_everywhere(self) -> None:
        rng = np.random.default_rng(3)
        binding = self.bound("waiting-time")
        rows = []
        for day, factor in self.days_with_factor():
            for seconds in rng.lognormal(3, 0.8, 8) * factor:
                rows.append(self.duration_row(len(rows), float(round(seconds, 3)), day=day, external_id=str(len(rows))))
        self.write(*rows)
        state = self.evaluated(binding)
        self.assertEqual((state.state, state.quantile), ("worse", 0.5))
        self.assertAlmostEqual(state.value, 40, delta=9)
        self.assertAlmostEqual(state.baseline, 20, delta=3)
        (view,) = binding_views(bindings_of([self.shop.pk]), today=MONDAY)
        self.assertFalse(view.is_mean_instead)
        # The same once more changes nothing.
        before = list(KpiState.objects.order_by("pk").values())
        states_evaluate(workspace=self.workspace, now=NOW)
        self.assertEqual(before, [{**one, "evaluated_at": ANY} for one in KpiState.objects.order_by("pk").values()])

    def test_without_single_durations_it_is_a_mean_and_says_so(self) -> None:
        binding = self.bound("waiting-time")
        self.write(
            *(
                row(
                    n,
                    kpi="waiting-time",
                    column="w",
                    day=day,
                    numerator=600 * factor + n % 5,
                    denominator=20,
                    sum_squares=30_000 * factor**2,
                )
                for n, (day, factor) in enumerate(self.days_with_factor())
            )
        )
        state = self.evaluated(binding)
        self.assertEqual((state.state, state.quantile), ("worse", None))
        (view,) = binding_views(bindings_of([self.shop.pk]), today=MONDAY)
        self.assertTrue(view.is_mean_instead)
        self.assertIn("mean", view.value_text)


class CatalogueTests(KindsTestCase):
    def test_it_is_whole(self) -> None:
        self.assertGreaterEqual(len(CATALOGUE), 42)
        codes = [definition.code for definition in CATALOGUE]
        self.assertEqual(len(set(codes)), len(codes))
        asked = "cpa cac clv retention-rate repeat-purchase-rate referral-rate waiting-time handling-time response-time"
        asked += " self-service-rate page-load-time click-to-open service-level churn-rate contacts-per-1000-orders"
        asked += " revenue-per-visit average-order-value"
        self.assertLessEqual(set(asked.split()), set(codes))
        self.assertEqual(
            {kpi.kind for kpi in Kpi.objects.all()}, {"proportion", "mean", "duration", "nps", "ratio", "count"}
        )

    def test_existing_workspaces_get_the_new_ones_and_keep_their_own(self) -> None:
        migration = import_module("kpis.migrations.0005_whole_catalogue")
        Kpi.objects.filter(workspace=self.workspace, code__in=["cpa", "churn-rate"]).delete()
        Kpi.objects.filter(workspace=self.workspace, code="cac").update(name_fr="Notre CAC", rank=3)
        for _ in range(2):
            migration.add_missing(apps, None)
        self.assertEqual(Kpi.objects.filter(workspace=self.workspace).count(), len(CATALOGUE))
        self.assertEqual(self.kpi("cac").name_fr, "Notre CAC")
        fresh = self.kpi("cpa")
        definition = next(one for one in CATALOGUE if one.code == "cpa")
        self.assertEqual({name: getattr(fresh, name) for name in definition.fields()}, definition.fields())
