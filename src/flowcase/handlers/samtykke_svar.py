"""`samtykke.svar`: an answer is recorded; an oral one leaves a note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowcase.access.groups import NAMES
from flowcase.cases.consents import YES
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import CONSENT, REQUEST, codes
from flowcase.services.casework.consent_work import last_valid_day
from flowcase.services.choosing.consent_sentences import NAMES_SETTING, giver_words
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record

ORAL = "mundtligt"
NOTE = "samtykke_mundtligt"
ANSWERS = {YES: "samtykker", "nej": "siger nej"}
CAPACITIES = {
    "foraeldremyndighed": "har forældremyndighed",
    "bopaelsforaelder": "bopælsforælder",
    "vaerge": "værge",
    "fuldmagt": "ved fuldmagt",
    "foraelder_uden_myndighed": "uden forældremyndighed",
}


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
        case.note(NOTE, _in_words(case, request, answer), code, source=job.element)
    return {}


def _in_words(case: CaseWork, request: Record, answer: Record) -> str:
    """What the note proves, as the giver and whoever reads the case file understand it."""
    names: Any = case.setting(NAMES_SETTING)
    kinds = ", ".join(str(names.get(each, each)) for each in codes(request["oplysningstyper"]))
    recipients = ", ".join(
        NAMES[each][0] if each in NAMES else case.name_of(each) for each in codes(request["modtagere"])
    )
    said, capacity = str(answer["svar"]), str(answer["egenskab"])
    purpose = str(request["formaal"]).rstrip(". ")
    return (
        f"Mundtligt svar: {ANSWERS.get(said, said)}. "
        f"Afgiver: {giver_words(answer['afgiver'])} ({CAPACITIES.get(capacity, capacity)}). "
        f"Formål: {purpose}. Oplysninger: {kinds}. Modtagere: {recipients}. "
        f"Gentaget for afgiver: {'ja' if answer['gentaget'] else 'nej'}."
    )
