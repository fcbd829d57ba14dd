"""`visitation.meddelt`: somebody has given the family the committee's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "visitation.meddelt",
    da="Notér, at familien har svaret",
    en="Note that the family has the answer",
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    rules=("R-049",),
)
def note(job: Job, case: CaseWork) -> None:
    code = str(job.inputs["sag_id"])
    case.note("visitation_meddelt", "Afgørelsen om visitation er meddelt familien.", code, job.element)
