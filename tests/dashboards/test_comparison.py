"""Two periods of one KPI: what may be called a change."""

import datetime as dt
import unittest

import numpy as np

from dashboards.comparison import added, difference, dispersion, verdict
from dashboards.selectors.lines import Point
from kpis.figures import Figure
from kpis.figures import Sums as KpiSums
from kpis.models import Kpi

DAY = dt.date(2026, 11, 2)


def kpi_of(kind: str) -> Kpi:
    return Kpi(kind=kind)


def point(number: int, n: int, numerator: float, squares: float | None = None) -> Point:
    day = DAY + dt.timedelta(days=number)
    return Point(day, day, n, KpiSums(n, numerator, float(n), squares), Figure())


class DifferenceTests(unittest.TestCase):
    def test_shares_as_newcombe(self) -> None:
        """statistics § 7, number 7: 7 of 34 against 1 of 34."""
        now, before = added(kpi_of("proportion"), [point(0, 34, 7)]), added(kpi_of("proportion"), [point(0, 34, 1)])
        found = difference("proportion", now, before)
        self.assertAlmostEqual(found.low, 0.0189, places=4)
        self.assertAlmostEqual(found.high, 0.3404, places=4)
        self.assertEqual(verdict(found, "higher"), "better")
        self.assertEqual(verdict(found, "lower"), "worse")
        self.assertEqual(verdict(found, ""), "changed")

    def test_nps_with_variances_added(self) -> None:
        now, before = added(kpi_of("nps"), [point(0, 324, 108, 216)]), added(kpi_of("nps"), [point(0, 324, 0, 216)])
        found = difference("nps", now, before)
        variance = (5 / 9 + 2 / 3) / 324
        self.assertAlmostEqual(found.value, 100 / 3)
        self.assertAlmostEqual(found.high - found.value, 100 * 1.959964 * variance**0.5, places=3)

    def test_means_from_their_two_intervals(self) -> None:
        rng = np.random.default_rng(5)
        first, second = rng.normal(5.9, 1, 400), rng.normal(5.5, 1, 400)
        parts = [point(0, 400, values.sum(), (values**2).sum()) for values in (first, second)]
        found = difference("mean", added(kpi_of("mean"), parts[:1]), added(kpi_of("mean"), parts[1:]))
        error = (first.var(ddof=1) / 400 + second.var(ddof=1) / 400) ** 0.5
        self.assertAlmostEqual(found.value, first.mean() - second.mean())
        self.assertAlmostEqual((found.high - found.low) / 2, 1.966 * error, places=3)

    def test_unknown_stays_unknown(self) -> None:
        one = added(kpi_of("proportion"), [point(0, 34, 7)])
        self.assertIsNone(added(kpi_of("proportion"), []))
        for pair in ((one, None), (None, one), (None, None)):
            self.assertEqual(verdict(difference("proportion", *pair), "higher"), "unknown")
        without_squares = added(kpi_of("mean"), [point(0, 40, 200)])
        found = difference("mean", without_squares, without_squares)
        self.assertEqual((found.value, found.low, verdict(found, "higher")), (0.0, None, "unknown"))


class DispersionTests(unittest.TestCase):
    def test_days_by_chance_alone_are_not_widened_and_others_are(self) -> None:
        rng = np.random.default_rng(7)
        by_chance = [point(number, 1000, float(rng.binomial(1000, 0.1))) for number in range(60)]
        self.assertLess(dispersion("proportion", [(added(kpi_of("proportion"), by_chance), by_chance)]), 1.4)
        uneven = [point(number, 1000, 60.0 if number % 2 else 140.0) for number in range(28)]
        factor = dispersion("proportion", [(added(kpi_of("proportion"), uneven), uneven)])
        self.assertAlmostEqual(factor, 28 * 1000 * 0.04**2 / 0.09 / 27)

    def test_two_days_say_nothing_of_dispersion(self) -> None:
        days = [point(0, 1000, 60), point(1, 1000, 140)]
        self.assertEqual(dispersion("proportion", [(added(kpi_of("proportion"), days), days)]), 1.0)

    def test_healthy_weeks_are_not_called_a_change(self) -> None:
        """Weeks of one rate, over-dispersed by 3 as web traffic is: a plain interval is wrong far more often."""
        rng = np.random.default_rng(11)
        wide = plain = 0
        for _run in range(300):
            weeks = []
            for _week in range(2):
                rates = np.clip(rng.normal(0.05, 0.0097, 28), 0.001, 1)  # variance 3 × 0.05 × 0.95 / 1000 in all
                weeks.append(
                    [point(number, 1000, float(rng.binomial(1000, rate))) for number, rate in enumerate(rates)]
                )
            sums = [added(kpi_of("proportion"), week) for week in weeks]
            wide += difference("proportion", *sums, days=weeks[0], days_before=weeks[1]).established
            plain += difference("proportion", *sums).established
        self.assertLess(wide / 300, 0.09)
        self.assertGreater(plain / 300, 0.15)
