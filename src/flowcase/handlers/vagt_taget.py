"""`vagt.taget`: whoever has the duty took the notification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "vagt.taget",
    da="Registrér, hvem der tog underretningen",
    en="Record who took the notification",
    inputs=(
        Field("underretning_id", "string", "Underretning", "Notification"),
        Field("vagtopkald_id", "string", "Opkald", "Call"),
    ),
)
def record_taken(job: Job, case: CaseWork) -> None:
    taken = {
        "underretning_id": str(job.inputs["underretning_id"]),
        "taget": case.now,
        "taget_af": case.actor,
    }
    case.update("Vagtopkald", str(job.inputs["vagtopkald_id"]), taken)
