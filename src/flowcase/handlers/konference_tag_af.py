"""`konference.tag_af`: items that matter no more leave the list, standing ones among them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.tag_af",
    da="Tag punkter af listen",
    en="Take items off the list",
    inputs=(Field("punkter", "list", "Punkter", "Items"),),
    rules=("R-075",),
)
def take_off(job: Job, case: CaseWork) -> None:
    """Each item ends in its own flow, which tells whoever proposed it; a report of an action has none."""
    for id in job.inputs["punkter"]:
        if case.get("Dagsordenspunkt", str(id))["fra_handling"]:
            case.update("Dagsordenspunkt", str(id), {"status": "trukket"})
        case.publish("punkt_udgaar", str(id), time_to_live=dt.timedelta(0))
