"""`mentor.match`: both said yes; the match begins and its goal check is started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.mentor_optaget import RUNNING
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "mentor.match",
    da="Begynd matchet",
    en="Begin the match",
    inputs=(
        Field("match_id", "string", "Match", "Match"),
        Field("mentorung_id", "string", "Ung", "Young person"),
    ),
    outputs=(
        Field("mentor_id", "string", "Mentor", "Mentor"),
        Field("mentor_person", "string", "Mentorens konto", "The mentor's account", required=False),
    ),
    rules=("R-138", "R-146"),
)
def begin_match(job: Job, case: CaseWork) -> Mapping[str, Value]:
    match, young = str(job.inputs["match_id"]), str(job.inputs["mentorung_id"])
    case.update("Match", match, {"mentorung_id": young, "status": RUNNING})
    case.update("Mentorung", young, {"status": "matchet"})
    record = case.get("Match", match)
    mentor = str(record["mentor"])
    case.publish("mentor_optaget", mentor, {"match_id": match}, message_id=f"{match}.begyndt")
    about = {"match_id": match, "mentorung_id": young, "start": record["start"]}
    case.start("mentormaaltjek", about)
    return {"mentor_id": mentor, "mentor_person": case.get("Mentor", mentor)["person"]}
