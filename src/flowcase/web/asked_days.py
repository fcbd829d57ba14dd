"""Days that an address or a form asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flowcase.web.language import gettext


def day(given: Mapping[str, str], name: str) -> tuple[dt.date | None, str]:
    """(the day, what is wrong with it); both are empty where none was typed."""
    typed = given.get(name, "").strip()
    if not typed:
        return None, ""
    try:
        return dt.date.fromisoformat(typed), ""
    except ValueError:
        return None, gettext("Skriv en dato, for eksempel 2026-03-27.")
