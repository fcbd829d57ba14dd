"""`konference.spring_over`: a conference is skipped or stays cancelled, with a reason; its items wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import CANCELLED, SKIPPED
from flowcase.handlers.konferencepunkt_klar import APPROVED

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.spring_over",
    da="Spring konferencen over",
    en="Skip the conference",
    inputs=(
        Field("moede_id", "string", "Konference", "Conference"),
        Field("aflyst", "boolean", "Blev den aflyst?", "Was it cancelled?", required=False),
    ),
)
def skip(job: Job, case: CaseWork) -> None:
    """The items go back among those that wait for a conference, so that nothing is lost."""
    meeting = str(job.inputs["moede_id"])
    status = CANCELLED if job.inputs.get("aflyst") is True else SKIPPED
    case.update("Moede", meeting, {"status": status, "udfald": status})
    for item in case.records("Dagsordenspunkt", moede_id=meeting):
        case.update("Dagsordenspunkt", item.id, {"moede_id": None, "status": APPROVED})
