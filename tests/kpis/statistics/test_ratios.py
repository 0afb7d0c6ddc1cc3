"""Ratios of sums against the textbook, against statsmodels, and by simulation of their coverage."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kpis.statistics import ratio, ratio_test, student


def sums(m: np.ndarray, d: np.ndarray) -> tuple[float, ...]:
    return m.sum(), d.sum(), (m**2).sum(), (d**2).sum(), (m * d).sum(), float(len(m))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(30, 400))
def test_the_delta_method_is_the_one_of_the_textbook(seed: int, units: int) -> None:
    """Cochran, Sampling Techniques, (6.13): the variance of m − R d over n, divided by the mean of d."""
    rng = np.random.default_rng(seed)
    d = rng.uniform(8, 12, units)
    m = 3 * d + rng.normal(0, 2, units)
    found = ratio(*sums(m, d))
    value = m.sum() / d.sum()
    error = np.sqrt(np.var(m - value * d, ddof=1) / units) / d.mean()
    half = stats.t.ppf(0.975, units - 1) * error
    assert float(found.value) == pytest.approx(value)
    assert float(found.low) == pytest.approx(value - half, rel=1e-8)
    assert float(found.high) == pytest.approx(value + half, rel=1e-8)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(8, 25))
def test_fieller_ends_are_the_ratios_that_the_test_just_does_not_reject(seed: int, units: int) -> None:
    rng = np.random.default_rng(seed)
    d = rng.gamma(1.0, 10, units)
    m = 3 * d + rng.normal(0, 5, units)
    given_sums = sums(m, d)
    t = stats.t.ppf(0.975, units - 1)
    weakness = t**2 * np.var(d, ddof=1) / units / d.mean() ** 2
    found = ratio(*given_sums)
    if weakness >= 1:
        assert np.isnan(found.low)
        assert np.isnan(found.high)
        assert float(found.value) == pytest.approx(m.sum() / d.sum())
        return
    if weakness < 0.05:
        return
    for end in (found.low, found.high):
        assert float(ratio_test(*given_sums, end, alternative="two-sided")) == pytest.approx(0.05, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 200), st.floats(2, 4))
def test_the_target_test_is_that_of_the_linearised_values(seed: int, units: int, target: float) -> None:
    rng = np.random.default_rng(seed)
    d = rng.poisson(20, units) + 1.0
    m = 3 * d + rng.normal(0, 8, units)
    linear = m - target * d
    for alternative in ("less", "greater", "two-sided"):
        expected = stats.ttest_1samp(linear, 0.0, alternative=alternative).pvalue
        assert float(ratio_test(*sums(m, d), target, alternative=alternative)) == pytest.approx(
            expected, rel=1e-6, abs=1e-12
        )
    # With many units the reference is the normal one: z on the linearised ratio.
    many = np.tile(m, 400), np.tile(d, 400)
    z = sm.stats.ztest(many[0] - target * many[1], value=0.0, alternative="smaller")[1]
    assert float(ratio_test(*sums(*many), target, alternative="less")) == pytest.approx(z, abs=1e-3)


def test_a_constant_denominator_makes_it_a_mean() -> None:
    answers = np.array([50, 48, 44, 56, 61, 52, 53, 55, 67, 51], dtype=float)
    mean = student(len(answers), answers.sum(), (answers**2).sum())
    found = ratio(*sums(answers, np.ones_like(answers)))
    for one, other in ((found.value, mean.value), (found.low, mean.low), (found.high, mean.high)):
        assert float(one) == pytest.approx(float(other))


def test_what_cannot_be_known_is_not_a_number() -> None:
    assert np.isnan(ratio(0, 0, 0, 0, 0, 0).value)
    one = ratio(10, 2, 100, 4, 20, 1)
    assert float(one.value) == 5
    assert np.isnan(one.low)
    unknown = ratio(10, 4, np.nan, np.nan, np.nan, np.nan)
    assert float(unknown.value) == 2.5
    assert np.isnan(unknown.high)


def test_small_weeks_cover_the_true_ratio() -> None:
    """Seven daily rows a week with a varying denominator: the interval holds its level."""
    rng = np.random.default_rng(20261127)
    d = rng.poisson(30, (4000, 7)).astype(float)
    m = 2.0 * d + rng.normal(0, 6, d.shape)
    found = ratio(m.sum(1), d.sum(1), (m**2).sum(1), (d**2).sum(1), (m * d).sum(1), np.full(4000, 7.0))
    covered = (found.low <= 2.0) & (found.high >= 2.0)
    assert 0.93 < covered.mean() < 0.97
