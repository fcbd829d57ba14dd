"""Opens an action plan."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "handleplan.aabn",
    da="Opret handleplan",
    en="Open the action plan",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("handleplan_id", "string", "Handleplan, der revideres", "Plan to be revised", required=False),
    ),
    outputs=(Field("handleplan_id", "string", "Handleplan", "Plan"),),
)
def open_plan(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A plan that is named is taken up again as its next revision."""
    code, plan = str(job.inputs["sag_id"]), job.inputs.get("handleplan_id")
    if plan is None:
        plan = case.create("Handleplan", {"status": "kladde", "revision": Decimal(1)}, case=code)
    else:
        revision = case.get("Handleplan", str(plan))["revision"] or Decimal(1)
        case.update("Handleplan", str(plan), {"status": "kladde", "revision": revision + 1})
    return {"handleplan_id": plan}
