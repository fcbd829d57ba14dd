"""FEEL's numbers: decimals of 34 digits (IEEE 754-2008 decimal128), without infinities and NaN."""

from __future__ import annotations

import decimal
from decimal import Decimal

# Its methods are called directly: setting it as the thread's context would cost more than the arithmetic
# and would change the host's own.
CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
add, subtract, multiply, divide = CONTEXT.add, CONTEXT.subtract, CONTEXT.multiply, CONTEXT.divide
ArithmeticProblem = decimal.DecimalException
ZERO, ONE = Decimal(0), Decimal(1)


def from_int(value: int) -> Decimal | None:
    """The number, rounded to 34 digits; None when it is out of range."""
    if value.bit_length() > 20_000:
        return None
    number = Decimal(value)
    return number if value.bit_length() <= 112 else rounded(number)


def from_float(value: float) -> Decimal | None:
    """The shortest decimal that reads back as the float; None for infinities and NaN."""
    return Decimal(repr(value)) if value == value and abs(value) != float("inf") else None


def rounded(value: Decimal) -> Decimal | None:
    """The number within 34 digits and the exponents of decimal128; None when it is too large."""
    try:
        return CONTEXT.plus(value)
    except ArithmeticProblem:
        return None


def power(base: Decimal, exponent: Decimal) -> Decimal:
    if base == 0 and exponent == 0:
        return ONE
    return CONTEXT.power(base, exponent)


def is_integer(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return (isinstance(exponent, int) and exponent >= 0) or value == value.to_integral_value()


def to_int(value: Decimal, *, limit: int = 10**18) -> int | None:
    """The number as an int when it is one and not larger than `limit`."""
    if value.adjusted() > 40 or not is_integer(value):
        return None
    number = int(value)
    return number if -limit <= number <= limit else None


def format_number(value: Decimal) -> str:
    """Digits without an exponent and without zeros that say nothing behind the point."""
    text = f"{value:f}" if abs(value.adjusted()) < 7000 else "0"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
