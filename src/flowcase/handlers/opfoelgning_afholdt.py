"""Meets the deadline of a follow-up on the day it was held."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
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
    ),
    outputs=(Field("dage_for_sent", "number", "Dage for sent", "Days late"),),
)
def meet(job: Job, case: CaseWork) -> Mapping[str, Value]:
    days = case.meet_deadline(str(job.inputs["frist_id"]), met_at=job.inputs["afholdt"])
    return {"dage_for_sent": Decimal(days)}
