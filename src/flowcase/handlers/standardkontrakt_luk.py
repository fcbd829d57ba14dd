"""`standardkontrakt.luk`: the contract is terminated or its time has run out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import ACTIVE, SIGNED, STANDARD, tell_supplier

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "standardkontrakt.luk",
    da="Tag standardkontrakten ud af kraft",
    en="Take the standard contract out of force",
    inputs=(
        Field("standardkontrakt_id", "string", "Standardkontrakt", "Standard contract"),
        Field("status", "string", "Sluttede som", "Ended as"),
    ),
    rules=("R-110",),
)
def close(job: Job, case: CaseWork) -> None:
    """Individual contracts under it live on; whoever follows up on this one is told to stop."""
    contract = case.get(STANDARD, str(job.inputs["standardkontrakt_id"]))
    was_agreed = contract["status"] in (ACTIVE, SIGNED)
    case.update(STANDARD, contract.id, {"status": job.inputs["status"], "ophoert": local_date(job.now)})
    if was_agreed:
        case.publish("kontrakt_ophoert", contract.id)
        case.notify(groups=["leverandoeransvarlig"], kind="opgave", text="standardkontrakt_ophoert")
        tell_supplier(case, contract["leverandoer_id"], "standardkontrakt_ophoert")
    else:
        tell_supplier(case, contract["leverandoer_id"], "kontrakt_ikke_indgaaet")
