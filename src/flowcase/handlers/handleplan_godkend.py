"""Records that a plan was approved: its goals become records and deadline T17 is met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.goals import set_goals
from flowcase.handlers.message_dates import date_of
from flowcase.handlers.plans import APPROVED, PLAN, READY
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "handleplan.godkend",
    da="Registrér godkendt plan",
    en="Record the approved plan",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("handleplan_id", "string", "Plan", "Plan"),
        Field("godkendt", "date", "Godkendt", "Approved"),
    ),
    outputs=(Field("handleplan_id", "string", "Plan", "Plan"),),
    rules=("R-025", "R-026"),
)
def approve_plan(job: Job, case: CaseWork) -> Mapping[str, Value]:
    code, plan = str(job.inputs["sag_id"]), str(job.inputs["handleplan_id"])
    approved = job.inputs["godkendt"]
    day = date_of(approved) or local_date(job.now)
    set_goals(case, code, plan, case.get(PLAN, plan)["maal"] or [], day)
    case.update(PLAN, plan, {"status": APPROVED})
    case.set_fact(code, "handleplan_godkendt", approved)
    case.meet_deadline(rule=READY, case=code, met_at=approved)
    return {"handleplan_id": plan}
