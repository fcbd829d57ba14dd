"""`familieteam.orienter_leder`: the caseworker has reached the limit: the team's leaders are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.team_leaders import leaders_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "familieteam.orienter_leder",
    da="Orientér leder: rådgiver er fuld",
    en="Inform the leader: caseworker is full",
    inputs=(Field("sag_id", "string", "Sag", "Case"), Field("team", "string", "Team", "Team")),
    rules=("R-023",),
)
def inform_leader(job: Job, case: CaseWork) -> None:
    case.notify(
        groups=leaders_of(case, job.inputs["team"]),
        kind="sagstal",
        case=str(job.inputs["sag_id"]),
        text="sagstal_fuld",
    )
