"""Who stands in for a caseworker who is away: the deputy does the caseworker's user tasks of the case."""

from __future__ import annotations

from collections.abc import Mapping

from flowcase.access.actor import Actor
from flowcase.store import Tx
from flowcase.store.queries import absences, case_files, records
from flowcase.store.queries import user_tasks as queries
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.values import Value

ABSENCE, UNDER_WAY = "Fravaer", "i_gang"
ABSENCES = absences.question(entity=ABSENCE, under_way=UNDER_WAY)  # by which all who are away are found


def stands_in(tx: Tx, row: UserTaskRow, actor: Actor) -> bool:
    """Whether the user task is the absent caseworker's and the actor is the case's deputy."""
    if row.assignee is None or row.assignee == actor.id or row.case_code is None:
        return False
    case = case_files.case(tx, row.case_code)
    if case is None or case.caseworker != row.assignee:
        return False
    return case.deputy == actor.id


def is_announced(tx: Tx, case: str, said: Mapping[str, Value]) -> bool:
    """Whether an absence that is announced in the case, or under way, says all of this already."""
    return any(
        row.open.get("status") in (None, UNDER_WAY)
        and all(row.values.get(name) == value for name, value in said.items())
        for row in records.records(tx, entity=ABSENCE, case=case)
    )


def covered(tx: Tx, actor: Actor) -> list[tuple[str, str]]:
    """(case, absent caseworker) of every case whose deputy the actor is now."""
    return [
        (case.code, case.caseworker)
        for case in case_files.of_codes(tx, _cases_of(tx, actor))
        if case.caseworker and case.deputy == actor.id
    ]


def taken_over(tx: Tx, actor: Actor) -> list[UserTaskRow]:
    """Open user tasks of caseworkers for whom the actor is deputy now, oldest first."""
    found: list[UserTaskRow] = []
    for code in _cases_of(tx, actor):
        found += [row for row in queries.user_tasks(tx, case=code) if stands_in(tx, row, actor)]
    return sorted(found, key=lambda row: (row.created_at, row.id))


def _cases_of(tx: Tx, actor: Actor) -> list[str]:
    """The cases in which the actor is named as deputy of an absence that is under way."""
    rows = absences.not_ended(tx, entity=ABSENCE, under_way=UNDER_WAY)
    wanted = {"stedfortraeder": actor.id, "status": UNDER_WAY}
    return sorted(
        {row.case_code for row in rows if all(row.open.get(name) == each for name, each in wanted.items())}
    )
