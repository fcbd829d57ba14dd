"""`overgang.uden_modtager`: the day has passed, and nobody has confirmed to receive the young person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

MANAGEMENT = "forvaltningsledelse"


@handler(
    "overgang.uden_modtager",
    da="Meld overgang uden modtager",
    en="Report a transition without a receiver",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("ledelsesansvarlig", "string", "Ledelsesansvarlig", "Leader responsible", required=False),
    ),
    rules=("R-123",),
)
def report(job: Job, case: CaseWork) -> None:
    """To the named leader first; without a leader, to management."""
    leader = job.inputs.get("ledelsesansvarlig")
    case.notify(
        people=[str(leader)] if leader else [],
        groups=[] if leader else [MANAGEMENT],
        kind="opgave",
        case=str(job.inputs["sag_id"]),
        text="overgang_uden_modtager",
    )
