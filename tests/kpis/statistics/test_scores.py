"""The emotion scale, and the histogram bins of durations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.statistics import EMOTION_SCALES, Estimate, duration_bin, duration_bin_edges, duration_of_bin, emotion


def figure(value: float, low: float, high: float) -> Estimate:
    return Estimate(np.array(value), np.array(low), np.array(high))


@pytest.mark.parametrize(
    ("scale", "given_figure", "expected"),
    [
        ("csat", (3.0, 1.0, 5.0), (0, -2, 2)),
        ("csat", (4.5, 4.0, 5.2), (1.5, 1, 2)),
        ("ces", (7.0, 6.25, 7.0), (2, 1.5, 2)),
        ("nps", (25.0, -50.0, 100.0), (0.5, -1, 2)),
    ],
)
def test_emotion_is_linear(scale: str, given_figure, expected) -> None:
    lowest, highest = EMOTION_SCALES[scale]
    found = emotion(figure(*given_figure), lowest=lowest, highest=highest)
    np.testing.assert_allclose([found.value, found.low, found.high], expected)


def test_a_scale_on_which_small_is_good_turns_the_interval() -> None:
    found = emotion(figure(2.0, 1.5, 3.0), lowest=7, highest=1)
    np.testing.assert_allclose([found.value, found.low, found.high], [4 / 3, 2 / 3, 5 / 3])


def test_unknown_stays_a_gap() -> None:
    found = emotion(figure(np.nan, np.nan, np.nan), lowest=1, highest=5)
    assert np.isnan([found.value, found.low, found.high]).all()
    found = emotion(figure(6.0, 5.0, 7.0), lowest=1, highest=5)
    assert np.isnan([found.value, found.low, found.high]).all()
    with pytest.raises(ValueError, match="ends"):
        emotion(figure(1, 1, 1), lowest=3, highest=3)


@settings(deadline=None)
@given(st.floats(0.001, 1e9))
def test_a_bin_stands_for_its_durations_within_one_percent(seconds: float) -> None:
    index = duration_bin(seconds)
    assert abs(float(duration_of_bin(index)) - seconds) <= 0.01 * seconds
    low, high = duration_bin_edges(index)
    assert low * (1 - 1e-9) <= seconds <= high * (1 + 1e-9)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=20))
def test_bins_keep_the_order(seconds: list[float]) -> None:
    assert np.all(np.diff(duration_bin(np.sort(seconds))) >= 0)


def test_bins_are_stored_numbers_that_never_change() -> None:
    assert duration_bin([0, 0.0009, 0.001, 0.0015, 1, 60, 3600, 86400]).tolist() == [0, 0, 1, 21, 349, 556, 763, 923]
    assert float(duration_of_bin(0)) == 0
    np.testing.assert_array_equal(duration_bin(duration_of_bin(np.arange(1500))), np.arange(1500))


@pytest.mark.parametrize("wrong", [-1, np.nan, np.inf])
def test_a_duration_is_a_number_of_seconds(wrong: float) -> None:
    with pytest.raises(ValueError, match="seconds"):
        duration_bin([1.0, wrong])
    with pytest.raises(ValueError, match="0"):
        duration_of_bin(-1)
