"""Date and time functions (DMN 1.5, sections 10.3.4.8 and 10.3.4.11)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from flowcase.feel import temporal, wide
from flowcase.feel.errors import NullResult
from flowcase.feel.functions import builtin
from flowcase.feel.runtime import DEFAULT_ZONE, Run
from flowcase.feel.wide import AnyDate, AnyDateTime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@builtin("now()")
def _now(run: Run) -> dt.datetime:
    return local_now(run)


@builtin("today()")
def _today(run: Run) -> dt.date:
    return local_now(run).date()


def local_now(run: Run) -> dt.datetime:
    """The evaluation's instant: in its own IANA zone, else in the zone of the municipality."""
    if run.now is None:
        raise NullResult("this evaluation was given no present time")
    if temporal.zone_name(run.now) is not None:
        return run.now
    return (
        run.now.replace(tzinfo=DEFAULT_ZONE) if run.now.tzinfo is None else run.now.astimezone(DEFAULT_ZONE)
    )


@builtin("day of year(date: date|date and time)")
def _day_of_year(run: Run, value: AnyDate | AnyDateTime) -> Decimal:
    proxy, _ = wide.split(value)
    return Decimal(proxy.timetuple().tm_yday)


@builtin("day of week(date: date|date and time)")
def _day_of_week(run: Run, value: AnyDate | AnyDateTime) -> str:
    return _DAYS[wide.split(value)[0].weekday()]


@builtin("month of year(date: date|date and time)")
def _month_of_year(run: Run, value: AnyDate | AnyDateTime) -> str:
    return _MONTHS[value.month - 1]


@builtin("week of year(date: date|date and time)")
def _week_of_year(run: Run, value: AnyDate | AnyDateTime) -> Decimal:
    return Decimal(wide.split(value)[0].isocalendar().week)
