"""`individuelkontrakt.afgjort`: the contract is signed, or it came to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import INDIVIDUAL, SIGNED

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


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
    """A signed contract names the measure's supplier from now on."""
    outcome = str(job.inputs["udfald"])
    contract = case.get(INDIVIDUAL, str(job.inputs["kontrakt_id"]))
    case.update(INDIVIDUAL, contract.id, {"status": outcome})
    if outcome == SIGNED and contract["foranstaltning_id"]:
        case.update(
            "Foranstaltning", str(contract["foranstaltning_id"]), {"leverandoer": contract["leverandoer_id"]}
        )
