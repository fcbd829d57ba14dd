"""`raad.akut`: the child was placed before the council met, which must now be held within its deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

RULE = "RAAD_AKUT"  # row of D-11


@handler(
    "raad.akut",
    da="Åbn frist for rådet efter akut anbringelse",
    en="Open the council's deadline after an acute placement",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("raad_id", "string", "Møde", "Meeting"),
    ),
    rules=("R-047",),
)
def placed_acutely(job: Job, case: CaseWork) -> None:
    code, meeting = str(job.inputs["sag_id"]), str(job.inputs["raad_id"])
    case.update("Moede", meeting, {"akut": True})
    open_acute_deadline(job, case, code, meeting)


def open_acute_deadline(job: Job, case: CaseWork, code: str, meeting: str) -> None:
    """Counts from today, the day of the placement's decision or of its breakdown."""
    case.open_deadline(RULE, local_date(job.now), case=code, subject=meeting, element=job.element)
