"""`kommissorium.luk`: not approved, or the group is wound up; no coordination group has it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.kommissorium_godkend import COORDINATION, TERMS

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "kommissorium.luk",
    da="Luk kommissoriet",
    en="Close the terms of reference",
    inputs=(
        Field("kommissorium_id", "string", "Kommissorium", "Terms of reference"),
        Field("status", "string", "Sluttede som", "Ended as"),
    ),
    rules=("R-115", "R-116"),
)
def close(job: Job, case: CaseWork) -> None:
    terms = str(job.inputs["kommissorium_id"])
    case.update(TERMS, terms, {"status": job.inputs["status"]})
    for group in case.records(COORDINATION):
        if terms in (group["kommissorier"] or []):
            remaining = [each for each in group["kommissorier"] if each != terms]
            case.update(COORDINATION, group.id, {"kommissorier": remaining})
