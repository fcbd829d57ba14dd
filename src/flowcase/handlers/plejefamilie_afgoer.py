"""`plejefamilie.afgoer`: the family is approved, or it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.plejefamilie_aabn import FAMILY
from flowcase.handlers.team_leaders import leaders_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

APPROVED, BY_INSPECTORATE = "godkendt", "socialtilsyn"


@handler(
    "plejefamilie.afgoer",
    da="Registrér godkendelsen",
    en="Record the approval",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("plejefamilie_id", "string", "Plejefamilie", "Foster family"),
        Field("godkendelse", "string", "Godkendelse", "Approval"),
        Field("egnethed_frist_id", "string", "Frist for egnethed", "Deadline of suitability", required=False),
    ),
)
def conclude(job: Job, case: CaseWork) -> None:
    code, answer = str(job.inputs["sag_id"]), str(job.inputs["godkendelse"])
    approved = answer in (APPROVED, BY_INSPECTORATE)
    case.update(
        FAMILY,
        str(job.inputs["plejefamilie_id"]),
        {
            "godkendelse": answer,
            "godkendt": local_date(job.now),
            "status": "godkendt" if approved else "ikke_egnet",
        },
    )
    deadline = job.inputs.get("egnethed_frist_id")
    if deadline:
        case.meet_deadline(str(deadline))
    facts = case.case(code)
    if not approved:
        people = [each for each in (facts.get("sagsbehandler"),) if each]
        leaders = leaders_of(case, facts.get("team"))
        case.notify(people=people, groups=leaders, kind="opgave", case=code, text="plejefamilie_ikke_egnet")
