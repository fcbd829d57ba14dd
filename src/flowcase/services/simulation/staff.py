"""The people of a simulated office: when each is at work, and which user task each takes next.

A person works on one thing at a time, in working hours, and finishes it before the next. Waiting user
tasks are taken by their due instant, then in the order in which they came. Time at work is civil time:
a task that is begun at four in the afternoon goes on the next working day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from flowcase.services.simulation.chance import Chance

LOCAL = ZoneInfo("Europe/Copenhagen")
_ONE_DAY = dt.timedelta(days=1)
_FRIDAY = 4

LEAST_SHARE = 0.05  # of the day: somebody with far too many cases gets at least this much done

IsWorkingDay = Callable[[dt.date], bool]


@dataclass(frozen=True)
class Hours:
    """The working day: from, until, and how much of it goes to user tasks of these flows (0 to 1)."""

    begin: dt.time = dt.time(8)
    end: dt.time = dt.time(16)
    share: float = 1.0
    per_case: dt.timedelta = dt.timedelta()  # a week, of each open case, beside user tasks

    def share_beside(self, cases: float, days: int) -> float:
        """What is left of the day for user tasks to somebody who has so many cases and works so many days."""
        return max(LEAST_SHARE, self.share - self.taken_by(cases, days))

    def taken_by(self, cases: float, days: int) -> float:
        """The part of the day that so many cases take by themselves."""
        return cases * self.per_case / (self.length * days)

    @property
    def length(self) -> dt.timedelta:
        day = dt.date(2026, 1, 5)
        return dt.datetime.combine(day, self.end) - dt.datetime.combine(day, self.begin)


@lru_cache(maxsize=65536)
def _local(day: dt.date, at: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, at, tzinfo=LOCAL).astimezone(dt.UTC)


@dataclass
class Person:
    """Somebody who works, with what is being done and what waits for nobody else."""

    id: str
    groups: frozenset[str]
    hours: Hours
    days: frozenset[int]  # weekdays at work, Monday is 0
    absences: tuple[tuple[dt.date, dt.date], ...] = ()  # first and last day of each
    always: bool = False  # on holidays too
    is_busy: bool = False
    busy: dt.timedelta = field(default_factory=dt.timedelta)  # time at work on user tasks
    own: list[tuple[float, int, str]] = field(default_factory=list)  # heap of user tasks assigned to this one

    def is_at_work(self, day: dt.date, is_working_day: IsWorkingDay) -> bool:
        """Who works on Saturdays or Sundays does so on every one of them."""
        return (
            day.weekday() in self.days
            and (self.always or day.weekday() > _FRIDAY or is_working_day(day))
            and not any(first <= day <= last for first, last in self.absences)
        )

    def begins(self, at: dt.datetime, is_working_day: IsWorkingDay) -> dt.datetime:
        """The first instant at work, not before `at`."""
        day = at.astimezone(LOCAL).date()
        for _ in range(800):
            if self.is_at_work(day, is_working_day):
                begin, end = _local(day, self.hours.begin), _local(day, self.hours.end)
                if at < end:
                    return max(at, begin)
            day += _ONE_DAY
            at = _local(day, self.hours.begin)
        return at  # nobody is away for two years: whoever is, works all the same

    def ends(
        self, begun: dt.datetime, work: dt.timedelta, is_working_day: IsWorkingDay, cases: int = 0
    ) -> dt.datetime:
        """When so much work that was begun at an instant at work is done by who has so many open cases."""
        left = work / self.hours.share_beside(cases, len(self.days))
        at = begun
        while left > dt.timedelta():
            day = at.astimezone(LOCAL).date()
            end = _local(day, self.hours.end)
            if at + left <= end:
                return at + left
            left -= max(end - at, dt.timedelta())
            at = self.begins(_local(day + _ONE_DAY, dt.time(0)), is_working_day)
        return at


@dataclass(frozen=True)
class Absence:
    """Days away: a share of the working year, in spells of so many days, with a holiday in July on top."""

    share: float = 0.0
    spell_days: int = 5
    summer_weeks: int = 0

    def of(
        self, person: str, chance: Chance, begins: dt.date, ends: dt.date
    ) -> tuple[tuple[dt.date, dt.date], ...]:
        found: list[tuple[dt.date, dt.date]] = []
        if self.share > 0:
            between = self.spell_days / self.share  # calendar days from one spell to the next
            day, nr = begins, 0
            while day < ends:
                day += dt.timedelta(days=round(2 * between * chance.number("absence", person, nr)))
                found.append((day, day + dt.timedelta(days=self.spell_days - 1)))
                day += dt.timedelta(days=self.spell_days)
                nr += 1
        for year in range(begins.year, ends.year + 1):
            if self.summer_weeks:
                first = dt.date(year, 6, 29) + dt.timedelta(
                    weeks=int(chance.number("summer", person, year) * 5)
                )
                found.append((first, first + dt.timedelta(weeks=self.summer_weeks) - _ONE_DAY))
        return tuple(found)


class Staff:
    """Everybody, by group."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people: Mapping[str, Person] = {person.id: person for person in people}
        self.by_group: dict[str, list[Person]] = {}
        for person in people:
            for group in sorted(person.groups):
                self.by_group.setdefault(group, []).append(person)

    def able(self, assignee: str | None, users: Iterable[str], groups: Iterable[str]) -> list[Person]:
        """Who may do a user task, each once: the assignee alone, else candidates."""
        if assignee is not None and assignee in self.people:
            return [self.people[assignee]]
        found = {user: self.people[user] for user in users if user in self.people}
        for group in groups:
            found.update((person.id, person) for person in self.by_group.get(group, ()))
        return list(found.values())
