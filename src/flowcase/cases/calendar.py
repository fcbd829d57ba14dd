"""The working calendar: public holidays, closing days, working days and *hverdage* (C5, C7).

What counts as a day off is data of a rule set: closing days, whether Saturday is a *hverdag*, and
corrections to the holiday table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import holidays

from flowcase.values import Value

_SATURDAY = 5  # of `date.weekday`
_ONE_DAY = dt.timedelta(days=1)


@lru_cache(maxsize=512)
def _public_holidays(country: str, year: int) -> Mapping[dt.date, str]:
    return dict(holidays.country_holidays(country, years=year, language="da"))


@dataclass(frozen=True)
class Calendar:
    """Which days count. `closing_days` are (month, day) pairs that recur every year."""

    country: str = "DK"
    closing_days: frozenset[tuple[int, int]] = frozenset()
    saturday_is_hverdag: bool = False
    extra_holidays: frozenset[dt.date] = frozenset()
    dropped_holidays: frozenset[dt.date] = frozenset()

    @classmethod
    def from_settings(cls, settings: Mapping[str, Value]) -> Calendar:
        """The calendar that a rule set's settings describe; a setting that is missing takes nothing away."""
        return cls(
            country=str(settings.get("holiday_country") or "DK"),
            closing_days=frozenset(_month_and_day(text) for text in settings.get("closing_days") or ()),
            saturday_is_hverdag=bool(settings.get("saturday_is_hverdag")),
            extra_holidays=_dates(settings.get("extra_holidays")),
            dropped_holidays=_dates(settings.get("dropped_holidays")),
        )

    def holiday(self, day: dt.date) -> str | None:
        """The name of the public holiday; None on any other day."""
        if day in self.dropped_holidays:
            return None
        if day in self.extra_holidays:
            return "Helligdag"
        return _public_holidays(self.country, day.year).get(day)

    def is_closing_day(self, day: dt.date) -> bool:
        return (day.month, day.day) in self.closing_days

    def is_working_day(self, day: dt.date) -> bool:
        """Monday to Friday, no public holiday, no closing day."""
        return day.weekday() < _SATURDAY and self._is_open(day)

    def is_hverdag(self, day: dt.date) -> bool:
        """A day that counts in C5: as a working day, and Saturday where the setting says so."""
        counts = day.weekday() < _SATURDAY or (day.weekday() == _SATURDAY and self.saturday_is_hverdag)
        return counts and self._is_open(day)

    def next_working_day(self, day: dt.date) -> dt.date:
        """The day itself when it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def last_working_day(self, day: dt.date) -> dt.date:
        """The day itself when it is a working day, else the last one before it."""
        while not self.is_working_day(day):
            day -= _ONE_DAY
        return day

    def working_days_before(self, day: dt.date, count: int) -> dt.date:
        """The working day that lies `count` working days before `day`; `day` itself is not counted."""
        while count > 0:
            day -= _ONE_DAY
            count -= self.is_working_day(day)
        return day

    def working_days_after(self, day: dt.date, count: int) -> dt.date:
        """The working day that lies `count` working days after `day`; `day` itself is not counted."""
        while count > 0:
            day += _ONE_DAY
            count -= self.is_working_day(day)
        return day

    def add_hverdage(self, day: dt.date, count: int) -> dt.date:
        """The `count`-th *hverdag* after `day`: the count starts the day after (C5)."""
        while count > 0:
            day += _ONE_DAY
            count -= self.is_hverdag(day)
        return day

    def _is_open(self, day: dt.date) -> bool:
        return self.holiday(day) is None and not self.is_closing_day(day)


def _month_and_day(text: Value) -> tuple[int, int]:
    month, day = str(text).split("-")
    return int(month), int(day)


def _dates(values: Iterable[Value] | None) -> frozenset[dt.date]:
    return frozenset(
        value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)) for value in values or ()
    )
