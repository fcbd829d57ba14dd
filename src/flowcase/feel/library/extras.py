"""Functions beyond the standard that authors of Camunda diagrams know and that are worth having."""

from __future__ import annotations

import calendar
from decimal import Decimal

from flowcase.feel import numbers, temporal, wide
from flowcase.feel.errors import NullResult
from flowcase.feel.functions import builtin
from flowcase.feel.runtime import Run
from flowcase.feel.wide import AnyDate, AnyDateTime
from flowcase.values import Value


@builtin("is defined(value: any)")
def _is_defined(run: Run, value: Value) -> bool:
    return value is not None


@builtin("get or else(value: any, default: any)")
def _get_or_else(run: Run, value: Value, default: Value) -> Value:
    return default if value is None else value


@builtin("is empty(list: list)")
def _is_empty(run: Run, items: list) -> bool:
    return not items


@builtin("is blank(string: string)")
def _is_blank(run: Run, text: str) -> bool:
    return not text.strip()


@builtin("trim(string: string)")
def _trim(run: Run, text: str) -> str:
    return text.strip()


@builtin("partition(list: list, size: number)")
def _partition(run: Run, items: list, size: Decimal) -> list:
    length = numbers.to_int(size)
    if length is None or length < 1:
        raise NullResult("partition: the size is no whole number above 0")
    run.charge(len(items))
    return [items[start : start + length] for start in range(0, len(items), length)]


@builtin("last day of month(date: date|date and time)")
def _last_day_of_month(run: Run, value: AnyDate | AnyDateTime) -> AnyDate:
    day = temporal.date_of(value)
    proxy, _ = wide.split(day)
    return wide.make_date(day.year, day.month, calendar.monthrange(proxy.year, proxy.month)[1])
