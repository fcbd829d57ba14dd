"""`konference.luk`: what a conference discussed goes back to who raised it; standing items come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.konferencepunkt_klar import APPROVED

if TYPE_CHECKING:
    from flowcase.services.case_work import CaseWork, Record

_WITHDRAWN = "trukket"
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
    case.update("Moede", meeting, {"udfald": job.inputs["moede_udfald"], "udeblevne": _absent(case, meeting)})
    for item in case.records("Dagsordenspunkt", moede_id=meeting):
        if item["status"] == _WITHDRAWN:
            continue
        if item["fast_punkt"] is True:
            case.update("Dagsordenspunkt", item.id, {"moede_id": None, "status": APPROVED})
            continue
        if item["emnetype"] == _PEDAGOGUE and item["sag_id"]:
            _carry_to_ppr(case, item)
        case.publish("punkt_droeftet", item.id, {"punkt_udfald": job.inputs["moede_udfald"]})


def _absent(case: CaseWork, meeting: str) -> list[str]:
    """Attendance is a duty for those invited (R-063): who was invited by name and did not come."""
    present = set(case.get("Moede", meeting)["til_stede"] or [])
    invited = case.records("Invitation", moede_id=meeting, status="inviteret")
    return [
        each["modtager"] for each in invited if each["art"] == "person" and each["modtager"] not in present
    ]


def _carry_to_ppr(case: CaseWork, item: Record) -> None:
    code = str(item["sag_id"])
    given = {"sag_id": code, "tilbud": _PEDAGOGUE, "aftale_id": item.id}
    case.start("visitation", given, case=code)
