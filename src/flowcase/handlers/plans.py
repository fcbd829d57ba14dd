"""What the plan of a case is by its rule set: what it is called, and when it is to be ready (T17)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from flowcase.cases.civil_time import local_date
from flowcase.errors import NotFound
from flowcase.handlers.young_people import birthday

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

PLAN = "Handleplan"
YOUTH_PLAN = "ungeplan"
DRAFT, APPROVED, LAPSED = "kladde", "godkendt", "bortfaldet"
READY = "T17"
KIND_OF_CASE = "plan_slags"  # fact: what the plan is that the case has, or is to have


def youth_plan_from(case: CaseWork, code: str) -> dt.date | None:
    """The birthday from which a youth plan is to be made; None where the rule set has no such age.

    None also while the child's birth is not known.
    """
    age: Any = _setting(case, "ungeplan_fra_alder", code)
    return None if age is None else birthday(case, code, int(age))


def kind_of_plan(case: CaseWork, code: str) -> str | None:
    """What a plan that is begun now is: the rule set's own, from its age on a youth plan."""
    first = youth_plan_from(case, code)
    if first is not None and first <= local_date(case.now):
        return YOUTH_PLAN
    kind = _setting(case, "plan_navn", code)
    return None if kind is None else str(kind)


def open_deadline(case: CaseWork, code: str, start: dt.date, element: str, *, start_fact: str = "") -> None:
    """One that runs stays as it is: nothing gives the plan more time. Not every rule set has a T17.

    `start_fact` is what it counts from, where that is not the decision.
    """
    if case.deadlines(rule=READY, case=code):
        return
    try:
        case.open_deadline(READY, start, case=code, start_fact=start_fact, element=element)
    except NotFound:
        return


def _setting(case: CaseWork, name: str, code: str) -> Any:
    try:
        return case.setting(name, case=code)
    except NotFound:
        return None
