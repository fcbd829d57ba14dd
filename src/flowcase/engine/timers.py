"""When timers fall due: dates, durations and cycles in civil time, as pure functions.

Years, months, weeks and days are counted on the wall clock of the zone (31 August and a month is 30
September; a day is a day across a clock change); hours, minutes and seconds are counted exactly. A local
time that the clock change leaves out moves forward by the hour that is missing; one that exists twice is
the first of the two.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from flowcase.engine.cron import Cron
from flowcase.errors import FlowcaseError
from flowcase.values import Value, YearMonthDuration

IsWorkingDay = Callable[[dt.date], bool]

DEFAULT_ZONE = "Europe/Copenhagen"
_MAX_SKIPPED = 4_000  # occurrences looked at for one on a working day: ten years of days
_FAR = 1_000  # years that a duration may span


class TimerTextError(FlowcaseError):
    """The text of a timer is no date, duration or cycle that can be computed."""

    def __init__(self, text: str, because: str) -> None:
        self.text, self.because = text, because
        super().__init__(f"Expected a timer, but '{text}' {because}.")


# --- durations and dates ---------------------------------------------------------------------------

_DURATION = re.compile(
    r"(?P<sign>-)?P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:[.,]\d{1,9})?)S)?)?",
    re.ASCII,
)


@dataclass(frozen=True)
class CivilDuration:
    """An ISO 8601 duration whose date part is counted on the wall clock."""

    months: int = 0
    days: int = 0
    exact: dt.timedelta = dt.timedelta()

    def after(self, instant: dt.datetime, zone: ZoneInfo, *, times: int = 1) -> dt.datetime:
        """The instant `times` of this duration later, in UTC. Raises OverflowError far from now."""
        if not (self.months or self.days):
            return instant.astimezone(dt.UTC) + self.exact * times
        local = instant.astimezone(zone)
        date = _add_months(local.date(), self.months * times) + dt.timedelta(days=self.days * times)
        if date == local.date():
            return instant.astimezone(dt.UTC) + self.exact * times
        # What begins in the second of two equal hours does not end in a second one, nor before a missing one.
        moved = dt.datetime.combine(date, local.time().replace(fold=0), tzinfo=zone)
        return moved.astimezone(dt.UTC) + self.exact * times

    @property
    def roughly(self) -> dt.timedelta:
        """A lower estimate of its length."""
        return dt.timedelta(days=self.months * 28 + self.days) + self.exact


def _add_months(date: dt.date, months: int) -> dt.date:
    count = date.year * 12 + date.month - 1 + months
    year, month = divmod(count, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise OverflowError("date out of range")
    return date.replace(
        year=year, month=month + 1, day=min(date.day, calendar.monthrange(year, month + 1)[1])
    )


@functools.lru_cache(maxsize=1024)
def parse_duration(text: str) -> CivilDuration:
    """Raises TimerTextError."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise TimerTextError(text, "is no ISO 8601 duration such as PT4H or P3M")
    if any(len(part) > 12 for part in found.groups() if part):
        raise TimerTextError(text, "is longer than can be computed")
    sign = -1 if found["sign"] else 1
    try:
        duration = CivilDuration(
            months=sign * (int(found["years"] or 0) * 12 + int(found["months"] or 0)),
            days=sign * (int(found["weeks"] or 0) * 7 + int(found["days"] or 0)),
            exact=sign
            * dt.timedelta(
                hours=int(found["hours"] or 0),
                minutes=int(found["minutes"] or 0),
                microseconds=int(Decimal((found["seconds"] or "0").replace(",", ".")) * 1_000_000),
            ),
        )
        too_long = abs(duration.roughly) > dt.timedelta(days=_FAR * 366)
    except OverflowError:
        too_long = True
    if too_long:
        raise TimerTextError(text, "is longer than can be computed")
    return duration


def duration_from(value: Value) -> CivilDuration:
    """A FEEL duration or ISO text. Whole days count as civil days. Raises TimerTextError."""
    if isinstance(value, YearMonthDuration):
        return CivilDuration(months=value.months)
    if isinstance(value, dt.timedelta):
        if value.seconds == 0 and value.microseconds == 0:
            return CivilDuration(days=value.days)
        return CivilDuration(exact=value)
    if isinstance(value, str):
        return parse_duration(value)
    raise TimerTextError("the expression", "gave no duration")


_ZONED = re.compile(r"(?P<local>[^@\[]+)(?:@(?P<at>[\w/+-]+)|(?:[+-]\d\d:\d\d|Z)?\[(?P<bracket>[\w/+-]+)\])")


def instant_from(value: Value, zone: ZoneInfo) -> dt.datetime:
    """A FEEL instant, a date (its first moment) or ISO text, in UTC. Raises TimerTextError."""
    if isinstance(value, dt.datetime):
        local = value if value.tzinfo is not None else value.replace(tzinfo=zone)
        return local.astimezone(dt.UTC)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(), tzinfo=zone).astimezone(dt.UTC)
    if not isinstance(value, str):
        raise TimerTextError("the expression", "gave no instant")
    text = value.strip()
    try:
        if found := _ZONED.fullmatch(text):
            there = ZoneInfo(found["at"] or found["bracket"])
            local = dt.datetime.fromisoformat(re.sub(r"([+-]\d\d:\d\d|Z)$", "", found["local"]))
            return local.replace(tzinfo=there).astimezone(dt.UTC)
        return instant_from(dt.datetime.fromisoformat(text), zone)
    except (ValueError, KeyError, OverflowError) as error:
        raise TimerTextError(value, "is no ISO 8601 date and time") from error


# --- cycles ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Occurrence:
    """One due instant of a cycle; `index` counts from its anchor."""

    index: int
    due_at: dt.datetime


@dataclass(frozen=True)
class Repetition:
    """`R5/2026-01-01T09:00:00+01:00/P1D`: with a start the first occurrence is the start itself.

    Without a start it counts from where it is entered, and the first occurrence is one period later.
    """

    times: int | None  # None: endless
    start: dt.datetime | None
    period: CivilDuration

    @property
    def first_index(self) -> int:
        return 0 if self.start is not None else 1

    @property
    def last_index(self) -> int | None:
        return None if self.times is None else self.first_index + self.times - 1


Cycle = Repetition | Cron


def parse_cycle(text: str, zone: ZoneInfo) -> Cycle:
    """ISO 8601 repetition, or cron with five or six fields. Raises TimerTextError."""
    stripped = text.strip()
    if stripped[:1] not in ("R", "r"):
        try:
            return Cron.parse(stripped)
        except ValueError as error:
            raise TimerTextError(text, f"is neither an ISO 8601 repetition nor cron: {error}") from error
    head, *rest = stripped.split("/")
    if not re.fullmatch(r"[Rr](-1|\d{0,9})", head) or len(rest) not in (1, 2):
        raise TimerTextError(text, "is no ISO 8601 repetition such as R3/PT1H")
    times = None if head[1:] in ("", "-1") else int(head[1:])
    start = instant_from(rest[0], zone) if len(rest) == 2 else None
    period = parse_duration(rest[-1])
    if period.roughly < dt.timedelta(seconds=1):
        raise TimerTextError(text, "repeats faster than once a second")
    return Repetition(times, start, period)


@dataclass(frozen=True)
class Series:
    """A cycle from the instant that it was entered: all its occurrences, in order."""

    cycle: Cycle
    entered_at: dt.datetime
    zone: ZoneInfo
    is_working_day: IsWorkingDay | None = None

    def first(self) -> Occurrence | None:
        """The first one that is not yet past when the cycle is entered."""
        if isinstance(self.cycle, Repetition) and self.cycle.start is not None:
            return self._from(self.cycle, self._index_at(self.cycle, self.entered_at))
        if isinstance(self.cycle, Repetition):
            return self._from(self.cycle, 1)
        return self.after(self.entered_at)

    def following(self, previous: Occurrence) -> Occurrence | None:
        if isinstance(self.cycle, Repetition):
            return self._from(self.cycle, previous.index + 1)
        return self.after(previous.due_at)

    def after(self, instant: dt.datetime) -> Occurrence | None:
        """The first one strictly after an instant."""
        if isinstance(self.cycle, Cron):
            for _ in range(_MAX_SKIPPED):
                due = self.cycle.next_after(instant, self.zone)
                if due is None or self._counts(due):
                    return None if due is None else Occurrence(0, due)
                instant = due
            return None
        index = self._index_at(self.cycle, instant)
        if self._due(self.cycle, index) == instant:
            index += 1
        return self._from(self.cycle, index)

    def goes_on_after(self, owed: dt.datetime) -> Occurrence:
        """What another series still has due, followed by all that this one has after that instant."""
        if isinstance(self.cycle, Cron):
            return Occurrence(0, owed)
        following = self.after(owed)
        return Occurrence((self.cycle.last_index or 0) if following is None else following.index - 1, owed)

    def left_after(self, occurrence: Occurrence) -> int | None:
        if isinstance(self.cycle, Cron) or self.cycle.last_index is None:
            return None
        return max(0, self.cycle.last_index - occurrence.index)

    def _due(self, cycle: Repetition, index: int) -> dt.datetime:
        return cycle.period.after(cycle.start or self.entered_at, self.zone, times=index)

    def _index_at(self, cycle: Repetition, instant: dt.datetime) -> int:
        """The smallest index whose occurrence is at the instant or later."""
        low, high = cycle.first_index, cycle.first_index + 1
        try:
            while self._due(cycle, high) < instant:
                low, high = high, high * 2
            while low < high:
                middle = (low + high) // 2
                if self._due(cycle, middle) < instant:
                    low = middle + 1
                else:
                    high = middle
        except OverflowError:
            pass
        return low

    def _from(self, cycle: Repetition, index: int) -> Occurrence | None:
        for candidate in range(index, index + _MAX_SKIPPED):
            if cycle.last_index is not None and candidate > cycle.last_index:
                return None
            try:
                due = self._due(cycle, candidate)
            except OverflowError:
                return None
            if self._counts(due):
                return Occurrence(candidate, due)
        return None

    def _counts(self, due: dt.datetime) -> bool:
        return self.is_working_day is None or self.is_working_day(due.astimezone(self.zone).date())


def next_occurrence(
    text: str,
    after: dt.datetime,
    *,
    zone: str | ZoneInfo = DEFAULT_ZONE,
    is_working_day: IsWorkingDay | None = None,
) -> dt.datetime | None:
    """The first due instant of a cycle strictly after `after`, in UTC; None when there is none left.

    A repetition without a start counts from `after`: who calls again with each answer gets its series,
    and counts the repetitions. Raises TimerTextError.
    """
    there = zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)
    cycle = parse_cycle(text, there)
    occurrence = Series(cycle, after.astimezone(dt.UTC), there, is_working_day).after(
        after.astimezone(dt.UTC)
    )
    return None if occurrence is None else occurrence.due_at
