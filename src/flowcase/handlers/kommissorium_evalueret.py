"""`kommissorium.evalueret`: the evaluation was held; when the group goes on, the next one is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.kommissorium_godkend import TERMS, open_evaluation
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

CONTINUES = "fortsaet"


@handler(
    "kommissorium.evalueret",
    da="Registrér evalueringen (T21)",
    en="Record the evaluation (T21)",
    inputs=(
        Field("kommissorium_id", "string", "Kommissorium", "Terms of reference"),
        Field("frist_id", "string", "Frist T21", "Deadline T21"),
        Field("evaluering_udfald", "string", "Udfald", "Outcome"),
        Field("evalueret", "date", "Evalueret", "Evaluated"),
    ),
    outputs=(
        Field("evalueres", "date", "Evalueres senest", "Evaluated by", required=False),
        Field("frist_id", "string", "Frist T21", "Deadline T21", required=False),
    ),
    rules=("R-115", "T21"),
)
def record_evaluation(job: Job, case: CaseWork) -> Mapping[str, Value]:
    terms, outcome = str(job.inputs["kommissorium_id"]), str(job.inputs["evaluering_udfald"])
    case.meet_deadline(str(job.inputs["frist_id"]), met_at=job.inputs["evalueret"])
    case.update(TERMS, terms, {"status": "udvikles" if outcome == "udvikl" else "godkendt"})
    if outcome == CONTINUES:
        return open_evaluation(job, case, terms)
    return {"evalueres": None, "frist_id": None}
