"""User tasks of a meeting that discusses a child anonymously: nobody outside is told whose it is (R-099).

They are done by outsiders too: the leaders of a district, who write the council's answer with the
caseworker, whoever convenes, and who coordinates an agreement. Case, link and code are kept from them
wherever such a user task is shown, and a list that is narrowed to a case or sorted by it does not tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TypeVar

from flowcase import model
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_see_cases
from flowcase.services.definitions import Definitions
from flowcase.services.entitled.case_access import may_see
from flowcase.services.entitled.meeting_parts import (
    COUNCIL,
    MEETING,
    MEETING_VARIABLES,
    is_unnamed,
    named_by,
)
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import records as record_rows
from flowcase.store.queries.user_tasks import AnyTaskRow, ListedTaskRow, UserTaskRow
from flowcase.values import Value

_Row = TypeVar("_Row", UserTaskRow, ListedTaskRow)


def told_to(tx: Tx, definitions: Definitions, rows: Sequence[_Row], actor: Actor) -> list[_Row]:
    """The same user tasks, without the case where the actor is not told it."""
    kept = kept_from(tx, definitions, rows, actor)
    return [row._replace(case_code=None) if row.id in kept else row for row in rows]


def kept_from(tx: Tx, definitions: Definitions, rows: Sequence[AnyTaskRow], actor: Actor) -> frozenset[str]:
    """The ids of those user tasks whose case the actor is not told."""
    if may_see_cases(actor):
        return frozenset()
    streams = sorted({row.stream for row in rows if row.case_code is not None})
    unnamed = record_rows.ids_saying(tx, MEETING, "anonymt", unless_said=COUNCIL, streams=streams)
    return frozenset(
        row.id
        for row in rows
        if row.stream in unnamed
        and not _is_theirs(tx, row.case_code, actor)
        and _is_of(tx, definitions, row, unnamed[row.stream])
    )


def untold(tx: Tx, codes: Iterable[str | None], actor: Actor) -> frozenset[str]:
    """Those cases that notices, mails and calendars do not name to the actor.

    What they tell of is not known to belong to the one meeting or the other: one that is held
    anonymously is enough.
    """
    if may_see_cases(actor):
        return frozenset()
    return frozenset(
        code
        for code in sorted({code for code in codes if code is not None})
        if any(map(is_unnamed, record_rows.records(tx, entity=MEETING, case=code)))
        and not _is_theirs(tx, code, actor)
    )


def unnamed(tx: Tx) -> list[str]:
    """The cases of which a meeting is held anonymously, or may yet be (`meeting_parts.is_unnamed`)."""
    return record_rows.cases_saying(tx, MEETING, "anonymt", unless_said=COUNCIL)


def may_be_of_a_meeting(row: UserTaskRow, variables: Mapping[str, Value]) -> bool:
    """Whether it is worth asking; of one that has ended the variables tell no more."""
    return row.status != model.UserTaskStatus.OPEN or any(map(variables.get, MEETING_VARIABLES))


def _is_theirs(tx: Tx, code: str | None, actor: Actor) -> bool:
    case = case_files.case(tx, code) if code else None
    return case is not None and may_see(actor, case)


def _is_of(tx: Tx, definitions: Definitions, row: AnyTaskRow, meetings: Set[str]) -> bool:
    """Whether it belongs to one of the meetings; of one that has ended the variables tell no more."""
    if row.status != model.UserTaskStatus.OPEN:
        return True
    named = named_by(tx, definitions, row)
    return named is None or bool(named & meetings)
