"""`leverandoer.brud_afgjort`: what a breach led to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import INDIVIDUAL

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
    """A cancelled contract ends the follow-up on it; the measure goes on until its caseworker ends it."""
    code, contract = str(job.inputs["sag_id"]), str(job.inputs["kontrakt_id"])
    if job.inputs["brud_udfald"] != CANCELLED:
        return
    case.update(INDIVIDUAL, contract, {"status": CANCELLED})
    case.publish("kontrakt_ophoert", contract)
    caseworker = case.case(code).get("sagsbehandler")
    case.notify(
        people=[caseworker] if caseworker else [],
        groups=["leverandoeransvarlig"],
        kind="opgave",
        case=code,
        text="kontrakt_ophaevet",
    )
