"""Dates that may have come in a message: other systems and scenario files send them as text."""

from __future__ import annotations

import datetime as dt

from flowcase.cases.civil_time import local_date
from flowcase.values import Value


def date_of(value: Value) -> dt.date | None:
    """The civil date of a date, an instant or ISO 8601 text; None for None. Raises ValueError."""
    if value is None or not isinstance(value, str):
        return None if value is None else local_date(value)
    return local_date(dt.datetime.fromisoformat(value)) if "T" in value else dt.date.fromisoformat(value)
