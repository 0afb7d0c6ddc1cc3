"""The published reference values that the numbers are held to (statistics.md § 7, by number)."""

import numpy as np
import pytest

from kpis.statistics import (
    NpsBucket,
    benjamini_hochberg,
    binomial_test,
    interval,
    mean_test,
    newcombe_difference,
    nps_bucket,
    nps_counts,
    nps_variance,
    student,
    tango,
    wilson,
)
from kpis.statistics.intervals import spread


def test_1_nps_variance() -> None:
    variance = nps_variance(162, 54, 324)
    assert float(variance) == pytest.approx(5 / 9, abs=1e-12)
    assert float(np.sqrt(variance / 324)) == pytest.approx(0.04141, abs=5e-6)
    value, _, _ = interval("nps", 324, 162 - 54, 324, 162 + 54)
    assert value == pytest.approx(100 / 3)


def test_2_tango() -> None:
    found = tango(6, 16, 161)
    assert float(found.value) == pytest.approx(-0.0621, abs=5e-5)
    assert float(found.low) == pytest.approx(-0.1240, abs=5e-5)
    assert float(found.high) == pytest.approx(-0.0054, abs=5e-5)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high", "digits"),
    [(13, 16, 0.5699, 0.9341, 4), (18, 20, 0.698966, 0.972134, 6), (4, 20, 0.080658, 0.416017, 6)],
)
def test_3_and_4_wilson(successes: int, trials: int, low: float, high: float, digits: int) -> None:
    found = wilson(successes, trials)
    assert float(found.low) == pytest.approx(low, abs=0.51 * 10**-digits)
    assert float(found.high) == pytest.approx(high, abs=0.51 * 10**-digits)


@pytest.mark.parametrize(
    ("alternative", "expected"), [("two-sided", 0.0437480), ("greater", 0.0265442), ("less", 0.9820227)]
)
def test_5_exact_binomial(alternative, expected: float) -> None:
    assert float(binomial_test(51, 235, 1 / 6, alternative=alternative)) == pytest.approx(expected, abs=5.1e-8)


def test_6_one_sample_t() -> None:
    answers = np.array([50, 48, 44, 56, 61, 52, 53, 55, 67, 51], dtype=float)
    n, total, squares = len(answers), answers.sum(), (answers**2).sum()
    assert float(student(n, total, squares).value) == pytest.approx(53.7)
    deviation = float(np.sqrt(spread(n, total, squares)))
    assert deviation == pytest.approx(6.567, abs=5e-4)
    assert (53.7 - 50) / (deviation / np.sqrt(n)) == pytest.approx(1.782, abs=5e-4)
    assert float(mean_test(n, total, squares, 50, alternative="two-sided")) == pytest.approx(0.1085, abs=5e-5)


def test_7_newcombe() -> None:
    found = newcombe_difference(7, 34, 1, 34)
    assert float(found.low) == pytest.approx(0.0189, abs=5e-5)
    assert float(found.high) == pytest.approx(0.3404, abs=5e-5)


def test_8_benjamini_hochberg() -> None:
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1]
    adjusted = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645]
    adjusted += [0.0765, 0.486, 0.58118182, 0.714875, 0.75323077, 0.81321429, 1]
    np.testing.assert_allclose(benjamini_hochberg(p), adjusted, atol=5e-9)


def test_14_nps_buckets() -> None:
    scores = [6.5, 8.5, 0, np.nan, 9, 10, 7, 6, 11, -1]
    expected = [
        NpsBucket.DETRACTOR,
        NpsBucket.PASSIVE,
        NpsBucket.DETRACTOR,
        NpsBucket.EXCLUDED,
        NpsBucket.PROMOTER,
        NpsBucket.PROMOTER,
        NpsBucket.PASSIVE,
        NpsBucket.DETRACTOR,
        NpsBucket.EXCLUDED,
        NpsBucket.EXCLUDED,
    ]
    assert nps_bucket(scores).tolist() == expected
    counts = nps_counts(scores)
    assert (counts.promoters, counts.passives, counts.detractors, counts.excluded, counts.n) == (2, 2, 3, 3, 7)
