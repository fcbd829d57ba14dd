"""`sagstal.beregn`: the proposed caseworker's load, ready for the leader who allocates (D-07)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.case_loads import colour, load_for
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "sagstal.beregn",
    da="Beregn sagstal og foreslå rådgiver",
    en="Compute the case-load and propose a caseworker",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("team", "string", "Team", "Team", required=False),
        Field("foreslaaet_raadgiver", "string", "Foreslået rådgiver", "Proposed caseworker", required=False),
    ),
    outputs=(
        Field("foreslaaet_raadgiver", "string", "Foreslået rådgiver", "Proposed caseworker", required=False),
        Field("tildeling_id", "string", "Tildeling", "Allocation"),
    ),
    rules=("R-023",),
)
def propose(job: Job, case: CaseWork) -> Mapping[str, Value]:
    code, person = str(job.inputs["sag_id"]), job.inputs.get("foreslaaet_raadgiver")
    proposal: dict[str, Value] = {"team": job.inputs.get("team")}
    if person:
        load = load_for(case, code, person)
        proposal |= {
            "sagsbehandler": person,
            "sagstal": load.now,
            "sagstal_farve": colour(case, load.after)["farve"],
        }
    return {"foreslaaet_raadgiver": person, "tildeling_id": case.create("Tildeling", proposal, case=code)}
