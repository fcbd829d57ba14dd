"""`mentor.klar`: a trained mentor is free to be matched; the alert for a long wait is set (T22)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

FREE, MATCHED = "ledig", "matchet"
COORDINATOR = "mentorkoordinator"


@handler(
    "mentor.klar",
    da="Sæt mentoren i puljen (T22)",
    en="Put the mentor into the pool (T22)",
    inputs=(Field("mentor_id", "string", "Mentor", "Mentor"),),
    outputs=(Field("mentor_id", "string", "Mentor", "Mentor"),),
)
def put_into_pool(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The wait counts from the day of the training."""
    mentor = str(job.inputs["mentor_id"])
    since = case.get("Mentor", mentor)["uddannet"] or local_date(job.now)
    case.update("Mentor", mentor, {"status": FREE, "venter_siden": since, "aktive": Decimal(0)})
    case.open_deadline("T22", since, subject=mentor, responsible=COORDINATOR, element=job.element)
    return {"mentor_id": mentor}
