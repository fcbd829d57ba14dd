"""Answers of simple cells without FEEL: literals and ranges over texts, numbers and truth values.

Most cells of most tables are such. A quick test gives exactly what FEEL gives for a value of its own
Python type, at a twentieth of the cost; for any other value (null above all) FEEL is asked, and only then
is the cell compiled, so that a table of thousands of rules is read in a second.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from flowcase.dmn.cells import Cell, Span, read_cell
from flowcase.feel import DEFAULT, Evaluation, Limits, UnaryTests, compile_unary_tests
from flowcase.values import Value

_TYPES: dict[str, type] = {"string": str, "number": Decimal, "boolean": bool}
Quick = tuple[type, Callable[[Any], bool]]  # for values of exactly this type


def _no(value: Any) -> bool:
    return False


# Nothing has the type Any, so such a test is never asked.
NOT_SIMPLE: Quick = (type(Any), _no)


def quick_test(text: str) -> Quick:
    """The quick test of a cell, or NOT_SIMPLE."""
    cell = read_cell(text)
    kinds = {span.kind for span in cell.spans} if cell is not None else set()
    if cell is None or len(kinds) != 1 or not kinds <= _TYPES.keys():
        return NOT_SIMPLE
    kind = kinds.pop()
    points = [span for span in cell.spans if span.is_point]
    if len(points) == len(cell.spans):
        return _TYPES[kind], _among(frozenset(span.low for span in points), cell.negated)
    if len(cell.spans) == 1 and not cell.negated:
        return _TYPES[kind], _within(cell.spans[0])
    return _TYPES[kind], _within_any(cell)


class SimpleTests:
    """Unary tests without names, compiled when they are first needed; to be used like `feel.UnaryTests`."""

    names: frozenset[str] = frozenset()
    paths: frozenset[tuple[str, ...]] = frozenset()

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def compiled(self) -> UnaryTests:
        return compile_unary_tests(self.text)

    def evaluate(
        self,
        input_value: Value,
        variables: Mapping[str, Value],
        *,
        now: dt.datetime | None = None,
        limits: Limits = DEFAULT,
    ) -> Evaluation:
        return self.compiled.evaluate(input_value, variables, now=now, limits=limits)

    def value(
        self,
        input_value: Value,
        variables: Mapping[str, Value],
        *,
        now: dt.datetime | None = None,
        limits: Limits = DEFAULT,
    ) -> bool | None:
        return self.compiled.value(input_value, variables, now=now, limits=limits)


_TEXT = re.compile(r'"[^"\\]*"')
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,3})?")
_WORDS = {"true": True, "false": False, "null": None}


def constant(text: str) -> tuple[bool, Value]:
    """Whether the expression is a plain literal, and its value."""
    if text in _WORDS:
        return True, _WORDS[text]
    if _TEXT.fullmatch(text):
        return True, text[1:-1]
    if _NUMBER.fullmatch(text):
        return True, Decimal(text)
    return False, None


def _among(values: frozenset, negated: bool) -> Callable[[Any], bool]:
    if negated:
        return lambda value: value not in values
    return values.__contains__


def _within(span: Span) -> Callable[[Any], bool]:
    low, high = span.low, span.high
    above: Callable[[Any], bool] | None = None
    below: Callable[[Any], bool] | None = None
    if low is not None:
        above = (lambda value: value >= low) if span.low_included else (lambda value: value > low)
    if high is not None:
        below = (lambda value: value <= high) if span.high_included else (lambda value: value < high)
    if above is None:
        return below or _no
    if below is None:
        return above
    return lambda value: above(value) and below(value)


def _within_any(cell: Cell) -> Callable[[Any], bool]:
    tests = [_within(span) for span in cell.spans]
    return lambda value: any(test(value) for test in tests) is not cell.negated
