"""Counts per exposure against scipy, and their season test against statsmodels."""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kpis.statistics import Fit, poisson, poisson_test, season_counts
from tests.kpis.statistics.test_seasons import design, layout


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 5000), st.floats(0.5, 1e6), st.floats(0.2, 3))
def test_interval_and_test_equal_scipy(count: int, exposure: float, factor: float) -> None:
    found = poisson(count, exposure)
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    assert float(found.low) == pytest.approx(low / exposure, rel=1e-9, abs=1e-15)
    assert float(found.high) == pytest.approx(stats.chi2.ppf(0.975, 2 * count + 2) / 2 / exposure, rel=1e-9)
    rate = factor * max(count, 1) / exposure
    less, greater = (float(poisson_test(count, exposure, rate, alternative=side)) for side in ("less", "greater"))
    assert less == pytest.approx(stats.poisson.cdf(count, rate * exposure), rel=1e-8, abs=1e-300)
    assert greater == pytest.approx(stats.poisson.sf(count - 1, rate * exposure), rel=1e-8, abs=1e-300)


def test_the_ends_are_the_rates_that_the_test_just_does_not_reject() -> None:
    found = poisson(42, 1000)
    assert float(poisson_test(42, 1000, found.low, alternative="two-sided")) == pytest.approx(0.05)
    assert float(poisson_test(42, 1000, found.high, alternative="two-sided")) == pytest.approx(0.05)


def test_unknown_is_not_a_number() -> None:
    for one in (poisson(3, 0), poisson(-1, 10), poisson(np.nan, 10)):
        assert np.isnan([one.value, one.low, one.high]).all()
    assert np.isnan(poisson_test(3, 0, 0.1, alternative="less"))
    assert np.isnan(poisson_test(3, 10, np.nan, alternative="less"))


def glm(y: np.ndarray, exposure: np.ndarray, x: np.ndarray):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = sm.GLM(y, x, family=sm.families.Poisson(), exposure=exposure)
        fitted = model.fit(maxiter=500, tol=1e-15, tol_criterion="params")
        dispersion = max(1.0, fitted.pearson_chi2 / fitted.df_resid)
        return model.fit(maxiter=500, tol=1e-15, tol_criterion="params", scale=dispersion, use_t=True)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9), st.sampled_from([1, 3, 7]), st.sampled_from([0.002, 0.05, 2.0]))
def test_season_counts_equal_statsmodels(seed: int, weeks: int, tested: int, rate: float) -> None:
    rng = np.random.default_rng(seed)
    weekday, current = layout(7 * weeks, tested)
    exposure = rng.poisson(300 * rng.uniform(0.2, 1, 7)[weekday] * rng.gamma(2, 0.5, len(weekday))).astype(float)
    mean = exposure * rate * np.exp(rng.normal(0, 0.5, 7)[weekday] + rng.normal(0, 0.2, len(weekday)))
    y = rng.poisson(mean).astype(float)
    found = season_counts(y[None], exposure[None], weekday, current)
    total = np.bincount(weekday, y, 7)
    kept = (exposure > 0) & (total > 0)[weekday]
    x = design(weekday[kept], current[kept])
    if not (kept & current).any() or np.linalg.matrix_rank(x) < x.shape[1] or kept.sum() <= x.shape[1]:
        assert found.fit[0] in {Fit.UNKNOWN, Fit.CONSTANT, Fit.SEPARATED}
        return
    if found.fit[0] == Fit.SEPARATED:
        both = np.isin(weekday, weekday[kept & current]) & np.isin(weekday, weekday[kept & ~current])
        assert y[kept & current & both].sum() == 0 or y[kept & ~current & both].sum() == 0
        return
    assert found.fit[0] == Fit.FITTED
    oracle = glm(y[kept], exposure[kept], x)
    assert found.df[0] == oracle.df_resid
    np.testing.assert_allclose(found.effect[0], oracle.params[-1], rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(found.standard_error[0], oracle.bse[-1], rtol=1e-8)
    np.testing.assert_allclose(found.dispersion[0], oracle.scale, rtol=1e-8)
    np.testing.assert_allclose(found.p[0], oracle.pvalues[-1], rtol=1e-8, atol=1e-9)


def test_most_series_reach_the_comparison_and_a_batch_changes_nothing() -> None:
    weekday, current = layout(56, 7)
    rng = np.random.default_rng(3)
    exposure = rng.integers(1, 400, (200, 63)).astype(float)
    y = rng.poisson(exposure * 0.05).astype(float)
    found = season_counts(y, exposure, weekday, current)
    assert np.all(found.fit == Fit.FITTED)
    for row in range(0, 200, 20):
        alone = season_counts(y[row : row + 1], exposure[row : row + 1], weekday, current)
        assert alone.p[0] == pytest.approx(found.p[row], rel=1e-12)
        oracle = glm(y[row], exposure[row], design(weekday, current))
        np.testing.assert_allclose(found.p[row], oracle.pvalues[-1], rtol=1e-8)


def test_a_break_down_to_nothing_is_judged_by_the_score() -> None:
    weekday, current = layout(56, 7)
    y = np.where(current, 0.0, 20.0 + np.arange(63) % 3)[None]
    exposure = np.full((1, 63), 1000.0)
    assert season_counts(y, exposure, weekday, current).fit[0] == Fit.SEPARATED
    found = season_counts(y, exposure, weekday, current, score_when_separated=True)
    assert found.fit[0] == Fit.SCORE
    assert found.t[0] < -5
    quiet = season_counts(np.zeros((1, 63)), exposure, weekday, current)
    assert quiet.fit[0] == Fit.CONSTANT
    assert quiet.p[0] == 1.0
