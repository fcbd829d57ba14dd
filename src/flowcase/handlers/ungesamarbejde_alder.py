"""`ungesamarbejde.alder`: whether a young person is of the age that the club area's conferences cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import add_months, local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_MONTHS_IN_A_YEAR = 12


@handler(
    "ungesamarbejde.alder",
    da="Er den unge i alderen?",
    en="Is the young person of the age?",
    inputs=(Field("sag_id", "string", "Sag", "Case", required=False),),
    outputs=(
        Field("alder_kendt", "boolean", "Er alderen kendt?", "Is the age known?"),
        Field("i_alderen", "boolean", "Er den unge i alderen?", "Of the age?", required=False),
        Field("begyndt_af", "string", "Begyndt af", "Begun by", required=False),
    ),
    rules=("R-071",),
)
def of_age(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Both ends of the setting count in full: the last day is the one before the next birthday.

    SSP, Youth guidance and the club begin outside of any case, where nothing is known of the young person.
    """
    begun_by = case.actor if case.groups_of(case.actor) else None
    code = job.inputs.get("sag_id")
    child = None if code is None else case.case(str(code)).get("barn_id")
    born = case.get("Barn", str(child))["foedt"] if child else None
    if isinstance(born, str):
        born = dt.date.fromisoformat(born)
    if not isinstance(born, dt.date):
        return {"alder_kendt": False, "i_alderen": None, "begyndt_af": begun_by}
    youngest, oldest = (int(age) for age in case.setting("unge_uden_institution_alder"))
    today = local_date(job.now)
    is_old_enough = add_months(born, youngest * _MONTHS_IN_A_YEAR) <= today
    is_too_old = add_months(born, (oldest + 1) * _MONTHS_IN_A_YEAR) <= today
    return {
        "alder_kendt": True,
        "i_alderen": is_old_enough and not is_too_old,
        "begyndt_af": begun_by,
    }
