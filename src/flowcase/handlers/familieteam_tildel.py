"""`familieteam.tildel`: the case has a team and one named caseworker from now on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.case_loads import colour, load_for
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.case_work import CaseWork


@handler(
    "familieteam.tildel",
    da="Registrér tildelingen",
    en="Record the allocation",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("team", "string", "Team", "Team"),
        Field("sagsbehandler", "string", "Gennemgående rådgiver", "Continuous caseworker"),
        Field("tildeling_id", "string", "Tildeling", "Allocation"),
    ),
    outputs=(Field("sagstal_efter", "number", "Sagstal efter tildelingen", "Case-load afterwards"),),
    rules=("R-022", "R-023"),
)
def allocate(job: Job, case: CaseWork) -> Mapping[str, Value]:
    code, person = str(job.inputs["sag_id"]), str(job.inputs["sagsbehandler"])
    load = load_for(case, code, person)
    case.set_fact(code, "team", job.inputs["team"])
    case.set_fact(code, "sagsbehandler", person)
    case.set_fact(code, "status", "aaben")
    case.update(
        "Tildeling",
        str(job.inputs["tildeling_id"]),
        {"sagstal": load.now, "sagstal_farve": colour(case, load.after)["farve"], "tildelt": case.now},
    )
    return {"sagstal_efter": load.after}
