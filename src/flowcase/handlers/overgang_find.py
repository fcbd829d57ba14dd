"""`overgang.find`: young people at the start age, whose way to adult life nobody plans yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.overgang_opret import TRANSITION, coming_of_age
from flowcase.handlers.young_people import birthday, in_need, with_a_running_measure
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record

MEASURE = "foranstaltning"  # status of a case
BETWEEN_SECTORS = "sektor"


@handler(
    "overgang.find",
    da="Find unge, hvis overgang skal planlægges",
    en="Find young people whose transition is to be planned",
    outputs=(Field("sager", "list", "Sager", "Cases"),),
    rules=("R-124",),
)
def find(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Open cases with a running measure; each young person's way to adult life begins once."""
    today = local_date(job.now)
    return {"sager": in_need(_in_measures(case), lambda file: is_to_begin(case, file.id, today))}


def is_to_begin(case: CaseWork, code: str, today: dt.date) -> bool:
    """A transition between sectors, as into school years ago, is another matter."""
    age: Any = case.setting("overgang_alder")
    adult, first = coming_of_age(case, code), birthday(case, code, int(age))
    if adult is None or first is None or not first <= today < adult:
        return False
    return not _has_begun(case, code)


def _in_measures(case: CaseWork) -> list[Record]:
    """By the status of the case, and whatever its status by what runs."""
    by_status = [each for each in case.records("Sag", status=MEASURE) if each["afsluttet"] is None]
    files = {each.id: each for each in (*by_status, *with_a_running_measure(case))}
    return list(files.values())


def _has_begun(case: CaseWork, code: str) -> bool:
    """Of one that was begun by hand and not filled in yet it is not known where it leads."""
    return any(each["slags"] != BETWEEN_SECTORS for each in case.records(TRANSITION, case=code))
