"""Send one planned reminder of a deadline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "frist.paamind",
    da="Påmind om en frist",
    en="Remind of a deadline",
    inputs=(
        Field("frist_id", "string", "Frist", "Deadline"),
        Field("nummer", "number", "Påmindelsens nummer", "Number of the reminder"),
    ),
    outputs=(Field("sendt", "boolean", "Sendt", "Sent"),),
    rules=("D-11",),
)
def remind(job: Job, case: CaseWork) -> Mapping[str, Value]:
    return {"sendt": case.remind(str(job.inputs["frist_id"]), int(job.inputs["nummer"]))}
