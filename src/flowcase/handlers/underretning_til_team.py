"""`underretning.til_team`: without a reception unit the district's team has the case (R-009, R-011)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.caseload import WAITING_FOR_ALLOCATION
from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "underretning.til_team",
    da="Send direkte til teamet",
    en="Send directly to the team",
    inputs=(
        Field("underretning_id", "string", "Underretning", "Notification"),
        Field("sag_id", "string", "Sag", "Case"),
        Field("modtager", "string", "Modtagende team", "Receiving team", required=False),
    ),
    rules=("R-009", "R-011"),
)
def to_team(job: Job, case: CaseWork) -> None:
    notification_id, code = str(job.inputs["underretning_id"]), str(job.inputs["sag_id"])
    case.update("Underretning", notification_id, {"status": "afgjort", "resultat": "til_familieteam"})
    facts = case.case(code)
    if facts.get("sagsbehandler"):
        return  # the caseworker keeps the case and has been told of the notification
    case.set_fact(code, "status", WAITING_FOR_ALLOCATION)
    case.publish(
        "til_familieteam",
        code,
        {
            "sag_id": code,
            "underretning_id": notification_id,
            "omraade": facts.get("omraade"),
            "direkte_team": job.inputs.get("modtager"),
        },
        message_id=f"{notification_id}:{code}",
    )
