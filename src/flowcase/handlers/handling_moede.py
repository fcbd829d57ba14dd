"""`handling.moede`: an action that needs a meeting gets one, with its purpose and those who take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.moede_opret import new_meeting
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "handling.moede",
    da="Opret handlingens møde",
    en="Create the action's meeting",
    inputs=(
        Field("handling_id", "string", "Handling", "Action"),
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("slags", "string", "Slags møde", "Kind of meeting"),
    ),
    outputs=(Field("moede_id", "string", "Møde", "Meeting"),),
)
def create(job: Job, case: CaseWork) -> Mapping[str, Value]:
    id = str(job.inputs["handling_id"])
    action = case.get("Handling", id)
    meeting = new_meeting(
        case,
        job.inputs["slags"],
        job.inputs.get("sag_id"),
        tid=action["tid"],
        formaal=action["formaal"],
        inviterede=action["deltagere"],
    )
    case.update("Handling", id, {"moede_id": meeting})
    return {"moede_id": meeting}
