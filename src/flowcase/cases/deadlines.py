"""Deadlines: the due instant, what is told before and after it, and why it is that date.

All numbers come in as rows of the decision tables `frist_laengde` and `fristpolitik` (D-11); this
module only knows how to count. A deadline is breached when now is later than due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from flowcase.cases.calendar import Calendar
from flowcase.cases.civil_time import (
    COPENHAGEN,
    MonthEnd,
    add_hours,
    add_months,
    at_wall_clock,
    end_of_day,
    local_date,
)
from flowcase.errors import NotFound
from flowcase.values import Value

_ONE_DAY = dt.timedelta(days=1)
_DAYS_IN_A_WEEK = 7
_MONTHS_IN_A_YEAR = 12
_ENDS_KEPT = 10  # of reports of a breach: so many of the first, and of the newest

# The first whole second that is later than due.
BREACHED_AFTER = dt.timedelta(seconds=1)


def kept_of(sent: list[Any]) -> list[Any]:
    """What a deadline keeps beside it of the reports that were sent; the history has all of them.

    A breach that is reported every two hours for months must not make its row grow with every report.
    """
    return sent if len(sent) <= 2 * _ENDS_KEPT else [*sent[:_ENDS_KEPT], *sent[-_ENDS_KEPT:]]


class Unit(StrEnum):
    """What a length is counted in; the words that stand in the tables."""

    HOURS = "timer"
    DAYS = "dage"
    WEEKS = "uger"
    MONTHS = "maaneder"
    YEARS = "aar"
    HVERDAGE = "hverdage"
    CALENDAR_YEAR = "kalenderaar"  # due on the last day of the year; amount 1 is the start's own year
    DATE = "dato"  # the date is given: an agreement, a contract's term, a decided next follow-up


class Rolling(StrEnum):
    """What happens when a due day is no working day (C7)."""

    NONE = "ingen"  # it stays; the internal target is the last working day before
    NEXT_WORKING_DAY = "naeste_arbejdsdag"


@dataclass(frozen=True)
class Conditions:
    """How the municipality counts: what a rule set's settings say."""

    calendar: Calendar = field(default_factory=Calendar)
    month_end: MonthEnd = MonthEnd.CLAMP
    zone: ZoneInfo = COPENHAGEN
    reminders_at: dt.time = dt.time()  # local time of day-counted reminders and escalations

    @classmethod
    def from_settings(cls, settings: Mapping[str, Value], zone: ZoneInfo = COPENHAGEN) -> Conditions:
        """Raises NotFound for a setting that has no sensible default."""
        if "paamindelse_kl" not in settings:
            raise NotFound("setting", "paamindelse_kl")
        return cls(
            calendar=Calendar.from_settings(settings),
            month_end=MonthEnd(str(settings.get("month_end") or MonthEnd.CLAMP)),
            zone=zone,
            reminders_at=time_of_day(settings["paamindelse_kl"]),
        )


@dataclass(frozen=True)
class Length:
    """One row of `frist_laengde`: how long, counted how, in whose name."""

    rule_set: str
    rule_set_version: str
    amount: int | None  # None when the date is given
    unit: Unit
    convention: str  # C1 to C8
    rolling: Rolling = Rolling.NONE
    source: str = ""
    legal_basis: str = ""  # the rule set's `hjemmel` of the rule
    is_statutory: bool = False

    @classmethod
    def from_row(
        cls, row: Mapping[str, Value], *, rule_set: str, version: str, legal_basis: str = ""
    ) -> Length:
        """Read the outputs of a matched row."""
        amount = row.get("antal")
        return cls(
            rule_set=rule_set,
            rule_set_version=version,
            amount=None if amount is None else int(amount),
            unit=Unit(row["enhed"]),
            convention=str(row["konvention"]),
            rolling=Rolling(row.get("rulning") or Rolling.NONE),
            source=str(row.get("kilde") or ""),
            legal_basis=legal_basis,
            is_statutory=row.get("slags") == "lovbestemt",
        )


@dataclass(frozen=True)
class Due:
    """A computed due date. Done at `at` is in time; `at` is in the municipality's zone."""

    at: dt.datetime
    day: dt.date
    counted_back_from: dt.date  # day-counted reminders; the day after the last valid one with C6
    internal_target: dt.date | None = None  # None when due on a working day, and for elapsed hours

    def is_breached(self, now: dt.datetime) -> bool:
        return now > self.at


@dataclass(frozen=True)
class Candidate:
    """What one rule set says about one deadline."""

    length: Length
    due: Due


def compute(
    length: Length,
    start: dt.datetime | dt.date,
    conditions: Conditions,
    *,
    given: dt.datetime | dt.date | None = None,
) -> Due:
    """The due date of one rule set's row. Raises ValueError for a length without amount or given date."""
    if given is not None:
        return due_on(given, conditions)
    if length.amount is None:
        raise ValueError(f"Expected a date for a deadline by {length.rule_set}, but its row gives no length.")
    if length.unit is Unit.HOURS:
        if not isinstance(start, dt.datetime):
            raise ValueError("Expected an instant as the start of a deadline in hours, but got a date.")
        at = add_hours(start, length.amount).astimezone(conditions.zone)
        return Due(at, at.date(), at.date())
    day = _ADD[length.unit](local_date(start, conditions.zone), length.amount, conditions)
    lapses_on = None
    if length.convention == "C6":
        lapses_on, day = day, day - _ONE_DAY
    if length.rolling is Rolling.NEXT_WORKING_DAY:
        day = conditions.calendar.next_working_day(day)
    return _due_at_end_of(day, conditions, lapses_on)


def due_on(given: dt.datetime | dt.date, conditions: Conditions) -> Due:
    """A given date is due at its end, a given instant at that instant."""
    if isinstance(given, dt.datetime):
        at = given.astimezone(conditions.zone)
        return Due(at, at.date(), at.date())
    return _due_at_end_of(given, conditions)


def strictest(candidates: Iterable[Candidate]) -> Candidate:
    """The earliest; of equal ones the statutory. A local rule may be stricter, never looser."""
    return min(candidates, key=lambda each: (each.due.at, not each.length.is_statutory))


def days_late(due: Due, met_at: dt.datetime | dt.date, zone: ZoneInfo = COPENHAGEN) -> int:
    """Local calendar days after the due day; 0 when in time."""
    return max(0, (local_date(met_at, zone) - due.day).days)


def _due_at_end_of(day: dt.date, conditions: Conditions, lapses_on: dt.date | None = None) -> Due:
    target = conditions.calendar.last_working_day(day)
    return Due(
        at=end_of_day(day, conditions.zone),
        day=day,
        counted_back_from=lapses_on or day,
        internal_target=None if target == day else target,
    )


def add_period(day: dt.date, amount: int, unit: Unit, conditions: Conditions) -> dt.date:
    """The civil date that lies an amount of days, weeks, months, years or *hverdage* after `day`."""
    return _ADD[unit](day, amount, conditions)


_ADD: Mapping[Unit, Callable[[dt.date, int, Conditions], dt.date]] = {
    Unit.DAYS: lambda day, amount, _: day + amount * _ONE_DAY,
    Unit.WEEKS: lambda day, amount, _: day + amount * _DAYS_IN_A_WEEK * _ONE_DAY,
    Unit.MONTHS: lambda day, amount, conditions: add_months(day, amount, conditions.month_end),
    Unit.YEARS: lambda day, amount, conditions: add_months(
        day, amount * _MONTHS_IN_A_YEAR, conditions.month_end
    ),
    Unit.HVERDAGE: lambda day, amount, conditions: conditions.calendar.add_hverdage(day, amount),
    Unit.CALENDAR_YEAR: lambda day, amount, _: dt.date(day.year + amount, 1, 1) - _ONE_DAY,
}


# --- what is told before and after -----------------------------------------------------------------


@dataclass(frozen=True)
class Reminder:
    """One planned reminder; `nr` stays its name when the deadline moves."""

    nr: int
    at: dt.datetime
    to: tuple[str, ...]  # roles: ansvarlig, vagtleder, teamleder, myndighedsansvarlig


@dataclass(frozen=True)
class Escalation:
    """One planned escalation; step 1 is the breach itself."""

    step: int
    at: dt.datetime
    to: tuple[str, ...]


@dataclass(frozen=True)
class Repetition:
    """Escalate again and again until the work is done."""

    every: dt.timedelta
    to: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """One row of `fristpolitik`, as its outputs stand in the table."""

    reminders: Sequence[Mapping[str, Value]]
    escalations: Sequence[Mapping[str, Value]]
    repeat: Mapping[str, Value] | None
    owner: str  # role or group that `ansvarlig` means when nobody is named
    counts_breach: bool  # False: a planning aid, skipped with a reason and never breached

    @classmethod
    def from_row(cls, row: Mapping[str, Value]) -> Policy:
        return cls(
            reminders=tuple(row.get("paamindelser") or ()),
            escalations=tuple(row.get("eskaleringer") or ()),
            repeat=row.get("gentag"),
            owner=str(row.get("ansvarlig") or ""),
            counts_breach=bool(row.get("taeller_brud")),
        )


@dataclass(frozen=True)
class Plan:
    """When whom to tell."""

    reminders: tuple[Reminder, ...]
    escalations: tuple[Escalation, ...]
    repetition: Repetition | None


def plan(policy: Policy, due: Due, start: dt.datetime | dt.date, conditions: Conditions) -> Plan:
    """All reminders and escalations of a deadline, in the order of the table.

    Day-counted ones come at the local time that the setting `paamindelse_kl` names.
    """
    reminders = tuple(
        Reminder(nr, _reminder_at(row, due, start, conditions), tuple(row.get("til") or ()))
        for nr, row in enumerate(policy.reminders, start=1)
    )
    escalations = tuple(
        Escalation(step, _escalation_at(row, due, conditions), tuple(row.get("til") or ()))
        for step, row in enumerate(policy.escalations, start=1)
    )
    repetition = None
    if policy.repeat is not None:
        repetition = Repetition(_repeats_every(policy.repeat), tuple(policy.repeat.get("til") or ()))
    return Plan(reminders, escalations if policy.counts_breach else (), repetition)


def _repeats_every(repeat: Mapping[str, Value]) -> dt.timedelta:
    """A month is no length: what is told anew comes after whole days or hours."""
    every = repeat.get("hver")
    if not isinstance(every, dt.timedelta) or every <= dt.timedelta():
        raise ValueError(
            "Expected 'hver' of a deadline's 'gentag' to be a duration of days or hours, such as "
            f'duration("P1D"), but got {every}. Correct it in the table of deadlines (D-11).'
        )
    return every


def still_to_send(reminders: Sequence[Reminder], since: dt.datetime, sent: Iterable[int] = ()) -> list[int]:
    """Numbers of the reminders that a deadline opened or moved at `since` still has before it.

    Of those whose instant had passed by then only the last is kept, unless it was sent before: who
    registers late is told once, not once per reminder missed.
    """
    ahead = [reminder.nr for reminder in reminders if reminder.at > since]
    missed = sorted((reminder.at, reminder.nr) for reminder in reminders if reminder.at <= since)
    if missed and missed[-1][1] not in set(sent):
        return sorted([missed[-1][1], *ahead])
    return ahead


def repeated_at(
    due_at: dt.datetime, every: dt.timedelta, nr: int, zone: ZoneInfo = COPENHAGEN
) -> dt.datetime:
    """When the repetition `nr` comes: whole days later at the same local time, hours are counted exactly."""
    if every % _ONE_DAY:
        return (due_at.astimezone(dt.UTC) + nr * every).astimezone(zone)
    local = due_at.astimezone(zone)
    return at_wall_clock(local.date() + nr * every, local.time(), zone)


def repetitions_by(now: dt.datetime, due_at: dt.datetime, every: dt.timedelta) -> int:
    """How many have come."""
    count = max(0, (now - due_at) // every + 1)  # one more or less where a clock change lies between
    while count and repeated_at(due_at, every, count) > now:
        count -= 1
    return count


def _reminder_at(
    row: Mapping[str, Value], due: Due, start: dt.datetime | dt.date, conditions: Conditions
) -> dt.datetime:
    if "efter" in row:
        if not isinstance(start, dt.datetime):
            raise ValueError("Expected an instant as the start of a reminder in hours, but got a date.")
        return (start.astimezone(dt.UTC) + row["efter"]).astimezone(conditions.zone)
    if "foer_dage" in row:
        day = due.counted_back_from - int(row["foer_dage"]) * _ONE_DAY
    elif "foer_arbejdsdage" in row:
        day = conditions.calendar.working_days_before(due.counted_back_from, int(row["foer_arbejdsdage"]))
    else:
        first = local_date(start, conditions.zone)
        day = add_months(first, int(row["efter_maaneder"]), conditions.month_end)
    return at_wall_clock(day, conditions.reminders_at, conditions.zone)


def _escalation_at(row: Mapping[str, Value], due: Due, conditions: Conditions) -> dt.datetime:
    if "efter_dage" in row:
        day = due.day + int(row["efter_dage"]) * _ONE_DAY
        return at_wall_clock(day, conditions.reminders_at, conditions.zone)
    return (due.at.astimezone(dt.UTC) + row["efter"]).astimezone(conditions.zone)


def time_of_day(value: Value) -> dt.time:
    """A setting such as `08:00` as a time of day."""
    return value if isinstance(value, dt.time) else dt.time.fromisoformat(str(value))
