"""`leverandoeropfoelgning.luk`: the contract is over, so nobody follows up on it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import INDIVIDUAL, SIGNED, contract_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "leverandoeropfoelgning.luk",
    da="Stop opfølgning på kontrakten",
    en="Stop following up on the contract",
    inputs=(
        Field("kontrakt_id", "string", "Kontrakt", "Contract"),
        Field("kontrakt_slags", "string", "standard eller individuel", "standard or individuel"),
        Field("leverandoeropfoelgning_id", "string", "Opfølgning", "Follow-up"),
        Field("frist_id", "string", "Frist T19", "Deadline T19"),
    ),
    rules=("T19",),
)
def stop(job: Job, case: CaseWork) -> None:
    contract = contract_of(case, str(job.inputs["kontrakt_slags"]), job.inputs["kontrakt_id"])
    case.cancel_deadline(str(job.inputs["frist_id"]), reason="kontrakt_ophoert")
    follow_up = str(job.inputs["leverandoeropfoelgning_id"])
    case.update("Leverandoeropfoelgning", follow_up, {"status": "bortfaldet"})
    if contract.entity == INDIVIDUAL and contract["status"] == SIGNED:
        case.update(INDIVIDUAL, contract.id, {"status": "ophoert"})
