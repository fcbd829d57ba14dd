"""`flytning.team`: the family's new area has the case from now on (R-024)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.team_leaders import leaders_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "flytning.team",
    da="Giv sagen det nye områdes team",
    en="Give the case the team of its new area",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("team", "string", "Team", "Team", required=False),
    ),
    rules=("R-024",),
)
def change_team(job: Job, case: CaseWork) -> None:
    """Where no table gives the area a team, the case keeps its own."""
    code, team = str(job.inputs["sag_id"]), job.inputs.get("team")
    if team:
        case.set_fact(code, "team", team, reason="Familien er flyttet til et andet område")
    case.notify(groups=leaders_of(case, team), kind="tildeling", case=code, text="sag_til_nyt_omraade")
