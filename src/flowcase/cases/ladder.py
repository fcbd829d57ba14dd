"""The child's way on the ladder (*indsatstrappen*): steps with begin, end and direction, oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Where a step lies from the one before."""

    FIRST = "foerste"
    UP = "op"
    DOWN = "ned"
    SAME = "samme"


@dataclass(frozen=True)
class Placed:
    """One measure as the case file has it."""

    measure: str
    step: int
    start: dt.date
    end: dt.date | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Step:
    """One stay on a step of the ladder."""

    measure: str
    step: int
    start: dt.date
    end: dt.date | None  # None: still there
    direction: Direction
    outcome: str | None = None  # how it ended

    def days(self, today: dt.date) -> int:
        """How long it lasted, or has lasted until today."""
        return ((self.end or today) - self.start).days


def way(measures: Iterable[Placed]) -> list[Step]:
    """The steps in the order in which they began; each is compared with the one that began before it."""
    steps: list[Step] = []
    for each in sorted(measures, key=lambda one: (one.start, one.measure)):
        direction = Direction.FIRST
        if steps:
            before = steps[-1].step
            direction = (
                Direction.UP
                if each.step > before
                else Direction.DOWN
                if each.step < before
                else Direction.SAME
            )
        steps.append(Step(each.measure, each.step, each.start, each.end, direction, each.outcome))
    return steps
