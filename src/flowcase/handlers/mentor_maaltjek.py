"""`mentor.maaltjek`: is the young person still a case a year after the match began? (R-139)"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.errors import NotFound
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

CLOSED = "afsluttet"


@handler(
    "mentor.maaltjek",
    da="Er den unge stadig en sag?",
    en="Is the young person still a case?",
    inputs=(Field("match_id", "string", "Match", "Match"),),
    outputs=(Field("stadig_sag", "boolean", "Stadig en sag?", "Still a case?"),),
    rules=("R-139",),
)
def check_goal(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Whoever never was a case, or whose case the installation does not know, counts as none."""
    match = case.get("Match", str(job.inputs["match_id"]))
    code = case.get("Mentorung", str(match["mentorung_id"]))["sag"]
    is_case = bool(code) and _is_open(case, str(code))
    case.update("Match", match.id, {"stadig_sag": is_case})
    return {"stadig_sag": is_case}


def _is_open(case: CaseWork, code: str) -> bool:
    try:
        return case.case(code).get("status") != CLOSED
    except NotFound:
        return False
