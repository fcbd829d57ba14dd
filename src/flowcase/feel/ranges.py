"""Ranges as values, and the tests that are no ranges."""

from __future__ import annotations

from dataclasses import dataclass

from flowcase.values import Value


@dataclass(frozen=True, slots=True)
class Range:
    """`[1..5]`, or a comparison with one endpoint (`< 5`), which has an `operator` and no other end."""

    start: Value
    end: Value
    start_included: bool
    end_included: bool
    operator: str = ""  # of `< 5` and its like; the standard does not take `(null..5)` for the same


@dataclass(frozen=True, slots=True)
class AllBut:
    """The value of the test `(!= 5)`: everything but `value`."""

    value: Value
