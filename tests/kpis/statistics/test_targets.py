"""Tests against a target, their adjustment, and the fewest answers they ask for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from kpis.statistics import Kind, benjamini_hochberg, binomial_test, mean_test, minimum_n, nps_test, tango, target_test

counts = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
shares = st.floats(0.001, 0.999)
alternatives = st.sampled_from(["less", "greater", "two-sided"])


@settings(deadline=None)
@given(counts, shares, alternatives)
def test_binomial_equals_scipy(pair: tuple[int, int], target: float, alternative) -> None:
    found = float(binomial_test(*pair, target, alternative=alternative))
    expected = stats.binomtest(*pair, target, alternative=alternative).pvalue
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-300)


def test_binomial_at_the_ends_of_the_scale() -> None:
    np.testing.assert_array_equal(binomial_test([0, 9, 10], 10, [0, 1, 1], alternative="less"), [1, 0, 1])
    assert np.isnan(binomial_test([3, 11, 1], [0, 10, 5], [0.5, 0.5, np.nan], alternative="less")).all()


@settings(deadline=None)
@given(st.lists(st.integers(0, 10), min_size=2, max_size=80), st.floats(0, 10), alternatives)
def test_mean_equals_scipy(sample: list[int], target: float, alternative) -> None:
    x = np.array(sample, dtype=float)
    found = float(mean_test(len(x), x.sum(), (x * x).sum(), target, alternative=alternative))
    if np.ptp(x) == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(stats.ttest_1samp(x, target, alternative=alternative).pvalue, rel=1e-7, abs=1e-13)


def test_nps_test_agrees_with_the_interval() -> None:
    found = tango(150, 90, 300)
    for end, alternative in ((found.low, "greater"), (found.high, "less")):
        p = nps_test(150, 90, 300, 100 * float(end), alternative=alternative)
        assert float(p) == pytest.approx(0.025, abs=1e-9)
    np.testing.assert_allclose(nps_test(10, 0, 10, 100, alternative="less"), 0.5)


def test_target_test_asks_for_the_bad_side() -> None:
    p = target_test(
        [Kind.PROPORTION, Kind.PROPORTION, Kind.MEAN, Kind.MEAN, Kind.NPS, Kind.NPS, Kind.PROPORTION],
        [True, False, True, False, True, False, True],
        [0.5, 0.5, 4, 4, 20, 20, np.nan],
        numerator=[30, 30, 300, 300, -10, -10, 30],
        denominator=[100] * 7,
        sum_squares=[np.nan, np.nan, 1000, 1000, 60, 60, np.nan],
    )
    assert np.all(p[[0, 2, 4]] < 0.001)
    assert np.all(p[[1, 3, 5]] > 0.999)
    assert np.isnan(p[6])


@settings(deadline=None)
@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=1, max_size=60))
def test_benjamini_hochberg_equals_statsmodels(p: list[float]) -> None:
    values = np.array(p)
    tested = ~np.isnan(values)
    found = benjamini_hochberg(values)
    assert np.isnan(found[~tested]).all()
    if tested.any():
        np.testing.assert_allclose(
            found[tested], multipletests(values[tested], method="fdr_bh")[1], rtol=1e-12, atol=1e-300
        )


def test_every_column_is_a_family() -> None:
    rng = np.random.default_rng(5)
    p = rng.uniform(size=(40, 3))
    p[rng.uniform(size=p.shape) < 0.3] = np.nan
    found = benjamini_hochberg(p, axis=0)
    for column in range(3):
        np.testing.assert_array_equal(found[:, column], benjamini_hochberg(p[:, column]))
    np.testing.assert_array_equal(benjamini_hochberg(p.T, axis=1), found.T)


@pytest.mark.parametrize(
    ("kind", "target", "higher", "expected"),
    [
        (Kind.PROPORTION, 0.02, True, 149),
        (Kind.PROPORTION, 0.25, True, 11),
        (Kind.PROPORTION, 0.9, True, 10),
        (Kind.PROPORTION, 0.98, False, 149),
        (Kind.PROPORTION, 0.75, False, 11),
        (Kind.PROPORTION, 0.0, True, 10),
        (Kind.PROPORTION, 1.0, True, 10),
        (Kind.PROPORTION, 1.0, False, 10),
        (Kind.PROPORTION, np.nan, True, 10),
        (Kind.MEAN, 4.0, True, 10),
        (Kind.NPS, 30.0, True, 30),
    ],
)
def test_minimum_n(kind: Kind, target: float, higher: bool, expected: int) -> None:
    assert int(minimum_n(kind, target, higher)) == expected


def test_minimum_n_is_the_smallest_at_which_nothing_is_significant() -> None:
    for target in (0.02, 0.031, 0.1, 0.25):
        n = int(minimum_n(Kind.PROPORTION, target, True))
        assert binomial_test(0, n, target, alternative="less") <= 0.05
        assert binomial_test(0, n - 1, target, alternative="less") > 0.05
