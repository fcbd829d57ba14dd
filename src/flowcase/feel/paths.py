"""The step `.name`: entries of contexts and properties of dates, times, durations and ranges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from flowcase.feel import temporal, wide
from flowcase.feel.ranges import Range
from flowcase.feel.runtime import Run
from flowcase.feel.types import type_name
from flowcase.feel.wide import WideDate, WideDateTime
from flowcase.values import Value, YearMonthDuration


def step(value: Value, name: str, run: Run, at: int) -> Value:
    """`value.name`; for a list the list of its items' (section 10.3.2.5)."""
    kind = type(value)
    if kind is dict:
        if name in value:
            return value[name]
        run.warn(f"The context has no entry '{name}'", at)
        return None
    if value is None:
        run.warn(f"'{name}' is asked of null", at)
        return None
    if kind is list:
        run.charge(1 + 3 * len(value))
        return [step(item, name, run, at) for item in value]
    properties = _properties(value)
    found = properties.get(name)
    if found is None:
        run.warn(f"A {type_name(value)} has no property '{name}'", at)
        return None
    return found(value)


def _properties(value: Value) -> dict[str, Callable[[Value], Value]]:
    if isinstance(value, (dt.datetime, WideDateTime)):
        return _DATE_TIME
    if isinstance(value, (dt.date, WideDate)):
        return _DATE
    if isinstance(value, dt.time):
        return _TIME
    if isinstance(value, dt.timedelta):
        return _DAYS
    if isinstance(value, YearMonthDuration):
        return _MONTHS
    return _RANGE if isinstance(value, Range) else {}


def _proxy(value: Value) -> Value:
    return value.proxy if isinstance(value, WideDateTime) else value


def _in_days(value: dt.timedelta, unit: int, modulus: int) -> Decimal:
    """A field of a duration, with the duration's sign."""
    micros = temporal.microseconds(value)
    number = abs(micros) // (unit * 1_000_000)
    if modulus:
        number %= modulus
    return Decimal(-number if micros < 0 else number)


def _seconds(value: dt.timedelta) -> Decimal:
    micros = temporal.microseconds(value)
    seconds = Decimal(abs(micros) % 60_000_000).scaleb(-6) if micros % 1_000_000 else None
    if seconds is None:
        return _in_days(value, 1, 60)
    return -seconds if micros < 0 else seconds


def _second(value: dt.time | dt.datetime) -> Decimal:
    if not value.microsecond:
        return Decimal(value.second)
    return Decimal(value.second * 1_000_000 + value.microsecond).scaleb(-6).normalize()


_DATE: dict[str, Callable[[Value], Value]] = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal((wide.ordinal(temporal.date_of(value)) - 1) % 7 + 1),
}
_TIME: dict[str, Callable[[Value], Value]] = {
    "hour": lambda value: Decimal(_proxy(value).hour),
    "minute": lambda value: Decimal(_proxy(value).minute),
    "second": lambda value: _second(_proxy(value)),
    "time offset": temporal.offset_of,
    "timezone": temporal.zone_name,
}
_DATE_TIME = _DATE | _TIME
_DAYS: dict[str, Callable[[Value], Value]] = {
    "days": lambda value: _in_days(value, 86400, 0),
    "hours": lambda value: _in_days(value, 3600, 24),
    "minutes": lambda value: _in_days(value, 60, 60),
    "seconds": _seconds,
}
_MONTHS: dict[str, Callable[[Value], Value]] = {
    "years": lambda value: Decimal(int(abs(value.months) // 12 * (-1 if value.months < 0 else 1))),
    "months": lambda value: Decimal(int(abs(value.months) % 12 * (-1 if value.months < 0 else 1))),
}
_RANGE: dict[str, Callable[[Value], Value]] = {
    "start": lambda value: value.start,
    "end": lambda value: value.end,
    "start included": lambda value: value.start_included,
    "end included": lambda value: value.end_included,
}
PROPERTIES = frozenset().union(_DATE_TIME, _DAYS, _MONTHS, _RANGE)
