"""Series of conferences: how often, counted how, and which conference comes next (T12, T13; C4, C7, C8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flowcase.cases import cadence
from flowcase.cases.civil_time import COPENHAGEN, MonthEnd, local_date
from flowcase.cases.deadlines import Conditions, Length
from flowcase.errors import NotFound
from flowcase.handlers.working_days import working_calendar
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

CONFERENCE = "koordineringskonference"
PLANNED, HELD, SKIPPED, CANCELLED = "planlagt", "afsluttet", "sprunget_over", "aflyst"


def conveners(case: CaseWork, kind: Value, area: Value) -> Mapping[str, Any]:
    """`indkaldere`, and `rytme`: the timer of the series, None where conferences are held on need."""
    row = case.decide("konference_indkaldere", {"type": kind, "omraade": area})
    return row if isinstance(row, Mapping) else {"indkaldere": [], "rytme": None}


def anchor_of(case: CaseWork, asked: Value) -> cadence.Anchor:
    return cadence.Anchor(str(asked or case.setting("serie_anker")))


def conditions(case: CaseWork) -> Conditions:
    try:
        month_end = MonthEnd(str(case.setting("month_end")))
    except NotFound:
        month_end = MonthEnd.CLAMP
    return Conditions(calendar=working_calendar(case), month_end=month_end)


def following(
    case: CaseWork, rhythm: Value, first: dt.datetime, count: int, anchor: cadence.Anchor
) -> Sequence[dt.datetime]:
    """The `count` instants after `first`, on the same local clock time, each on a working day.

    None without a rhythm: those conferences are called when the task calls for one.
    """
    length = _length(case, rhythm)
    if length is None or length.amount is None or count < 1:
        return []
    counted = conditions(case)
    days = cadence.meetings(local_date(first), length.amount, length.unit, count, counted, anchor)
    clock = first.astimezone(COPENHAGEN).time()
    return cadence.meeting_instants(days, clock, counted)


def planned(case: CaseWork, series: str) -> list[Record]:
    """Its conferences that are still to come, the next one first."""
    found = case.records("Moede", serie_id=series, status=PLANNED)
    return sorted(found, key=lambda each: each["tid"])


def _length(case: CaseWork, rhythm: Value) -> Length | None:
    return None if rhythm is None else case.length_of(str(rhythm))
