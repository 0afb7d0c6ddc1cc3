"""Intervals against scipy and statsmodels, at the edges of their range, and where nothing is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from kpis.statistics import (
    Kind,
    estimate,
    interval,
    newcombe_difference,
    nps_difference,
    pooled,
    student,
    tango,
    wilson,
)
from kpis.statistics.intervals import spread, tango_score

Z = stats.norm.ppf(0.975)
counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
answers = st.integers(1, 3000).flatmap(
    lambda n: st.integers(0, n).flatmap(lambda b: st.tuples(st.just(b), st.integers(0, n - b), st.just(n)))
)


@settings(deadline=None)
@given(counts)
def test_wilson_equals_statsmodels(pair: tuple[int, int]) -> None:
    found = wilson(*pair)
    low, high = proportion_confint(*pair, method="wilson")
    np.testing.assert_allclose([found.low, found.high], [low, high], rtol=1e-9, atol=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1


@settings(deadline=None)
@given(st.lists(st.floats(-50, 50).map(lambda x: round(x, 2)), min_size=2, max_size=60))
def test_student_equals_scipy(sample: list[float]) -> None:
    x = np.array(sample)
    found = student(len(x), x.sum(), (x * x).sum())
    assert float(found.value) == pytest.approx(x.mean(), abs=1e-9)
    if np.ptp(x) == 0:
        assert float(found.high) - float(found.low) == pytest.approx(0, abs=1e-9)
        return
    low, high = stats.t.interval(0.95, len(x) - 1, x.mean(), stats.sem(x))
    np.testing.assert_allclose([found.low, found.high], [low, high], rtol=1e-6, atol=1e-6)


@settings(deadline=None)
@given(answers)
def test_tango_inverts_its_statistic(triple: tuple[int, int, int]) -> None:
    b, c, n = triple
    found = tango(b, c, n)
    assert -1 <= found.low <= found.value <= found.high <= 1
    if found.low > -1 + 1e-9:
        assert float(tango_score(b, c, n, found.low)) == pytest.approx(Z, abs=1e-6)
    if found.high < 1 - 1e-9:
        assert float(tango_score(b, c, n, found.high)) == pytest.approx(-Z, abs=1e-6)


@settings(deadline=None)
@given(answers)
def test_tango_mirrors(triple: tuple[int, int, int]) -> None:
    b, c, n = triple
    found, mirrored = tango(b, c, n), tango(c, b, n)
    np.testing.assert_allclose([found.low, found.high], [-mirrored.high, -mirrored.low], atol=1e-12)


def test_impossible_sums_are_unknown() -> None:
    assert np.isnan(tango(8, 4, 10).value)
    assert np.isnan(spread([12, 1], [36, 3], [20, 9])).all()


def test_tango_without_promoters_or_detractors_still_has_width() -> None:
    found = tango([0, 20, 0], [0, 0, 20], [20, 20, 20])
    np.testing.assert_allclose(found.value, [0, 1, -1])
    assert np.all(found.high - found.low > 0.1)
    assert (found.high[1], found.low[2]) == (1, -1)


@pytest.mark.parametrize("share", [(0.5, 0.3), (0.7, 0.1), (0.2, 0.6)])
def test_tango_covers_where_wald_does_not(share: tuple[float, float]) -> None:
    rng = np.random.default_rng(3)
    drawn = rng.multinomial(5, [*share, 1 - sum(share)], size=4000)
    found = tango(drawn[:, 0], drawn[:, 1], 5)
    truth = share[0] - share[1]
    assert np.mean((found.low <= truth) & (truth <= found.high)) > 0.92


@settings(deadline=None)
@given(counts, counts)
def test_newcombe_equals_statsmodels(one: tuple[int, int], other: tuple[int, int]) -> None:
    found = newcombe_difference(*one, *other)
    low, high = confint_proportions_2indep(*one, *other, compare="diff", method="newcomb")
    np.testing.assert_allclose([found.low, found.high], [low, high], rtol=1e-9, atol=1e-9)


def test_nps_difference_adds_variances() -> None:
    found = nps_difference(162, 54, 324, other_promoters=100, other_detractors=100, other_n=400)
    error = np.sqrt((5 / 9) / 324 + 0.5 / 400)
    assert float(found.value) == pytest.approx(100 / 3)
    assert float(found.high - found.value) == pytest.approx(100 * Z * error)
    assert float(found.value - found.low) == pytest.approx(100 * Z * error)


def test_estimate_takes_each_kind_by_its_own_method() -> None:
    kind = np.array([Kind.PROPORTION, Kind.MEAN, Kind.NPS])
    found = estimate(kind, [13, 537, 108], [16, 10, 324], [np.nan, 29225, 216])
    np.testing.assert_allclose(found.value, [13 / 16, 53.7, 100 / 3])
    np.testing.assert_allclose(found.low[0], wilson(13, 16).low)
    np.testing.assert_allclose(found.low[1], 53.7 - stats.t.ppf(0.975, 9) * np.sqrt(388.1 / 9 / 10))
    np.testing.assert_allclose(found.high[2], 100 * tango(162, 54, 324).high)


def test_pooling_adds_counts_and_never_averages() -> None:
    found = pooled(Kind.PROPORTION, [1, 900], [10, 1000], [np.nan, np.nan])
    assert float(found.value) == pytest.approx(901 / 1010)
    unknown = pooled(Kind.MEAN, [10.0, 20.0], [5, 5], [25.0, np.nan])
    assert float(unknown.value) == pytest.approx(3)
    assert np.isnan(unknown.low)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (("proportion", 0, 0, 0), (None, None, None)),
        (("proportion", None, None, None), (None, None, None)),
        (("proportion", 10, 12, 10), (None, None, None)),
        (("mean", 0, 0, 0, 0), (None, None, None)),
        (("mean", 12, 36, 12, None), (3, None, None)),
        (("mean", 1, 3, 1, 9), (3, None, None)),
        (("mean", 12, 36, 12, 20), (3, None, None)),  # a sum of squares that cannot be
        (("mean", 12, 50.4, 12, 211.68), (4.2, 4.2, 4.2)),
        (("nps", 40, 10, 40, None), (25, None, None)),
    ],
)
def test_unknown_is_none_and_never_zero(stored, expected) -> None:
    for found, wanted in zip(interval(*stored), expected, strict=True):
        assert found == (None if wanted is None else pytest.approx(wanted))


@pytest.mark.parametrize("kind", ["duration", "quantile", "nonsense"])
def test_kinds_without_a_method_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=kind):
        interval(kind, 1, 1, 1, 1)


def test_duration_counts_as_mean_on_request() -> None:
    assert Kind.parse("duration", durations_as_means=True) is Kind.MEAN
