"""What somebody asks an inbox for: whose user tasks, in which order, narrowed to what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flowcase.cases.civil_time import at_wall_clock, local_date
from flowcase.store.queries.task_lists import ByFact, Order

_WEEK = 7


class View(StrEnum):
    BOTH = "both"  # the person's own and the groups'
    OWN = "own"  # also what the person has delegated, and those of whom the person stands in for
    GROUPS = "groups"  # free, and offered to the person
    TEAM = "team"  # of the people in the teams that the person leads
    CASES = "cases"  # of every case, whoever has them


class Due(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"  # until Sunday, today included


@dataclass(frozen=True)
class Asked:
    """Which list somebody wants to see."""

    view: View = View.BOTH
    order: Order | ByFact = Order.DUE
    process: str | None = None
    case: str | None = None
    due: Due | None = None
    with_put_off: bool = False
    facts: tuple[tuple[str, str], ...] = ()  # (name, value) that the case has
    words: str = ""  # each stands in the task's or its process's name, or begins the case's code or a fact

    @property
    def narrowing(self) -> tuple[Any, ...]:
        """All but whose and in which order."""
        return (self.process, self.case, self.due, self.with_put_off, self.facts, self.words)

    def bounds(self, now: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
        """From when, and before when, it is due: days of Danish civil time, also when the clock changes."""
        today = local_date(now)
        match self.due:
            case Due.OVERDUE:
                return None, now
            case Due.TODAY:
                return now, _midnight(today + dt.timedelta(days=1))
            case Due.WEEK:
                return now, _midnight(today + dt.timedelta(days=_WEEK - today.weekday()))
            case None:
                return None, None


def _midnight(day: dt.date) -> dt.datetime:
    return at_wall_clock(day, dt.time())
