"""`opfoelgning.tavle`: the shared board goes into the follow-up, so that nobody writes it twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "opfoelgning.tavle",
    da="Før tavlen ind i opfølgningen",
    en="Bring the board into the follow-up",
    inputs=(
        Field("opfoelgning_id", "string", "Opfølgning", "Follow-up"),
        Field("tavle_id", "string", "Tavle", "Board"),
    ),
    rules=("R-035",),
)
def bring(job: Job, case: CaseWork) -> Mapping[str, Value]:
    board = case.get("SoSTavle", str(job.inputs["tavle_id"]))["tavle"]
    case.update("Opfoelgning", str(job.inputs["opfoelgning_id"]), {"tavle": board})
    return {}
