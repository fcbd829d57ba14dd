"""`politik.rapport`: a report goes to the politicians."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

POLITICIANS = "politisk_myndighed"


@handler(
    "politik.rapport",
    da="Send rapporten til politikerne",
    en="Send the report to the politicians",
    inputs=(
        Field("politik_id", "string", "Politik", "Policy"),
        Field("politiskrapport_id", "string", "Rapport", "Report"),
    ),
)
def send(job: Job, case: CaseWork) -> None:
    report = str(job.inputs["politiskrapport_id"])
    case.update("PolitiskRapport", report, {"politik_id": str(job.inputs["politik_id"])})
    case.notify(groups=[POLITICIANS], kind="opgave", text="politik.rapport")
