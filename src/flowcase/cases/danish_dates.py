"""Dates and times as people in Denmark write them, read in one place; what could mean two things is refused.

`3/4-26`, `3.4.2026`, `03042026`, `3. april`, `fredag den 3. april`, `i morgen kl. 9` and `2026-04-03` are
read; English words are too. Nothing here reads a clock: without `today`, what needs it is refused.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

# The first three letters tell every month, in both languages.
_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "maj": 5,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "okt": 10,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_FULL_MONTHS = frozenset(
    (
        *("januar", "februar", "marts", "april", "juni", "juli", "august", "september", "oktober"),
        *("november", "december", "january", "february", "march", "june", "july", "october", "sept"),
    )
)
_WEEKDAYS = (
    ("mandag", "man", "monday", "mon"),
    ("tirsdag", "tirs", "tuesday", "tue"),
    ("onsdag", "ons", "wednesday", "wed"),
    ("torsdag", "tors", "thursday", "thu"),
    ("fredag", "fre", "friday", "fri"),
    ("lørdag", "lør", "saturday", "sat"),
    ("søndag", "søn", "sunday", "sun"),
)
_DAYS_AWAY = {
    "i dag": 0,
    "idag": 0,
    "today": 0,
    "i morgen": 1,
    "imorgen": 1,
    "tomorrow": 1,
    "i overmorgen": 2,
    "overmorgen": 2,
    "i går": -1,
    "igår": -1,
    "yesterday": -1,
    "i forgårs": -2,
    "forgårs": -2,
}
_DASHES = re.compile("[\u2010-\u2015\u2212]")  # as Word writes them
_BEFORE_DIGITS = re.compile(r"(?:d|den)\.?\s*(\d{1,2}\s*[./-]\s*\d.*)")  # d. 3/4
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})(?:\s*[./-]\s*|\s+)(\d{4}|\d{2})")
_OTHER_YEAR = re.compile(r"\d{1,2}\s*[./-]\s*\d{1,2}\s*[./-]\s*(\d|\d{3}|\d{5,9})")
_DAY_AND_MONTH = re.compile(r"(\d{1,2})\s*[./]\s*(\d{1,2})\.?")
_WORDS = re.compile(r"(?:(?:d|den|the)\.?\s+)?(\d{1,2})\.?\s*([a-zæøå]{3,9})\.?(?:\s+(\d{4}|\d{2}))?")
_AHEAD = re.compile(r"(?:om|in)\s+(\d{1,3})\s+(dage?|days?|uger?|weeks?)")
_CLOCK_FIRST = re.compile(r"((?:kl|klokken|at)\.?\s*\d{1,2}(?:[.:]\d{2})?)\s+(\D.*|.*\d[./-]\d.*)", re.I)
_TIME = re.compile(
    r"(.*?)(?:[\sT]+|,\s*|^)(?:(?:klokken|kl|at)\.?\s*)?(\d{1,2})[.:](\d{2})(?::(\d{2}))?$", re.I
)
_HOUR = re.compile(r"(.*?)(?:\s+|,\s*|^)(?:klokken|kl|at)\.?\s*(\d{1,2})$", re.I)
_MONTHS_OF_A_YEAR = 12
_LEAP_YEAR = "2000"
_YEARS_AHEAD = 20  # that two digits of a year may lie in the future; 26 is 2026, 98 is 1998


class NoDate(ValueError):
    """The text is no date, or none that a calendar has."""


class OtherWeekday(NoDate):
    """The date falls on another weekday than the one that was written beside it."""


class NotInMonth(NoDate):
    """The month has no such day; `days` is how many it has."""

    def __init__(self, text: str, days: int) -> None:
        self.days = days
        super().__init__(text)


class NoSuchMonth(NoDate):
    """Months are counted from 1 to 12."""


class WrongYear(NoDate):
    """The year has neither two nor four digits, or lies where no date of ours can."""


@dataclass(frozen=True)
class ReadDate:
    day: dt.date
    is_plain: bool  # day, month and all four digits of the year were written: nothing was concluded


@dataclass(frozen=True)
class ReadTime:
    """A local time; aware only where an offset was written."""

    at: dt.datetime
    is_plain: bool


def read_date(text: str, today: dt.date | None = None) -> ReadDate:
    """The date that was written. Without a year it is the one nearest to `today`. Raises NoDate."""
    words = _DASHES.sub("-", " ".join(text.strip().lower().split()))
    weekday, words = _without_weekday(words)
    if match := _BEFORE_DIGITS.fullmatch(words):
        words = match[1]
    if today is None and weekday is not None and not words:
        raise NoDate(text)
    found = _relative(words, weekday, today) if today is not None else None
    if found is None:
        found = _absolute(words, today)
    if weekday is not None and found.day.weekday() != weekday:
        raise OtherWeekday(text)
    return found


def read_time(text: str) -> dt.time:
    """`14:05`, `14.05`, `kl. 14`, `1405`. Raises NoDate."""
    words = text.strip().lower()
    if re.fullmatch(r"\d{3,4}", words):
        return _clock(words, words[:-2], words[-2:])
    if re.fullmatch(r"\d{1,2}", words):
        return _clock(text, words, "0")
    if (match := _TIME.match(words)) and not match[1].strip():
        return _clock(text, match[2], match[3], match[4] or "0")
    if (match := _HOUR.match(words)) and not match[1].strip():
        return _clock(text, match[2], "0")
    raise NoDate(text)


def read_instant(text: str, today: dt.date | None = None) -> ReadTime:
    """A date with its time, `3/4-26 kl. 14.05` or ISO 8601. Raises NoDate."""
    words = text.strip()
    try:
        if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d", words):
            return ReadTime(dt.datetime.fromisoformat(words), True)
    except ValueError:
        raise NoDate(text) from None
    if first := _CLOCK_FIRST.fullmatch(words):
        words = f"{first[2]} {first[1]}"
    if match := _TIME.match(words):
        clock = _clock(text, match[2], match[3], match[4] or "0")
    elif match := _HOUR.match(words):
        clock = _clock(text, match[2], "0")
    else:
        raise NoDate(text)
    date = read_date(match[1].strip().rstrip(","), today)
    return ReadTime(dt.datetime.combine(date.day, clock), date.is_plain)


# --- inside ----------------------------------------------------------------------------------------


def _without_weekday(words: str) -> tuple[int | None, str]:
    head, _, rest = words.partition(" ")
    if head in ("på", "on"):
        found = _weekday(rest)
        return (found, "") if found is not None else (None, words)
    found = _weekday(head)
    return (found, rest.strip()) if found is not None else (None, words)


def _weekday(word: str) -> int | None:
    bare = word.rstrip(".,")
    return next((number for number, names in enumerate(_WEEKDAYS) if bare in names), None)


def _relative(words: str, weekday: int | None, today: dt.date) -> ReadDate | None:
    if not words and weekday is not None:  # the next one, never today
        return ReadDate(today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1), False)
    if words in _DAYS_AWAY:
        return ReadDate(today + dt.timedelta(days=_DAYS_AWAY[words]), False)
    if match := _AHEAD.fullmatch(words):
        days = int(match[1]) * (7 if match[2][0] in "uw" else 1)
        return ReadDate(today + dt.timedelta(days=days), False)
    return None


def _absolute(words: str, today: dt.date | None) -> ReadDate:
    if match := _ISO.fullmatch(words):
        return ReadDate(_day(match[1], match[2], match[3]), True)
    if re.fullmatch(r"\d{8}", words):
        year_first, year_last = (words[:4], words[4:6], words[6:]), (words[4:], words[2:4], words[:2])
        for parts in (year_last, year_first):
            if 1850 <= int(parts[0]) <= 2200 and 1 <= int(parts[1]) <= 12:
                return ReadDate(_day(*parts), True)
        raise NoDate(words)
    if re.fullmatch(r"\d{6}", words):
        return _with_year(words[:2], words[2:4], words[4:], today)
    if match := _NUMBERS.fullmatch(words):
        return _with_year(match[1], match[2], match[3], today)
    if _OTHER_YEAR.fullmatch(words):
        raise WrongYear(words)
    if match := _DAY_AND_MONTH.fullmatch(words):
        return _nearest(int(match[1]), int(match[2]), today)
    if match := _WORDS.fullmatch(words):
        month = _month(match[2])
        if match[3]:
            return _with_year(match[1], str(month), match[3], today)
        return _nearest(int(match[1]), month, today)
    raise NoDate(words)


def _month(word: str) -> int:
    if word in _MONTHS or word in _FULL_MONTHS:
        return _MONTHS[word[:3]]
    raise NoDate(word)


def _with_year(day: str, month: str, year: str, today: dt.date | None) -> ReadDate:
    if len(year) == 4:
        return ReadDate(_day(year, month, day), True)
    if today is None:
        _day(_LEAP_YEAR, month, day)  # what no year has is told as such
        raise NoDate(year)
    full = today.year // 100 * 100 + int(year)
    if full > today.year + _YEARS_AHEAD:
        full -= 100
    return ReadDate(_day(str(full), month, day), False)


def _nearest(day: int, month: int, today: dt.date | None) -> ReadDate:
    if today is None:
        _day(_LEAP_YEAR, str(month), str(day))
        raise NoDate(f"{day}/{month}")
    possible = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            possible.append(dt.date(year, month, day))
        except ValueError:
            continue
    if not possible:
        return ReadDate(_day(str(today.year), str(month), str(day)), False)  # raises: it has no such day
    return ReadDate(min(possible, key=lambda each: (abs((each - today).days), -each.toordinal())), False)


def _day(year: str, month: str, day: str) -> dt.date:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        written = f"{day}/{month}-{year}"
    if not 1 <= int(month) <= _MONTHS_OF_A_YEAR:
        raise NoSuchMonth(written)
    if not dt.MINYEAR <= int(year) <= dt.MAXYEAR:
        raise WrongYear(written)
    raise NotInMonth(written, calendar.monthrange(int(year), int(month))[1])


def _clock(text: str, hour: str, minute: str, second: str = "0") -> dt.time:
    try:
        return dt.time(int(hour), int(minute), int(second))
    except ValueError:
        raise NoDate(text) from None
