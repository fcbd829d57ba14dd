"""`visitation.aabn`: a referral is begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "visitation.aabn",
    da="Opret henvisning",
    en="Begin a referral",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure", required=False),
        Field("tilbud", "string", "Tilbud", "Offer", required=False),
    ),
    outputs=(Field("visitation_id", "string", "Visitation", "Visitation"),),
    rules=("R-049",),
)
def begin(job: Job, case: CaseWork) -> Mapping[str, Value]:
    values = {
        "foranstaltning_id": job.inputs.get("foranstaltning_id"),
        "tilbud": job.inputs.get("tilbud"),
        "status": "kladde",
    }
    return {"visitation_id": case.create("Visitation", values, case=str(job.inputs["sag_id"]))}
