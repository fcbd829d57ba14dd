"""`moede.aflys`: the meeting does not take place, or not then: everybody who was invited is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.meeting_invitations import CANCELLED, INVITED, invitations, tell
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

ENDED = "afsluttet"


@handler(
    "moede.aflys",
    da="Aflys eller flyt mødet",
    en="Cancel or move the meeting",
    inputs=(
        Field("moede_id", "string", "Møde", "Meeting"),
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("af", "string", "Aflyst af", "Cancelled by", required=False),
        Field("flyttet", "boolean", "Kun flyttet?", "Only moved?", required=False),
    ),
    outputs=(Field("aflyst_af", "string", "Aflyst af", "Cancelled by", required=False),),
)
def cancel(job: Job, case: CaseWork) -> Mapping[str, Value]:
    id, code = str(job.inputs["moede_id"]), job.inputs.get("sag_id")
    where = None if code is None else str(code)
    if job.inputs.get("flyttet") is True:
        tell(case, _invited(case, id), "moede_flyttet", where=where)
    else:
        call_off(case, id, where)
        if job.inputs.get("af"):
            case.update("Moede", id, {"aflyst_af": job.inputs["af"]})
    return {"aflyst_af": case.get("Moede", id)["aflyst_af"]}


def call_off(case: CaseWork, meeting: str, code: str | None) -> None:
    """The meeting and its invitations are cancelled; who was invited is told.

    One that was held took place, even where its agreements were not written before the case closed.
    """
    if case.get("Moede", meeting)["holdt"] is not None:
        case.update("Moede", meeting, {"status": ENDED})
        return
    invited = _invited(case, meeting)
    for each in invited:
        case.update("Invitation", each.id, {"status": CANCELLED})
    case.update("Moede", meeting, {"status": "aflyst"})
    tell(case, invited, "moede_aflyst", where=code)


def _invited(case: CaseWork, meeting: str) -> list[Record]:
    return [each for each in invitations(case, meeting) if each["status"] == INVITED]
