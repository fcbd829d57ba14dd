"""`konference.aabn`: a conference is prepared: its record, its conveners, and when its agenda closes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import COPENHAGEN, end_of_day, local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import CONFERENCE, PLANNED, conveners
from flowcase.handlers.working_days import working_calendar
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.aabn",
    da="Opret konference",
    en="Open a conference",
    inputs=(
        Field(
            "moede_id", "string", "Konference fra kalenderen", "Conference of the calendar", required=False
        ),
        Field("type", "string", "Konferencetype", "Conference type"),
        Field("omraade", "string", "Område", "Area"),
        Field("distrikt", "string", "Distrikt", "District"),
        Field("tid", "date and time", "Tidspunkt", "Time", required=False),
    ),
    outputs=(
        Field("moede_id", "string", "Konference", "Conference"),
        Field("moede_tid", "date and time", "Tidspunkt", "Time"),
        Field("dagsorden_forfald", "date and time", "Dagsordenen lukkes", "The agenda closes"),
        Field("indkaldere", "list", "Grupper, der indkalder", "Groups that convene"),
        Field("i_serie", "boolean", "Er den en af en serie?", "Is it one of a series?"),
    ),
    rules=("R-060", "R-068"),
)
def open_conference(job: Job, case: CaseWork) -> Mapping[str, Value]:
    meeting = job.inputs.get("moede_id") or case.create(
        "Moede",
        {
            "slags": CONFERENCE,
            "type": job.inputs["type"],
            "omraade": job.inputs["omraade"],
            "distrikt": job.inputs["distrikt"],
            "tid": job.inputs.get("tid"),
            "status": PLANNED,
        },
    )
    opened = case.get("Moede", str(meeting))
    when = opened["tid"]
    row = conveners(case, job.inputs["type"], job.inputs["omraade"])
    return {
        "moede_id": meeting,
        "moede_tid": when,
        "dagsorden_forfald": _closes(case, when),
        "indkaldere": row["indkaldere"],
        "i_serie": opened["serie_id"] is not None,
    }


def _closes(case: CaseWork, when: dt.datetime) -> dt.datetime:
    """So many working days before; of a conference that is called later than that at the end of this day.

    Not after it begins, so that the agenda of one on the same day is due before it.
    """
    before = int(case.setting("konference_dagsorden_hverdage"))
    day = working_calendar(case).working_days_before(local_date(when), before)
    return min(when, end_of_day(max(day, local_date(case.now)), COPENHAGEN))
