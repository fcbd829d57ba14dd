"""`mentor.kontakt`: somebody answered whether there is still contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "mentor.kontakt",
    da="Registrér svar om kontakt",
    en="Record the answer about contact",
    inputs=(Field("match_id", "string", "Match", "Match"),),
    rules=("R-140",),
)
def record_contact(job: Job, case: CaseWork) -> None:
    case.update("Match", str(job.inputs["match_id"]), {"spurgt": local_date(job.now)})
