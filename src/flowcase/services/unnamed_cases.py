"""User tasks of a meeting that discusses a child anonymously: nobody outside is told whose it is (R-099).

They are done by outsiders too: the leaders of a district, who write the council's answer with the
caseworker, whoever convenes, and who coordinates an agreement. Case, link and code are kept from them
wherever such a user task is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flowcase import engine, model
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_see_cases
from flowcase.services.cases import may_see
from flowcase.services.definitions import Definitions
from flowcase.services.meeting_parts import MEETING, MEETING_VARIABLES
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import records as record_rows
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.values import Value


def told_to(tx: Tx, definitions: Definitions, rows: Sequence[UserTaskRow], actor: Actor) -> list[UserTaskRow]:
    """The same user tasks, without the case where the actor is not told it."""
    if actor.kind == "system" or may_see_cases(actor):
        return list(rows)
    streams = sorted({row.stream for row in rows if row.case_code is not None})
    anonymous: dict[str, set[str]] = {}
    for meeting in record_rows.records_in(tx, [MEETING], streams):
        if meeting.open.get("anonymt") is True:
            anonymous.setdefault(meeting.stream, set()).add(meeting.id)
    return [
        row._replace(case_code=None)
        if row.stream in anonymous
        and not _is_theirs(tx, row, actor)
        and _is_of(tx, definitions, row, anonymous[row.stream])
        else row
        for row in rows
    ]


def may_be_of_a_meeting(row: UserTaskRow, variables: Mapping[str, Value]) -> bool:
    """Whether it is worth asking; of one that has ended the variables tell no more."""
    return row.status != model.UserTaskStatus.OPEN or any(map(variables.get, MEETING_VARIABLES))


def _is_theirs(tx: Tx, row: UserTaskRow, actor: Actor) -> bool:
    case = case_files.case(tx, row.case_code) if row.case_code else None
    return case is not None and may_see(actor, case)


def _is_of(tx: Tx, definitions: Definitions, row: UserTaskRow, meetings: set[str]) -> bool:
    """Whether it belongs to one of the meetings; of one that has ended the variables tell no more."""
    if row.status != model.UserTaskStatus.OPEN:
        return True
    instance = tx.look(row.instance)
    if not isinstance(instance.state, bytes):
        return True
    definition = definitions.process(tx, instance.definition)
    seen = engine.State.from_bytes(instance.state, definition).visible_variables(row.element_instance)
    return any(seen.get(name) in meetings for name in MEETING_VARIABLES)
