"""The acute duty: who has it at an instant, and when nobody has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Duty:
    """One person's duty, from an instant up to another."""

    person: str
    start: dt.datetime
    end: dt.datetime


def on_duty(duties: Sequence[Duty], at: dt.datetime) -> list[str]:
    """Who has the duty at this instant, in the order of the roster; at a change the next one has it."""
    return list(dict.fromkeys(each.person for each in duties if each.start <= at < each.end))


def gaps(duties: Sequence[Duty]) -> list[tuple[dt.datetime, dt.datetime]]:
    """Stretches between the first and the last duty in which nobody is on duty."""
    found: list[tuple[dt.datetime, dt.datetime]] = []
    covered: dt.datetime | None = None
    for each in sorted(duties, key=lambda duty: duty.start):
        if covered is not None and each.start > covered:
            found.append((covered, each.start))
        covered = each.end if covered is None else max(covered, each.end)
    return found


def is_office_hour(at: dt.datetime, *, is_working_day: bool, opens: dt.time, closes: dt.time) -> bool:
    """`at` is local time; office hours are on working days only."""
    return is_working_day and opens <= at.time() < closes
