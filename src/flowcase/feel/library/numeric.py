"""Numeric functions (DMN 1.5, section 10.3.4.5)."""

from __future__ import annotations

import datetime as dt
import decimal
from decimal import Decimal

from flowcase.feel import numbers
from flowcase.feel.errors import NullResult
from flowcase.feel.functions import builtin
from flowcase.feel.runtime import Run
from flowcase.values import Value, YearMonthDuration

MIN_SCALE, MAX_SCALE = -6111, 6176


def _with_scale(function: str, number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    places = numbers.to_int(scale.to_integral_value("ROUND_DOWN")) if scale.adjusted() < 10 else None
    if places is None or not MIN_SCALE <= places <= MAX_SCALE:
        raise NullResult(f"{function}: the scale is not within [-6111..6176]")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places and (places < 0 or number.adjusted() + places > 32):
        return number  # nothing to round, and no room for more zeros
    try:
        return number.quantize(Decimal((0, (1,), -places)), rounding=rounding, context=numbers.CONTEXT)
    except ArithmeticError:
        raise NullResult(f"{function}: the result has more than 34 digits") from None


@builtin("decimal(n: number, scale: number)")
def _decimal(run: Run, number: Decimal, scale: Decimal) -> Decimal:
    return _with_scale("decimal", number, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number)", "floor(n: number, scale: number)")
def _floor(run: Run, number: Decimal, scale: Decimal = numbers.ZERO) -> Decimal:
    return _with_scale("floor", number, scale, decimal.ROUND_FLOOR)


@builtin("ceiling(n: number)", "ceiling(n: number, scale: number)")
def _ceiling(run: Run, number: Decimal, scale: Decimal = numbers.ZERO) -> Decimal:
    return _with_scale("ceiling", number, scale, decimal.ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def _round_up(run: Run, number: Decimal, scale: Decimal) -> Decimal:
    return _with_scale("round up", number, scale, decimal.ROUND_UP)


@builtin("round down(n: number, scale: number)")
def _round_down(run: Run, number: Decimal, scale: Decimal) -> Decimal:
    return _with_scale("round down", number, scale, decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def _round_half_up(run: Run, number: Decimal, scale: Decimal) -> Decimal:
    return _with_scale("round half up", number, scale, decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def _round_half_down(run: Run, number: Decimal, scale: Decimal) -> Decimal:
    return _with_scale("round half down", number, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs(n: number|days and time duration|years and months duration)")
def _abs(run: Run, value: Value) -> Value:
    if isinstance(value, YearMonthDuration):
        return YearMonthDuration(abs(value.months))
    if isinstance(value, dt.timedelta):
        try:
            return abs(value)
        except OverflowError:
            raise NullResult("abs: the duration is out of range") from None
    return value.copy_abs()


@builtin("modulo(dividend: number, divisor: number)")
def _modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal:
    if divisor == 0:
        raise NullResult("modulo: the divisor is 0")
    try:
        rest = numbers.CONTEXT.remainder(dividend, divisor)
    except ArithmeticError:
        raise NullResult("modulo: the quotient has more than 34 digits") from None
    return numbers.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt(number: number)")
def _sqrt(run: Run, number: Decimal) -> Decimal:
    if number < 0:
        raise NullResult("sqrt: the number is negative")
    return numbers.CONTEXT.sqrt(number)


@builtin("log(number: number)")
def _log(run: Run, number: Decimal) -> Decimal:
    if number <= 0:
        raise NullResult("log: the number is not positive")
    run.charge(100)
    return numbers.CONTEXT.ln(number)


@builtin("exp(number: number)")
def _exp(run: Run, number: Decimal) -> Decimal:
    run.charge(100)
    try:
        return numbers.CONTEXT.exp(number)
    except ArithmeticError:
        raise NullResult("exp: the result is out of range") from None


@builtin("odd(number: number)")
def _odd(run: Run, number: Decimal) -> bool:
    return _last_digit("odd", number) % 2 == 1


@builtin("even(number: number)")
def _even(run: Run, number: Decimal) -> bool:
    return _last_digit("even", number) % 2 == 0


def _last_digit(function: str, number: Decimal) -> int:
    if not numbers.is_integer(number):
        raise NullResult(f"{function}: the number is not whole")
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or exponent > 0:
        return 0
    return digits[-1 + exponent] if len(digits) + exponent > 0 else 0
