"""`ungeplan.find`: young people who have reached the age of a youth plan and have none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.handlers.overgang_opret import coming_of_age
from flowcase.handlers.plans import KIND_OF_CASE, LAPSED, PLAN, READY, YOUTH_PLAN, youth_plan_from
from flowcase.handlers.young_people import in_need, with_a_running_measure
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record

BIRTHDAY = "foedselsdag"  # what T17 counts from


@handler(
    "ungeplan.find",
    da="Find unge, der skal have en ungeplan",
    en="Find young people who are to have a youth plan",
    outputs=(Field("sager", "list", "Sager", "Cases"),),
    rules=("T17",),
)
def find(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Open cases with a running measure, by the age that the case's own rule set names."""
    today = local_date(job.now)
    return {
        "sager": in_need(
            with_a_running_measure(case),
            lambda file: is_to_begin(case, file.id, today) or bool(wrongly_counted(case, file)),
        )
    }


def is_to_begin(case: CaseWork, code: str, today: dt.date) -> bool:
    first, adult = youth_plan_from(case, code), coming_of_age(case, code)
    if first is None or adult is None or not first <= today < adult:
        return False
    return not any(_is_youth_plan(each, first) for each in plans_of(case, code))


def plans_of(case: CaseWork, code: str) -> list[Record]:
    return [each for each in case.records(PLAN, case=code) if each["status"] != LAPSED]


def wrongly_counted(case: CaseWork, file: Record) -> list[str]:
    """Deadlines that were counted from a birth that was corrected since."""
    first = youth_plan_from(case, file.id)
    if file[KIND_OF_CASE] != YOUTH_PLAN or first is None:
        return []
    running = case.deadlines(rule=READY, case=file.id)
    return [each.id for each in running if each.start_fact == BIRTHDAY and date_of(each.start) != first]


def _is_youth_plan(plan: Record, first: dt.date) -> bool:
    """One from before plans said what they are is a youth plan where it was approved at that age."""
    if plan["slags"] is not None:
        return plan["slags"] == YOUTH_PLAN
    approved = date_of(plan["godkendt"])
    return approved is not None and approved >= first
