"""`foranstaltning.sammenbrud`: a placement has broken down: it is noted, and the leader told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.team_leaders import leaders_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "foranstaltning.sammenbrud",
    da="Registrér, at anbringelsen er brudt sammen",
    en="Record that the placement has broken down",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
    ),
    rules=("R-047",),
)
def record(job: Job, case: CaseWork) -> None:
    code = str(job.inputs["sag_id"])
    told = str(case.get("Foranstaltning", str(job.inputs["foranstaltning_id"]))["sammenbrud"] or "")
    case.note("anbringelse_brudt_sammen", told, code, source=job.element)
    leaders = leaders_of(case, case.case(code).get("team"))
    case.notify(groups=leaders, kind="opgave", case=code, text="anbringelse_brudt_sammen")
