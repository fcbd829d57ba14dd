"""`individuelkontrakt.afgjort`: the contract is signed, or it came to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import (
    INDIVIDUAL,
    REPLACED,
    SIGNED,
    UNDER_NEGOTIATION,
    tell_supplier,
)

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record


@handler(
    "individuelkontrakt.afgjort",
    da="Registrér kontraktens udfald",
    en="Record how the contract ended up",
    inputs=(
        Field("kontrakt_id", "string", "Individuel kontrakt", "Individual contract"),
        Field("udfald", "string", "Udfald", "Outcome"),
    ),
    rules=("R-111",),
)
def conclude(job: Job, case: CaseWork) -> None:
    """A signed contract names the measure's supplier from now on, and takes the place of the one before.

    Both parties hear of it; of a contract that comes to nothing the supplier only if it was sent to them.
    """
    outcome = str(job.inputs["udfald"])
    contract = case.get(INDIVIDUAL, str(job.inputs["kontrakt_id"]))
    code, supplier, was_sent = (
        contract.case,
        contract["leverandoer_id"],
        contract["status"] == UNDER_NEGOTIATION,
    )
    case.update(INDIVIDUAL, contract.id, {"status": outcome})
    if outcome == SIGNED:
        tell_supplier(case, supplier, "kontrakt_underskrevet", code=code)
        if contract["foranstaltning_id"]:
            _replace_the_one_before(case, contract)
            measure = str(contract["foranstaltning_id"])
            case.update("Foranstaltning", measure, {"leverandoer": supplier})
        return
    caseworker = case.case(code).get("sagsbehandler")
    if caseworker:
        case.notify(people=[caseworker], kind="opgave", case=code, text="kontrakt_ikke_indgaaet")
    if was_sent:
        tell_supplier(case, supplier, "kontrakt_ikke_indgaaet", code=code)


def _replace_the_one_before(case: CaseWork, contract: Record) -> None:
    """What was renegotiated is followed up on no more: its terms would come beside those of the new one."""
    of_measure = case.records(
        INDIVIDUAL, case=contract.case, foranstaltning_id=contract["foranstaltning_id"], status=SIGNED
    )
    for before in of_measure:
        if before.id != contract.id:
            case.update(INDIVIDUAL, before.id, {"status": REPLACED})
            case.publish("kontrakt_ophoert", before.id)
