"""A deadline no longer applies."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "frist.annuller",
    da="Annullér en frist",
    en="Cancel a deadline",
    inputs=(
        Field("frist_id", "string", "Frist", "Deadline", required=False),
        Field("frist", "string", "Timer, fx T04, når id ikke gives", "Timer, e.g. T04", required=False),
        Field("sag_id", "string", "Sag; ellers processens", "Case; else the process's own", required=False),
        Field("vedroerer", "string", "Hvad den vedrører (id)", "What it is about (id)", required=False),
        Field("aarsag", "string", "Årsag (kode)", "Reason (code)", required=False),
    ),
    outputs=(Field("antal", "number", "Antal annullerede", "How many were cancelled"),),
    rules=("D-11",),
)
def cancel(job: Job, case: CaseWork) -> Mapping[str, Value]:
    asked = job.inputs
    count = case.cancel_deadline(
        asked.get("frist_id"),
        rule=asked.get("frist"),
        case=asked.get("sag_id"),
        subject=asked.get("vedroerer"),
        reason=str(asked.get("aarsag") or job.element),
    )
    return {"antal": Decimal(count)}
