"""Civil time: how periods are counted (conventions C1 to C8 of the domain specification, section 0.4).

Instants go in and come out as aware datetimes; a civil date is a date in the municipality's zone.
Nothing here reads a clock.
"""

from __future__ import annotations

import calendar as months_of_the_year
import datetime as dt
from enum import StrEnum
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")

# A day ends with its last whole second: due dates of C2, C3, C5 and C6 are still in time then.
_LAST_SECOND = dt.time(23, 59, 59)

_MONTHS_IN_A_YEAR = 12


class MonthEnd(StrEnum):
    """Where a period of months leads that starts on the last day of a month (setting `month_end`)."""

    CLAMP = "clamp"  # 28 February + 1 month = 28 March
    STICK_TO_END = "stick_to_end"  # 28 February + 1 month = 31 March


def add_months(day: dt.date, months: int, month_end: MonthEnd = MonthEnd.CLAMP) -> dt.date:
    """The same day of the month `months` later, or the last day of that month if it is missing (C3)."""
    index = day.year * _MONTHS_IN_A_YEAR + (day.month - 1) + months
    year, month = divmod(index, _MONTHS_IN_A_YEAR)
    last_day = months_of_the_year.monthrange(year, month + 1)[1]
    sticks = month_end is MonthEnd.STICK_TO_END and _is_last_of_month(day)
    return dt.date(year, month + 1, last_day if sticks else min(day.day, last_day))


def add_hours(instant: dt.datetime, hours: int) -> dt.datetime:
    """Elapsed hours, through nights, weekends and clock changes (C1); the result is in UTC."""
    return instant.astimezone(dt.UTC) + dt.timedelta(hours=hours)


def local_date(moment: dt.datetime | dt.date, zone: ZoneInfo = COPENHAGEN) -> dt.date:
    """The civil date on which an instant falls; a date is already one."""
    return moment.astimezone(zone).date() if isinstance(moment, dt.datetime) else moment


def end_of_day(day: dt.date, zone: ZoneInfo = COPENHAGEN) -> dt.datetime:
    """The last second of a local day, as an instant in that zone."""
    return dt.datetime.combine(day, _LAST_SECOND, tzinfo=zone)


def at_wall_clock(day: dt.date, clock: dt.time, zone: ZoneInfo = COPENHAGEN) -> dt.datetime:
    """The instant at which the wall clock shows `clock` on that day (C8).

    A time that the clock skips becomes the instant as many minutes after the change as it would have
    been; of a time that it shows twice, the first.
    """
    naive_in_zone = dt.datetime.combine(day, clock.replace(tzinfo=None, fold=0), tzinfo=zone)
    return naive_in_zone.astimezone(dt.UTC).astimezone(zone)


def span_of_days(
    first: dt.date | None, last: dt.date | None
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """From which instant on and before which one whole local days lie, both included.

    None where nothing bounds them; so do not the first day and the last one that can be written.
    """
    since = None if first is None or first == dt.date.min else at_wall_clock(first, dt.time())
    if last is None or last == dt.date.max:
        return since, None
    return since, at_wall_clock(last + dt.timedelta(days=1), dt.time())


def possible_instants(local: dt.datetime, zone: ZoneInfo = COPENHAGEN) -> tuple[dt.datetime, ...]:
    """The instants that a local time without offset may mean.

    None when the clock skips it, two when the clock shows it twice (earlier first), else one.
    """
    naive = local.replace(tzinfo=None)
    found: list[dt.datetime] = []
    for fold in (0, 1):
        instant = naive.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC)
        shows_that_time = instant.astimezone(zone).replace(tzinfo=None) == naive
        if shows_that_time and instant not in found:
            found.append(instant)
    return tuple(instant.astimezone(zone) for instant in sorted(found))


def _is_last_of_month(day: dt.date) -> bool:
    return (day + dt.timedelta(days=1)).month != day.month
