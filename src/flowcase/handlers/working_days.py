"""The working calendar of the rule set that a case pins, for handlers that count working days."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flowcase.cases.calendar import Calendar
from flowcase.errors import NotFound
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_SETTINGS = (
    "holiday_country",
    "closing_days",
    "saturday_is_hverdag",
    "extra_holidays",
    "dropped_holidays",
)


def working_calendar(case: CaseWork) -> Calendar:
    settings: dict[str, Value] = {}
    for name in _SETTINGS:
        try:
            settings[name] = case.setting(name)
        except NotFound:
            continue  # a rule set need not say it
    return Calendar.from_settings(settings)


def working_days_between(calendar: Calendar, start: dt.date, end: dt.date) -> int:
    """Working days after `start` up to and with `end`; 0 on the same day."""
    days = (end - start).days
    return sum(calendar.is_working_day(start + dt.timedelta(days=n)) for n in range(1, days + 1))
