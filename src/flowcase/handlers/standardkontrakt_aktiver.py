"""`standardkontrakt.aktiver`: signed, and its day has come: it is in the active register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import (
    ACTIVE,
    REPLACED,
    SIGNED,
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
    told = "standardkontrakt_i_kraft" if contract["status"] == SIGNED else "kontrakt_underskrevet"
    case.notify(groups=["leverandoeransvarlig"], kind="opgave", text=told)
    tell_supplier(case, contract["leverandoer_id"], told)
