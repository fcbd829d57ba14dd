"""`strategi.status`: the strategy was adopted, goes on or ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "strategi.status",
    da="Registrér strategiens status",
    en="Record the state of the strategy",
    inputs=(
        Field("strategi_id", "string", "Strategi", "Strategy"),
        Field("status", "string", "Status (kode)", "Status (code)"),
    ),
)
def record_state(job: Job, case: CaseWork) -> None:
    case.update("Strategi", str(job.inputs["strategi_id"]), {"status": str(job.inputs["status"])})
