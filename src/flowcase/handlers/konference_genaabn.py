"""`konference.genaabn`: a cancelled conference gets a new time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import PLANNED

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.genaabn",
    da="Åbn konferencen igen",
    en="Reopen the conference",
    inputs=(Field("moede_id", "string", "Konference", "Conference"),),
)
def reopen(job: Job, case: CaseWork) -> None:
    case.update("Moede", str(job.inputs["moede_id"]), {"status": PLANNED, "forloeb": None})
