"""`mentor.optaget`: how many matches a mentor has now; the waiting alert runs only while there is none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.mentor_klar import COORDINATOR, FREE, MATCHED
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

RUNNING = "loeber"


@handler(
    "mentor.optaget",
    da="Tæl mentorens match",
    en="Count the mentor's matches",
    inputs=(Field("mentor_id", "string", "Mentor", "Mentor"),),
    outputs=(Field("aktive", "number", "Aktive match", "Active matches"),),
    rules=("R-146",),
)
def count_matches(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A mentor may have any number of matches; without one, the wait begins anew today."""
    mentor = str(job.inputs["mentor_id"])
    active = len(case.records("Match", mentor=mentor, status=RUNNING))
    was_free = case.get("Mentor", mentor)["status"] == FREE
    if active:
        case.meet_deadline(rule="T22", subject=mentor)
        state: dict[str, Value] = {"status": MATCHED, "venter_siden": None}
    elif was_free:
        state = {}
    else:
        today = local_date(job.now)
        case.open_deadline("T22", today, subject=mentor, responsible=COORDINATOR, element=job.element)
        state = {"status": FREE, "venter_siden": today}
    case.update("Mentor", mentor, {**state, "aktive": Decimal(active)})
    return {"aktive": Decimal(active)}
