"""`standardkontrakt.underskrevet`: both have signed what comes into force on a later day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import SIGNED, STANDARD, tell_supplier

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "standardkontrakt.underskrevet",
    da="Registrér, at standardkontrakten er underskrevet",
    en="Record that the standard contract is signed",
    inputs=(Field("standardkontrakt_id", "string", "Standardkontrakt", "Standard contract"),),
    rules=("R-110",),
)
def record(job: Job, case: CaseWork) -> None:
    """Until its day nothing leans on it, and the contract that it is to replace stays in force."""
    contract = case.get(STANDARD, str(job.inputs["standardkontrakt_id"]))
    case.update(STANDARD, contract.id, {"status": SIGNED})
    case.notify(groups=["leverandoeransvarlig"], kind="opgave", text="kontrakt_underskrevet")
    tell_supplier(case, contract["leverandoer_id"], "kontrakt_underskrevet")
