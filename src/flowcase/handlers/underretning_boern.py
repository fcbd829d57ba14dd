"""`underretning.boern`: the registration is complete: bring cases and deadlines in line with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.named_children import open_cases
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "underretning.boern",
    da="Opdatér underretningens børn og frister",
    en="Bring children and deadlines in line with the registration",
    inputs=(Field("underretning_id", "string", "Underretning", "Notification"),),
    outputs=(
        Field("boern", "list", "Børn med sagskode", "Children with case code"),
        Field("umiddelbar_fare", "boolean", "Umiddelbar fare", "Immediate danger"),
        Field("mistanke_overgreb", "boolean", "Mistanke om overgreb", "Suspicion of abuse"),
        Field("aeresrelateret", "boolean", "Æresrelateret", "Honour-related"),
        Field("soeskende", "string", "Søskende", "Siblings"),
        Field("modtaget", "date and time", "Modtaget", "Received"),
    ),
    rules=("R-001", "R-010"),
)
def update_children(job: Job, case: CaseWork) -> Mapping[str, Value]:
    id = str(job.inputs["underretning_id"])
    children = open_cases(case, id)
    notification = case.get("Underretning", id)
    case.update("Underretning", id, {"status": "registreret"})
    return {
        "boern": children,
        **{
            name: notification[name]
            for name in ("umiddelbar_fare", "mistanke_overgreb", "aeresrelateret", "soeskende", "modtaget")
        },
    }
