"""`overgang.find_unge`: young people at the start age, whose way to adult life nobody plans yet."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.overgang_opret import TO_ADULT_LIFE, TRANSITION, coming_of_age
from flowcase.handlers.young_people import birthday, with_a_running_measure
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record

MEASURE = "foranstaltning"  # status of a case
BETWEEN_SECTORS = "sektor"


@handler(
    "overgang.find_unge",
    da="Find unge, hvis overgang skal planlægges",
    en="Find young people whose transition is to be planned",
    outputs=(Field("antal", "number", "Begyndte overgange", "Transitions begun"),),
    rules=("R-124",),
)
def find(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Open cases with a running measure; each young person's way to adult life begins once.

    A transition between sectors, as into school years ago, is another matter.
    """
    today, begun = local_date(job.now), 0
    age: Any = case.setting("overgang_alder")
    for file in _in_measures(case):
        adult = coming_of_age(case, file.id)
        if adult is None or today >= adult or _has_begun(case, file.id):
            continue
        first = birthday(case, file.id, int(age))
        if first is not None and today >= first:
            case.start("overgang", {"sag_id": file.id, "overgang_slags": TO_ADULT_LIFE}, case=file.id)
            begun += 1
    return {"antal": Decimal(begun)}


def _in_measures(case: CaseWork) -> list[Record]:
    """By the status of the case, and whatever its status by what runs."""
    by_status = [each for each in case.records("Sag", status=MEASURE) if each["afsluttet"] is None]
    files = {each.id: each for each in (*by_status, *with_a_running_measure(case))}
    return list(files.values())


def _has_begun(case: CaseWork, code: str) -> bool:
    """Of one that was begun by hand and not filled in yet it is not known where it leads."""
    return any(each["slags"] != BETWEEN_SECTORS for each in case.records(TRANSITION, case=code))
