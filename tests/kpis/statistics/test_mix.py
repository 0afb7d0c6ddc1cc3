"""Splitting the change of a total into its parts' values and their weights."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kpis.statistics import Kind, is_mix_shift, mix_shift, worse_p


def close(left: float, right: float) -> bool:
    return bool(np.isclose(left, right, rtol=1e-9, atol=1e-12))


def test_a_pure_mix_shift() -> None:
    """Desktop converts 4 %, mobile 1 %, both unchanged; half of the visits move to mobile."""
    shift = mix_shift([32.0, 2.0], [800.0, 200.0], [16.0, 6.0], [400.0, 600.0])
    assert shift is not None
    assert close(shift.change, 0.022 - 0.034)
    assert close(shift.within, 0.0)
    assert close(shift.mix, -0.012)


def test_values_that_fall_with_weights_that_stay() -> None:
    shift = mix_shift([40.0, 10.0], [1000.0, 1000.0], [20.0, 5.0], [1000.0, 1000.0])
    assert shift is not None
    assert close(shift.mix, 0.0)
    assert close(shift.within, shift.change)


def test_a_part_that_is_new_changes_the_weights_only() -> None:
    shift = mix_shift([50.0, 0.0], [100.0, 0.0], [50.0, 10.0], [100.0, 100.0])
    assert shift is not None
    assert close(shift.within, 0.0)
    assert np.isnan(shift.rate_before[1])
    assert close(shift.mix, -0.2)


def test_an_empty_period_says_nothing() -> None:
    assert mix_shift([1.0], [2.0], [0.0], [0.0]) is None


counts = hnp.arrays(np.int64, 5, elements=st.integers(0, 1000))


@given(n0=counts, n1=counts, shares=hnp.arrays(np.float64, (2, 5), elements=st.floats(0, 1)))
def test_the_two_always_add_up(n0: np.ndarray, n1: np.ndarray, shares: np.ndarray) -> None:  # type: ignore[type-arg]
    shift = mix_shift(np.floor(n0 * shares[0]), n0, np.floor(n1 * shares[1]), n1)
    assert (shift is None) == (n0.sum() == 0 or n1.sum() == 0)
    if shift is not None:
        assert np.isclose(shift.within + shift.mix, shift.change, atol=1e-12)


def days(mobile_share: float, mobile: float, desktop: float) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Return successes and visits of a total and its two parts, (3, 70): eight weeks before, two weeks judged."""
    visits = np.full((3, 70), 1000.0)
    visits[1, :56], visits[2, :56] = 300.0, 700.0
    visits[1, 56:], visits[2, 56:] = 1000.0 * mobile_share, 1000.0 * (1 - mobile_share)
    wobble = 1 + 0.05 * np.sin(np.arange(70) * 2.1)
    successes = np.zeros((3, 70))
    successes[1] = np.round(visits[1] * np.where(np.arange(70) < 56, 0.02, mobile) * wobble)
    successes[2] = np.round(visits[2] * np.where(np.arange(70) < 56, 0.06, desktop) * wobble)
    successes[0] = successes[1] + successes[2]
    return successes, visits


def judged(mobile_share: float, mobile: float, desktop: float) -> bool:
    successes, visits = days(mobile_share, mobile, desktop)
    current = np.arange(70) >= 56
    squares = np.full_like(visits, np.nan)
    p = worse_p(Kind.PROPORTION, successes, visits, squares, np.arange(70) % 7, current, higher_is_better=True)
    sums = [part[1:, where].sum(axis=1) for where in (~current, current) for part in (successes, visits)]
    shift = mix_shift(*sums)
    assert shift is not None
    return is_mix_shift(shift, float(p[0]), p[1:], higher_is_better=True)


def test_more_mobile_visits_are_named() -> None:
    assert judged(0.6, 0.02, 0.06)


def test_a_page_that_broke_is_not_excused() -> None:
    assert not judged(0.6, 0.02, 0.03)
    assert not judged(0.3, 0.02, 0.03)


def test_nothing_moved() -> None:
    assert not judged(0.3, 0.02, 0.06)
