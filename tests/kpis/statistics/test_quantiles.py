"""Quantiles of durations: value, Conover's interval and test, against sorted values and scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kpis.statistics import Histograms, Kind, duration_bin, estimate_quantiles, minimum_n, quantile_test


def histogram_of(*series: np.ndarray) -> Histograms:
    parts = []
    for row, values in enumerate(series):
        bins, counts = np.unique(duration_bin(values), return_counts=True)
        parts.append(np.stack([np.full(len(bins), row), np.zeros(len(bins), dtype=int), bins, counts]))
    row, column, bins, counts = np.concatenate(parts, axis=1)
    return Histograms.of(row, column, bins, counts)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3000), st.sampled_from([0.5, 0.9]))
def test_values_are_within_one_percent_and_ends_are_order_statistics(seed: int, n: int, quantile: float) -> None:
    values = np.sort(np.random.default_rng(seed).lognormal(4, 1.2, n))
    found = estimate_quantiles(histogram_of(values), [quantile], 1)
    exact = values[int(np.ceil(n * quantile - 1e-9)) - 1]
    assert float(found.value[0]) == pytest.approx(exact, rel=0.0101)
    lower = int(stats.binom.ppf(0.025, n, quantile))
    upper = int(stats.binom.ppf(0.975, n, quantile)) + 1
    if lower < 1:
        assert np.isnan(found.low[0])
    else:
        assert values[lower - 1] / 1.0201 <= found.low[0] <= values[lower - 1] * (1 + 1e-12)
    if upper > n:
        assert np.isnan(found.high[0])
    else:
        assert values[upper - 1] * (1 - 1e-12) <= found.high[0] <= values[upper - 1] * 1.0201


def test_series_do_not_touch_each_other() -> None:
    rng = np.random.default_rng(5)
    series = [rng.lognormal(mean, 1, n) for mean, n in ((2, 50), (4, 1), (3, 800))]
    together = estimate_quantiles(histogram_of(*series), [0.5, 0.5, 0.9], 3)
    for row, (values, quantile) in enumerate(zip(series, (0.5, 0.5, 0.9), strict=True)):
        alone = estimate_quantiles(histogram_of(values), [quantile], 1)
        for one, other in ((together.value, alone.value), (together.low, alone.low), (together.high, alone.high)):
            np.testing.assert_array_equal(one[row], other[0])
    nothing = estimate_quantiles(Histograms.of(), [0.5, 0.9], 2)
    assert np.isnan(nothing.value).all()
    assert np.isnan(nothing.low).all()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(5, 500), st.sampled_from([0.5, 0.9]), st.booleans())
def test_the_quantile_test_is_the_binomial_one(seed: int, n: int, quantile: float, higher: bool) -> None:
    values = np.random.default_rng(seed).lognormal(4, 1, n)
    target = 60.0
    found = quantile_test(histogram_of(values), [quantile], [target], [higher], 1)
    own = duration_bin(target)
    wrong = int((duration_bin(values) < own).sum() if higher else (duration_bin(values) > own).sum())
    share = quantile if higher else 1 - quantile
    expected = stats.binomtest(wrong, n, share, alternative="greater").pvalue
    assert float(found[0]) == pytest.approx(expected, rel=1e-8)


def test_no_target_or_no_durations_is_unknown() -> None:
    found = histogram_of(np.array([1.0, 2.0, 3.0]))
    assert np.isnan(quantile_test(found, [0.5], [np.nan], [False], 1)[0])
    assert np.isnan(quantile_test(Histograms.of(), [0.5], [10.0], [False], 1)[0])


@pytest.mark.parametrize(("quantile", "expected"), [(0.5, 10), (0.9, 36)])
def test_the_minimum_gives_an_interval_with_two_ends(quantile: float, expected: int) -> None:
    n = int(minimum_n(Kind.QUANTILE, np.nan, False, quantile))
    assert n == expected
    values = np.random.default_rng(1).lognormal(3, 1, n)
    found = estimate_quantiles(histogram_of(values), [quantile], 1)
    assert not np.isnan([found.low[0], found.high[0]]).any()


def test_the_interval_covers_the_true_quantile() -> None:
    rng = np.random.default_rng(20261127)
    for quantile in (0.5, 0.9):
        true = np.exp(4 + 1.2 * stats.norm.ppf(quantile))
        found = estimate_quantiles(histogram_of(*rng.lognormal(4, 1.2, (1500, 80))), np.full(1500, quantile), 1500)
        assert ((found.low <= true) & (found.high >= true)).mean() > 0.945
