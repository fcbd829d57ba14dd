"""Opens a plan: what it is called is said by the rule set of its case."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.plans import DRAFT, KIND_OF_CASE, PLAN, kind_of_plan
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "handleplan.aabn",
    da="Opret planen",
    en="Open the plan",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("handleplan_id", "string", "Plan, der revideres", "Plan to be revised", required=False),
    ),
    outputs=(Field("handleplan_id", "string", "Plan", "Plan"),),
)
def open_plan(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A plan that is named is taken up again as its next revision, and is what a plan begun today is."""
    code, plan = str(job.inputs["sag_id"]), job.inputs.get("handleplan_id")
    kind = kind_of_plan(case, code)
    if plan is None:
        plan = case.create(PLAN, {"slags": kind, "status": DRAFT, "revision": Decimal(1)}, case=code)
    else:
        before = case.get(PLAN, str(plan))
        kind = kind or before["slags"]
        revision = (before["revision"] or Decimal(1)) + 1
        case.update(PLAN, str(plan), {"slags": kind, "status": DRAFT, "revision": revision})
    case.set_fact(code, KIND_OF_CASE, kind)
    return {"handleplan_id": plan}
