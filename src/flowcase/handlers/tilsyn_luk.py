"""`tilsyn.luk`: the placement is over, and with it the supervision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.plejefamilie_aabn import FAMILY

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "tilsyn.luk",
    da="Stop tilsynet",
    en="Stop the supervision",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("plejefamilie_id", "string", "Plejefamilie", "Foster family"),
    ),
    rules=("T18",),
)
def stop(job: Job, case: CaseWork) -> None:
    """Deadlines about this family no longer apply."""
    code, family = str(job.inputs["sag_id"]), str(job.inputs["plejefamilie_id"])
    case.cancel_deadline(case=code, subject=family, reason="anbringelsen_er_ophoert")
    case.update(FAMILY, family, {"status": "ophoert"})
