"""Season-aware comparison against statsmodels, and the cases in which no model has an answer."""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from kpis.statistics import Fit, season_means, season_proportions, within_day_variance

seeds = st.integers(0, 2**32 - 1)


def design(weekday: np.ndarray, current: np.ndarray) -> np.ndarray:
    """Indicator columns of the weekdays that occur, and of the tested period."""
    labels = np.unique(weekday)
    return np.column_stack([weekday[:, None] == labels[None, :], current]).astype(float)


def layout(baseline: int, tested: int) -> tuple[np.ndarray, np.ndarray]:
    days = np.arange(baseline + tested)
    return days % 7, days >= baseline


def finite_estimate_exists(y: np.ndarray, n: np.ndarray, x: np.ndarray) -> bool:
    """Whether no direction separates: linear programme of A. Albert, J. A. Anderson (1984) for the last term."""
    rows, signs = [], []
    for share_of, sign in ((y > 0, 1.0), (n - y > 0, -1.0)):
        rows.append(x[share_of])
        signs.append(np.full(share_of.sum(), sign))
    a, sign = np.vstack(rows), np.concatenate(signs)
    for side in (1.0, -1.0):
        objective = np.zeros(x.shape[1])
        objective[-1] = -side
        found = optimize.linprog(objective, A_ub=-a * sign[:, None], b_ub=np.zeros(len(a)), bounds=(-1, 1))
        if -found.fun > 1e-7:
            return False
    return True


def glm(y: np.ndarray, n: np.ndarray, x: np.ndarray):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = sm.GLM(y / n, x, family=sm.families.Binomial(), var_weights=n)
        fitted = model.fit(maxiter=500, tol=1e-15, tol_criterion="params")
        dispersion = max(1.0, fitted.pearson_chi2 / fitted.df_resid)
        return model.fit(maxiter=500, tol=1e-15, tol_criterion="params", scale=dispersion, use_t=True)


@settings(max_examples=150, deadline=None)
@given(seeds, st.integers(2, 9), st.sampled_from([1, 3, 7]), st.sampled_from([3, 40, 900]), st.floats(0.02, 0.9))
def test_proportions_equal_statsmodels(seed: int, weeks: int, tested: int, size: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    weekday, current = layout(7 * weeks, tested)
    n = rng.poisson(size * rng.uniform(0.2, 1, 7)[weekday] * rng.gamma(2, 0.5, len(weekday))).astype(float)
    odds = share / (1 - share) * np.exp(rng.normal(0, 0.6, 7)[weekday] + rng.normal(0, 0.2, len(weekday)))
    y = rng.binomial(n.astype(int), odds / (1 + odds)).astype(float)
    found = season_proportions(y[None], n[None], weekday, current)

    total_y, total_n = np.bincount(weekday, y, 7), np.bincount(weekday, n, 7)
    kept = (n > 0) & ((total_y > 0) & (total_y < total_n))[weekday]
    x = design(weekday[kept], current[kept])
    if not (kept & current).any() or np.linalg.matrix_rank(x) < x.shape[1] or kept.sum() <= x.shape[1]:
        assert found.fit[0] in {Fit.UNKNOWN, Fit.CONSTANT, Fit.SEPARATED}
        return
    if not finite_estimate_exists(y[kept], n[kept], x):
        assert found.fit[0] == Fit.SEPARATED
        assert np.isnan(found.p[0])
        return
    assert found.fit[0] == Fit.FITTED
    oracle = glm(y[kept], n[kept], x)
    assert found.df[0] == oracle.df_resid
    np.testing.assert_allclose(found.effect[0], oracle.params[-1], rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(found.standard_error[0], oracle.bse[-1], rtol=1e-8)
    np.testing.assert_allclose(found.dispersion[0], oracle.scale, rtol=1e-8)
    np.testing.assert_allclose(found.p[0], oracle.pvalues[-1], rtol=1e-8, atol=1e-9)


def test_the_comparison_is_not_with_cases_left_out() -> None:
    """Most of what hypothesis draws above must reach the comparison; one certain case of each size."""
    weekday, current = layout(56, 7)
    rng = np.random.default_rng(11)
    n = rng.integers(0, 400, (200, 63)).astype(float)
    y = rng.binomial(n.astype(int), 0.3).astype(float)
    found = season_proportions(y, n, weekday, current)
    assert np.all(found.fit == Fit.FITTED)
    for row in range(0, 200, 20):
        kept = n[row] > 0
        oracle = glm(y[row][kept], n[row][kept], design(weekday[kept], current[kept]))
        np.testing.assert_allclose(found.t[row], oracle.tvalues[-1], rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(found.p[row], oracle.pvalues[-1], rtol=1e-8)


@settings(max_examples=100, deadline=None)
@given(seeds, st.integers(2, 9), st.sampled_from([1, 3, 7]), st.sampled_from([2, 30]), st.booleans())
def test_means_equal_statsmodels(seed: int, weeks: int, tested: int, size: int, monthly: bool) -> None:
    rng = np.random.default_rng(seed)
    weekday, current = layout(7 * weeks, tested)
    weekday = weekday * 0 if monthly else weekday
    n = rng.poisson(size, len(weekday)).astype(float)
    y = np.round(n * (3 + rng.normal(0, 0.5, 7)[weekday]) + np.sqrt(n) * rng.normal(0, 1, len(weekday)), 2)
    found = season_means(y[None], n[None], weekday, current)
    kept = n > 0
    x = design(weekday[kept], current[kept])
    if np.linalg.matrix_rank(x) < x.shape[1] or kept.sum() <= x.shape[1]:
        assert np.isnan(found.p[0])
        return
    oracle = sm.WLS(y[kept] / n[kept], x, weights=n[kept]).fit()
    assume(oracle.scale > 1e-12)
    assert found.df[0] == oracle.df_resid
    np.testing.assert_allclose(found.effect[0], oracle.params[-1], rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(found.dispersion[0], oracle.scale, rtol=1e-8)
    np.testing.assert_allclose(found.standard_error[0], oracle.bse[-1], rtol=1e-8)
    np.testing.assert_allclose(found.p[0], oracle.pvalues[-1], rtol=1e-8, atol=1e-9)


def test_a_series_gives_the_same_alone_and_in_a_batch() -> None:
    rng = np.random.default_rng(2)
    weekday, current = layout(56, 7)
    n = rng.integers(0, 30, (50, 63)).astype(float)
    y = rng.binomial(n.astype(int), rng.uniform(0.01, 0.5, (50, 1))).astype(float)
    together = season_proportions(y, n, weekday, current, score_when_separated=True)
    for row in range(50):
        alone = season_proportions(y[[row]], n[[row]], weekday, current, score_when_separated=True)
        np.testing.assert_allclose(together.t[row], alone.t[0], rtol=1e-9, atol=1e-12)
        assert together.fit[row] == alone.fit[0]


def flat(successes: float, trials: float, baseline: int = 56, tested: int = 7) -> tuple[np.ndarray, np.ndarray]:
    return np.full((1, baseline + tested), successes), np.full((1, baseline + tested), trials)


@pytest.mark.parametrize("to", [0.0, 100.0])
def test_all_or_nothing_is_unknown_unless_the_score_is_asked(to: float) -> None:
    weekday, current = layout(56, 7)
    y, n = flat(30.0, 100.0)
    y[:, current] = to
    found = season_proportions(y, n, weekday, current)
    assert found.fit[0] == Fit.SEPARATED
    assert np.isnan([found.p[0], found.t[0], found.effect[0]]).all()
    scored = season_proportions(y, n, weekday, current, score_when_separated=True)
    assert scored.fit[0] == Fit.SCORE
    assert scored.p[0] < 1e-10
    assert np.sign(scored.t[0]) == (1 if to else -1)


def test_score_statistic_is_that_of_a_stratified_table() -> None:
    weekday, current = layout(56, 7)
    y, n = flat(1.0, 40.0)
    y[:, current] = 0.0
    found = season_proportions(y, n, weekday, current, score_when_separated=True)
    share = 8 / 360  # of each weekday, 8 baseline days and 1 tested
    variance = 7 * share * (1 - share) * 320 * 40 / 360
    assert found.t[0] == pytest.approx(-7 * 40 * share / np.sqrt(variance))
    assert found.df[0] == 49
    assert found.p[0] == pytest.approx(2 * stats.t.cdf(found.t[0], 49))


def test_a_perfect_baseline_that_breaks_is_seen() -> None:
    weekday, current = layout(56, 7)
    y, n = flat(100.0, 100.0)
    y[:, current] = 90.0
    found = season_proportions(y, n, weekday, current, score_when_separated=True)
    assert found.fit[0] == Fit.SCORE
    assert found.p[0] < 1e-6
    assert found.t[0] < 0


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nothing_ever_varied_means_no_change(share: float) -> None:
    weekday, current = layout(56, 7)
    y, n = flat(share * 50, 50.0)
    found = season_proportions(y, n, weekday, current)
    assert (found.fit[0], found.p[0], found.expected[0]) == (Fit.CONSTANT, 1.0, share)
    means = season_means(5.0 * n, n, weekday, current)
    assert (means.fit[0], means.p[0]) == (Fit.CONSTANT, 1.0)
    moved = 5.0 * n
    moved[:, current] = 4.0 * n[:, current]
    assert np.isnan(season_means(moved, n, weekday, current).p[0])
    assert season_means(moved, n, weekday, current, variance_floor=1.0).p[0] < 0.05


def test_weekdays_that_never_meet_are_unknown() -> None:
    weekday, current = layout(56, 7)
    y, n = flat(5.0, 50.0)
    n[:, ~current & (weekday < 5)] = 0
    n[:, current & (weekday >= 5)] = 0
    y = np.minimum(y, n)
    assert season_proportions(y, n, weekday, current, score_when_separated=True).fit[0] == Fit.UNKNOWN
    assert np.isnan(season_means(y, n, weekday, current).p[0])


def test_empty_series_are_unknown() -> None:
    weekday, current = layout(56, 7)
    y, n = flat(0.0, 0.0)
    for found in (season_proportions(y, n, weekday, current), season_means(y, n, weekday, current)):
        assert found.fit[0] == Fit.UNKNOWN
        assert np.isnan([found.p[0], found.t[0], found.expected[0]]).all()


def test_expected_follows_the_weekdays_that_were_seen() -> None:
    weekday, current = layout(56, 2)  # the tested days are a Monday and a Tuesday
    n = np.full((1, 58), 100.0)
    y = np.where(weekday == 0, 10.0, 40.0)[None]
    assert season_proportions(y, n, weekday, current).expected[0] == pytest.approx(0.25)
    assert season_means(y, n, weekday, current).expected[0] == pytest.approx(0.25)


def test_variance_floor_is_the_noise_of_answers() -> None:
    rng = np.random.default_rng(4)
    answers = rng.integers(1, 6, (1, 63, 400)).astype(float)
    found = within_day_variance(answers.sum(2), np.full((1, 63), 400.0), (answers**2).sum(2))
    assert found[0] == pytest.approx(2.0, rel=0.02)
    unknown = within_day_variance(answers.sum(2), np.full((1, 63), 400.0), np.full((1, 63), np.nan))
    assert unknown[0] == 0
    partly = np.where(np.arange(63) < 20, np.nan, (answers**2).sum(2))
    assert within_day_variance(answers.sum(2), np.full((1, 63), 400.0), partly)[0] == pytest.approx(2.0, rel=0.02)
    assert within_day_variance([[4.2 * 12]], [[12.0]], [[4.2**2 * 12]])[0] == 0


def test_impossible_input_is_refused() -> None:
    weekday, current = layout(56, 7)
    y, n = flat(5.0, 4.0)
    with pytest.raises(ValueError, match="Successes"):
        season_proportions(y, n, weekday, current)
    with pytest.raises(ValueError, match="shape"):
        season_means(y, n, weekday[1:], current)
    n[0, 3] = np.nan
    with pytest.raises(ValueError, match="finite"):
        season_means(y, n, weekday, current)
