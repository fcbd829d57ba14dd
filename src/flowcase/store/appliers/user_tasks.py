"""User tasks: from their creation to their end."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select

from flowcase import events, model
from flowcase.model import UserTaskStatus
from flowcase.store import tables
from flowcase.store.appliers import applies, history_only
from flowcase.store.prepared import Prepared
from flowcase.store.tx import LockedInstance, Tx
from flowcase.values import canonical_json

GIVEN = "opgave_til_dig"  # kind of the notice, and its sentence where none is nearer
DELEGATED, GIVEN_BACK, TAKEN_BACK = "opgave_uddelegeret", "opgave_givet_tilbage", "opgave_taget_tilbage"
LAPSED = "opgave_bortfaldet"
CASE_VARIABLE = "sag_id"  # names the case of a user task whose instance has none (or several)

history_only(events.UserTaskWarned)


@applies(model.UserTaskCreated)
def create(tx: Tx, stream: str, instance: LockedInstance, event: model.UserTaskCreated) -> None:
    task = f"{instance.id}.{event.element_instance}"
    named = event.variables.get(CASE_VARIABLE)
    tx.insert(
        tables.user_task,
        id=task,
        instance=instance.id,
        element_instance=event.element_instance,
        element=event.element,
        process=instance.process,
        definition=instance.definition,
        name=event.name,
        form=event.form,
        stream=stream,
        case_code=instance.case_code or (named if isinstance(named, str) else None),
        status=UserTaskStatus.OPEN,
        assignee=event.assignee,
        candidates=candidates_key(tx, event.candidate_groups, event.candidate_users),
        candidate_groups=list(event.candidate_groups),
        candidate_users=list(event.candidate_users),
        due_at=event.due_at,
        follow_up_at=event.follow_up_at,
        priority=event.priority,
        created_at=tx.now,
    )
    _tell(tx, stream, instance, event.assignee, task, event.variables.get(CASE_VARIABLE))


def _tell(
    tx: Tx,
    stream: str,
    instance: LockedInstance,
    assignee: str | None,
    task: str | None = None,
    case: object = None,
    *,
    sentence: str = GIVEN,
) -> None:
    """Whom somebody else, or the diagram, gave a user task finds a notice of it.

    With `task` the notice is over when that user task is; what tells that one was taken away goes without.
    """
    if assignee is None or assignee == tx.actor.id:
        return
    tx.insert(
        tables.notice,
        id=tx.new_id(),
        recipient_kind="person",
        recipient=assignee,
        kind=GIVEN,
        text_code=sentence,
        stream=stream,
        case_code=instance.case_code or (case if isinstance(case, str) else None),
        user_task=task,
        at=tx.now,
    )


def candidates_key(tx: Tx, groups: Iterable[str], users: Iterable[str]) -> str:
    """The key of this set of candidates; its rows are written when it is seen for the first time."""
    key, members = _candidates(tuple(groups), tuple(users))
    if key not in tx.written.candidate_sets and key not in tx.learned_candidate_sets:
        for kind, name in members:
            tx.insert_once(tables.candidate_set, id=key, kind=kind, name=name)
        tx.learned_candidate_sets.add(key)
    return key


@functools.lru_cache(maxsize=4096)
def _candidates(groups: tuple[str, ...], users: tuple[str, ...]) -> tuple[str, Sequence[tuple[str, str]]]:
    """The key and the members; the same few sets come again and again."""
    members = [("group", name) for name in sorted(set(groups))]
    members += [("person", name) for name in sorted(set(users))]
    members = members or [("everyone", "")]
    return key_of_members(members), members


def key_of_members(members: Sequence[tuple[str, str]]) -> str:
    """The key is made of the members: no set can be altered and keep it. Sorted by kind and name."""
    return hashlib.sha256(canonical_json(members)).hexdigest()[:20]


@applies(model.UserTaskCompleted)
def complete(tx: Tx, stream: str, instance: LockedInstance, event: model.UserTaskCompleted) -> None:
    _end(tx, instance, event, UserTaskStatus.COMPLETED)


@applies(model.UserTaskCancelled)
def cancel(tx: Tx, stream: str, instance: LockedInstance, event: model.UserTaskCancelled) -> None:
    if tx.is_intervention:
        row = tx.first(_READ_HOLDERS, {"id": f"{instance.id}.{event.element_instance}"})
        for holder in dict.fromkeys((row.assignee, row.owner)) if row is not None else ():
            _tell(tx, stream, instance, holder, case=row.case_code, sentence=LAPSED)
    _end(tx, instance, event, UserTaskStatus.CANCELLED)


def _end(tx: Tx, instance: LockedInstance, event: model.ElementEvent, status: UserTaskStatus) -> None:
    task = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.user_task,
        {"id": task, "status": UserTaskStatus.OPEN},
        {"status": status, "ended_at": tx.now, "ended_by": tx.actor.id},
        attempt=f"end user task '{task}'",
    )


@applies(model.UserTaskRescheduled)
def reschedule(tx: Tx, stream: str, instance: LockedInstance, event: model.UserTaskRescheduled) -> None:
    task = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.user_task,
        {"id": task, "status": UserTaskStatus.OPEN},
        {"due_at": event.due_at, "follow_up_at": event.follow_up_at},
        attempt=f"reschedule user task '{task}'",
    )


@applies(events.UserTaskClaimed)
def claim(tx: Tx, stream: str, instance: LockedInstance, event: events.UserTaskClaimed) -> None:
    task = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.user_task,
        {"id": task, "status": UserTaskStatus.OPEN},
        {"assignee": event.assignee},
        attempt=f"claim user task '{task}'",
    )


@applies(events.UserTaskHandedOver)
def hand_over(tx: Tx, stream: str, instance: LockedInstance, event: events.UserTaskHandedOver) -> None:
    task = f"{instance.id}.{event.element_instance}"
    where = {"id": task, "status": UserTaskStatus.OPEN}
    if event.previous is not None:
        where["assignee"] = event.previous
    tx.update(
        tables.user_task,
        where,
        # What its former holder had put off, the new one sees.
        {"assignee": event.assignee, "owner": None, "follow_up_at": None},
        attempt=f"hand over user task '{task}'",
    )
    _tell(tx, stream, instance, event.assignee, task)


@applies(events.UserTaskDelegated)
def delegate(tx: Tx, stream: str, instance: LockedInstance, event: events.UserTaskDelegated) -> None:
    task = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.user_task,
        {"id": task, "status": UserTaskStatus.OPEN},
        {"assignee": event.assignee, "owner": event.owner, "follow_up_at": None},
        attempt=f"delegate user task '{task}'",
    )
    _tell(tx, stream, instance, event.assignee, task, sentence=DELEGATED)


@applies(events.UserTaskGivenBack)
def give_back(tx: Tx, stream: str, instance: LockedInstance, event: events.UserTaskGivenBack) -> None:
    task = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.user_task,
        {"id": task, "status": UserTaskStatus.OPEN, "assignee": event.delegate, "owner": event.owner},
        {"assignee": event.owner, "owner": None, "follow_up_at": None},
        attempt=f"give back user task '{task}'",
    )
    if event.is_taken_back:
        _tell(tx, stream, instance, event.delegate, sentence=TAKEN_BACK)
    _tell(tx, stream, instance, event.owner, task, sentence=GIVEN_BACK)


@applies(events.UserTaskPutOff)
def put_off(tx: Tx, stream: str, instance: LockedInstance, event: events.UserTaskPutOff) -> None:
    task = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.user_task,
        {"id": task, "status": UserTaskStatus.OPEN},
        {"follow_up_at": event.follow_up_at},
        attempt=f"put off user task '{task}'",
    )


@applies(events.UserTaskPrioritised)
def prioritise(tx: Tx, stream: str, instance: LockedInstance, event: events.UserTaskPrioritised) -> None:
    task = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.user_task,
        {"id": task, "status": UserTaskStatus.OPEN},
        {"priority": event.priority},
        attempt=f"set the priority of user task '{task}'",
    )


@applies(events.UserTaskUnclaimed)
def unclaim(tx: Tx, stream: str, instance: LockedInstance, event: events.UserTaskUnclaimed) -> None:
    task = f"{instance.id}.{event.element_instance}"
    tx.update(
        tables.user_task,
        {"id": task, "status": UserTaskStatus.OPEN, "assignee": event.assignee},
        {"assignee": None, "follow_up_at": None},  # its group sees it at once
        attempt=f"give back user task '{task}'",
    )


_READ_HOLDERS = Prepared(
    select(tables.user_task.c.assignee, tables.user_task.c.owner, tables.user_task.c.case_code).where(
        tables.user_task.c.id == bindparam("id")
    )
)
