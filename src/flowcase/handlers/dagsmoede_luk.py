"""`dagsmoede.luk`: every item was dealt with; the meeting is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "dagsmoede.luk",
    da="Luk dagsmødet",
    en="Close the daily meeting",
    inputs=(Field("moede_id", "string", "Møde", "Meeting"),),
)
def close_meeting(job: Job, case: CaseWork) -> None:
    case.update(
        "Moede",
        str(job.inputs["moede_id"]),
        {"status": "afholdt", "lukket": case.now, "lukket_af": case.actor},
    )
