"""`tilsyn.luk`: the placement is over, and with it the supervision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.plejefamilie_aabn import FAMILY

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

MOVE = "flytning"  # part of the T20 by which a child moves from a family that is not suited


@handler(
    "tilsyn.luk",
    da="Stop tilsynet",
    en="Stop the supervision",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("plejefamilie_id", "string", "Plejefamilie", "Foster family"),
        Field("barnet_er_flyttet", "boolean", "Barnet er flyttet", "The child has moved", required=False),
    ),
    rules=("T18",),
)
def stop(job: Job, case: CaseWork) -> None:
    """Deadlines about this family no longer apply; that the child should move is done when it has."""
    code, family = str(job.inputs["sag_id"]), str(job.inputs["plejefamilie_id"])
    if job.inputs.get("barnet_er_flyttet") is True:
        case.meet_deadline(rule="T20", case=code, subject=family, part=MOVE)
    case.cancel_deadline(case=code, subject=family, reason="anbringelsen_er_ophoert")
    case.update(FAMILY, family, {"status": "ophoert"})
