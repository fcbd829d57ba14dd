"""Series: when the next follow-up, report or meeting is due, by one rule set or by several (C4).

The rows come from table D-02 (`opfoelgning_kadence`). While an occurrence is not held, no further one
is scheduled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from flowcase.cases.civil_time import at_wall_clock
from flowcase.cases.deadlines import Conditions, Length, Unit, add_period
from flowcase.values import Value


class Anchor(StrEnum):
    """From where the next date of a series is counted (setting `serie_anker`)."""

    HELD = "held"
    PLANNED = "planned"
    ORIGIN = "origin"  # start + all lengths so far: no drift at the end of months


@dataclass(frozen=True)
class Interval:
    """One row of D-02: the way from one occurrence to the next."""

    length: Length
    anchor: Anchor | None = None  # None: the setting decides
    or_earlier: str = ""  # a fact whose date is due if it comes first, e.g. the examination's end
    needs_date: bool = False  # no fixed length: the date is decided at the occurrence before

    @classmethod
    def from_row(
        cls, row: Mapping[str, Value], *, rule_set: str, version: str, legal_basis: str = ""
    ) -> Interval:
        return cls(
            length=Length.from_row(row, rule_set=rule_set, version=version, legal_basis=legal_basis),
            anchor=Anchor(row["anker"]) if row.get("anker") else None,
            or_earlier=str(row.get("eller_tidligere") or ""),
            needs_date=bool(row.get("kraever_dato")),
        )


IntervalOf = Callable[[int], Interval | None]  # occurrence number -> row; None: the set has no row for it


@dataclass(frozen=True)
class Situation:
    """Where a series stands when its next date is asked for."""

    nr: int  # of the occurrence wanted, 1-based
    start: dt.date  # of the series: measure started, effort started
    previous_due: dt.date | None = None
    previous_held: dt.date | None = None
    facts: Mapping[str, dt.date | None] = field(default_factory=dict)  # named in `or_earlier`
    decided: dt.date | None = None  # what people decided at the previous occurrence


@dataclass(frozen=True)
class Answer:
    """What one rule set says about the next date."""

    rule_set: str
    interval: Interval
    day: dt.date | None  # None: not yet, or a date must be decided
    by_fact: bool = False  # the day is that of `or_earlier`


@dataclass(frozen=True)
class Next:
    """The next date over all rule sets that apply."""

    day: dt.date | None  # None: nothing can be scheduled before the previous is held or a date decided
    decisive: Answer | None
    needs_date: bool  # completion is refused until a date is decided
    proposal: dt.date | None  # what the sets with a fixed length would give, where a date must be decided
    answers: tuple[Answer, ...]


def answer(
    rule_set: str, interval_of: IntervalOf, at: Situation, conditions: Conditions, default_anchor: Anchor
) -> Answer | None:
    """The next date by one rule set; None when the set has no row for this occurrence."""
    interval = interval_of(at.nr)
    if interval is None:
        return None
    if interval.needs_date:
        return Answer(rule_set, interval, at.decided)
    day = _counted(interval, interval_of, at, conditions, default_anchor)
    fact_day = at.facts.get(interval.or_earlier) if interval.or_earlier else None
    if day is not None and fact_day is not None and at.start < fact_day < day:
        return Answer(rule_set, interval, fact_day, by_fact=True)
    return Answer(rule_set, interval, day)


def next_due(answers: Sequence[Answer], *, decided_wins: bool) -> Next:
    """The strictest of several rule sets.

    Where one of them leaves the date to a decision, the others are the default proposal; with
    `decided_wins` False they also stay the outer limit of what is decided.
    """
    needs_date = any(each.interval.needs_date for each in answers)
    fixed = [each for each in answers if not each.interval.needs_date and each.day is not None]
    decided = [each for each in answers if each.interval.needs_date and each.day is not None]
    strictest = min(fixed, key=_by_day, default=None)
    if not needs_date:
        day = strictest.day if strictest else None
        return Next(day, strictest, False, None, tuple(answers))
    proposal = strictest.day if strictest else None
    if not decided:
        return Next(None, None, True, proposal, tuple(answers))
    decisive = min(decided if decided_wins else decided + fixed, key=_by_day)
    return Next(decisive.day, decisive, False, proposal, tuple(answers))


def meetings(
    first: dt.date, amount: int, unit: Unit, count: int, conditions: Conditions, anchor: Anchor
) -> list[dt.date]:
    """The next `count` dates of a meeting series after `first`, each moved to a working day (C7).

    Anchor `held` takes each moved date as held on that day.
    """
    found: list[dt.date] = []
    previous = planned = first
    for nr in range(1, count + 1):
        if anchor is Anchor.ORIGIN:
            planned = add_period(first, amount * nr, unit, conditions)
        elif anchor is Anchor.PLANNED:
            planned = add_period(planned, amount, unit, conditions)
        else:
            planned = add_period(previous, amount, unit, conditions)
        previous = conditions.calendar.next_working_day(planned)
        found.append(previous)
    return found


def meeting_instants(days: Sequence[dt.date], clock: dt.time, conditions: Conditions) -> list[dt.datetime]:
    """The same wall-clock time on each day, across clock changes (C8)."""
    return [at_wall_clock(day, clock, conditions.zone) for day in days]


def _by_day(each: Answer) -> dt.date:
    return each.day or dt.date.max


def _counted(
    interval: Interval, interval_of: IntervalOf, at: Situation, conditions: Conditions, default: Anchor
) -> dt.date | None:
    anchor = interval.anchor or default
    if at.nr > 1 and at.previous_held is None and anchor is Anchor.HELD:
        return None
    if anchor is Anchor.ORIGIN:
        return _from_origin(interval_of, at, conditions)
    base = at.start
    if at.nr > 1:
        base = at.previous_held if anchor is Anchor.HELD else at.previous_due  # type: ignore[assignment]
    if base is None or interval.length.amount is None:
        return None
    return add_period(base, interval.length.amount, interval.length.unit, conditions)


def _from_origin(interval_of: IntervalOf, at: Situation, conditions: Conditions) -> dt.date | None:
    """All lengths at once, unit by unit from the longest, so that no month's end is passed twice."""
    total: dict[Unit, int] = {}
    for nr in range(1, at.nr + 1):
        interval = interval_of(nr)
        if interval is None or interval.length.amount is None:
            return None
        total[interval.length.unit] = total.get(interval.length.unit, 0) + interval.length.amount
    day = at.start
    for unit in (Unit.YEARS, Unit.MONTHS, Unit.WEEKS, Unit.DAYS, Unit.HVERDAGE):
        if unit in total:
            day = add_period(day, total[unit], unit, conditions)
    return day
