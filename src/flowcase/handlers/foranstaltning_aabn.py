"""Opens the record of a measure that is considered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "foranstaltning.aabn",
    da="Opret foranstaltning",
    en="Open the measure",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("fra_trin", "number", "Trin, der skiftes fra", "Step that is left", required=False),
    ),
    outputs=(
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("fra_trin", "number", "Trin, der skiftes fra", "Step that is left"),
    ),
)
def open_measure(job: Job, case: CaseWork) -> Mapping[str, Value]:
    measure = case.create("Foranstaltning", {"status": "paataenkt"}, case=str(job.inputs["sag_id"]))
    return {"foranstaltning_id": measure, "fra_trin": job.inputs.get("fra_trin")}
