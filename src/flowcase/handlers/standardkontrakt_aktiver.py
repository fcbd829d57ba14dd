"""`standardkontrakt.aktiver`: both parties have signed, so the contract is in the active register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import (
    ACTIVE,
    REPLACED,
    STANDARD,
    active_contracts,
    tell_supplier,
)

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "standardkontrakt.aktiver",
    da="Sæt standardkontrakten i kraft",
    en="Put the standard contract in force",
    inputs=(Field("standardkontrakt_id", "string", "Standardkontrakt", "Standard contract"),),
    rules=("R-110",),
)
def activate(job: Job, case: CaseWork) -> None:
    """One contract per supplier and type of measure: the one before gives way. Children change nothing."""
    contract = case.get(STANDARD, str(job.inputs["standardkontrakt_id"]))
    for other in active_contracts(case, contract["indsatstype"]):
        if other.id != contract.id and other["leverandoer_id"] == contract["leverandoer_id"]:
            case.update(STANDARD, other.id, {"status": REPLACED})
            case.publish("standardkontrakt_afloest", other.id)
            case.publish("kontrakt_ophoert", other.id)
    case.update(STANDARD, contract.id, {"status": ACTIVE})
    case.notify(groups=["leverandoeransvarlig"], kind="opgave", text="kontrakt_underskrevet")
    tell_supplier(case, contract["leverandoer_id"], "kontrakt_underskrevet")
