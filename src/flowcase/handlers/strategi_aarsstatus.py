"""`strategi.aarsstatus`: the yearly status is complete; areas go on or are replaced."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.strategi_omraader import RUNNING
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

REPLACE, REPLACED = "udskift", "udskiftet"
TOLD = ("politisk_myndighed", "forvaltningsledelse")


@handler(
    "strategi.aarsstatus",
    da="Saml årsstatus, meld til begge udvalg",
    en="Gather the yearly status, report to both committees",
    inputs=(
        Field("strategi_id", "string", "Strategi", "Strategy"),
        Field("omraadestatusser", "list", "Status pr. område", "Status per area"),
    ),
    outputs=(
        Field("omraader", "list", "Indsatsområder", "Areas"),
        Field("nye_omraader", "list", "Nye indsatsområder", "New areas"),
        Field("status_dato", "date", "Status den", "Status of"),
    ),
    rules=("R-117",),
)
def gather(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A replaced area hands over to a new one, whose change theory has still to be written."""
    strategy = str(job.inputs["strategi_id"])
    kept: list[Value] = []
    new: list[Value] = []
    for given in job.inputs["omraadestatusser"] or ():
        id, area = str(given["status"]), str(given["omraade"])
        year = Decimal(local_date(job.now).year)
        case.update("Omraadestatus", id, {"forandringsteori_id": area, "aar": year})
        status = case.get("Omraadestatus", id)
        if status["beslutning"] != REPLACE:
            kept.append(area)
            continue
        case.update("Forandringsteori", area, {"status": REPLACED})
        first = {
            "strategi_id": strategy,
            "omraade": status["nyt_omraade"],
            "afloeser": area,
            "status": RUNNING,
        }
        new.append(case.create("Forandringsteori", first))
    case.notify(groups=list(TOLD), kind="orientering", text="strategi.status")
    return {"omraader": [*kept, *new], "nye_omraader": new, "status_dato": local_date(job.now)}
