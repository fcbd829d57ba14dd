"""`leverandoer.brud_afgjort`: what a breach led to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import INDIVIDUAL, tell_supplier

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

CANCELLED = "ophaevet"


@handler(
    "leverandoer.brud_afgjort",
    da="Registrér, hvad bruddet førte til",
    en="Record what the breach led to",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("kontrakt_id", "string", "Individuel kontrakt", "Individual contract"),
        Field("brud_udfald", "string", "Udfald", "Outcome"),
    ),
)
def conclude(job: Job, case: CaseWork) -> None:
    """A cancelled contract ends the follow-up on it; the measure goes on until its caseworker ends it.

    Whatever was decided, the caseworker hears of it, and the supplier who was heard does, too.
    """
    code, id = str(job.inputs["sag_id"]), str(job.inputs["kontrakt_id"])
    is_cancelled = job.inputs["brud_udfald"] == CANCELLED
    contract = case.get(INDIVIDUAL, id)
    if is_cancelled:
        case.update(INDIVIDUAL, id, {"status": CANCELLED})
        case.publish("kontrakt_ophoert", id)
    told = "kontrakt_ophaevet" if is_cancelled else "kontraktbrud_afgjort"
    caseworker = case.case(code).get("sagsbehandler")
    case.notify(
        people=[caseworker] if caseworker else [],
        groups=["leverandoeransvarlig"],
        kind="opgave",
        case=code,
        text=told,
    )
    tell_supplier(case, contract["leverandoer_id"], told, code=code)
