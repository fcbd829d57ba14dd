"""`flytning.adresse`: the child has a new address; whether that is another area of the municipality (2.c)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

ELSEWHERE = "anden_kommune"


@handler(
    "flytning.adresse",
    da="Ret barnets adresse",
    en="Correct the child's address",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("flytning_id", "string", "Flytning", "Move"),
    ),
    outputs=(Field("skifter_omraade", "boolean", "Skifter område?", "Another area?"),),
    rules=("R-024",),
)
def correct_address(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The case's area follows the address at once; which team has the case is a decision of its own."""
    code = str(job.inputs["sag_id"])
    move = case.get("Flytning", str(job.inputs["flytning_id"]))
    facts = case.case(code)
    if facts.get("barn_id"):
        case.update("Barn", str(facts["barn_id"]), {"adresse": move["ny_adresse"]})
    area = move["nyt_omraade"] if move["hvorhen"] != ELSEWHERE else None
    changes = area is not None and area != facts.get("omraade")
    if changes:
        case.set_fact(code, "omraade", area, reason="Familien er flyttet")
    return {"skifter_omraade": changes}
