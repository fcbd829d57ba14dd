"""Ranges as values, and the tests that are no ranges."""

from __future__ import annotations

from dataclasses import dataclass

from flowcase.values import Value


@dataclass(frozen=True, slots=True)
class Range:
    """`[1..5]`; an end that is None is open without bound (`< 5`)."""

    start: Value
    end: Value
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class AllBut:
    """The value of the test `(!= 5)`: everything but `value`."""

    value: Value
