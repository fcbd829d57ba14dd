"""What rules that follow references into the catalogue share."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from flowcase.modeling.report import Place, Report

_MAX_NAMES = 5_000  # more than that are not compared for a suggestion


def report_missing(
    report: Report, place: Place, what: str, name: str, known: Collection[str], remedy: str
) -> None:
    """Report that `name` is not among what is known, with the nearest name as a suggestion."""
    close = difflib.get_close_matches(name, known, 1, 0.7) if len(known) <= _MAX_NAMES else []
    hint = f"Did you mean '{close[0]}'? " if close else ""
    report(place, f"There is no {what} '{name[:80]}'.", hint + remedy)


def plain(text: str | None) -> str | None:
    """The text when it is a name; None when it is empty or an expression."""
    stripped = (text or "").strip()
    return stripped if stripped and not stripped.startswith("=") else None
