"""`netvaerk.adgang`: may this young person have a network effort? Table D-16 answers from the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.ages import age_on
from flowcase.cases.civil_time import local_date
from flowcase.errors import Refused
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

CORE, WIDENED = "kerne", "udvidet"


@handler(
    "netvaerk.adgang",
    da="Find adgang til netværksindsats (D-16)",
    en="Find the access to a network effort (D-16)",
    inputs=(Field("netvaerksforloeb_id", "string", "Netværksindsats", "Network effort"),),
    outputs=(Field("adgang", "string", "Adgang", "Access"),),
    rules=("D-16", "R-133", "R-134", "R-135"),
)
def find_access(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Offences, sentence and age stay in the record: the diagram learns nothing but the answer's code."""
    id = str(job.inputs["netvaerksforloeb_id"])
    record = case.get("Netvaerksforloeb", id)
    born = _born(case, record.case) or record["foedt"]
    if born is None:
        raise Refused("find access to a network effort", "the date of birth is not known", rules=("D-16",))
    asked = {
        "alder": Decimal(age_on(born, local_date(job.now))),
        "lovovertraedelser": sorted(row["dato"] for row in record["lovovertraedelser"] or ()),
        "tidligere_dom": record["tidligere_dom"],
        "staerkt_truet": record["staerkt_truet"],
        "naevn": record["naevn"],
        "maalgruppe": case.setting("netvaerk_maalgruppe"),
        "oevre_alder_med": case.setting("oevre_alder_med"),
    }
    access = case.decide("netvaerksindsats_adgang", asked)
    criterion = {CORE: CORE, WIDENED: WIDENED}.get(str(access))
    case.update("Netvaerksforloeb", id, {"adgang": access, "kriterium": criterion})
    return {"adgang": access}


def _born(case: CaseWork, code: str | None) -> dt.date | None:
    child = case.case(code).get("barn_id")
    return date_of(case.get("Barn", str(child))["foedt"]) if child else None
