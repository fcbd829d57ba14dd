"""Who has a part in a daily meeting: whom its diagram offers the decisions to, from before it begins.

One question for its page, its minutes and everybody's week. The groups are those of the user task `afgoer`
in the definition that the meeting runs on, so that they are known while no item has a user task yet.
"""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_work_on
from flowcase.services.definitions import Definitions
from flowcase.services.entitled.candidates import is_candidate
from flowcase.store import Tx
from flowcase.store.queries import instances as instance_rows
from flowcase.store.queries import user_tasks as task_rows
from flowcase.store.queries.records import RecordRow

ATTENDANCE, DECISION = "fremmoede", "afgoer"  # elements of the diagram
OWN_STREAM = "process:"


def takes_part(tx: Tx, definitions: Definitions, meeting: RecordRow, actor: Actor) -> bool:
    """Whether the actor decides in it: by group, or as a deputy or holder of one of its user tasks."""
    instance = meeting.stream.removeprefix(OWN_STREAM)
    groups = deciding_groups(tx, definitions, instance)
    if groups and may_work_on(actor, assignee=None, candidate_groups=groups, candidate_users=()):
        return True
    tasks = task_rows.user_tasks(tx, instance=instance, status=None)
    return any(is_candidate(tx, row, actor) for row in tasks)


def deciding_groups(tx: Tx, definitions: Definitions, instance: str) -> frozenset[str]:
    """The groups that the instance's own diagram offers decisions to; none where it says otherwise."""
    row = instance_rows.instance(tx, instance)
    if row is None:
        return frozenset()
    element = definitions.process(tx, row.definition).elements.get(DECISION)
    asked = element.user_task if element is not None else None
    offered = asked.candidate_groups if asked is not None else None
    if offered is None or not offered.is_static:
        return frozenset()
    return frozenset(name.strip() for name in offered.text.split(",") if name.strip())
