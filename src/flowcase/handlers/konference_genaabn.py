"""`konference.genaabn`: a cancelled conference gets a new time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import PLANNED
from flowcase.handlers.meeting_invitations import CANCELLED, PROPOSED, invitations

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.genaabn",
    da="Åbn konferencen igen",
    en="Reopen the conference",
    inputs=(Field("moede_id", "string", "Konference", "Conference"),),
)
def reopen(job: Job, case: CaseWork) -> None:
    """Who was told that it is cancelled is invited anew."""
    meeting = str(job.inputs["moede_id"])
    case.update("Moede", meeting, {"status": PLANNED, "forloeb": None})
    for each in invitations(case, meeting):
        if each["status"] == CANCELLED:
            case.update("Invitation", each.id, {"status": PROPOSED})
