"""Whether something comes outside office hours, and then the call to the duty roster."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import COPENHAGEN
from flowcase.cases.duty import is_office_hour
from flowcase.handlers.working_days import working_calendar

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

MESSAGE = "underretning_uden_for_aabningstid"


def call_duty_outside_office_hours(case: CaseWork, notification: str, code: str | None) -> None:
    """What counts is when it arrives here: that is when somebody has to look at it."""
    here = case.now.astimezone(COPENHAGEN)
    hours = case.setting("aabningstid")
    is_open = is_office_hour(
        here,
        is_working_day=working_calendar(case).is_working_day(here.date()),
        opens=dt.time.fromisoformat(hours["fra"]),
        closes=dt.time.fromisoformat(hours["til"]),
    )
    if is_open:
        return
    variables = {"underretning_id": notification, "sag_id": code}
    case.publish(
        MESSAGE, notification, variables, message_id=notification, time_to_live=dt.timedelta(0), case=code
    )
