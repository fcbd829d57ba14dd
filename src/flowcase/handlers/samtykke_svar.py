"""`samtykke.svar`: an answer is recorded; an oral one leaves a note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.consents import YES
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import CONSENT, REQUEST, codes
from flowcase.services.casework.consent_work import last_valid_day
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

ORAL = "mundtligt"
NOTE = "samtykke_mundtligt"


@handler(
    "samtykke.svar",
    da="Registrér svar på samtykke",
    en="Record an answer about consent",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("anmodning_id", "string", "Anmodning", "Request"),
        Field("samtykke_id", "string", "Svar", "Answer"),
        Field("krav", "string", "Kræves fra", "Needed from"),
    ),
    rules=("R-083", "R-091", "R-092"),
)
def record_answer(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The answer takes over purpose, data and recipients as they were asked for: it covers nothing else."""
    code, id = str(job.inputs["sag_id"]), str(job.inputs["samtykke_id"])
    request, answer = case.get(REQUEST, str(job.inputs["anmodning_id"])), case.get(CONSENT, id)
    is_yes = answer["svar"] == YES
    case.update(
        CONSENT,
        id,
        {
            "anmodning_id": request.id,
            "formaal_kode": request["formaal_kode"],
            "formaal": request["formaal"],
            "oplysningstyper": request["oplysningstyper"],
            "modtagere": request["modtagere"],
            "kraevet": job.inputs["krav"],
            "gyldigt_til": last_valid_day(case, answer) if is_yes and case.meets_health(request) else None,
            "status": str(answer["svar"]),
        },
    )
    if answer["form"] == ORAL:
        recipients = ", ".join(codes(request["modtagere"]))
        kinds = ", ".join(codes(request["oplysningstyper"]))
        text = (
            f"Mundtligt svar: {answer['svar']}. Afgiver: {answer['afgiver']} ({answer['egenskab']}). "
            f"Formål: {request['formaal']} Oplysninger: {kinds}. Modtagere: {recipients}. "
            f"Gentaget for afgiver: {'ja' if answer['gentaget'] else 'nej'}."
        )
        case.note(NOTE, text, code, source=job.element)
    return {}
