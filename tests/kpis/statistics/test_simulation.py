"""Small seeded simulations: healthy series stay quiet, real drops are found, a large run makes no more calls than a small one."""

import sys
from datetime import date
from types import FrameType

import numpy as np

from kpis.statistics import Batch, Calendar, Kind, Rhythm, State, Values, evaluate, period_of

WEEK = period_of(Rhythm.WEEKLY, date(2026, 11, 20))


def seasonal(rng: np.random.Generator, size: int, calendar: Calendar, drop: np.ndarray) -> Values:
    """Proportions around 8 % with weekday season and ordinary over-dispersion; drop: (B,) factor of the odds."""
    weekday = calendar.weekdays()
    n = rng.poisson(250 * rng.uniform(0.5, 1.5, (size, 7))[:, weekday]).astype(float)
    logit = -2.4 + rng.normal(0, 0.4, (size, 7))[:, weekday] + rng.normal(0, 0.15, n.shape)
    logit[:, calendar.baseline_points :] += np.log(drop)[:, None]
    y = rng.binomial(n.astype(int), 1 / (1 + np.exp(-logit))).astype(float)
    return Values(y, n, np.zeros_like(y), np.zeros_like(y))


def run(values: Values, calendar: Calendar, kind: int = Kind.PROPORTION):
    size = len(values.numerator)
    everyone = np.full(size, np.nan)
    kinds = np.full(size, kind, np.int8)
    return evaluate(Batch(calendar, kinds, np.ones(size, bool), everyone, np.zeros(size), values))


def test_healthy_proportions_are_rarely_flagged() -> None:
    rng = np.random.default_rng(20261122)
    calendar = Calendar.through(Rhythm.WEEKLY, WEEK)
    found = run(seasonal(rng, 3000, calendar, np.ones(3000)), calendar)
    raw = found.baseline_p[:, -1]
    assert 0.035 < np.mean(raw <= 0.05) < 0.065  # the test itself holds its level under over-dispersion
    assert np.mean(np.isin(found.state[:, -1], [State.WORSE, State.BETTER])) < 0.001


def test_healthy_means_hold_the_level() -> None:
    rng = np.random.default_rng(7)
    calendar = Calendar.through(Rhythm.WEEKLY, WEEK)
    shape = (3000, calendar.size)
    n = rng.poisson(40, shape).astype(float)
    level = 4 + rng.normal(0, 0.3, (shape[0], 7))[:, calendar.weekdays()]
    y = n * level + np.sqrt(n) * rng.normal(0, 1, shape)
    found = run(Values(y, n, y * y / np.maximum(n, 1) + np.maximum(n - 1, 0), np.zeros(shape)), calendar, Kind.MEAN)
    assert 0.03 < np.mean(found.baseline_p[:, -1] <= 0.05) < 0.06
    assert np.mean(found.state[:, -1] == State.WORSE) < 0.001


def test_real_drops_are_found_among_healthy_series() -> None:
    rng = np.random.default_rng(42)
    calendar = Calendar.through(Rhythm.WEEKLY, WEEK)
    drop = np.where(np.arange(300) < 30, 0.55, 1.0)
    worse = run(seasonal(rng, 300, calendar, drop), calendar).state[:, -1] == State.WORSE
    assert worse[:30].mean() > 0.8
    assert worse[30:].mean() < 0.01


def test_calls_do_not_grow_with_the_series() -> None:
    """All series of a workspace are evaluated together; `make bench ONLY=states` says how long that takes."""
    calendar = Calendar.through(Rhythm.WEEKLY, WEEK)

    def calls(size: int) -> int:
        values = seasonal(np.random.default_rng(1), size, calendar, np.ones(size))
        run(values, calendar)
        seen = 0

        def count(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal seen
            seen += event == "call"

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            run(values, calendar)
        finally:
            sys.setprofile(before)
        return seen

    few = calls(100)
    assert few > 20
    assert calls(1000) < 1.5 * few
