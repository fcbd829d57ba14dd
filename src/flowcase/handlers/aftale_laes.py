"""`aftale.laes`: who follows up an agreement, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.case_work import CaseWork


@handler(
    "aftale.laes",
    da="Læs aftalen",
    en="Read the agreement",
    inputs=(Field("aftale_id", "string", "Aftale", "Agreement"),),
    outputs=(
        Field("tovholder", "string", "Tovholder", "Coordinator", required=False),
        Field("frist", "date", "Frist", "Due"),
        Field("kun_foreslaaet", "boolean", "Kun foreslået?", "Only proposed?"),
    ),
    rules=("R-065",),
)
def read(job: Job, case: CaseWork) -> Mapping[str, Value]:
    agreement = case.get("Aftale", str(job.inputs["aftale_id"]))
    return {
        "tovholder": agreement["tovholder"],
        "frist": agreement["ny_frist"] or agreement["frist"],
        "kun_foreslaaet": agreement["status"] == "foreslaaet",
    }
