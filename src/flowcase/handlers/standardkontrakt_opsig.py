"""`standardkontrakt.opsig`: one of the parties has given notice; until its last day the contract applies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import STANDARD, tell_supplier

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "standardkontrakt.opsig",
    da="Registrér opsigelsen af standardkontrakten",
    en="Record the notice to end the standard contract",
    inputs=(Field("standardkontrakt_id", "string", "Standardkontrakt", "Standard contract"),),
    rules=("R-110",),
)
def give_notice(job: Job, case: CaseWork) -> None:
    """Both parties hear of it, whoever of them gave it."""
    contract = case.get(STANDARD, str(job.inputs["standardkontrakt_id"]))
    case.update(STANDARD, contract.id, {"opsagt": local_date(job.now)})
    case.notify(groups=["leverandoeransvarlig"], kind="opgave", text="standardkontrakt_opsagt")
    tell_supplier(case, contract["leverandoer_id"], "standardkontrakt_opsagt")
