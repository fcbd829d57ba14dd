"""`standardkontrakt.forlaeng`: a contract that is extended is followed up on as long as it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import STANDARD

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

PLANNED = "planlagt"


@handler(
    "standardkontrakt.forlaeng",
    da="Forlæng opfølgningen på kontrakten",
    en="Extend the follow-up on the contract",
    inputs=(Field("standardkontrakt_id", "string", "Standardkontrakt", "Standard contract"),),
    rules=("R-113", "R-122"),
)
def extend(job: Job, case: CaseWork) -> None:
    """The next term lay behind the old last day, so nothing waited for it; one that waits goes on."""
    contract = case.get(STANDARD, str(job.inputs["standardkontrakt_id"]))
    held = case.records("Leverandoeropfoelgning", kontrakt_id=contract.id)
    if any(each["status"] == PLANNED for each in held):
        return
    number = len(held) + 1
    case.publish(
        "kontrakt_underskrevet",
        f"{contract.id}-{number}",
        {
            "kontrakt_id": contract.id,
            "kontrakt_slags": "standard",
            "sag_id": None,
            "foranstaltning_id": None,
            "termin_fra": contract["ikraft"],
            "termin_nr": number,
        },
    )
