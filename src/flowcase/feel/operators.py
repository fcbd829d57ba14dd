"""The operators of FEEL on values: equality, order, arithmetic (DMN 1.5, section 10.3.2.5 to 10.3.2.8)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from flowcase.feel import numbers, temporal, wide
from flowcase.feel.ranges import AllBut, Range
from flowcase.feel.runtime import Run
from flowcase.feel.types import Function, type_name
from flowcase.feel.wide import WideDate, WideDateTime
from flowcase.values import Value, YearMonthDuration

_TICK = 1000  # microseconds: times of day and moments compare by the millisecond, as the TCK has it
_DATES = (dt.date, WideDate)
_DATE_TIMES = (dt.datetime, WideDateTime)


def is_date(value: Value) -> bool:
    """A date without time (Python's datetime is a date too)."""
    return isinstance(value, _DATES) and not isinstance(value, dt.datetime)


def equal(left: Value, right: Value, run: Run) -> bool | None:
    """`=`: true or false for values of one type and for null, else null (table 53)."""
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is type(right) and kind in _NATIVE:
        return bool(left == right)
    if kind is list:
        return _equal_lists(left, right, run) if type(right) is list else None
    if kind is dict:
        return _equal_contexts(left, right, run) if type(right) is dict else None
    if kind is Range and type(right) is Range:
        return _equal_ranges(left, right, run)
    if kind is AllBut and type(right) is AllBut:
        return equal(left.value, right.value, run)
    if isinstance(left, Function):
        return left is right if isinstance(right, Function) else None
    pair = _keys(left, right, lend_zone=False)
    if pair is None:
        return False if type_name(left) == type_name(right) else None
    return bool(pair[0] == pair[1])


_NATIVE = frozenset((bool, str, Decimal, dt.date, dt.timedelta, YearMonthDuration))


def _equal_lists(left: list, right: list, run: Run) -> bool | None:
    if len(left) != len(right):
        return False
    run.charge(2 + 2 * len(left))
    result: bool | None = True
    for one, other in zip(left, right, strict=True):
        same = equal(one, other, run)
        if same is not True:
            return bool(same)
    return result


def _equal_contexts(left: dict, right: dict, run: Run) -> bool:
    run.charge(1 + len(left))
    return left.keys() == right.keys() and all(equal(left[key], right[key], run) is True for key in left)


def _equal_ranges(left: Range, right: Range, run: Run) -> bool:
    return (
        (left.start_included, left.end_included, left.operator)
        == (right.start_included, right.end_included, right.operator)
        and equal(left.start, right.start, run) is True
        and equal(left.end, right.end, run) is True
    )


def _keys(left: Value, right: Value, *, lend_zone: bool = True) -> tuple[Any, Any] | None:
    """Two Python values in the order of the FEEL values; None when these have none.

    With `lend_zone` a value without time zone takes that of the other (table 54).
    """
    kind = type(left)
    if kind is type(right) and kind in _ORDERED:
        return left, right
    if isinstance(left, _DATE_TIMES) and isinstance(right, _DATE_TIMES):
        if (left.tzinfo is None) != (right.tzinfo is None):
            if not lend_zone:
                return None
            left, right = temporal.with_zone_of(left, right), temporal.with_zone_of(right, left)
        return temporal.instant(left) // _TICK, temporal.instant(right) // _TICK
    if isinstance(left, dt.time) and isinstance(right, dt.time):
        if (left.tzinfo is None) != (right.tzinfo is None):
            if not lend_zone:
                return None
            return temporal.clock_number(left) // _TICK, temporal.clock_number(right) // _TICK
        return temporal.time_number(left) // _TICK, temporal.time_number(right) // _TICK
    if is_date(left) and is_date(right):
        return wide.ordinal(left), wide.ordinal(right)
    return None


_ORDERED = frozenset((Decimal, str, dt.date, dt.timedelta, YearMonthDuration))


def less(left: Value, right: Value) -> bool | None:
    """`<`; null when the two have no common order."""
    kind = type(left)
    if kind is type(right) and kind in _ORDERED:
        return bool(left < right)
    pair = _keys(left, right)
    return None if pair is None else bool(pair[0] < pair[1])


def less_or_equal(left: Value, right: Value) -> bool | None:
    kind = type(left)
    if kind is type(right) and kind in _ORDERED:
        return bool(left <= right)
    pair = _keys(left, right)
    return None if pair is None else bool(pair[0] <= pair[1])


def compare(operator: str, left: Value, right: Value, run: Run, at: int) -> bool | None:
    """Any of the six comparisons; a null result is explained."""
    if operator in ("=", "!="):
        same = equal(left, right, run)
        if same is None:
            run.warn(f"Cannot compare {type_name(left)} with {type_name(right)}", at)
            return None
        return same if operator == "=" else not same
    pair = _keys(left, right)
    if pair is None:
        run.warn(f"Cannot compare {type_name(left)} with {type_name(right)}", at)
        return None
    one, other = pair
    if operator == "<":
        return bool(one < other)
    if operator == "<=":
        return bool(one <= other)
    return bool(one > other) if operator == ">" else bool(one >= other)


def between(value: Value, low: Value, high: Value, run: Run, at: int) -> bool | None:
    """`value between low and high`."""
    above, below = less_or_equal(low, value), less_or_equal(value, high)
    if above is None or below is None:
        other = low if above is None else high
        run.warn(f"Cannot compare {type_name(value)} with {type_name(other)}", at)
        return None
    return above and below


def in_range(value: Value, range_: Range) -> bool | None:
    """Whether the value lies in the range; null when it cannot be compared with an end."""
    start, end = range_.start, range_.end
    if value is None or (not range_.operator and (start is None or end is None)):
        return None
    result = True
    if start is not None:
        above = less_or_equal(start, value) if range_.start_included else less(start, value)
        if above is None:
            return None
        result = above
    if end is not None:
        below = less_or_equal(value, end) if range_.end_included else less(value, end)
        if below is None:
            return None
        result = result and below
    return result if start is not None or end is not None else None


def matches_test(value: Value, test: Value, run: Run) -> bool | None:
    """Whether `value` satisfies one test of `in` or of a unary test that is not boolean (table 55)."""
    kind = type(test)
    if kind is str or kind is Decimal:
        return bool(value == test) if type(value) is kind else equal(value, test, run)
    if kind is Range:
        if type(value) is Range:
            return equal(value, test, run)
        return equal(value, test.start, run) if test.operator == "=" else in_range(value, test)
    if kind is AllBut:
        same = equal(value, test.value, run)
        return None if same is None else not same
    if kind is list:
        run.charge(len(test))
        if type(value) is list and equal(value, test, run) is True:
            return True
        for item in test:
            if type(item) is Range and type(value) is not Range:
                if matches_test(value, item, run) is True:
                    return True
            elif equal(value, item, run) is True:
                return True
        return False
    return equal(value, test, run)


def satisfies(subject: Value, value: Value, run: Run, *, asks: bool) -> bool | None:
    """Whether the unary test whose expression has `value` is satisfied (section 7.3.3).

    `asks` says that the expression uses `?`, so that its boolean is the answer.
    """
    if type(value) is bool and (asks or (type(subject) is not bool and subject is not None)):
        return value
    if asks and value is None:
        return None
    if value is None:
        return subject is None
    if subject is None:
        return False if type(value) is not list else matches_test(subject, value, run)
    return matches_test(subject, value, run)


# -- arithmetic ------------------------------------------------------------------------------------------


def arithmetic(operator: str, left: Value, right: Value, run: Run, at: int) -> Value:
    """`left operator right`; null with a reason when the types or the values do not allow it."""
    try:
        result = _ARITHMETIC[operator](left, right, run)
    except (ValueError, OverflowError, ArithmeticError):
        run.warn(f"The result of {operator} is out of range or not defined", at)
        return None
    if result is None:
        run.warn(f"Cannot apply {operator} to {type_name(left)} and {type_name(right)}", at)
    return result


def _add(left: Value, right: Value, run: Run) -> Value:
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return numbers.add(left, right)
    if kind is str and other is str:
        return run.checked_text(left + right)
    if kind is dt.timedelta:
        if other is dt.timedelta:
            return left + right
        return None if isinstance(right, dt.timedelta | YearMonthDuration) else _add_duration(right, left)
    if kind is YearMonthDuration:
        if other is YearMonthDuration:
            return _months(left.months + right.months)
        return None if other is dt.timedelta else _add_duration(right, left)
    if other is dt.timedelta or other is YearMonthDuration:
        return _add_duration(left, right)
    return None


def _add_duration(value: Value, duration: dt.timedelta | YearMonthDuration) -> Value:
    if isinstance(value, _DATE_TIMES):
        if isinstance(duration, YearMonthDuration):
            return temporal.add_months_to_date_time(value, duration.months)
        return temporal.add_to_date_time(value, duration)
    if is_date(value):
        if isinstance(duration, YearMonthDuration):
            return temporal.add_months(value, duration.months)
        return temporal.add_to_date(value, duration)
    if isinstance(value, dt.time) and isinstance(duration, dt.timedelta):
        return temporal.add_to_time(value, duration)
    return None


def _subtract(left: Value, right: Value, run: Run) -> Value:
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return numbers.subtract(left, right)
    if other is dt.timedelta:
        return left - right if kind is dt.timedelta else _add_duration(left, -right)
    if other is YearMonthDuration:
        if kind is YearMonthDuration:
            return _months(left.months - right.months)
        return None if kind is dt.timedelta else _add_duration(left, YearMonthDuration(-right.months))
    if isinstance(left, dt.time) and isinstance(right, dt.time):
        if (left.tzinfo is None) != (right.tzinfo is None):
            return None
        return dt.timedelta(microseconds=temporal.time_number(left) - temporal.time_number(right))
    if isinstance(left, (*_DATES, WideDateTime)) and isinstance(right, (*_DATES, WideDateTime)):
        end, start = _as_date_time(left, right), _as_date_time(right, left)
        if (end.tzinfo is None) != (start.tzinfo is None):
            return None
        return dt.timedelta(microseconds=temporal.instant(end) - temporal.instant(start))
    return None


def _as_date_time(value: Value, beside: Value) -> Value:
    """A date as midnight: in UTC beside a moment with a zone, else without zone."""
    if isinstance(value, _DATE_TIMES):
        return value
    zoned = isinstance(beside, _DATE_TIMES) and beside.tzinfo is not None
    return temporal.at_time(value, dt.time(tzinfo=temporal.UTC if zoned else None))


def _multiply(left: Value, right: Value, run: Run) -> Value:
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return numbers.multiply(left, right)
    if other is not Decimal:
        left, right, kind, other = right, left, other, kind
    if other is not Decimal:
        return None
    if kind is dt.timedelta:
        return _days(numbers.multiply(Decimal(temporal.microseconds(left)), right))
    if kind is YearMonthDuration:
        return _months(int(numbers.multiply(Decimal(left.months), right)))
    return None


def _divide(left: Value, right: Value, run: Run) -> Value:
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return numbers.divide(left, right)
    if kind is dt.timedelta:
        if other is Decimal:
            return _days(numbers.divide(Decimal(temporal.microseconds(left)), right))
        if other is dt.timedelta:
            return numbers.divide(Decimal(temporal.microseconds(left)), Decimal(temporal.microseconds(right)))
    if kind is YearMonthDuration:
        if other is Decimal:
            return _months(int(numbers.divide(Decimal(left.months), right)))
        if other is YearMonthDuration:
            return numbers.divide(Decimal(left.months), Decimal(right.months))
    return None


def _power(left: Value, right: Value, run: Run) -> Value:
    if type(left) is Decimal and type(right) is Decimal:
        return numbers.power(left, right)
    return None


def _days(micros: Decimal) -> dt.timedelta:
    if micros.adjusted() > 30:
        raise OverflowError
    return dt.timedelta(microseconds=int(micros))


def _months(months: int) -> YearMonthDuration:
    if abs(months) > 12 * 10**18:
        raise OverflowError
    return YearMonthDuration(months)


_ARITHMETIC = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "**": _power,
}


def negate(value: Value, run: Run, at: int) -> Value:
    if type(value) is Decimal:
        return value.copy_negate() if value else value
    if type(value) is dt.timedelta:
        try:
            return -value
        except OverflowError:
            pass
    if type(value) is YearMonthDuration:
        return YearMonthDuration(-value.months)
    run.warn(f"Cannot negate {type_name(value)}", at)
    return None
