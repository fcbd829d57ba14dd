"""`samtykke.tilbagekald`: a consent is withdrawn or has served; what waits stops, recipients are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.consents import Outcome, outcome_of
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import (
    CONSENT,
    REQUEST,
    asked_of,
    codes,
    tell_caseworker,
    tell_recipients,
    tell_requester,
)
from flowcase.services.choosing.consent_sentences import giver_words
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

WITHDRAWAL, WITHDRAWN, ORAL = "Tilbagekaldelse", "tilbagekaldt", "mundtligt"
NOTE = "samtykke_tilbagekaldt_mundtligt"
WAITING, STOPPED = "afventer", "standset"


@handler(
    "samtykke.tilbagekald",
    da="Træk samtykket tilbage",
    en="Withdraw the consent",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("tilbagekaldelse_id", "string", "Tilbagekaldelse", "Withdrawal"),
        Field("samtykke_id", "string", "Samtykke", "Consent"),
    ),
    outputs=(
        Field("anmodning_id", "string", "Anmodning", "Request"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure", required=False),
        Field("formaal_kode", "string", "Formålets art", "Kind of purpose"),
        Field("modtagere", "list", "Modtagere", "Recipients"),
        Field("standsede", "list", "Standsede udvekslinger", "Stopped exchanges"),
    ),
    rules=("R-090", "R-092"),
)
def withdraw(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Past disclosures stay as they are. A yes that is left standing keeps what it covers alone open."""
    code, id = str(job.inputs["sag_id"]), str(job.inputs["tilbagekaldelse_id"])
    consent, told = case.get(CONSENT, str(job.inputs["samtykke_id"])), case.get(WITHDRAWAL, id)
    if consent["anmodning_id"] is None:
        return _of_measure(job, case, consent, told)
    request = case.get(REQUEST, str(consent["anmodning_id"]))
    stopped: list[str] = []
    if told["aendring"] == WITHDRAWN:
        case.update(CONSENT, consent.id, {"tilbagekaldt": told["tidspunkt"], "status": WITHDRAWN})
        stopped = _stop(case, code, request.id)
        if outcome_of(asked_of(case, request)) is Outcome.PARTLY:
            case.update(REQUEST, request.id, {"status": str(Outcome.PARTLY)})
        else:
            case.update(REQUEST, request.id, {"status": str(Outcome.WITHDRAWN), "ophoert": told["tidspunkt"]})
            case.publish("samtykke_tilbagekald", request.id, message_id=f"{id}", time_to_live=dt.timedelta(0))
        _note_if_oral(job, case, consent, told)
        tell_recipients(case, request, "samtykke_tilbagekaldt")
        tell_requester(case, request, "samtykke_tilbagekaldt")
        tell_caseworker(case, request, "samtykke_tilbagekaldt")
    case.update(
        WITHDRAWAL, id, {"anmodning_id": request.id, "afgiver": consent["afgiver"], "standsede": stopped}
    )
    return {
        "anmodning_id": request.id,
        "foranstaltning_id": None,
        "formaal_kode": request["formaal_kode"],
        "modtagere": codes(request["modtagere"]),
        "standsede": stopped,
    }


def _of_measure(job: Job, case: CaseWork, consent: Record, told: Record) -> Mapping[str, Value]:
    """A consent to a measure: nothing is exchanged on it, and its measure hears of it by the signal."""
    if told["aendring"] == WITHDRAWN:
        case.update(CONSENT, consent.id, {"tilbagekaldt": told["tidspunkt"], "status": WITHDRAWN})
        _note_if_oral(job, case, consent, told)
    else:
        case.update(CONSENT, consent.id, {"status": str(Outcome.LAPSED)})
    case.update(WITHDRAWAL, told.id, {"afgiver": consent["afgiver"], "standsede": []})
    return {
        "anmodning_id": consent.id,  # what ended, where no request is behind it
        "foranstaltning_id": consent["foranstaltning_id"],
        "formaal_kode": consent["formaal_kode"],
        "modtagere": [],
        "standsede": [],
    }


def _note_if_oral(job: Job, case: CaseWork, consent: Record, told: Record) -> None:
    if told["form"] == ORAL:
        text = f"Mundtligt tilbagekaldt af {giver_words(consent['afgiver'])}. Omfang: {told['omfang']}"
        case.note(NOTE, text, str(job.inputs["sag_id"]), source=job.element)


def _stop(case: CaseWork, code: str, request_id: str) -> list[str]:
    """Requests to others and invitations that rest on this consent and are still waiting."""
    waiting = case.records("Videregivelse", case=code, grundlag=request_id, status=WAITING)
    for each in waiting:
        case.update("Videregivelse", each.id, {"status": STOPPED})
    return [each.id for each in waiting]
