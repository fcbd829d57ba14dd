"""`moede.udsend`: the minutes and agreements go to those who were there or were invited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.meeting_invitations import INVITED, invitations, tell
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "moede.udsend",
    da="Udsend referat og aftaler",
    en="Distribute minutes and agreements",
    inputs=(
        Field("moede_id", "string", "Møde", "Meeting"),
        Field("sag_id", "string", "Sag", "Case", required=False),
    ),
    rules=("R-065",),
)
def distribute(job: Job, case: CaseWork) -> Mapping[str, Value]:
    id, code = str(job.inputs["moede_id"]), job.inputs.get("sag_id")
    invited = [each for each in invitations(case, id) if each["status"] == INVITED]
    tell(case, invited, "moede_referat", where=None if code is None else str(code))
    case.update("Moede", id, {"udsendt": case.now})
    return {}
