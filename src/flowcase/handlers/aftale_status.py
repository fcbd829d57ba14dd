"""`aftale.status`: an agreement is agreed after all, overdue, kept, given a new date, or no longer needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

FOLLOWED_UP = ("opfyldt", "bortfaldet")


@handler(
    "aftale.status",
    da="Registrér aftalens status",
    en="Record the agreement's status",
    inputs=(
        Field("aftale_id", "string", "Aftale", "Agreement"),
        Field("status", "string", "Status", "Status"),
    ),
    rules=("R-065",),
)
def record(job: Job, case: CaseWork) -> Mapping[str, Value]:
    status = job.inputs["status"]
    changes: dict[str, Value] = {"status": status}
    if status in FOLLOWED_UP:
        changes["fulgt_op"] = case.now
    case.update("Aftale", str(job.inputs["aftale_id"]), changes)
    return {}
