"""`familieteam.ikke_tildelt`: nobody was named in time: the team's leaders are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.team_leaders import leaders_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "familieteam.ikke_tildelt",
    da="Besked: sagen er ikke tildelt i tide",
    en="Notice: the case was not allocated in time",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("team", "string", "Team", "Team", required=False),
    ),
)
def report_not_allocated(job: Job, case: CaseWork) -> None:
    case.notify(
        groups=leaders_of(case, job.inputs.get("team")),
        kind="eskalering",
        case=str(job.inputs["sag_id"]),
        text="ikke_tildelt",
    )
