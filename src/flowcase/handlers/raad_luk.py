"""`raad.luk`: the case is closed, and the Creative Council about it will not meet or needs not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.moede_aflys import call_off
from flowcase.handlers.raad_akut import RULE

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "raad.luk",
    da="Aflys rådet, og annullér dets frist",
    en="Call the council off and cancel its deadline",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("raad_id", "string", "Møde", "Meeting"),
    ),
    rules=("R-047",),
)
def end_with_case(job: Job, case: CaseWork) -> None:
    code, meeting = str(job.inputs["sag_id"]), str(job.inputs["raad_id"])
    call_off(case, meeting, code)
    case.cancel_deadline(rule=RULE, case=code, subject=meeting, reason="sag_afsluttet")
