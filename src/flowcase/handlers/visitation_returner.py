"""`visitation.returner`: incomplete material goes back to the referrer, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "visitation.returner",
    da="Send materialet retur",
    en="Return the material",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("visitation_id", "string", "Visitation", "Visitation"),
        Field("henviser", "string", "Henviser", "Referrer"),
    ),
)
def return_material(job: Job, case: CaseWork) -> None:
    case.update("Visitation", str(job.inputs["visitation_id"]), {"returneret": case.now})
    case.notify(
        people=[str(job.inputs["henviser"])],
        kind="opgave",
        case=str(job.inputs["sag_id"]),
        text="henvisning_mangler_materiale",
    )
