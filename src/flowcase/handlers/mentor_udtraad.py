"""`mentor.udtraad`: a mentor leaves, or was not chosen; running matches end with the mentor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.mentor_klar import COORDINATOR
from flowcase.handlers.mentor_optaget import RUNNING

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "mentor.udtraad",
    da="Tag mentoren ud af puljen",
    en="Take the mentor out of the pool",
    inputs=(
        Field("mentor_id", "string", "Mentor", "Mentor"),
        Field("status", "string", "Status (kode)", "Status (code)"),
    ),
)
def leave(job: Job, case: CaseWork) -> None:
    mentor, status = str(job.inputs["mentor_id"]), str(job.inputs["status"])
    case.cancel_deadline(rule="T22", subject=mentor, reason=status)
    case.update("Mentor", mentor, {"status": status, "venter_siden": None})
    for match in case.records("Match", mentor=mentor, status=RUNNING):
        case.publish("match_slut", match.id, {"hvem_afbroed": "mentor"}, message_id=f"{match.id}.slut")
    case.notify(groups=[COORDINATOR], kind="orientering", text="mentor.udtraadt")
