"""A model of civil time, written by hand: what timers are compared with.

It knows nothing of `fold`: which instant a local time is, is tried with summer time and then without, by
looking at what clocks show then; where neither shows it, it is what they show an hour later.
"""

from __future__ import annotations

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

DK = ZoneInfo("Europe/Copenhagen")
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


def shown(instant: dt.datetime) -> dt.datetime:
    """What clocks show, without a zone."""
    return instant.astimezone(DK).replace(tzinfo=None, fold=0)


def first_instant(local: dt.datetime) -> dt.datetime:
    """The first instant at which clocks show it; where they leap over it, the hour behind it."""
    there = [local.replace(tzinfo=dt.UTC) - hours * HOUR for hours in (2, 1)]  # summer time comes first
    for instant in there:
        if shown(instant) == local:
            return instant
    return first_instant(local + HOUR)


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of the month, or the month's last one."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def later(begin: dt.datetime, months: int, days: int, exact: dt.timedelta) -> dt.datetime:
    """The instant so many months, then days, then exact hours behind `begin`."""
    clock = shown(begin)
    day = months_later(clock.date(), months) + dt.timedelta(days=days)
    if day == clock.date():
        return begin + exact
    return first_instant(dt.datetime.combine(day, clock.time())) + exact


def cron_after(begin: dt.datetime, hours: list[int], minutes: list[int]) -> dt.datetime:
    """When a cron is due next: at its hours each once, or (`*`) whenever clocks show the minute."""
    if hours:
        days = [shown(begin).date() + dt.timedelta(days=number) for number in range(3)]
        times = [dt.time(hour, minute) for hour in hours for minute in minutes]
        there = {first_instant(dt.datetime.combine(day, time)) for day in days for time in times}
        return min(each for each in there if each > begin)
    instant = begin + MINUTE
    while shown(instant).minute not in minutes:
        instant += MINUTE
    return instant
