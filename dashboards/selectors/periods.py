"""The days that a dashboard shows: what was chosen, or closed weeks and months before today."""

import datetime as dt

from dashboards.models import PeriodChoice
from journeys.lanes import Period


def last_week(today: dt.date) -> Period:
    """Return the last closed week, Monday to Sunday."""
    monday = today - dt.timedelta(days=today.weekday())
    return Period(monday - dt.timedelta(days=7), monday - dt.timedelta(days=1))


def last_month(today: dt.date) -> Period:
    """Return the last closed calendar month."""
    end = today.replace(day=1) - dt.timedelta(days=1)
    return Period(end.replace(day=1), end, rhythm="monthly")


def weeks(today: dt.date, number: int) -> Period:
    """Return so many closed weeks as one period."""
    last = last_week(today)
    return Period(last.start - dt.timedelta(days=7 * (number - 1)), last.end)


def period_chosen(choice: str, today: dt.date) -> Period | None:
    """Return the days of a dashboard's setting; None: the last closed period of each KPI."""
    if choice == PeriodChoice.MONTH:
        return last_month(today)
    number = {PeriodChoice.WEEKS_4: 4, PeriodChoice.WEEKS_12: 12, PeriodChoice.WEEKS_52: 52}.get(PeriodChoice(choice))
    return weeks(today, number) if number else None


def before(period: Period) -> Period:
    """Return the period of the same length right before; for a whole month the month before."""
    whole_month = period.start.day == 1 and (period.end + dt.timedelta(days=1)).day == 1
    if whole_month and period.start.month == period.end.month and period.start.year == period.end.year:
        return last_month(period.start)
    length = period.end - period.start + dt.timedelta(days=1)
    return Period(period.start - length, period.end - length)


def offered(today: dt.date) -> list[Period]:
    """Return the periods to choose from: twelve weeks one by one, then longer ones."""
    last = last_week(today)
    single = [Period(last.start - dt.timedelta(days=7 * n), last.end - dt.timedelta(days=7 * n)) for n in range(12)]
    month = last_month(today)
    return [*single, weeks(today, 4), weeks(today, 12), month, before(month), weeks(today, 52)]
