"""`bal.status`: where an analysis of the learning environment stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "bal.status",
    da="Registrér BAL-analysens status",
    en="Record the state of the analysis",
    inputs=(
        Field("balanalyse_id", "string", "BAL-analyse", "Analysis"),
        Field("status", "string", "Status (kode)", "Status (code)"),
    ),
)
def record_state(job: Job, case: CaseWork) -> None:
    case.update("BALAnalyse", str(job.inputs["balanalyse_id"]), {"status": str(job.inputs["status"])})
