"""The goals of a plan as records of their own: what became of each is counted (I-05) and shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flowcase.cases.goals import OPEN, REACHED, REPLACED
from flowcase.handlers.message_dates import date_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record

GOAL = "Maal"
_OF_A_GOAL = ("omraade", "maal", "tegn", "maaldato")


def set_goals(
    case: CaseWork, code: str, plan: str, rows: Iterable[Mapping[str, Any]], approved: dt.date
) -> None:
    """A plan was approved: the goals that it keeps go on, new ones are added, the others are replaced.

    A goal whose date had come by then stays what it was by its date. One that was reached is done.
    """
    running = [each for each in case.records(GOAL, case=code) if _goes_on(each, approved)]
    for row in rows:
        goal = {name: row.get(name) for name in _OF_A_GOAL} | {"handleplan_id": plan}
        kept = _named(running, row.get("maal"))
        if kept is None:
            case.create(GOAL, {**goal, "status": OPEN}, case=code)
        else:
            running.remove(kept)
            case.update(GOAL, kept.id, goal)
    for each in running:
        case.update(GOAL, each.id, {"status": REPLACED})


def tell_of_goals(case: CaseWork, code: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """What a follow-up says of each; what it leaves out, or no plan has, is left as it is."""
    goals = [each for each in case.records(GOAL, case=code) if each["status"] != REPLACED]
    for row in rows:
        goal = _named(reversed(goals), row.get("maal"))  # of two the one that was set last
        if goal is not None and row.get("status") and goal["status"] != row["status"]:
            case.update(GOAL, goal.id, {"status": row["status"]})


def _goes_on(goal: Record, approved: dt.date) -> bool:
    if goal["status"] in (REACHED, REPLACED):
        return False
    ends = date_of(goal["maaldato"])
    return ends is None or ends > approved


def _named(goals: Iterable[Record], words: object) -> Record | None:
    wanted = _plain(words)
    return next((each for each in goals if wanted and _plain(each["maal"]) == wanted), None)


def _plain(words: object) -> str:
    return " ".join(str(words or "").split()).casefold()
