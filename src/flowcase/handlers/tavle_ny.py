"""`tavle.ny`: a new version of the shared board begins with what the last one said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

BEGUN, FILLED = "paabegyndt", "udfyldt"


@handler(
    "tavle.ny",
    da="Ny version af den fælles tavle",
    en="New version of the shared board",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("moede_id", "string", "Møde", "Meeting", required=False),
        Field("anledning", "string", "Anledning", "Occasion", required=False),
    ),
    outputs=(
        Field("tavle_id", "string", "Tavle", "Board"),
        Field("version", "number", "Version", "Version"),
    ),
)
def begin(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The earlier version stays as it is, so that the family can see what has changed."""
    code = str(job.inputs["sag_id"])
    earlier = [board for board in case.records("SoSTavle", case=code) if board["status"] == FILLED]
    last = earlier[-1] if earlier else None
    values: dict[str, Value] = {
        "version": len(earlier) + 1,
        "status": BEGUN,
        "moede_id": job.inputs.get("moede_id"),
        "anledning": job.inputs.get("anledning"),
    }
    if last is not None:
        values |= {"forrige_id": last.id, "tavle": last["tavle"], "uenighed": last["uenighed"]}
    board = case.create("SoSTavle", {key: v for key, v in values.items() if v is not None}, case=code)
    return {"tavle_id": board, "version": len(earlier) + 1}
