"""`samtykke.uden`: an exchange goes without consent on a recorded ground of D-03 stage 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.consents import YES, Outcome
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import REQUEST, codes
from flowcase.handlers.videregivelse_registrer import DONE, disclose
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

NOTE = "uden_samtykke"


@handler(
    "samtykke.uden",
    da="Registrér grundlag uden samtykke",
    en="Record the ground to go without consent",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("anmodning_id", "string", "Anmodning", "Request"),
        Field("grundlag", "string", "Grundlag (slags udveksling)", "Ground (kind of exchange)"),
        Field("notat", "boolean", "Notat", "Note", required=False),
        Field("ledersvar", "string", "Lederens svar", "Leader's answer", required=False),
    ),
    outputs=(Field("samtykke_udfald", "string", "Udfald", "Outcome"),),
    rules=("R-081", "R-092", "R-095", "R-050"),
)
def go_without(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Without the leader's yes, where one is asked for, nothing opens."""
    code, id = str(job.inputs["sag_id"]), str(job.inputs["anmodning_id"])
    leader = job.inputs.get("ledersvar")
    if leader is not None and leader != YES:
        case.update(REQUEST, id, {"status": str(Outcome.REFUSED), "afgjort": case.now})
        return {"samtykke_udfald": Outcome.REFUSED}
    ground = str(job.inputs["grundlag"])
    kept = {"status": str(Outcome.NOT_NEEDED), "undtagelse": ground, "afgjort": case.now}
    case.update(REQUEST, id, kept | ({"ledergodkendt": case.actor} if leader else {}))
    if job.inputs.get("notat"):
        request = case.get(REQUEST, id)
        disclose(
            case,
            code,
            to=codes(request["modtagere"]),
            kinds=codes(request["oplysningstyper"]),
            purpose=str(request["formaal_kode"]),
            what=str(request["formaal"] or ""),
            ground=ground,
            status=DONE,
        )
        questions = ("bidrager", "forstaaet", "dialog_udtoemt", "hvilke_oplysninger", "hvem")
        said = [str(request[name]) for name in (*questions, "lederbegrundelse") if request[name]]
        case.note(NOTE, "\n".join(said) or ground, code, source=job.element)
    return {"samtykke_udfald": Outcome.NOT_NEEDED}
