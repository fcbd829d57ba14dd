"""`familieteam.skift`: another caseworker takes over, with the open user tasks; counted (R-022, I-09)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "familieteam.skift",
    da="Registrér skift af rådgiver",
    en="Record a change of caseworker",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("ny_sagsbehandler", "string", "Ny rådgiver", "New caseworker"),
        Field("sagsbehandlerskift_id", "string", "Skift", "Change"),
    ),
    outputs=(Field("sagsbehandler", "string", "Rådgiver", "Caseworker"),),
    rules=("R-022",),
)
def change_caseworker(job: Job, case: CaseWork) -> Mapping[str, Value]:
    code, new = str(job.inputs["sag_id"]), str(job.inputs["ny_sagsbehandler"])
    previous = case.case(code).get("sagsbehandler")
    case.set_fact(code, "sagsbehandler", new)
    if previous:
        case.hand_over(str(previous), new, code)
    case.update(
        "Sagsbehandlerskift", str(job.inputs["sagsbehandlerskift_id"]), {"fra": previous, "skiftet": case.now}
    )
    told = [person for person in (previous, new) if person]
    case.notify(people=told, kind="tildeling", case=code, text="raadgiver_skiftet")
    return {"sagsbehandler": new}
