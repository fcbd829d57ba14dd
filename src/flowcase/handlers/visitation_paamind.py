"""`visitation.paamind`: the committee has had a referral for long, and is reminded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "visitation.paamind",
    da="Påmind visitationsudvalget",
    en="Remind the committee",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("grupper", "list", "Udvalg", "Committee"),
    ),
)
def remind(job: Job, case: CaseWork) -> None:
    """The sources give no deadline, so nothing is breached."""
    case.notify(
        groups=job.inputs["grupper"],
        kind="paamindelse",
        case=str(job.inputs["sag_id"]),
        text="henvisning_venter",
    )
