"""`konferencepunkt.luk`: an item has come to its end, and who proposed it hears how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konferencepunkt.luk",
    da="Luk punktet",
    en="Close the item",
    inputs=(
        Field("dagsordenspunkt_id", "string", "Punkt", "Item"),
        Field("status", "string", "Udfald", "Outcome"),
        Field("forslagsstiller", "string", "Forslagsstiller", "Who proposes", required=False),
    ),
    outputs=(Field("punkt_udfald", "string", "Udfald", "Outcome"),),
)
def close(job: Job, case: CaseWork) -> Mapping[str, Value]:
    item = case.get("Dagsordenspunkt", str(job.inputs["dagsordenspunkt_id"]))
    case.update("Dagsordenspunkt", item.id, {"status": job.inputs["status"]})
    asker = job.inputs.get("forslagsstiller")
    if asker is not None:
        told = f"konferencepunkt_{job.inputs['status']}"
        case.notify(people=[str(asker)], kind="moede", case=item["sag_id"], text=told)
    return {"punkt_udfald": job.inputs["status"]}
