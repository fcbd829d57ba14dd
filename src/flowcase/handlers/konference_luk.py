"""`konference.luk`: what a conference discussed goes back to who raised it; standing items come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.konferencepunkt_klar import APPROVED

if TYPE_CHECKING:
    from flowcase.services.case_work import CaseWork, Record

_WITHDRAWN = "trukket"
_PEDAGOGUE = "ressourcepaedagog"
_STAFF = ("person", "gruppe")  # sorts of participants; the family and outsiders have no duty to come


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
    """Attendance is a duty for those invited (R-063): who of staff and units was invited and did not come.

    A unit came when one of its people did.
    """
    present = set(case.get("Moede", meeting)["til_stede"] or [])
    present |= {group for each in present for group in case.groups_of(each)}
    invited = case.records("Invitation", moede_id=meeting, status="inviteret")
    return [each["modtager"] for each in invited if each["art"] in _STAFF and each["modtager"] not in present]


def _carry_to_ppr(case: CaseWork, item: Record) -> None:
    code = str(item["sag_id"])
    given = {"sag_id": code, "tilbud": _PEDAGOGUE, "aftale_id": item.id}
    case.start("visitation", given, case=code)
