"""Record that a deadline is breached, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "frist.overskred",
    da="Registrér at en frist er overskredet",
    en="Record that a deadline is breached",
    inputs=(Field("frist_id", "string", "Frist", "Deadline"),),
    outputs=(Field("overskredet", "boolean", "Overskredet og ikke løst", "Breached and not done"),),
    rules=("D-11",),
)
def breach(job: Job, case: CaseWork) -> Mapping[str, Value]:
    return {"overskredet": case.breach(str(job.inputs["frist_id"]))}
