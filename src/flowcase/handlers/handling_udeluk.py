"""`handling.udeluk`: who is not covered by consent takes no part in an action about an identifiable child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "handling.udeluk",
    da="Hold deltagere uden samtykke ude",
    en="Keep out participants without consent",
    inputs=(
        Field("handling_id", "string", "Handling", "Action"),
        Field("udaekkede", "list", "Deltagere uden samtykke", "Participants without consent"),
    ),
    rules=("R-080",),
)
def keep_out(job: Job, case: CaseWork) -> Mapping[str, Value]:
    case.update("Handling", str(job.inputs["handling_id"]), {"udelukkede": job.inputs.get("udaekkede") or []})
    return {}
