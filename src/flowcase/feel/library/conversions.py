"""Conversion functions (DMN 1.5, section 10.3.4.1)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from flowcase.feel import numbers, temporal, wide
from flowcase.feel.errors import NullResult
from flowcase.feel.functions import builtin
from flowcase.feel.runtime import Run
from flowcase.feel.text import to_text
from flowcase.feel.wide import AnyDate, AnyDateTime
from flowcase.values import Value, YearMonthDuration


@builtin("string(from: any)")
def _string(run: Run, value: Value) -> str | None:
    return None if value is None else to_text(value, run)


@builtin("date(from: string)")
def _date_from_text(run: Run, text: str) -> AnyDate:
    value = temporal.parse_date(text)
    if value is None:
        raise NullResult("date: this text is no date")
    return value


@builtin("date(from: date|date and time)")
def _date_from_moment(run: Run, value: AnyDate | AnyDateTime) -> AnyDate:
    return temporal.date_of(value)


@builtin("date(year: number, month: number, day: number)")
def _date_from_parts(run: Run, year: Decimal, month: Decimal, day: Decimal) -> AnyDate:
    parts = [numbers.to_int(part, limit=wide.MAX_YEAR) for part in (year, month, day)]
    try:
        return wide.make_date(*parts)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise NullResult("date: there is no such day") from None


@builtin("date and time(from: string)")
def _date_time_from_text(run: Run, text: str) -> AnyDateTime:
    value = temporal.parse_date_time(text)
    if value is None:
        raise NullResult("date and time: this text is no date and time")
    return value


@builtin("date and time(date: date|date and time, time: time)")
def _date_time_from_parts(run: Run, day: AnyDate | AnyDateTime, time: dt.time) -> AnyDateTime:
    return temporal.at_time(temporal.date_of(day), time)


@builtin("date and time(from: date and time|date)")
def _date_time_from_moment(run: Run, value: AnyDate | AnyDateTime) -> AnyDateTime:
    if isinstance(value, (dt.datetime, wide.WideDateTime)):
        return value
    return temporal.at_time(value, dt.time(tzinfo=temporal.UTC))


@builtin("time(from: string)")
def _time_from_text(run: Run, text: str) -> dt.time:
    value = temporal.parse_time(text)
    if value is None:
        raise NullResult("time: this text is no time")
    return value


@builtin("time(from: time|date and time|date)")
def _time_from_moment(run: Run, value: Value) -> dt.time:
    return value if isinstance(value, dt.time) else temporal.time_of(value)


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration)")
def _time_from_parts(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: dt.timedelta | None = None
) -> dt.time:
    zone = None
    if offset is not None:
        seconds = temporal.microseconds(offset) // 1_000_000
        if abs(seconds) > temporal.MAX_OFFSET:
            raise NullResult("time: the offset is out of range")
        zone = temporal.offset_zone(seconds)
    micros = numbers.to_int(second.scaleb(6).to_integral_value()) if second.adjusted() < 4 else None
    try:
        whole, micro = divmod(micros, 1_000_000)  # type: ignore[operator]
        return dt.time(numbers.to_int(hour), numbers.to_int(minute), whole, micro, zone)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise NullResult("time: there is no such time of day") from None


@builtin("duration(from: string)")
def _duration(run: Run, text: str) -> dt.timedelta | YearMonthDuration:
    value = temporal.parse_duration(text)
    if value is None:
        raise NullResult("duration: this text is no duration")
    return value


@builtin("duration(from: days and time duration|years and months duration)")
def _duration_from_duration(run: Run, value: Value) -> Value:
    return value


@builtin("years and months duration(from: date|date and time, to: date|date and time)")
def _months_between(run: Run, start: AnyDate | AnyDateTime, end: AnyDate | AnyDateTime) -> YearMonthDuration:
    return YearMonthDuration(temporal.months_between(start, end))


@builtin("number(from: string)")
def _number(run: Run, text: str) -> Decimal:
    return _read_number(text)


@builtin("number(from: string, grouping separator: string|null, decimal separator: string|null)")
def _number_with_separators(run: Run, text: str, grouping: str | None, decimal: str | None) -> Decimal:
    if grouping not in (None, " ", ",", ".") or decimal not in (None, ",", "."):
        raise NullResult("number: a separator is none that is allowed")
    if grouping is not None and grouping == decimal:
        raise NullResult("number: the separators are the same")
    if grouping is not None:
        text = text.replace(grouping, "")
    if decimal is not None and decimal != ".":
        if "." in text:
            raise NullResult("number: this text is no number")
        text = text.replace(decimal, ".")
    return _read_number(text)


_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?", re.ASCII)


def _read_number(text: str) -> Decimal:
    number = None
    if len(text) < 10_000 and _NUMBER.fullmatch(text):
        number = numbers.rounded(Decimal(text))
    if number is None:
        raise NullResult("number: this text is no number")
    return number
