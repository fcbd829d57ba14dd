"""Cron with five or six fields, in local wall-clock time across daylight saving.

Five fields are minute, hour, day of month, month, day of week; six begin with the second. Names (JAN,
MON), lists, ranges, steps, `?`, `L` (last day of the month), `FRIL` (last Friday) and `MON#1` (first
Monday) are understood. With five fields a day counts when day of month *or* day of week matches, if both
are restricted (Unix); with six when both match (Spring, as in Camunda 8). A time that the clock change
leaves out is moved forward; in an hour that exists twice, a fixed hour fires once, `*` in both.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], start=1
    )
}
_DAYS = {name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])}
_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_YEARS_AHEAD = 9  # 29 February may be eight years away


@dataclass(frozen=True)
class Cron:
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    any_hour: bool
    days: frozenset[int] | None  # of the month; None: any
    last_day: bool
    months: frozenset[int]
    weekdays: frozenset[int] | None  # 0 is Sunday; None: any
    nth_weekdays: frozenset[tuple[int, int]]  # (weekday, which of the month; -1 the last)
    either_day: bool

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Raises ValueError with the reason."""
        fields = _MACROS.get(text.lower(), text).upper().split()
        if len(fields) not in (5, 6):
            raise ValueError(f"it has {len(fields)} fields, not five or six")
        either_day = len(fields) == 5
        second, minute, hour, day, month, weekday = ["0", *fields] if either_day else fields
        last_day = "L" in day.split(",")
        numbers = ",".join(part for part in day.split(",") if part != "L")
        plain, nth = _split_weekdays(weekday)
        return cls(
            seconds=_numbers(second, 0, 59, "second"),
            minutes=_numbers(minute, 0, 59, "minute"),
            hours=_numbers(hour, 0, 23, "hour"),
            any_hour=hour.startswith("*"),
            days=None
            if day in ("*", "?")
            else frozenset(_numbers(numbers, 1, 31, "day"))
            if numbers
            else frozenset(),
            last_day=last_day,
            months=frozenset(_numbers(month, 1, 12, "month", _MONTHS)),
            weekdays=None
            if weekday in ("*", "?")
            else frozenset(number % 7 for number in _numbers(plain, 0, 7, "day of week", _DAYS))
            if plain
            else frozenset(),
            nth_weekdays=nth,
            either_day=either_day,
        )

    def next_after(self, after: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
        """The first matching instant strictly after `after`, in UTC; None when there is none for years."""
        local = after.astimezone(zone)
        last = local.date() + dt.timedelta(days=366 * _YEARS_AHEAD)
        day = local.date()
        while day <= last:
            if day.month not in self.months:
                day = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
                continue
            if self._matches_day(day):
                due = min(
                    filter(None, (self._in_hour(day, hour, after, zone) for hour in self.hours)), default=None
                )
                if due is not None:
                    return due
            day += dt.timedelta(days=1)
        return None

    def _matches_day(self, day: dt.date) -> bool:
        length = calendar.monthrange(day.year, day.month)[1]
        weekday = day.isoweekday() % 7
        by_day = self.days is None or day.day in self.days or (self.last_day and day.day == length)
        by_weekday = (
            self.weekdays is None
            or weekday in self.weekdays
            or (weekday, (day.day - 1) // 7 + 1) in self.nth_weekdays
            or ((weekday, -1) in self.nth_weekdays and day.day + 7 > length)
        )
        if self.either_day and self.days is not None and self.weekdays is not None:
            return by_day or by_weekday
        return by_day and by_weekday

    def _in_hour(self, day: dt.date, hour: int, after: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
        for fold in (0, 1) if self.any_hour else (0,):
            end = dt.datetime.combine(day, dt.time(hour, 59, 59, fold=fold), tzinfo=zone)
            if end.astimezone(dt.UTC) <= after:
                continue
            for time in self._times(hour, fold):
                due = dt.datetime.combine(day, time, tzinfo=zone).astimezone(dt.UTC)
                if due > after:
                    return due
        return None

    def _times(self, hour: int, fold: int) -> Iterator[dt.time]:
        for minute in self.minutes:
            for second in self.seconds:
                yield dt.time(hour, minute, second, fold=fold)


def _split_weekdays(field: str) -> tuple[str, frozenset[tuple[int, int]]]:
    plain, nth = [], set()
    for part in field.split(","):
        if found := re.fullmatch(r"([A-Z]{3}|[0-7])(?:#([1-5])|L)", part):
            weekday = _number(found[1], _DAYS) % 7
            nth.add((weekday, int(found[2]) if found[2] else -1))
        else:
            plain.append(part)
    return ",".join(plain), frozenset(nth)


def _number(text: str, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"'{text}' is no number")
    return int(text)


def _numbers(
    field: str, low: int, high: int, what: str, names: dict[str, int] | None = None
) -> tuple[int, ...]:
    chosen: set[int] = set()
    for part in field.split(","):
        spread, _, step_text = part.partition("/")
        step = _number(step_text, {}) if step_text else 1
        if "/" in part and (not step_text or step == 0):
            raise ValueError(f"'{part}' has no step")
        if spread in ("*", "?"):
            first, last = low, high
        elif "-" in spread:
            begin, _, end = spread.partition("-")
            first, last = _number(begin, names or {}), _number(end, names or {})
            if last < first and end == "SUN":  # a week may end with Sunday, which is 0 and 7
                last = high
        else:
            first = _number(spread, names or {})
            last = high if step_text else first
        if not low <= first <= last <= high:
            raise ValueError(f"'{part}' is no {what} between {low} and {high}")
        chosen.update(range(first, last + 1, step))
    return tuple(sorted(chosen))
