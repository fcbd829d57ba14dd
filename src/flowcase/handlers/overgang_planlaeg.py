"""`overgang.planlaeg`: a leader is named, and told that the transition is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.overgang_opret import TRANSITION

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "overgang.planlaeg",
    da="Giv lederen besked",
    en="Tell the leader",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("overgang_id", "string", "Overgang", "Transition"),
        Field("ledelsesansvarlig", "string", "Ledelsesansvarlig", "Leader responsible"),
    ),
    rules=("R-123",),
)
def plan(job: Job, case: CaseWork) -> None:
    case.update(TRANSITION, str(job.inputs["overgang_id"]), {"status": "planlaegges"})
    case.notify(
        people=[str(job.inputs["ledelsesansvarlig"])],
        kind="opgave",
        case=str(job.inputs["sag_id"]),
        text="overgang_ansvar",
    )
