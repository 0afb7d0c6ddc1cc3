"""When a mail may leave: summaries at their hour, nothing in quiet hours. Plain functions of a clock that is given."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.models import MailRhythm, Preference

ONE_DAY = timedelta(days=1)


def quiet_end(preference: Preference, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours around a moment end; None outside of them. Both ends may lie on two days."""
    start, end = preference.quiet_from, preference.quiet_to
    if start is None or end is None or start == end:
        return None
    local = at.astimezone(zone)
    clock = local.time()
    inside = start <= clock < end if start < end else clock >= start or clock < end
    if not inside:
        return None
    day = local.date() if clock < end else local.date() + ONE_DAY
    return datetime.combine(day, end, tzinfo=zone)


def summary_at(preference: Preference, at: datetime, zone: ZoneInfo) -> datetime:
    """Return the first hour of a summary after a moment."""
    local = at.astimezone(zone)
    found = datetime.combine(local.date(), time(preference.summary_hour), tzinfo=zone)
    while found <= at or (
        preference.mail_rhythm == MailRhythm.WEEKLY and found.weekday() != preference.summary_weekday
    ):
        found = datetime.combine(found.date() + ONE_DAY, time(preference.summary_hour), tzinfo=zone)
    return found


def mail_at(preference: Preference, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when a mail about something that happens now may leave; None: at once."""
    if preference.mail_rhythm == MailRhythm.IMMEDIATE:
        return quiet_end(preference, at, zone)
    slot = summary_at(preference, at, zone)
    return quiet_end(preference, slot, zone) or slot
