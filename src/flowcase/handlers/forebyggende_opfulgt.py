"""`forebyggende.opfulgt`: what the review of a preventive plan led to, and what the case is from now on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.caseload import PREVENTIVE, WAITING_FOR_ALLOCATION
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.closing import close_case
from flowcase.handlers.forebyggende_modtag import IN_PROGRESS
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

CONTINUED, RESOLVED, HANDED_OVER = "fortsaet", "loest", "overdrages"


@handler(
    "forebyggende.opfulgt",
    da="Registrér opfølgning på den forebyggende plan",
    en="Record the review of the preventive plan",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("forebyggelse_id", "string", "Forebyggende indsats", "Preventive work"),
        Field("udfald", "string", "Udfald", "Outcome"),
    ),
    outputs=(Field("har_raadgiver", "boolean", "Har sagen en rådgiver?", "Has the case a caseworker?"),),
)
def record_review(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Resolved closes the case only while nothing but the preventive work goes on in it."""
    code, outcome = str(job.inputs["sag_id"]), str(job.inputs["udfald"])
    facts = case.case(code)
    caseworker = facts.get("sagsbehandler")
    status = IN_PROGRESS if outcome == CONTINUED else outcome
    case.update("Forebyggelse", str(job.inputs["forebyggelse_id"]), {"opfulgt": case.now, "status": status})
    if outcome in (RESOLVED, HANDED_OVER) and caseworker:
        case.notify(people=[caseworker], kind="opgave", case=code, text="forebyggende_opfulgt")
    elif outcome == RESOLVED and facts.get("status") == PREVENTIVE and not _undecided(case, code):
        close_case(case, code, RESOLVED)
    elif outcome == HANDED_OVER:
        case.set_fact(code, "status", WAITING_FOR_ALLOCATION)
    return {"har_raadgiver": bool(caseworker)}


def _undecided(case: CaseWork, code: str) -> bool:
    """A further notification that is still on its way to a decision keeps the case open."""
    linked = case.case(code).get("underretninger") or []
    return any(case.get("Underretning", id)["status"] != "afgjort" for id in linked)
