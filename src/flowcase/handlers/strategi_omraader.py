"""`strategi.omraader`: the areas that the strategy works at, each with a change theory to be written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

RUNNING, DROPPED = "i_gang", "udgaaet"


@handler(
    "strategi.omraader",
    da="Opret forandringsteorier for områderne",
    en="Begin a change theory for each area",
    inputs=(Field("strategi_id", "string", "Strategi", "Strategy"),),
    outputs=(Field("omraader", "list", "Indsatsområder", "Areas"),),
    rules=("R-118",),
)
def begin_areas(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Chosen anew, an area that is still there keeps what was written; one that is gone is dropped."""
    strategy = str(job.inputs["strategi_id"])
    chosen = [str(row["omraade"]) for row in case.get("Strategi", strategy)["omraader"] or ()]
    running = case.records("Forandringsteori", strategi_id=strategy, status=RUNNING)
    known = {str(each["omraade"]): each.id for each in running}
    for name, id in known.items():
        if name not in chosen:
            case.update("Forandringsteori", id, {"status": DROPPED})
    first = {"strategi_id": strategy, "status": RUNNING}
    return {
        "omraader": [
            known.get(name) or case.create("Forandringsteori", {**first, "omraade": name})
            for name in dict.fromkeys(chosen)
        ]
    }
