"""Closes a case, with the code of how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.closing import close_case

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "sag.afslut",
    da="Afslut sagen",
    en="Close the case",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("udfald", "string", "Udfald", "Outcome"),
    ),
)
def close(job: Job, case: CaseWork) -> None:
    close_case(case, str(job.inputs["sag_id"]), str(job.inputs["udfald"]))
