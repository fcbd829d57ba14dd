"""`konference.luk`: what a conference discussed goes back to who raised it; standing items come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.konferencepunkt_klar import APPROVED
from flowcase.handlers.meeting_attendance import absent
from flowcase.handlers.moede_aftaler import NO_TASK

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

_WITHDRAWN, _DISCUSSED = "trukket", "droeftet"
_PEDAGOGUE = "ressourcepaedagog"


@handler(
    "konference.luk",
    da="Luk konferencens punkter",
    en="Close the conference's items",
    inputs=(
        Field("moede_id", "string", "Konference", "Conference"),
        Field("moede_udfald", "string", "Udfald", "Outcome"),
    ),
    rules=("R-063", "R-064", "R-075"),
)
def close_items(job: Job, case: CaseWork) -> None:
    """A resource pedagogue that the conference found wanted is carried to PPR (visitation, track 3)."""
    meeting = str(job.inputs["moede_id"])
    missing = absent(case, meeting)  # attendance is a duty for those invited
    case.update("Moede", meeting, {"udfald": job.inputs["moede_udfald"], "udeblevne": missing})
    for item in case.records("Dagsordenspunkt", moede_id=meeting):
        if item["status"] == _WITHDRAWN:
            continue
        if item["fast_punkt"] is True:
            case.update("Dagsordenspunkt", item.id, {"moede_id": None, "status": APPROVED})
            continue
        if item["emnetype"] == _PEDAGOGUE and item["sag_id"] and job.inputs["moede_udfald"] != NO_TASK:
            _carry_to_ppr(case, item)
        if item["fra_handling"]:  # a report has no flow of its own that would close it
            case.update("Dagsordenspunkt", item.id, {"status": _DISCUSSED})
        case.publish("punkt_droeftet", item.id, {"punkt_udfald": job.inputs["moede_udfald"]})


def _carry_to_ppr(case: CaseWork, item: Record) -> None:
    code = str(item["sag_id"])
    given = {"sag_id": code, "tilbud": _PEDAGOGUE, "aftale_id": item.id}
    case.start("visitation", given, case=code)
