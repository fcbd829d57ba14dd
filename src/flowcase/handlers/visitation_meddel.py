"""`visitation.meddel`: the committee's answer goes to the referrer, the caseworker and the family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


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
    """The reasons stay in the record; the notice is a fixed sentence."""
    code, outcome = str(job.inputs["sag_id"]), str(job.inputs["udfald"])
    done = {"afgoerelse": outcome, "afgjort": case.now, "status": "afgjort"}
    case.update("Visitation", str(job.inputs["visitation_id"]), done)
    caseworker = case.case(code).get("sagsbehandler")
    told = dict.fromkeys(str(person) for person in (job.inputs["henviser"], caseworker) if person)
    case.notify(people=tuple(told), kind="opgave", case=code, text="visitation_afgjort")
    case.note("visitation_meddelt", "Afgørelsen om visitation er meddelt familien.", code, job.element)
