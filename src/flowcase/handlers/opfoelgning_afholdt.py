"""Meets the deadline of a follow-up on the day it was held, and keeps what it said of the plan's goals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.goals import tell_of_goals
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "opfoelgning.afholdt",
    da="Opfyld opfølgningens frist",
    en="Meet the follow-up's deadline",
    inputs=(
        Field("frist_id", "string", "Frist", "Deadline"),
        Field("afholdt", "date", "Afholdt", "Held"),
        Field("opfoelgning_id", "string", "Opfølgning", "Follow-up", required=False),
    ),
    outputs=(Field("dage_for_sent", "number", "Dage for sent", "Days late"),),
)
def meet(job: Job, case: CaseWork) -> Mapping[str, Value]:
    days = case.meet_deadline(str(job.inputs["frist_id"]), met_at=job.inputs["afholdt"])
    if held := job.inputs.get("opfoelgning_id"):  # diagrams of before do not name it
        follow_up = case.get("Opfoelgning", str(held))
        tell_of_goals(case, str(follow_up.case), follow_up["maalstatus"] or [])
    return {"dage_for_sent": Decimal(days)}
