"""Closed periods and the axis of a batch."""

from datetime import date

import numpy as np
import pytest

from kpis.statistics import Calendar, Period, Rhythm, Values, last_closed_period, period_of


def test_weeks_begin_on_monday() -> None:
    assert period_of(Rhythm.WEEKLY, date(2026, 11, 22)) == Period(date(2026, 11, 16), date(2026, 11, 22))
    assert period_of(Rhythm.MONTHLY, date(2024, 2, 29)) == Period(date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("rhythm", "today", "restated", "last_day"),
    [
        (Rhythm.WEEKLY, date(2026, 11, 22), 0, date(2026, 11, 15)),  # Sunday is not over
        (Rhythm.WEEKLY, date(2026, 11, 23), 0, date(2026, 11, 22)),
        (Rhythm.WEEKLY, date(2026, 11, 25), 3, date(2026, 11, 15)),
        (Rhythm.WEEKLY, date(2026, 11, 26), 3, date(2026, 11, 22)),
        (Rhythm.DAILY, date(2026, 11, 23), 0, date(2026, 11, 22)),
        (Rhythm.DAILY, date(2026, 11, 23), 2, date(2026, 11, 20)),
        (Rhythm.MONTHLY, date(2026, 1, 31), 0, date(2025, 12, 31)),
        (Rhythm.MONTHLY, date(2026, 2, 1), 0, date(2026, 1, 31)),
    ],
)
def test_only_closed_periods(rhythm: Rhythm, today: date, restated: int, last_day: date) -> None:
    last = last_closed_period(rhythm, today, restatement_days=restated)
    assert last.last_day == last_day
    calendar = Calendar.through(rhythm, period_of(rhythm, today), periods=4)
    closed = calendar.closed(today, [restated])[0]
    assert [p for p, is_closed in zip(calendar.periods, closed, strict=True) if is_closed][-1] == last


def test_weekly_axis() -> None:
    calendar = Calendar.through(Rhythm.WEEKLY, period_of(Rhythm.WEEKLY, date(2026, 11, 20)), periods=3)
    assert calendar.size == 56 + 21
    assert calendar.first_day == date(2026, 9, 7)
    assert calendar.columns(["2026-09-06", "2026-09-07", "2026-11-02", "2026-11-22"]).tolist() == [-1, 0, 56, 76]
    assert calendar.period_columns(0) == slice(56, 63)
    assert calendar.sliding_baseline_columns(1) == slice(7, 63)
    assert calendar.weekdays()[:8].tolist() == [0, 1, 2, 3, 4, 5, 6, 0]


def test_daily_axis_knows_its_weekdays() -> None:
    calendar = Calendar.through(Rhythm.DAILY, Period(date(2026, 11, 20), date(2026, 11, 20)), periods=2)
    assert calendar.size == 58
    assert [p.first_day.day for p in calendar.periods] == [19, 20]
    assert calendar.weekdays()[-1] == date(2026, 11, 20).weekday()
    assert calendar.weekdays()[0] == calendar.first_day.weekday()


def test_monthly_axis_over_a_new_year() -> None:
    calendar = Calendar.through(Rhythm.MONTHLY, period_of(Rhythm.MONTHLY, date(2026, 2, 3)), periods=2)
    assert calendar.first_day == date(2025, 5, 1)
    assert calendar.columns(["2025-04-30", "2025-05-31", "2026-01-01", "2026-02-28"]).tolist() == [-1, 0, 8, 9]
    assert calendar.size == 10
    assert not calendar.weekdays().any()


def test_one_period_is_not_enough() -> None:
    week = period_of(Rhythm.WEEKLY, date(2026, 11, 20))
    with pytest.raises(ValueError, match="two"):
        Calendar.through(Rhythm.WEEKLY, week, periods=1)
    with pytest.raises(ValueError, match="monthly"):
        Calendar.through(Rhythm.MONTHLY, week)


def test_rows_of_one_month_are_added() -> None:
    calendar = Calendar.through(Rhythm.MONTHLY, period_of(Rhythm.MONTHLY, date(2026, 2, 3)))
    columns = calendar.columns(["2026-01-05", "2026-01-06", "2026-02-01", "2020-01-01"])
    values = Values.from_rows(
        (2, calendar.size),
        row=[0, 0, 1, 1],
        column=columns,
        numerator=[1, 2, 3, 4],
        denominator=[10, 20, 30, 40],
        sum_squares=[1.0, np.nan, 3, 4],
        excluded=[1, 1, 0, 9],
    )
    assert values.denominator[0, 8] == 30
    assert values.numerator[1].tolist() == [0] * 9 + [3]
    assert np.isnan(values.sum_squares[0, 8])
    assert values.excluded.sum() == 2
