"""`familieteam.tildel`: the case has a team and one named caseworker from now on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.caseload import WAITING_FOR_ALLOCATION
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.case_loads import colour, load_for
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


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
    _propose_to_siblings(case, code, person)
    return {"sagstal_efter": load.after}


def _propose_to_siblings(case: CaseWork, code: str, person: str) -> None:
    """Siblings who wait for allocation get the same caseworker proposed (sibling rule of D-01)."""
    family = case.case(code).get("familie_id")
    for sibling in case.records("Sag", familie_id=family) if family else []:
        if sibling["sagsbehandler"] or sibling["status"] != WAITING_FOR_ALLOCATION:
            continue
        for proposal in case.records("Tildeling", case=sibling.id):
            if proposal["tildelt"] is None and proposal["sagsbehandler"] is None:
                load = load_for(case, sibling.id, person)
                proposed = {"sagsbehandler": person, "sagstal": load.now}
                case.update("Tildeling", proposal.id, proposed)
