"""`samtykke.anmod`: a request for consent is made; is it needed, and is it covered already?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import (
    ABOUT,
    OPEN,
    REQUEST,
    codes,
    custody_facts,
    empowered,
    family_of,
)
from flowcase.services.casework.consent_work import AUTHORITY, INTERNAL, unit_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

WITHIN, OUTSIDE = "intern", "ekstern"


@handler(
    "samtykke.anmod",
    da="Registrér anmodning om samtykke",
    en="Record the request for consent",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("anmodning_id", "string", "Anmodning", "Request"),
        Field("anmoder", "string", "Anmodende enhed (gruppe)", "Requesting unit (group)", required=False),
        Field("moede_id", "string", "Møde", "Meeting", required=False),
        Field("punkt_id", "string", "Dagsordenspunkt", "Agenda item", required=False),
    ),
    outputs=(
        Field("udveksling", "string", "Slags udveksling", "Kind of exchange"),
        Field("svarfrist", "date", "Svar senest", "Answer by"),
        Field("allerede_daekket", "boolean", "Er det allerede dækket?", "Is it covered already?"),
        Field("daekket_af", "string", "Dækkende anmodning", "Covering request", required=False),
        Field("gyldige_fuldmagter", "list", "Gyldige fuldmagter fra", "Valid powers of attorney by"),
        Field("bopaelsforaelder", "string", "Bopælsforælder", "Residence parent", required=False),
    ),
    rules=("R-080", "R-081", "R-082", "R-089", "R-102"),
)
def request_consent(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Whether it stays within the unit is read from the recipients, not from what was ticked."""
    code, id = str(job.inputs["sag_id"]), str(job.inputs["anmodning_id"])
    request = case.get(REQUEST, id)
    unit = unit_of([str(job.inputs.get("anmoder") or "")], _units(case)) or AUTHORITY
    kinds = codes(request["oplysningstyper"])
    found = case.consent_cover(
        code, codes(request["modtagere"]), str(request["formaal_kode"]), kinds, unit=unit
    )
    is_within = found.is_complete and set(found.grounds.values()) == {INTERNAL}
    exchange = WITHIN if is_within else request["udveksling"]
    if exchange == WITHIN and not is_within:
        exchange = OUTSIDE
    answer_by = request["svarfrist"] or _default_day(case)
    case.update(
        REQUEST,
        id,
        {
            "udveksling": exchange,
            "svarfrist": answer_by,
            "anmoder": job.inputs.get("anmoder"),
            "anmodet_af": case.actor,
            "anmodet": case.now,
            "moede_id": job.inputs.get("moede_id"),
            "punkt_id": job.inputs.get("punkt_id"),
            "status": OPEN,
        },
    )
    family = family_of(case, code)
    covering = next((ground for ground in found.grounds.values() if ground != INTERNAL), None)
    about = [kind for name in ABOUT.values() for kind in codes(request[name])]
    return {
        "udveksling": exchange,
        "svarfrist": answer_by,
        # What is confidential about a parent is asked for anew: an older request may not have said so.
        "allerede_daekket": found.is_complete and not is_within and not about,
        "daekket_af": covering,
        "gyldige_fuldmagter": empowered(family, local_date(case.now)),
        "bopaelsforaelder": custody_facts(family)["bopaelsforaelder"],
    }


def _units(case: CaseWork) -> Mapping[str, Value]:
    return {"enheder": case.setting("enheder")}


def _default_day(case: CaseWork) -> dt.date:
    """The day by which an answer is expected when nobody named one."""
    return local_date(case.now) + dt.timedelta(days=int(str(case.setting("samtykke_svarfrist_dage"))))
