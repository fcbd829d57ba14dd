"""`ssd.luk`: the case is closed, and with it the SSD course about the child."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.ssd_aabn import ENTITY

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "ssd.luk",
    da="Luk SSD-forløbet med sagen",
    en="End the SSD course with its case",
    inputs=(Field("ssdforloeb_id", "string", "SSD-forløb", "SSD course"),),
    rules=("R-096",),
)
def end_with_case(job: Job, case: CaseWork) -> None:
    """What was held stays counted: the same concern in a case that is opened again begins where it was."""
    case.update(ENTITY, str(job.inputs["ssdforloeb_id"]), {"status": "afbrudt"})
