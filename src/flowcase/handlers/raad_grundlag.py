"""`raad.grundlag`: on what footing the council may talk about the child: consent, anonymously, or inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

NOT_NEEDED, CONSENT, ANONYMOUS, INSIDE = "ikke_noedvendigt", "samtykke", "anonymt", "internt"
_GIVEN = ("givet", "delvist")
_REALLY_ANONYMOUS = "anonym"


@handler(
    "raad.grundlag",
    da="Registrér rådets grundlag",
    en="Record the council's footing",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("raad_id", "string", "Møde", "Meeting"),
        Field("samtykke_udfald", "string", "Samtykke", "Consent"),
        Field("anmodning_id", "string", "Anmodning", "Request", required=False),
        Field("anonym_udfald", "string", "Anonymitet", "Anonymity", required=False),
    ),
    outputs=(
        Field("grundlag", "string", "Grundlag", "Footing"),
        Field("punkter", "list", "Dagsordenspunkter", "Agenda items"),
    ),
    rules=("R-047", "R-080", "R-081", "R-099"),
)
def record(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A recognisable child without consent: only the authority's own staff hear of it (R-081)."""
    code, meeting = str(job.inputs["sag_id"]), str(job.inputs["raad_id"])
    answer = job.inputs["samtykke_udfald"]
    if answer == NOT_NEEDED:
        footing = NOT_NEEDED
    elif answer in _GIVEN:
        footing = CONSENT
    else:
        footing = ANONYMOUS if job.inputs.get("anonym_udfald") == _REALLY_ANONYMOUS else INSIDE
    item = {
        "moede_id": meeting,
        "sag_id": code,
        "barn_id": case.case(code).get("barn_id"),
        "identificerbart_barn": True,
        "anonym": footing == ANONYMOUS,
        "nr": 1,
        "status": "paa_dagsordenen",
    }
    known = {"samtykke": job.inputs.get("anmodning_id"), "anonymt": footing == ANONYMOUS}
    case.update("Moede", meeting, known)
    return {"grundlag": footing, "punkter": [case.create("Dagsordenspunkt", item, case=code)]}
