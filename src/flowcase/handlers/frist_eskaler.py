"""Escalate a breached deadline: one step of its chain, or one more repetition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "frist.eskaler",
    da="Eskalér en overskredet frist",
    en="Escalate a breached deadline",
    inputs=(
        Field("frist_id", "string", "Frist", "Deadline"),
        Field(
            "nummer",
            "number",
            "Trin i kæden; tom er en gentagelse",
            "Step of the chain; empty for a repetition",
            required=False,
        ),
    ),
    outputs=(Field("sendt", "boolean", "Sendt", "Sent"),),
    rules=("D-11",),
)
def escalate(job: Job, case: CaseWork) -> Mapping[str, Value]:
    step = job.inputs.get("nummer")
    return {"sendt": case.escalate(str(job.inputs["frist_id"]), None if step is None else int(step))}
