"""`mentor.ung_status`: where a young person stands: in the pool, turned down, done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.mentor_klar import COORDINATOR

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

WAITING, TURNED_DOWN = "venter", ("afvist", "afslaaet")


@handler(
    "mentor.ung_status",
    da="Registrér, hvor den unge står",
    en="Record where the young person stands",
    inputs=(
        Field("mentorung_id", "string", "Ung", "Young person"),
        Field("status", "string", "Status (kode)", "Status (code)"),
    ),
)
def record_status(job: Job, case: CaseWork) -> None:
    """Whoever proposed the young person hears of a no; the coordinator hears of somebody who waits."""
    id, status = str(job.inputs["mentorung_id"]), str(job.inputs["status"])
    case.update("Mentorung", id, {"status": status})
    proposer = case.get("Mentorung", id)["foreslaaet_af"]
    if status in TURNED_DOWN and proposer:
        case.notify(people=[str(proposer)], kind="orientering", text="mentor.ung_afvist")
    elif status == WAITING:
        case.notify(groups=[COORDINATOR], kind="opgave", text="mentor.ung_venter")
