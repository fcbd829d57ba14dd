"""`konference.tider`: when somebody asks about a conference that was not held, first here, then higher."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import COPENHAGEN, at_wall_clock, local_date
from flowcase.cases.deadlines import time_of_day
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.working_days import working_calendar
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.tider",
    da="Hvornår påmindes der?",
    en="When is there a reminder?",
    inputs=(Field("moede_id", "string", "Konference", "Conference"),),
    outputs=(
        Field("paamind_tid", "date and time", "Påmindelse", "Reminder"),
        Field("eskaler_tid", "date and time", "Distriktsledelsen", "District management"),
    ),
)
def reminders(job: Job, case: CaseWork) -> Mapping[str, Value]:
    when = case.get("Moede", str(job.inputs["moede_id"]))["tid"]
    return {
        "paamind_tid": working_days_later(case, when, "konference_paamindelse_hverdage"),
        "eskaler_tid": working_days_later(case, when, "konference_eskalering_hverdage"),
    }


def working_days_later(case: CaseWork, instant: dt.datetime, setting: str) -> dt.datetime:
    """So many working days after the day of `instant`, when the day's reminders are sent."""
    day = working_calendar(case).working_days_after(local_date(instant), int(case.setting(setting)))
    return at_wall_clock(day, time_of_day(case.setting("paamindelse_kl")), COPENHAGEN)
