"""A plan that was not approved lapses because its case was closed, and so does deadline T17."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.plans import DRAFT, LAPSED, PLAN, READY

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "handleplan.bortfald",
    da="Planen og dens frist bortfalder",
    en="The plan and its deadline lapse",
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    rules=("R-025",),
)
def lapse(job: Job, case: CaseWork) -> None:
    lapse_plans(case, str(job.inputs["sag_id"]))


def lapse_plans(case: CaseWork, code: str) -> None:
    """Every draft of the case; what was approved stays approved."""
    for plan in case.records(PLAN, case=code):
        if plan["status"] == DRAFT:
            case.update(PLAN, plan.id, {"status": LAPSED})
    case.cancel_deadline(rule=READY, case=code, reason="sag_afsluttet")
