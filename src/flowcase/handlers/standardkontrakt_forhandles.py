"""`standardkontrakt.forhandles`: the draft goes to both parties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import STANDARD, UNDER_NEGOTIATION, people_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "standardkontrakt.forhandles",
    da="Send udkastet til parterne",
    en="Send the draft to the parties",
    inputs=(
        Field("standardkontrakt_id", "string", "Standardkontrakt", "Standard contract"),
        Field("leverandoer_id", "string", "Leverandør", "Supplier"),
    ),
    outputs=(Field("leverandoer_personer", "list", "Leverandørens medarbejdere", "The supplier's people"),),
    rules=("R-110", "R-114"),
)
def negotiate(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Whoever owns the supplier, the same draft takes the same way."""
    supplier = job.inputs["leverandoer_id"]
    case.update(
        STANDARD,
        str(job.inputs["standardkontrakt_id"]),
        {"leverandoer_id": supplier, "status": UNDER_NEGOTIATION},
    )
    people = people_of(case, supplier)
    if people:
        case.notify(people=[str(person) for person in people], kind="opgave", text="kontrakt_forhandles")
    return {"leverandoer_personer": people}
