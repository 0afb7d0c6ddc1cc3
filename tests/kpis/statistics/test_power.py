"""The difference from a target that can be found, and groups that stand out."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportions_ztest

from kpis.statistics import (
    Kind,
    benjamini_hochberg,
    detectable_difference,
    larger_than_others,
    mean_test,
    minimum_n,
    nps_test,
    ratio_test,
    unit_deviation,
)

TARGETS = (0.02, 0.018, 0.25, 0.5, 0.8)


@pytest.mark.parametrize("higher", [True, False])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("n", [200, 1741, 14000])
def test_a_share_at_that_distance_is_found_in_four_of_five_periods(target: float, n: int, higher: bool) -> None:
    away = float(detectable_difference(Kind.PROPORTION, higher, target, n))
    outcomes = np.arange(n + 1)
    at_target = stats.binom(n, target)
    p = at_target.cdf(outcomes) if higher else at_target.sf(outcomes - 1)
    true = target - away if higher else target + away
    assert away > 0
    assert stats.binom(n, true).pmf(outcomes)[p <= 0.05].sum() == pytest.approx(0.8, abs=1e-9)


def test_below_the_minimum_n_no_share_is_ever_found() -> None:
    for target in TARGETS:
        needed = int(np.ceil(np.log(0.05) / np.log(1 - target)))
        assert np.isnan(detectable_difference(Kind.PROPORTION, True, target, needed - 1))
        assert detectable_difference(Kind.PROPORTION, True, target, needed) > 0
        assert int(minimum_n(Kind.PROPORTION, target, True)) >= needed
    assert np.isnan(
        detectable_difference(Kind.PROPORTION, True, [0.0, 1.0, np.nan, 0.5], [50, 50, 50, 0])[[0, 2, 3]]
    ).all()


@pytest.mark.parametrize("higher", [True, False])
@pytest.mark.parametrize(("rate", "exposure"), [(0.03, 900), (0.004, 1000), (1.7, 40), (0.5, 20_000)])
def test_a_count_at_that_distance_is_found_in_four_of_five_periods(rate: float, exposure: int, higher: bool) -> None:
    away = float(detectable_difference(Kind.COUNT, higher, rate, exposure))
    outcomes = np.arange(int(rate * exposure * 3 + 100))
    at_target = stats.poisson(rate * exposure)
    p = at_target.cdf(outcomes) if higher else at_target.sf(outcomes - 1)
    true = rate - away if higher else rate + away
    assert stats.poisson(true * exposure).pmf(outcomes)[p <= 0.05].sum() == pytest.approx(0.8, abs=1e-7)


def test_too_few_events_for_any_count() -> None:
    assert np.isnan(detectable_difference(Kind.COUNT, True, 0.001, 1000))  # e^-1 > 5 %
    assert detectable_difference(Kind.COUNT, False, 0.001, 1000) > 0


@pytest.mark.parametrize("n", [10, 35, 2000])
def test_a_mean_equals_statsmodels(n: int) -> None:
    effect = TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8, alternative="larger")
    found = detectable_difference(Kind.MEAN, [True, False], 4.0, n, deviation=1.3)
    np.testing.assert_allclose(found, effect * 1.3, rtol=1e-5)


def test_an_nps_at_that_distance_is_found_in_four_of_five_periods() -> None:
    """Simulated: the score test's own variance is that at the target, so a few points more or less are right."""
    random = np.random.default_rng(7)
    for n in (60, 400):
        promoters, detractors = 0.5, 0.2
        deviation = 100 * np.sqrt(promoters + detractors - (promoters - detractors) ** 2)
        away = float(detectable_difference(Kind.NPS, True, 30.0, n, deviation=deviation))
        moved = away / 200
        counts = random.multinomial(n, [promoters - moved, 0.3, detractors + moved], size=20_000)
        p = nps_test(counts[:, 0], counts[:, 2], n, 30.0, alternative="less")
        assert (p <= 0.05).mean() == pytest.approx(0.8, abs=0.03)


def test_a_ratio_at_that_distance_is_found_in_four_of_five_periods() -> None:
    random = np.random.default_rng(8)
    units, true = 40, 3.0
    d = random.gamma(4, 5, size=(20_000, units))
    m = d * true + random.normal(0, 12, size=d.shape)
    sums = {
        "numerator": m.sum(), "denominator": d.sum(), "sum_squares": (m * m).sum(), "denominator_squares": (d * d).sum(),
        "cross_product": (m * d).sum(), "units": float(d.size),
    }  # fmt: skip
    deviation = float(unit_deviation(Kind.RATIO, true, **sums))
    assert deviation == pytest.approx(12 / 20, rel=0.02)
    away = float(detectable_difference(Kind.RATIO, True, true, units, deviation=deviation))
    m -= d * away
    parts = (m.sum(1), d.sum(1), (m * m).sum(1), (d * d).sum(1), (m * d).sum(1))
    assert (ratio_test(*parts, units, true, alternative="less") <= 0.05).mean() == pytest.approx(0.8, abs=0.03)


def test_the_deviation_is_that_of_the_answers() -> None:
    answers = np.array([1, 5, 4, 4, 2, 5.0])
    sums = {"numerator": answers.sum(), "denominator": 6, "sum_squares": (answers**2).sum()}
    assert unit_deviation(Kind.MEAN, np.nan, **sums) == pytest.approx(answers.std(ddof=1))
    scores = np.array([1, 1, 0, -1, 1.0])
    sums = {"numerator": scores.sum(), "denominator": 5, "sum_squares": (scores**2).sum()}
    assert unit_deviation(Kind.NPS, np.nan, **sums) == pytest.approx(100 * scores.std(ddof=1))
    assert np.isnan(unit_deviation(Kind.PROPORTION, 0.5, **sums))


def test_mean_found_as_often_as_said() -> None:
    random = np.random.default_rng(9)
    away = float(detectable_difference(Kind.MEAN, True, 5.0, 25, deviation=2.0))
    x = random.normal(5.0 - away, 2.0, size=(20_000, 25))
    p = mean_test(25, x.sum(1), (x * x).sum(1), 5.0, alternative="less")
    assert (p <= 0.05).mean() == pytest.approx(0.8, abs=0.012)


def test_what_has_no_such_test_has_no_such_difference() -> None:
    assert np.isnan(detectable_difference([Kind.QUANTILE, Kind.FORMULA, Kind.MEAN], True, 30.0, 500)).all()


def test_a_group_against_the_others_equals_the_pooled_score_test() -> None:
    """Without more swing than chance only Student's t instead of z remains, which many weeks make the same."""
    events = np.repeat([[20.0], [31.0], [24.0]], 5000, axis=1)
    trials = np.full_like(events, 100.0)
    found = larger_than_others(events, trials)
    for group in range(3):
        both = [events[group].sum(), events.sum() - events[group].sum()]
        z = proportions_ztest(both, [trials[group].sum(), trials.sum() - trials[group].sum()], alternative="larger")
        assert found[group] == pytest.approx(z[1], rel=1e-2, abs=1e-30)


def test_swinging_weeks_do_not_make_a_group_stand_out() -> None:
    random = np.random.default_rng(10)
    wrong = 0
    for _ in range(600):
        share = np.clip(random.normal(0.3, 0.06, size=(4, 13)), 0.01, 0.99)
        events = random.binomial(300, share).astype(float)
        wrong += bool((benjamini_hochberg(larger_than_others(events, np.full((4, 13), 300.0))) <= 0.05).any())
    assert wrong / 600 < 0.08  # a test that takes all answers as independent is wrong in about half of the cases


def test_a_group_that_is_worse_stands_out_and_unknown_stays_unknown() -> None:
    events = np.array([[30.0] * 13, [12.0] * 13, [11.0] * 13, [0.0] * 13])
    trials = np.array([[100.0] * 13, [100.0] * 13, [100.0] * 13, [0.0] * 13])
    found = larger_than_others(events, trials)
    assert found[0] < 1e-6
    assert found[1] > 0.5
    assert np.isnan(found[3])
    assert np.isnan(larger_than_others([[3.0, 4.0]], [[10.0, 10.0]])).all()
