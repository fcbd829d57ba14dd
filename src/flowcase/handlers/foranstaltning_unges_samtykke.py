"""`foranstaltning.unges_samtykke`: whether the young person must consent too, by age (R-051)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import add_months, local_date
from flowcase.errors import NotFound
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_MONTHS_IN_A_YEAR = 12


@handler(
    "foranstaltning.unges_samtykke",
    da="Skal den unge selv samtykke?",
    en="Must the young person consent?",
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    outputs=(Field("ung_kraeves", "boolean", "Den unge samtykker selv", "Consents too", required=False),),
    rules=("R-051",),
)
def by_age(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Null when the child's birthday or the age is unknown, so that the caseworker is asked."""
    child = case.case(str(job.inputs["sag_id"])).get("barn_id")
    born = case.get("Barn", str(child))["foedt"] if child else None
    try:
        age = int(case.setting("samtykke_unge_fra_alder"))
    except NotFound:
        return {"ung_kraeves": None}
    if isinstance(born, str):
        born = dt.date.fromisoformat(born)
    if not isinstance(born, dt.date):
        return {"ung_kraeves": None}
    return {"ung_kraeves": add_months(born, age * _MONTHS_IN_A_YEAR) <= local_date(job.now)}
