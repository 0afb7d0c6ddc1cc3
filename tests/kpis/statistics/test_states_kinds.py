"""States of ratios, counts and quantiles: the same rule for every kind."""

from datetime import date

import numpy as np
import pytest

from kpis.statistics import (
    Batch,
    Calendar,
    FrozenBaselines,
    Histograms,
    Kind,
    Rhythm,
    State,
    Values,
    duration_bin,
    evaluate,
    period_of,
)

WEEK = period_of(Rhythm.WEEKLY, date(2026, 11, 20))
CALENDAR = Calendar.through(Rhythm.WEEKLY, WEEK)


def rising(factors) -> np.ndarray:
    """A level of 1 in the baseline and the given factors in the two tested weeks, on a weekly season."""
    level = 1 + 0.2 * np.sin(CALENDAR.weekdays())
    return level * np.repeat([1.0] * 8 + list(factors), 7)


def batch(kind: Kind, values: Values, **fields) -> Batch:
    target = fields.pop("target", np.nan)
    return Batch(
        CALENDAR,
        np.array([kind], np.int8),
        np.array([fields.pop("higher", False)]),
        np.array([target]),
        np.zeros(1),
        values,
        **fields,
    )


def counts(factors, **fields) -> Batch:
    rng = np.random.default_rng(12)
    exposure = np.full((1, CALENDAR.size), 1000.0)
    y = rng.poisson(exposure * 0.04 * rising(factors)).astype(float)
    return batch(Kind.COUNT, Values(y, exposure, np.zeros_like(y), np.zeros_like(y)), **fields)


def ratios(factors, **fields) -> Batch:
    rng = np.random.default_rng(9)
    units = rng.poisson(40, (CALENDAR.size,))
    parts = np.zeros((5, 1, CALENDAR.size))
    for day, size in enumerate(units):
        d = rng.poisson(5, size) + 1.0
        m = 20 * d * rising(factors)[day] + rng.normal(0, 15, size)
        parts[:, 0, day] = m.sum(), d.sum(), (m**2).sum(), (d**2).sum(), (m * d).sum()
    y, d, mm, dd, md = parts
    values = Values(
        y,
        d,
        mm,
        np.zeros_like(y),
        n=units[None].astype(float),
        denominator_squares=dd,
        cross_product=md,
        units=units[None] * 1.0,
    )
    return batch(Kind.RATIO, values, **fields)


def durations(factors, quantile: float = 0.5, **fields) -> Batch:
    rng = np.random.default_rng(10)
    entries, totals = [], np.zeros((2, 1, CALENDAR.size))
    for day in range(CALENDAR.size):
        seconds = rng.lognormal(4, 1, 80) * rising(factors)[day]
        bins, found = np.unique(duration_bin(seconds), return_counts=True)
        entries += [(0, day, one, number) for one, number in zip(bins, found, strict=True)]
        totals[:, 0, day] = seconds.sum(), 80
    y, n = totals
    values = Values(y, n, np.zeros_like(y), np.zeros_like(y))
    histograms = Histograms.of(*np.array(entries).T)
    return batch(Kind.QUANTILE, values, quantile=np.array([quantile]), histograms=histograms, **fields)


@pytest.mark.parametrize("make", [counts, ratios, durations, lambda *a, **f: durations(*a, quantile=0.9, **f)])
class TestEveryKind:
    def test_nothing_changed(self, make) -> None:
        found = evaluate(make([1.0, 1.0]))
        assert found.state[0, 1] == State.ON_TARGET
        assert found.low[0, 1] < found.value[0, 1] < found.high[0, 1]

    def test_worse_and_better(self, make) -> None:
        assert evaluate(make([1.5, 1.5])).state[0, 1] == State.WORSE
        assert evaluate(make([1.5, 1.5], higher=True)).state[0, 1] == State.BETTER
        assert evaluate(make([1.0, 1.5])).state[0, 1] == State.WATCH

    def test_target(self, make) -> None:
        value = evaluate(make([1.0, 1.0])).value[0, 1]
        assert evaluate(make([1.0, 1.0], target=value / 1.6)).state[0, 1] == State.OFF_TARGET
        assert evaluate(make([1.0, 1.0], target=value * 1.6)).state[0, 1] == State.ON_TARGET

    def test_change_has_the_side_of_the_value(self, make) -> None:
        found = evaluate(make([1.5, 1.5]))
        assert found.change[0, 1] > 0
        assert found.value[0, 1] == pytest.approx(1.5 * found.baseline_value[0, 1], rel=0.25)


def test_a_frozen_histogram_replaces_the_sliding_one() -> None:
    """An open flag keeps the baseline from before its drop, on whatever weekday it began."""
    given = durations([1.5, 1.5])
    base = CALENDAR.sliding_baseline_columns(0)
    low = given.histograms.between(base)
    half = duration_bin(1.0) - duration_bin(0.5)
    before = np.array(["2026-11-05"], dtype="datetime64[D]")
    frozen = FrozenBaselines(
        binding=np.array([0]),
        before=before,
        values=Values(
            *(getattr(given.values, name)[:, base] for name in ("numerator", "denominator", "sum_squares", "excluded"))
        ),
        histograms=Histograms(low.row, low.column, low.bin - half, low.count),
    )
    kept = durations([1.0, 1.0], frozen=frozen)
    assert evaluate(durations([1.0, 1.0])).state[0, 1] == State.ON_TARGET
    found = evaluate(kept)
    assert found.state[0, 1] == State.WORSE
    assert found.baseline_value[0, 1] == pytest.approx(found.value[0, 1] / 2, rel=0.1)
