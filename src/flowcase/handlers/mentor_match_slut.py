"""`mentor.match_slut`: a match has ended, naturally or broken off; both go back to the pools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.mentor_klar import COORDINATOR
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

OUTCOMES = {"mentor": "afbrudt_mentor", "ung": "afbrudt_ung"}
NATURAL = "afsluttet_naturligt"


@handler(
    "mentor.match_slut",
    da="Registrér, at matchet er slut",
    en="Record that the match has ended",
    inputs=(
        Field("match_id", "string", "Match", "Match"),
        Field("mentor_id", "string", "Mentor", "Mentor"),
        Field("hvem_afbroed", "string", "Hvem afbrød", "Who broke off", required=False),
    ),
    outputs=(Field("match_udfald", "string", "Udfald", "Outcome"),),
)
def end_match(job: Job, case: CaseWork) -> Mapping[str, Value]:
    match, mentor = str(job.inputs["match_id"]), str(job.inputs["mentor_id"])
    outcome = OUTCOMES.get(str(job.inputs.get("hvem_afbroed")), NATURAL)
    record = case.get("Match", match)
    ended = {"status": "slut", "udfald": outcome, "slut": record["slut"] or local_date(job.now)}
    case.update("Match", match, ended)
    case.publish("mentor_optaget", mentor, {"match_id": match}, message_id=f"{match}.sluttet")
    case.notify(groups=[COORDINATOR], kind="orientering", text="mentor.match_slut")
    return {"match_udfald": outcome}
