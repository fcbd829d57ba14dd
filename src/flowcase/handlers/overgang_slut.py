"""`overgang.slut`: received, held on to, or broken off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.overgang_opret import TRANSITION

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "overgang.slut",
    da="Registrér overgangens udfald",
    en="Record how the transition ended",
    inputs=(
        Field("overgang_id", "string", "Overgang", "Transition"),
        Field("udfald", "string", "Udfald", "Outcome"),
    ),
    rules=("R-123", "R-124"),
)
def conclude(job: Job, case: CaseWork) -> None:
    """The caseworker hears how it ended: the receiver and the leader answer without them."""
    outcome = job.inputs["udfald"]
    transition = case.get(TRANSITION, str(job.inputs["overgang_id"]))
    case.update(TRANSITION, transition.id, {"udfald": outcome, "status": "slut"})
    caseworker = case.case(transition.case).get("sagsbehandler")
    if caseworker:
        case.notify(people=[caseworker], kind="opgave", case=transition.case, text="overgang_slut")
