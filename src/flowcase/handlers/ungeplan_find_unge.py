"""`ungeplan.find_unge`: young people who have reached the age of a youth plan and have none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.handlers.overgang_opret import coming_of_age
from flowcase.handlers.plans import (
    DRAFT,
    KIND_OF_CASE,
    LAPSED,
    PLAN,
    READY,
    YOUTH_PLAN,
    open_deadline,
    youth_plan_from,
)
from flowcase.handlers.young_people import MEASURE, RUNNING, with_a_running_measure
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record

BIRTHDAY = "foedselsdag"  # what T17 counts from


@handler(
    "ungeplan.find_unge",
    da="Find unge, der skal have en ungeplan",
    en="Find young people who are to have a youth plan",
    outputs=(Field("antal", "number", "Begyndte ungeplaner", "Youth plans begun"),),
    rules=("T17",),
)
def find(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Open cases with a running measure, each once, by the age that the case's own rule set names.

    T17 counts from the birthday whenever they are found, and from the decision where that came later. A plan
    that is being written becomes the youth plan: nobody writes two.
    """
    today, begun = local_date(job.now), 0
    for file in with_a_running_measure(case):
        first, adult = youth_plan_from(case, file.id), coming_of_age(case, file.id)
        if first is None or adult is None:
            continue
        if file[KIND_OF_CASE] == YOUTH_PLAN:
            _follow_the_birthday(case, file.id, first)
        if not first <= today < adult:
            continue
        plans = [each for each in case.records(PLAN, case=file.id) if each["status"] != LAPSED]
        if any(_is_youth_plan(each, first) for each in plans):
            continue
        start = max([first, *_decided(case, file.id)])
        counted_from = BIRTHDAY if start == first else ""
        open_deadline(case, file.id, start, job.element, start_fact=counted_from)
        case.set_fact(file.id, KIND_OF_CASE, YOUTH_PLAN)
        drafts = [each for each in plans if each["status"] == DRAFT]
        for draft in drafts:
            case.update(PLAN, draft.id, {"slags": YOUTH_PLAN})
        if drafts:
            case.look_again(file.id)
        else:
            case.start("handleplan", {"sag_id": file.id, "handleplan_id": None}, case=file.id)
        begun += 1
    return {"antal": Decimal(begun)}


def _follow_the_birthday(case: CaseWork, code: str, first: dt.date) -> None:
    """A child's birth that was corrected moves what was counted from it."""
    for each in case.deadlines(rule=READY, case=code):
        if each.start_fact == BIRTHDAY and date_of(each.start) != first:
            case.move_deadline(each.id, start=first, reason="foedselsdag_rettet")


def _is_youth_plan(plan: Record, first: dt.date) -> bool:
    """One from before plans said what they are is a youth plan where it was approved at that age."""
    if plan["slags"] is not None:
        return plan["slags"] == YOUTH_PLAN
    approved = date_of(plan["godkendt"])
    return approved is not None and approved >= first


def _decided(case: CaseWork, code: str) -> list[dt.date]:
    """When what runs was decided: the first of it, and none where it is not told."""
    found = (date_of(each["besluttet"]) for each in case.records(MEASURE, case=code, status=RUNNING))
    return sorted(day for day in found if day is not None)[:1]
