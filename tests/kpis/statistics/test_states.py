"""The table of states, row by row, through `evaluate` (statistics.md § 5)."""

from datetime import date, timedelta

import numpy as np
import pytest

from kpis.statistics import (
    Batch,
    Calendar,
    FrozenBaselines,
    Kind,
    Period,
    Reason,
    Rhythm,
    State,
    Values,
    evaluate,
    flag_closes,
    flag_opens,
    period_of,
)

WEEK = period_of(Rhythm.WEEKLY, date(2026, 11, 20))


def calendar_of(rhythm: Rhythm = Rhythm.WEEKLY, periods: int = 2) -> Calendar:
    return Calendar.through(rhythm, period_of(rhythm, date(2026, 11, 20)), periods=periods)


def values_of(y: np.ndarray, n: np.ndarray, ss: np.ndarray | None = None) -> Values:
    y, n = np.array(y, dtype=float), np.array(n, dtype=float)
    return Values(y, n, np.zeros_like(y) if ss is None else np.array(ss, dtype=float), np.zeros_like(y))


def proportions(
    levels, calendar: Calendar | None = None, *, trials: float = 400.0, baseline: float = 0.10, **fields
) -> Batch:
    """One binding per row of levels, (B, K) shares of the tested periods; a little life in the baseline."""
    levels = np.atleast_2d(np.array(levels, dtype=float))
    calendar = calendar or calendar_of(periods=levels.shape[1])
    shares = np.full((len(levels), calendar.size), baseline)
    shares[:, : calendar.baseline_points] += 0.005 * np.where(np.arange(calendar.baseline_points) // 7 % 2, 1, -1)
    for k in range(levels.shape[1]):
        shares[:, calendar.period_columns(k)] = levels[:, [k]]
    n = np.full(shares.shape, trials)
    return batch(Kind.PROPORTION, values_of(np.round(n * shares), n), calendar, **fields)


def batch(kind: Kind, values: Values, calendar: Calendar, **fields) -> Batch:
    size = len(values.numerator)
    given = {
        "higher_is_better": np.ones(size, bool),
        "target": np.full(size, np.nan),
        "tolerance": np.zeros(size),
        **{
            name: np.broadcast_to(np.asarray(v), (size,))
            for name, v in fields.items()
            if name not in {"closed", "frozen"}
        },
        **{name: v for name, v in fields.items() if name in {"closed", "frozen"}},
    }
    return Batch(calendar, np.full(size, kind, np.int8), values=values, **given)


def last(found, binding: int = 0) -> tuple[State, Reason]:
    evidence = found.evidence(binding)
    return evidence.state, evidence.reason


@pytest.mark.parametrize(
    ("levels", "fields", "state", "reason"),
    [
        ([0.10, 0.10], {}, State.ON_TARGET, Reason.STABLE),
        ([0.06, 0.06], {}, State.WORSE, Reason.WORSE_THAN_BASELINE),
        ([0.06, 0.06], {"higher_is_better": False}, State.BETTER, Reason.BETTER_THAN_BASELINE),
        ([0.14, 0.14], {}, State.BETTER, Reason.BETTER_THAN_BASELINE),
        ([0.14, 0.14], {"higher_is_better": False}, State.WORSE, Reason.WORSE_THAN_BASELINE),
        ([0.00, 0.00], {}, State.WORSE, Reason.WORSE_THAN_BASELINE),
        # one period alone proves nothing
        ([0.10, 0.06], {}, State.WATCH, Reason.DOUBTFUL_BASELINE),
        ([0.06, 0.10], {}, State.ON_TARGET, Reason.STABLE),
        ([0.10, 0.14], {}, State.ON_TARGET, Reason.STABLE),
        # a change below the tolerance proves nothing, one at the tolerance does
        ([0.06, 0.06], {"tolerance": 0.05}, State.WATCH, Reason.DOUBTFUL_BASELINE),
        ([0.06, 0.06], {"tolerance": 0.04}, State.WORSE, Reason.WORSE_THAN_BASELINE),
        # targets
        ([0.10, 0.10], {"target": 0.10}, State.ON_TARGET, Reason.ON_TARGET),
        ([0.10, 0.10], {"target": 0.15}, State.OFF_TARGET, Reason.WORSE_THAN_TARGET),
        ([0.10, 0.10], {"target": 0.15, "higher_is_better": False}, State.ON_TARGET, Reason.ON_TARGET),
        ([0.10, 0.10], {"target": 0.05, "higher_is_better": False}, State.OFF_TARGET, Reason.WORSE_THAN_TARGET),
        ([0.10, 0.10], {"target": 0.101}, State.WATCH, Reason.WRONG_SIDE),
        ([0.10, 0.10], {"target": 0.15, "tolerance": 0.06}, State.WATCH, Reason.DOUBTFUL_TARGET),
        ([0.10, 0.10], {"target": 0.15, "tolerance": 0.05}, State.OFF_TARGET, Reason.WORSE_THAN_TARGET),
        ([0.20, 0.10], {"target": 0.15}, State.WATCH, Reason.DOUBTFUL_TARGET),
        ([0.10, 0.20], {"target": 0.15}, State.ON_TARGET, Reason.ON_TARGET),
        # the order of the table
        ([0.06, 0.06], {"target": 0.15}, State.WORSE, Reason.WORSE_THAN_BASELINE),
        ([0.06, 0.06], {"target": 0.05}, State.WORSE, Reason.WORSE_THAN_BASELINE),
        ([0.14, 0.14], {"target": 0.20}, State.OFF_TARGET, Reason.WORSE_THAN_TARGET),
        ([0.14, 0.14], {"target": 0.1401}, State.BETTER, Reason.BETTER_THAN_BASELINE),
    ],
)
def test_rows_of_the_table(levels, fields, state: State, reason: Reason) -> None:
    assert last(evaluate(proportions(levels, **fields))) == (state, reason)


def test_too_few_answers_say_nothing_even_when_awful() -> None:
    found = evaluate(proportions([0.0, 0.0], trials=20.0, target=0.02))  # 140 of the 149 that 2 % asks for
    assert last(found) == (State.NO_DATA, Reason.TOO_FEW)
    assert np.isnan(found.target_p).all()
    assert np.isnan(found.baseline_p).all()
    assert last(evaluate(proportions([0.0, 0.0], trials=22.0, target=0.02))) == (
        State.WORSE,
        Reason.WORSE_THAN_BASELINE,
    )


def test_too_few_answers_before_leave_it_unproven() -> None:
    given = proportions([0.02, 0.02], trials=100.0)
    n, y = given.values.denominator.copy(), given.values.numerator.copy()
    before = given.calendar.period_columns(0)
    n[:, before], y[:, before] = 0, 0
    n[0, before.start] = 9
    found = evaluate(batch(Kind.PROPORTION, values_of(y, n), given.calendar, target=0.2))
    assert last(found) == (State.WATCH, Reason.DOUBTFUL_TARGET)
    assert found.baseline_p[0, 1] < 0.001
    assert np.isnan(found.previous.p[0, 1])
    assert np.isnan(found.target_p[0, 0])


def test_a_short_baseline_is_unknown_without_target_only() -> None:
    given = proportions([[0.05, 0.05], [0.05, 0.05]], target=[np.nan, 0.04])
    y, n = given.values.numerator.copy(), given.values.denominator.copy()
    y[:, 14:21], n[:, 14:21] = 0, 0
    found = evaluate(batch(Kind.PROPORTION, values_of(y, n), given.calendar, target=given.target))
    assert last(found, 0) == (State.NO_DATA, Reason.NO_BASELINE)
    assert last(found, 1) == (State.ON_TARGET, Reason.ON_TARGET)
    evidence = found.evidence(1)
    assert (evidence.baseline_value, evidence.baseline_n, evidence.baseline_before) == (None, None, None)


def test_days_with_more_successes_than_trials_have_no_baseline_test() -> None:
    given = proportions([0.05, 0.05])
    y = given.values.numerator.copy()
    y[0, 5] = 401
    found = evaluate(batch(Kind.PROPORTION, values_of(y, given.values.denominator), given.calendar))
    assert last(found) == (State.NO_DATA, Reason.UNTESTABLE)
    y[0, -7:] = 401
    found = evaluate(batch(Kind.PROPORTION, values_of(y, given.values.denominator), given.calendar, target=0.1))
    assert last(found) == (State.NO_DATA, Reason.INCONSISTENT)


def test_a_period_that_is_not_closed_has_no_state() -> None:
    closed = np.array([[True, True, False], [True, True, True]])
    found = evaluate(proportions([[0.1, 0.1, 0.0]] * 2, closed=closed))
    assert found.latest.tolist() == [1, 2]
    assert last(found, 0) == (State.ON_TARGET, Reason.STABLE)
    assert Reason(found.reason[0, 2]) is Reason.NOT_CLOSED
    assert np.isnan(found.baseline_p[0, 2])
    assert last(found, 1) == (State.WATCH, Reason.DOUBTFUL_BASELINE)


def means(levels, *, spread: float = 1.0, kind: Kind = Kind.MEAN, **fields) -> Batch:
    """Daily means of 60 answers around 4.0 (NPS: points around 40), with a little life in the days."""
    calendar = calendar_of()
    level = np.full((1, calendar.size), 40.0 if kind is Kind.NPS else 4.0)
    level += np.resize([0.05, -0.05, 0.0], calendar.size) * (10 if kind is Kind.NPS else 1)
    for k, wanted in enumerate(levels):
        level[:, calendar.period_columns(k)] = wanted
    n = np.full(level.shape, 60.0)
    if kind is Kind.NPS:
        y = np.round(n * level / 100)
        return batch(kind, values_of(y, n, np.full(n.shape, 40.0)), calendar, **fields)
    y = n * level
    return batch(kind, values_of(y, n, y * y / n + (n - 1) * spread), calendar, **fields)


@pytest.mark.parametrize(
    ("kind", "levels", "fields", "state"),
    [
        (Kind.MEAN, [4.0, 4.0], {}, State.ON_TARGET),
        (Kind.MEAN, [3.5, 3.5], {}, State.WORSE),
        (Kind.MEAN, [4.5, 4.5], {}, State.BETTER),
        (Kind.MEAN, [4.0, 3.5], {}, State.WATCH),
        (Kind.MEAN, [4.0, 4.0], {"target": 4.3}, State.OFF_TARGET),
        (Kind.MEAN, [4.0, 4.0], {"target": 4.01}, State.WATCH),
        (Kind.MEAN, [4.0, 4.0], {"target": 3.9}, State.ON_TARGET),
        (Kind.NPS, [40, 40], {}, State.ON_TARGET),
        (Kind.NPS, [10, 10], {}, State.WORSE),
        (Kind.NPS, [10, 10], {"tolerance": 35.0}, State.WATCH),
        (Kind.NPS, [60, 60], {}, State.BETTER),
        (Kind.NPS, [40, 40], {"target": 60.0}, State.OFF_TARGET),
        (Kind.NPS, [40, 40], {"target": 41.0}, State.WATCH),
        (Kind.NPS, [40, 40], {"target": 30.0}, State.ON_TARGET),
    ],
)
def test_means_and_nps(kind: Kind, levels, fields, state: State) -> None:
    assert last(evaluate(means(levels, kind=kind, **fields)))[0] == state


def test_the_noise_of_answers_bounds_the_noise_of_days() -> None:
    """Days that happen to be alike do not make a tiny change certain."""
    assert last(evaluate(means([3.93, 3.93], spread=0.01)))[0] == State.WORSE
    assert last(evaluate(means([3.93, 3.93], spread=4.0)))[0] == State.ON_TARGET


@pytest.mark.parametrize("kind", [Kind.MEAN, Kind.NPS])
def test_without_sum_of_squares_nothing_is_said(kind: Kind) -> None:
    given = means([4.0, 4.0] if kind is Kind.MEAN else [40, 40], kind=kind, target=1.0)
    ss = given.values.sum_squares.copy()
    ss[0, -1] = np.nan
    found = evaluate(
        batch(kind, values_of(given.values.numerator, given.values.denominator, ss), given.calendar, target=1.0)
    )
    evidence = found.evidence(0)
    assert (evidence.state, evidence.reason) == (State.NO_DATA, Reason.UNKNOWN_SPREAD)
    assert evidence.value is not None
    assert (evidence.low, evidence.high) == (None, None)


def test_adjustment_runs_over_the_workspace() -> None:
    """A p that is convincing alone is not among a thousand healthy ones."""
    alone = evaluate(proportions([0.10, 0.10], target=0.113))
    crowd = evaluate(proportions([[0.10, 0.10]] + [[0.13, 0.13]] * 999, target=0.113))
    assert last(alone)[0] == State.OFF_TARGET
    assert last(crowd) == (State.WATCH, Reason.DOUBTFUL_TARGET)
    np.testing.assert_allclose(crowd.target_p[0], alone.target_p[0])
    assert np.all(crowd.target_p_adjusted[0] > 0.05)


def test_families_of_target_and_baseline_are_apart() -> None:
    targets = np.array([0.113] + [np.nan] * 999)
    found = evaluate(proportions([[0.10, 0.10]] * 1000, target=targets))
    assert last(found)[0] == State.OFF_TARGET


def test_history_and_since() -> None:
    found = evaluate(proportions([0.10, 0.10, 0.05, 0.05, 0.05, 0.10]))
    assert [State(code) for code in found.state[0]] == [
        State.NO_DATA,
        State.ON_TARGET,
        State.WATCH,
        State.WORSE,
        State.WORSE,  # the first bad week is in the baseline by now, the others still stand out
        State.ON_TARGET,
    ]
    assert found.since[0].tolist() == [1, 1, 1, 2, 3, 1]
    assert Reason(found.reason[0, 0]) is Reason.NOT_EVALUATED
    before = found.evidence(0, 3)
    assert (before.state, before.period.first_day) == (State.WORSE, date(2026, 11, 2))


def test_baseline_ends_before_the_first_of_the_two_periods() -> None:
    found = evaluate(proportions([0.06, 0.06]))
    evidence = found.evidence(0)
    assert evidence.baseline_before == date(2026, 11, 9)
    assert evidence.baseline_first_day == date(2026, 9, 14)
    assert evidence.baseline_n == 56 * 400
    assert evidence.baseline_value == pytest.approx(0.10)
    assert evidence.change == pytest.approx(-0.04)
    assert evidence.previous_change == pytest.approx(-0.04)
    assert evidence.target is None
    assert evidence.previous_period == Period(date(2026, 11, 9), date(2026, 11, 15))


def frozen_of(calendar: Calendar, before: date, share: float = 0.10, trials: float = 400.0) -> FrozenBaselines:
    n = np.full((1, calendar.baseline_points), trials)
    return FrozenBaselines(np.array([0]), np.array([before], dtype="datetime64[D]"), values_of(np.round(n * share), n))


def test_a_lasting_drop_does_not_become_the_new_normal() -> None:
    calendar = calendar_of()
    low = proportions([[0.06, 0.06]] * 2, calendar, baseline=0.06)
    assert last(evaluate(low))[0] == State.ON_TARGET
    frozen = frozen_of(calendar, date(2026, 3, 2))
    found = evaluate(proportions([[0.06, 0.06]] * 2, calendar, baseline=0.06, frozen=frozen))
    assert last(found, 0) == (State.WORSE, Reason.WORSE_THAN_BASELINE)
    assert found.evidence(0).baseline_before == date(2026, 3, 2)
    assert last(found, 1)[0] == State.ON_TARGET


def test_a_frozen_baseline_holds_only_from_its_flag_on() -> None:
    calendar = calendar_of(periods=4)
    frozen = frozen_of(calendar, calendar.periods[1].first_day, share=0.2)
    found = evaluate(proportions([[0.1] * 4], calendar, frozen=frozen))
    assert [State(code) for code in found.state[0]] == [State.NO_DATA, State.ON_TARGET, State.WORSE, State.WORSE]
    days = found.baseline_before[0, 1:].astype(object).tolist()
    assert days == [calendar.periods[0].first_day, calendar.periods[1].first_day, calendar.periods[1].first_day]


def test_a_frozen_baseline_keeps_its_weekdays() -> None:
    """Daily rhythm, Saturdays at 30 %: freezing on any day of the week must not shift them."""
    calendar = Calendar.through(Rhythm.DAILY, Period(date(2026, 11, 21), date(2026, 11, 21)))
    n = np.full((1, calendar.size), 400.0)
    y = np.where(calendar.weekdays() == 5, 120.0, 40.0)[None]
    y[:, ::2] += 1
    for offset in range(7):
        before = date(2026, 6, 1) + timedelta(days=offset)
        first = calendar.baseline_first_day(before)
        share = np.array([0.3 if (first + timedelta(days=d)).weekday() == 5 else 0.1 for d in range(56)])
        n_frozen = np.full((1, 56), 400.0)
        frozen = FrozenBaselines(
            np.array([0]), np.array([before], dtype="datetime64[D]"), values_of(n_frozen * share, n_frozen)
        )
        found = evaluate(batch(Kind.PROPORTION, values_of(y, n), calendar, frozen=frozen))
        assert last(found)[0] == State.ON_TARGET
        assert found.baseline_value[0, 1] == pytest.approx(0.3)


def test_daily_rhythm_compares_like_weekdays() -> None:
    calendar = Calendar.through(Rhythm.DAILY, Period(date(2026, 11, 22), date(2026, 11, 22)))
    n = np.full((2, calendar.size), 5000.0)
    y = np.where(calendar.weekdays() >= 5, 250.0, 750.0)[None].repeat(2, axis=0)
    y += 20 * np.resize([1, -1, 0, 1, -1], calendar.size)
    y[1, -2:] = 500  # a week-end as good as the weekdays' worst would be a great week-end
    found = evaluate(batch(Kind.PROPORTION, values_of(y, n), calendar))
    assert last(found, 0)[0] == State.ON_TARGET
    assert last(found, 1)[0] == State.BETTER


def test_monthly_rhythm_uses_eight_months() -> None:
    calendar = calendar_of(Rhythm.MONTHLY)
    n = np.full((3, calendar.size), 900.0)
    y = np.resize([450.0, 440.0, 460.0], calendar.size)[None].repeat(3, axis=0)
    y[1, -2:] = 300
    n[2, 0], y[2, 0] = 0, 0
    found = evaluate(batch(Kind.PROPORTION, values_of(y, n), calendar))
    assert [last(found, b)[0] for b in range(3)] == [State.ON_TARGET, State.WORSE, State.NO_DATA]
    assert found.evidence(1).baseline_first_day == date(2026, 2, 1)
    assert found.evidence(1).baseline_before == date(2026, 10, 1)


def test_twice_gives_the_same() -> None:
    given = proportions([[0.06, 0.06], [0.1, 0.1], [0.14, 0.1]], target=[np.nan, 0.2, 0.1])
    one, other = evaluate(given), evaluate(given)
    np.testing.assert_array_equal(one.state, other.state)
    np.testing.assert_array_equal(one.baseline_p_adjusted, other.baseline_p_adjusted)


def test_no_bindings() -> None:
    assert evaluate(proportions(np.empty((0, 2)))).state.shape == (0, 2)


def test_flags_open_and_close() -> None:
    states = np.array(list(State))
    assert [State(s) for s in states[flag_opens(states)]] == [State.WORSE, State.OFF_TARGET]
    assert flag_closes([State.WATCH, State.ON_TARGET], [State.BETTER, State.WATCH]).all()
    assert not flag_closes(
        [State.WORSE, State.WATCH, State.NO_DATA, State.WATCH],
        [State.WATCH, State.OFF_TARGET, State.WATCH, State.NO_DATA],
    ).any()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"target": 2.0}, "0…1"),
        ({"tolerance": -0.1}, "tolerance"),
        ({"tolerance": np.nan}, "tolerance"),
        ({"closed": np.ones((1, 5), bool)}, "closed"),
        ({"least_n": [[1]]}, "least_n"),
    ],
)
def test_a_batch_refuses_what_cannot_be(fields, message: str) -> None:
    given = proportions([0.1, 0.1])
    ready = {
        "higher_is_better": given.higher_is_better,
        "target": given.target,
        "tolerance": given.tolerance,
        **{k: np.full(1, v) if k in {"target", "tolerance"} else np.array(v) for k, v in fields.items()},
    }
    with pytest.raises(ValueError, match=message):
        Batch(given.calendar, given.kind, values=given.values, **ready)
