"""`ungeplan.begynd`: the youth plan of one young person begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, Side, handler
from flowcase.handlers.message_dates import date_of
from flowcase.handlers.plans import (
    DRAFT,
    KIND_OF_CASE,
    PLAN,
    YOUTH_PLAN,
    open_deadline,
    youth_plan_from,
)
from flowcase.handlers.ungeplan_find import BIRTHDAY, is_to_begin, plans_of, wrongly_counted
from flowcase.handlers.young_people import MEASURE, RUNNING
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.running.jobs import Outbox


def begin(job: Job, case: CaseWork, outputs: Mapping[str, Value]) -> None:
    """T17 counts from the birthday whenever the case is found, and from the decision where that came later.

    A plan that is being written becomes the youth plan: nobody writes two. A birth that was corrected moves
    what was counted from it. A case that was closed meanwhile, or has its plan by now, is left as it is.
    """
    code = str(job.inputs["sag_id"])
    file, first = case.get("Sag", code), youth_plan_from(case, code)
    if file["afsluttet"] is not None or first is None:
        return
    for deadline in wrongly_counted(case, file):
        case.move_deadline(deadline, start=first, reason="foedselsdag_rettet")
    if not is_to_begin(case, code, local_date(job.now)):
        return
    start = max([first, *_decided(case, code)])
    open_deadline(case, code, start, job.element, start_fact=BIRTHDAY if start == first else "")
    case.set_fact(code, KIND_OF_CASE, YOUTH_PLAN)
    drafts = [each for each in plans_of(case, code) if each["status"] == DRAFT]
    for draft in drafts:
        case.update(PLAN, draft.id, {"slags": YOUTH_PLAN})
    if drafts:
        case.look_again(code)
    else:
        case.start("handleplan", {"sag_id": code, "handleplan_id": None}, case=code)


@handler(
    "ungeplan.begynd",
    da="Begynd ungeplanen",
    en="Begin the youth plan",
    side=Side.OUTSIDE,
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    rules=("T17",),
    record=begin,
)
def apart(job: Job, outbox: Outbox) -> None:
    """A job of its own for each case, so that one that cannot begin stops no other; `begin` does the work."""


def _decided(case: CaseWork, code: str) -> list[dt.date]:
    """When what runs was decided: the first of it, and none where it is not told."""
    found = (date_of(each["besluttet"]) for each in case.records(MEASURE, case=code, status=RUNNING))
    return sorted(day for day in found if day is not None)[:1]
