"""`bal.opgave`: the team has chosen its task; is there an identifiable child, and is its case known?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "bal.opgave",
    da="Se, om et genkendeligt barn er med",
    en="See whether an identifiable child is part of it",
    inputs=(Field("balanalyse_id", "string", "BAL-analyse", "Analysis"),),
    outputs=(
        Field("barn_genkendeligt", "boolean", "Genkendeligt barn?", "Identifiable child?"),
        Field("barnets_sag", "string", "Barnets sag", "The child's case", required=False),
    ),
)
def look_at_task(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A case code that leads nowhere is no case: without one, no consent can be asked for."""
    record = case.get("BALAnalyse", str(job.inputs["balanalyse_id"]))
    code = str(record["sag"] or "").strip()
    is_identifiable = record["identificerbart_barn"] is True
    known = code if is_identifiable and code and case.has_case(code) else None
    return {"barn_genkendeligt": is_identifiable, "barnets_sag": known}
