"""`overgang.find_unge`: young people at the start age, whose way to adult life nobody plans yet."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flowcase.cases.civil_time import add_months, local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.handlers.overgang_opret import MONTHS_A_YEAR, TO_ADULT_LIFE, TRANSITION, coming_of_age
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

RUNNING = "foranstaltning"


@handler(
    "overgang.find_unge",
    da="Find unge, hvis overgang skal planlægges",
    en="Find young people whose transition is to be planned",
    outputs=(Field("antal", "number", "Begyndte overgange", "Transitions begun"),),
    rules=("R-124",),
)
def find(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Cases with a running measure; each young person's transition begins once."""
    today, begun = local_date(job.now), 0
    age: Any = case.setting("overgang_alder")
    for file in case.records("Sag", status=RUNNING):
        adult = coming_of_age(case, file.id)
        if adult is None or today >= adult or case.records(TRANSITION, case=file.id):
            continue
        born = date_of(case.get("Barn", str(file["barn_id"]))["foedt"])
        if born is not None and today >= add_months(born, int(age) * MONTHS_A_YEAR):
            case.start("overgang", {"sag_id": file.id, "overgang_slags": TO_ADULT_LIFE}, case=file.id)
            begun += 1
    return {"antal": Decimal(begun)}
