"""Reminds the team leader, week after week, of an examination that has passed its deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.team_leaders import leaders_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "undersoegelse.paamind_leder",
    da="Mind lederen om undersøgelsen",
    en="Remind the leader of the examination",
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    rules=("R-021",),
)
def remind_leader(job: Job, case: CaseWork) -> None:
    code = str(job.inputs["sag_id"])
    case.notify(
        groups=leaders_of(case, case.case(code).get("team")),
        kind="paamindelse",
        case=code,
        text="undersoegelse_ikke_faerdig",
    )
