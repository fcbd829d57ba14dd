"""`dagsmoede.overfoer`: the day is over: what was not decided goes to the next working day's agenda."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.agenda_items import WAITING, carry

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

REASON = "Punktet blev ikke nået på mødet."


@handler(
    "dagsmoede.overfoer",
    da="Overfør punkter til næste arbejdsdag",
    en="Carry items to the next working day",
    inputs=(
        Field("dagsorden", "list", "Dagsorden", "Agenda"),
        Field("moede_id", "string", "Møde", "Meeting"),
    ),
)
def carry_over(job: Job, case: CaseWork) -> None:
    for entry in job.inputs["dagsorden"]:
        item = case.get("Dagsordenspunkt", entry["dagsordenspunkt_id"])
        if item["status"] == WAITING and item["moede_id"] == job.inputs["moede_id"]:
            carry(case, item, REASON)
            case.note("dagsmoede_udsat", REASON, item.case, source=job.element)
    case.update("Moede", str(job.inputs["moede_id"]), {"status": "overfoert"})
