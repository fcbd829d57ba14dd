"""An action plan that was not approved lapses because its case was closed, and so does deadline T17."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_DRAFT = "kladde"


@handler(
    "handleplan.bortfald",
    da="Handleplanen og dens frist bortfalder",
    en="The action plan and its deadline lapse",
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    rules=("R-025",),
)
def lapse(job: Job, case: CaseWork) -> None:
    """Every draft of the case; what was approved stays approved."""
    code = str(job.inputs["sag_id"])
    for plan in case.records("Handleplan", case=code):
        if plan["status"] == _DRAFT:
            case.update("Handleplan", plan.id, {"status": "bortfaldet"})
    case.cancel_deadline(rule="T17", case=code, reason="sag_afsluttet")
