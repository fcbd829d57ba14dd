"""`forum.opret`: a question to the cross-professional forum gets its meeting with the units asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.moede_opret import new_meeting
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

FORUM = "forum"


@handler(
    "forum.opret",
    da="Indkald tværprofessionelt forum",
    en="Convene the cross-professional forum",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("forumraad_id", "string", "Spørgsmål", "Question"),
        Field("moede_tid", "date and time", "Tidspunkt", "Time"),
        Field("moedeleder", "string", "Mødeleder", "Chair", required=False),
        Field("referent", "string", "Referent", "Minute-taker", required=False),
        Field("anledning", "string", "Anledning", "Occasion", required=False),
    ),
    outputs=(Field("moede_id", "string", "Møde", "Meeting"),),
)
def convene(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The caseworker stands for the authority; the others come as the units they are."""
    code, question = str(job.inputs["sag_id"]), str(job.inputs["forumraad_id"])
    asked = case.get("Forumraad", question)
    caseworker = case.case(code).get("sagsbehandler") or case.actor
    meeting = new_meeting(
        case,
        FORUM,
        code,
        tid=job.inputs["moede_tid"],
        inviterede=[caseworker, *(asked["enheder"] or [])],
        moedeleder=job.inputs.get("moedeleder"),
        referent=job.inputs.get("referent"),
    )
    case.update("Forumraad", question, {"moede_id": meeting, "anledning": job.inputs.get("anledning")})
    return {"moede_id": meeting}
