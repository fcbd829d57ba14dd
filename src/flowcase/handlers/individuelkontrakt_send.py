"""`individuelkontrakt.send`: the filled-in contract goes to the supplier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import INDIVIDUAL, UNDER_NEGOTIATION

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "individuelkontrakt.send",
    da="Send kontrakten til leverandøren",
    en="Send the contract to the supplier",
    inputs=(
        Field("kontrakt_id", "string", "Individuel kontrakt", "Individual contract"),
        Field("leverandoer_personer", "list", "Leverandørens medarbejdere", "The supplier's people"),
    ),
)
def send(job: Job, case: CaseWork) -> None:
    case.update(INDIVIDUAL, str(job.inputs["kontrakt_id"]), {"status": UNDER_NEGOTIATION})
    people = [str(person) for person in job.inputs.get("leverandoer_personer") or ()]
    if people:
        case.notify(people=people, kind="opgave", text="kontrakt_forhandles")
