"""`tilsyn.sidste_aar`: no more visits are written for last year, and its deadline ends (T18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "tilsyn.sidste_aar",
    da="Luk sidste års frist for tilsyn (T18)",
    en="End last year's deadline of supervision (T18)",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("plejefamilie_id", "string", "Plejefamilie", "Foster family"),
    ),
    rules=("T18",),
)
def settle(job: Job, case: CaseWork) -> None:
    """One that was not met has been breached and counted, and nothing can meet it any more."""
    year = local_date(job.now).year - 1
    case.cancel_deadline(
        rule="T18",
        case=str(job.inputs["sag_id"]),
        subject=str(job.inputs["plejefamilie_id"]),
        part=str(year),
        reason="aaret_er_gaaet",
    )
