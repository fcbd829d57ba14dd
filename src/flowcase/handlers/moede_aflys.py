"""`moede.aflys`: the meeting does not take place, or not then: everybody who was invited is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.meeting_invitations import CANCELLED, INVITED, invitations, tell
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

MOVED = "flyttet"


@handler(
    "moede.aflys",
    da="Aflys eller flyt mødet",
    en="Cancel or move the meeting",
    inputs=(
        Field("moede_id", "string", "Møde", "Meeting"),
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("af", "string", "Aflyst af", "Cancelled by", required=False),
        Field("flyttet", "boolean", "Kun flyttet?", "Only moved?", required=False),
    ),
    outputs=(Field("aflyst_af", "string", "Aflyst af", "Cancelled by", required=False),),
)
def cancel(job: Job, case: CaseWork) -> Mapping[str, Value]:
    id, code = str(job.inputs["moede_id"]), job.inputs.get("sag_id")
    moved = job.inputs.get("flyttet") is True
    invited = [each for each in invitations(case, id) if each["status"] == INVITED]
    if not moved:
        for each in invited:
            case.update("Invitation", each.id, {"status": CANCELLED})
        case.update("Moede", id, {"status": "aflyst"})
        if job.inputs.get("af"):
            case.update("Moede", id, {"aflyst_af": job.inputs["af"]})
    text = "moede_flyttet" if moved else "moede_aflyst"
    tell(case, invited, text, where=None if code is None else str(code))
    return {"aflyst_af": case.get("Moede", id)["aflyst_af"]}
