"""`bal.perspektiver`: which perspectives the team has looked through so far, as codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "bal.perspektiver",
    da="Notér, hvilke perspektiver der er set igennem",
    en="Note which perspectives were looked through",
    inputs=(Field("balanalyse_id", "string", "BAL-analyse", "Analysis"),),
    outputs=(Field("perspektiver_set", "list", "Perspektiver", "Perspectives"),),
    rules=("R-145",),
)
def note_perspectives(job: Job, case: CaseWork) -> Mapping[str, Value]:
    record = case.get("BALAnalyse", str(job.inputs["balanalyse_id"]))
    rows = [*(record["perspektiver_1"] or ()), *(record["perspektiver_2"] or ())]
    return {"perspektiver_set": list(dict.fromkeys(row["perspektiv"] for row in rows))}
