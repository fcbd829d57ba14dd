"""A deadline is met: what it was about is done."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "frist.opfyld",
    da="Luk en frist som opfyldt",
    en="Close a deadline as met",
    inputs=(
        Field("frist_id", "string", "Frist", "Deadline", required=False),
        Field("frist", "string", "Timer, fx T04, når id ikke gives", "Timer, e.g. T04", required=False),
        Field("sag_id", "string", "Sag; ellers processens", "Case; else the process's own", required=False),
        Field("vedroerer", "string", "Hvad den vedrører (id)", "What it is about (id)", required=False),
        Field("opfyldt", "Any", "Hvornår; tom er nu", "When; empty is now", required=False),
    ),
    outputs=(Field("dage_for_sent", "number", "Dage for sent", "Days late"),),
    rules=("D-11",),
)
def meet(job: Job, case: CaseWork) -> Mapping[str, Value]:
    asked = job.inputs
    days = case.meet_deadline(
        asked.get("frist_id"),
        rule=asked.get("frist"),
        case=asked.get("sag_id"),
        subject=asked.get("vedroerer"),
        met_at=asked.get("opfyldt"),
    )
    return {"dage_for_sent": Decimal(days)}
