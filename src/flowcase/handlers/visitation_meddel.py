"""`visitation.meddel`: the committee's answer goes to who referred and who has the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

ASSIGNED = "tildelt"


@handler(
    "visitation.meddel",
    da="Meddel afgørelsen om visitation",
    en="Tell the visitation decision",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("visitation_id", "string", "Visitation", "Visitation"),
        Field("udfald", "string", "Udfald", "Outcome"),
        Field("henviser", "string", "Henviser", "Referrer"),
    ),
    rules=("R-049",),
)
def tell(job: Job, case: CaseWork) -> None:
    """The reasons stay in the record; the notices are fixed sentences. One of those told tells the family."""
    code, outcome = str(job.inputs["sag_id"]), str(job.inputs["udfald"])
    done = {"afgoerelse": outcome, "afgjort": case.now, "status": "afgjort"}
    case.update("Visitation", str(job.inputs["visitation_id"]), done)
    caseworker = case.case(code).get("sagsbehandler")
    told = dict.fromkeys(str(person) for person in (job.inputs["henviser"], caseworker) if person)
    case.notify(people=tuple(told), kind="opgave", case=code, text="visitation_afgjort")
    chosen = case.get("Visitation", str(job.inputs["visitation_id"]))["ressourceperson"]
    if outcome == ASSIGNED and chosen:
        case.notify(people=[str(chosen)], kind="opgave", case=code, text="ressourcepaedagog_valgt")
