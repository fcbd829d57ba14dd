"""Dates beyond the years 1 to 9999, which Python's calendar cannot hold and FEEL must (to year 999,999,999).

The Gregorian calendar repeats every 400 years, to the day of the week. So a wide date is a proxy of the
years 2000 to 2399 and the number of cycles between them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

CYCLE_YEARS = 400
CYCLE_DAYS = 146_097
MAX_YEAR = 999_999_999
_LAST_DAY = dt.date.max.toordinal()


@dataclass(frozen=True, slots=True)
class WideDate:
    """A date outside Python's range. It is no process variable: it cannot be stored."""

    proxy: dt.date
    cycles: int

    @property
    def year(self) -> int:
        return self.proxy.year + CYCLE_YEARS * self.cycles

    @property
    def month(self) -> int:
        return self.proxy.month

    @property
    def day(self) -> int:
        return self.proxy.day


@dataclass(frozen=True, slots=True)
class WideDateTime:
    """A date and time outside Python's range."""

    proxy: dt.datetime
    cycles: int

    @property
    def year(self) -> int:
        return self.proxy.year + CYCLE_YEARS * self.cycles

    @property
    def month(self) -> int:
        return self.proxy.month

    @property
    def day(self) -> int:
        return self.proxy.day

    @property
    def tzinfo(self) -> dt.tzinfo | None:
        return self.proxy.tzinfo


AnyDate = dt.date | WideDate
AnyDateTime = dt.datetime | WideDateTime


def split(value: AnyDate | AnyDateTime) -> tuple[Any, int]:
    """The proxy in the years 2000 to 2399 and the cycles; equal dates have equal halves."""
    if isinstance(value, (WideDate, WideDateTime)):
        return value.proxy, value.cycles
    cycles = value.year // CYCLE_YEARS - 5
    return value.replace(year=value.year - CYCLE_YEARS * cycles), cycles


def join(proxy: dt.date, cycles: int) -> Any:
    """The plain value where Python has one, else the wide one. Raises ValueError past the last year."""
    extra = proxy.year // CYCLE_YEARS - 5
    year = proxy.year + CYCLE_YEARS * cycles
    if 1 <= year <= 9999:
        return proxy.replace(year=year)
    if abs(year) > MAX_YEAR:
        raise ValueError("year")
    if extra:
        proxy, cycles = proxy.replace(year=proxy.year - CYCLE_YEARS * extra), cycles + extra
    return WideDateTime(proxy, cycles) if isinstance(proxy, dt.datetime) else WideDate(proxy, cycles)


def make_date(year: int, month: int, day: int) -> AnyDate:
    """Raises ValueError when there is no such day."""
    if 1 <= year <= 9999:
        return dt.date(year, month, day)
    cycles = year // CYCLE_YEARS - 5
    return join(dt.date(year - CYCLE_YEARS * cycles, month, day), cycles)


def ordinal(value: AnyDate) -> int:
    """Days in the proleptic Gregorian calendar, 0001-01-01 being 1."""
    if isinstance(value, WideDate):
        return value.proxy.toordinal() + value.cycles * CYCLE_DAYS
    return value.toordinal()


def from_ordinal(days: int) -> AnyDate:
    if 1 <= days <= _LAST_DAY:
        return dt.date.fromordinal(days)
    cycles, rest = divmod(days - 730_120, CYCLE_DAYS)  # 730,120 is 2000-01-01
    return join(dt.date.fromordinal(rest + 730_120), cycles)
