"""What rows of casework have to say, told anew from events alone: cases, records, deadlines, user tasks,
openings in an emergency; of process instances, as `retold_flows` tells, and of what waits in them and what
they wait for, as `retold_waiting` and `retold_awaited` do.

It tells a second time, on purpose, what the appliers of the store do: an applier that was wrong, or a row
that was altered, shows as a difference. Which columns are told is what the classes have as fields.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowcase import events, model
from flowcase.access import events as access
from flowcase.cases import events as cases
from flowcase.cases.deadlines import kept_of
from flowcase.history import retold_awaited, retold_flows, retold_waiting
from flowcase.history.heard import CASE_STREAM, NOT_TOLD, Heard, Subject


@dataclass(frozen=True)
class Case:
    stream: str
    child: str | None
    rule_set: str
    rule_set_version: str
    facts: Mapping[str, Any]
    opened_at: dt.datetime
    updated_at: dt.datetime
    closed_at: dt.datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Record:
    stream: str
    entity: str
    case_code: str | None
    open: Mapping[str, Any]
    secret: Mapping[str, Any]  # sealed in the row
    created_at: dt.datetime  # NOT_TOLD of one that went on under another case's key
    updated_at: dt.datetime  # NOT_TOLD where several streams tell of it: a clock set back may mix them up
    # by which it is found again, as keyed hashes beside the row; NOT_TOLD once it moved to another case's key
    search: Mapping[str, str] = field(default_factory=dict, metadata={"beside": True})


@dataclass(frozen=True)
class Deadline:
    stream: str
    case_code: str | None
    rule: str
    rule_set: str
    rule_set_version: str
    start_fact: str
    start: Any
    amount: int | None
    unit: str
    convention: str
    legal_basis: str
    considered: list[Any]
    due_at: dt.datetime
    due_local: str
    internal_target: dt.date | None
    plan: Mapping[str, Any]
    subject: str | None
    part: str | None
    responsible: str | None
    instance: str | None
    element: str
    opened_at: dt.datetime
    status: str = "open"
    met_at: dt.datetime | None = None
    seconds_late: int | None = None
    days_late: int | None = None
    breached_at: dt.datetime | None = None
    cancelled_at: dt.datetime | None = None
    reminders: Sequence[Any] = ()  # what was sent
    escalations: Sequence[Any] = ()


@dataclass(frozen=True)
class UserTask:
    stream: str
    case_code: str | None
    instance: str
    element_instance: str
    element: str
    process: str
    definition: str
    name: str
    form: str | None
    assignee: str | None
    candidate_groups: list[str]
    candidate_users: list[str]
    due_at: dt.datetime | None
    follow_up_at: dt.datetime | None
    priority: int
    created_at: dt.datetime
    status: str = "open"
    owner: str | None = None
    ended_at: dt.datetime | None = None
    ended_by: str | None = None


@dataclass(frozen=True)
class Emergency:
    stream: str
    case_code: str
    person: str
    purpose: str
    opened_at: dt.datetime
    until: dt.datetime
    reviewed_at: dt.datetime | None = None
    reviewed_by: str | None = None
    verdict: str | None = None


TOLD: dict[str, type[Any]] = {
    "case": Case,
    "record": Record,
    "deadline": Deadline,
    "user task": UserTask,
    "emergency": Emergency,
    **retold_flows.TOLD,
    **retold_waiting.TOLD,
    **retold_awaited.TOLD,
}
# Facts of a case that its row repeats: column -> fact.
COPIES = {
    "status": "status",
    "team": "team",
    "caseworker": "sagsbehandler",
    "district": "distrikt",
    "area": "omraade",
    "step": "trin",
}
_OF_CASES = (
    cases.CaseOpened,
    cases.CaseFactSet,
    cases.CaseClosed,
    cases.CaseReopened,
    cases.CaseRuleSetChanged,
)
_OF_RECORDS = (cases.RecordCreated, cases.RecordUpdated, cases.RecordMoved)
_OF_DEADLINES = (
    cases.DeadlineOpened,
    cases.DeadlineMoved,
    cases.DeadlineMet,
    cases.DeadlineBreached,
    cases.DeadlineCancelled,
    cases.ReminderSent,
    cases.EscalationSent,
)
_OF_USER_TASKS = (
    model.UserTaskCreated,
    model.UserTaskCompleted,
    model.UserTaskCancelled,
    model.UserTaskRescheduled,
    model.UserTaskRedrawn,
    events.UserTaskClaimed,
    events.UserTaskUnclaimed,
    events.UserTaskHandedOver,
    events.UserTaskDelegated,
    events.UserTaskGivenBack,
    events.UserTaskPutOff,
    events.UserTaskPrioritised,
)
_OF_EMERGENCIES = (access.CaseOpenedInEmergency, access.EmergencyReviewed)
_OWN = (
    *_OF_CASES,
    *_OF_RECORDS,
    cases.NoteWritten,
    cases.DocumentErased,
    *_OF_DEADLINES,
    *_OF_USER_TASKS,
    model.InstanceMigrated,
    *_OF_EMERGENCIES,
)
KINDS = tuple(dict.fromkeys((*_OWN, *retold_flows.KINDS, *retold_waiting.KINDS, *retold_awaited.KINDS)))
BEGINNINGS = (
    cases.CaseOpened,
    cases.RecordCreated,
    cases.NoteWritten,
    cases.DeadlineOpened,
    model.UserTaskCreated,
    access.CaseOpenedInEmergency,
    *retold_flows.BEGINNINGS,
    *retold_waiting.BEGINNINGS,
    *retold_awaited.BEGINNINGS,
)
# Events that change whatever an instance has: user tasks, jobs, and what it waits for.
_OF_ALL_THAT_WAITS = (model.InstanceMigrated, events.InstanceSuspended, events.InstanceResumed)
_WAITS = (model.UserTaskCreated, events.JobCreated, *retold_awaited.BEGINNINGS)


@functools.cache
def columns(sort: str) -> tuple[str, ...]:
    """What is told of rows of this sort."""
    return tuple(each.name for each in dataclasses.fields(TOLD[sort]) if not each.metadata.get("beside"))


def about(heard: Heard, running: Iterable[str], waits: Collection[Subject]) -> Iterable[Subject]:
    """The rows that an event changes.

    `running` are the instances that its stream told of and that had not ended, `waits` what its instance has.
    """
    if isinstance(heard.event, _OF_ALL_THAT_WAITS):
        return [*retold_flows.about(heard, running), *waits]
    of_flows = (*retold_flows.about(heard, running), *retold_waiting.about(heard, waits))
    return [*_own(heard), *of_flows, *retold_awaited.own(heard)]


def follow(waits: dict[str | None, dict[Subject, None]], heard: Heard, subjects: Iterable[Subject]) -> None:
    """Keep what the instances of a stream have; `subjects` are the rows that the event changed."""
    if isinstance(heard.event, _WAITS):
        waits.setdefault(heard.instance, {}).update(dict.fromkeys(subjects))


def _own(heard: Heard) -> Iterable[Subject]:
    event: Any = heard.event
    match event:
        case cases.NoteWritten():
            return [("record", event.note)]
        case cases.DocumentErased():
            return [("record", event.document)]
        case _ if isinstance(event, _OF_CASES):
            return [("case", event.case)]
        case _ if isinstance(event, _OF_RECORDS):
            return [("record", event.record)]
        case _ if isinstance(event, _OF_DEADLINES):
            return [("deadline", event.deadline)]
        case _ if isinstance(event, _OF_USER_TASKS):
            return [("user task", f"{heard.instance}.{event.element_instance}")]
        case _ if isinstance(event, _OF_EMERGENCIES):
            return [("emergency", event.emergency)]
    return []


def retold(subject: Subject, before: Any, heard: Heard) -> Any:
    """What the row says after an event; None as long as its beginning, erased since, was not heard."""
    for each in (retold_waiting, retold_awaited):
        if subject[0] in each.TOLD:
            return each.retold(subject, before, heard)
    if isinstance(heard.event, retold_flows.BEGINNINGS):
        return retold_flows.begun(heard)
    if isinstance(heard.event, (*BEGINNINGS, cases.RecordMoved)):
        return _begun(heard)
    if before is None:
        return None
    return _AFTER[subject[0]](before, heard)


def _begun(heard: Heard) -> Any:
    stream, at, event = heard.stream, heard.at, heard.event
    match event:
        case cases.CaseOpened():
            pinned = (event.rule_set, event.rule_set_version)
            return Case(stream, event.child, *pinned, dict(event.facts), opened_at=at, updated_at=at)
        case cases.RecordCreated() | cases.RecordMoved():
            is_moved = isinstance(event, cases.RecordMoved)
            return Record(
                stream=stream,
                entity=event.entity,
                case_code=event.case,
                open=dict(event.open),
                secret=dict(event.secret),
                created_at=NOT_TOLD if is_moved else at,
                updated_at=NOT_TOLD if is_moved else at,
                search=NOT_TOLD if isinstance(event, cases.RecordMoved) else dict(event.search),
            )
        case cases.NoteWritten():
            written = {"type": event.kind, "kilde": event.source, "skrevet": at}
            return Record(stream, "Notat", event.case, written, {"indhold": event.text}, at, at)
        case access.CaseOpenedInEmergency():
            return Emergency(stream, event.case, event.person, event.purpose, at, event.until)
        case cases.DeadlineOpened():
            own = {"stream", "case_code", "considered", "plan", "opened_at"}
            own |= {"status", "met_at", "seconds_late", "days_late", "breached_at", "cancelled_at"}
            own |= {"reminders", "escalations"}
            same: dict[str, Any] = {
                name: getattr(event, name) for name in columns("deadline") if name not in own
            }
            asked: dict[str, Any] = {
                "considered": [dict(each) for each in event.considered],
                "plan": dict(event.plan),
            }
            return Deadline(stream=stream, case_code=event.case, opened_at=at, **same, **asked)
        case model.UserTaskCreated():
            return UserTask(
                stream=stream,
                case_code=_case_of(stream, event),
                instance=str(heard.instance),
                element_instance=event.element_instance,
                element=event.element,
                process=heard.flow.process,
                definition=heard.flow.definition,
                name=event.name,
                form=event.form,
                assignee=event.assignee,
                candidate_groups=list(event.candidate_groups),
                candidate_users=list(event.candidate_users),
                due_at=event.due_at,
                follow_up_at=event.follow_up_at,
                priority=event.priority,
                created_at=at,
            )
    raise TypeError(f"Expected the beginning of a row, but got {type(event).__name__}.")


def _case_of(stream: str, task: model.UserTaskCreated) -> str | None:
    """The case that it belongs to by its stream; in another stream, as of a meeting, it names one itself."""
    if stream.startswith(CASE_STREAM):
        return stream.removeprefix(CASE_STREAM)
    named = task.variables.get("sag_id")
    return named if isinstance(named, str) else None


def _case(case: Case, heard: Heard) -> Case:
    event = heard.event
    changes: dict[str, Any] = {}
    match event:
        case cases.CaseFactSet():
            changes = {"facts": {**case.facts, event.name: event.value}}
        case cases.CaseClosed():
            changes = {"outcome": event.outcome, "closed_at": heard.at}
        case cases.CaseReopened():
            changes = {"outcome": None, "closed_at": None}
        case cases.CaseRuleSetChanged():
            changes = {"rule_set": event.rule_set, "rule_set_version": event.rule_set_version}
    return dataclasses.replace(case, updated_at=heard.at, **changes)


def _record(record: Record, heard: Heard) -> Record:
    event = heard.event
    match event:
        case cases.RecordUpdated():
            return dataclasses.replace(
                record,
                open={**record.open, **event.open},
                secret={**record.secret, **event.secret},
                case_code=record.case_code if event.case is None else event.case,
                updated_at=_touched(record, heard),
                search=NOT_TOLD if record.search is NOT_TOLD else {**record.search, **event.search},
            )
        case cases.DocumentErased():
            return dataclasses.replace(
                record,
                open={**record.open, "status": "slettet"},
                secret={},
                search={},
                updated_at=_touched(record, heard),
            )
    return record


def _touched(record: Record, heard: Heard) -> Any:
    is_elsewhere = heard.stream != record.stream or record.updated_at is NOT_TOLD
    return NOT_TOLD if is_elsewhere else heard.at


def _deadline(deadline: Deadline, heard: Heard) -> Deadline:
    event = heard.event
    match event:
        case cases.DeadlineMoved():
            changes: dict[str, Any] = {
                name: getattr(event, name) for name in ("start", "due_at", "due_local", "internal_target")
            }
            changes["plan"] = dict(event.plan)
            if event.is_reopened:
                changes |= {"status": "open", "breached_at": None}
            if event.rule_set:
                changes |= {
                    name: getattr(event, name) for name in ("amount", "unit", "rule_set", "rule_set_version")
                }
                changes["considered"] = [dict(each) for each in event.considered]
            return dataclasses.replace(deadline, **changes)
        case cases.DeadlineMet():
            return dataclasses.replace(
                deadline,
                status="met",
                met_at=event.met_at,
                seconds_late=event.seconds_late,
                days_late=event.days_late,
            )
        case cases.DeadlineBreached():
            return dataclasses.replace(deadline, status="breached", breached_at=event.breached_at)
        case cases.DeadlineCancelled():
            return dataclasses.replace(deadline, status="cancelled", cancelled_at=heard.at)
        case cases.ReminderSent():
            sent = {"nr": event.nr, **_sent(event, heard.at)}
            return dataclasses.replace(deadline, reminders=[*deadline.reminders, sent])
        case cases.EscalationSent():
            sent = {"step": event.step, **_sent(event, heard.at)}
            return dataclasses.replace(deadline, escalations=kept_of([*deadline.escalations, sent]))
    return deadline


def _sent(event: cases.ReminderSent | cases.EscalationSent, at: dt.datetime) -> dict[str, Any]:
    to = {"groups": list(event.groups), "people": list(event.people)}
    return {"planned_at": event.planned_at, "sent_at": at, **to}


def _user_task(task: UserTask, heard: Heard) -> UserTask:
    event = heard.event
    changes: dict[str, Any] = {}
    match event:
        case model.UserTaskCompleted():
            changes = {"status": "completed", "ended_at": heard.at, "ended_by": heard.actor}
        case model.UserTaskCancelled():
            changes = {"status": "cancelled", "ended_at": heard.at, "ended_by": heard.actor}
        case model.UserTaskRescheduled():
            changes = {"due_at": event.due_at, "follow_up_at": event.follow_up_at}
        case model.UserTaskRedrawn():
            changes = dict(event.changes)
            for name in ("candidate_groups", "candidate_users"):
                if name in changes:
                    changes[name] = list(changes[name])
            if "priority" in changes:
                changes["priority"] = int(changes["priority"])
        case model.InstanceMigrated() if task.status == "open":
            element = event.elements.get(task.element_instance, task.element)
            changes = {"element": element, "definition": event.target}
        case events.UserTaskClaimed():
            changes = {"assignee": event.assignee}
        case events.UserTaskUnclaimed():
            changes = {"assignee": None, "follow_up_at": None}
        case events.UserTaskHandedOver():
            changes = {"assignee": event.assignee, "owner": None, "follow_up_at": None}
        case events.UserTaskDelegated():
            changes = {"assignee": event.assignee, "owner": event.owner, "follow_up_at": None}
        case events.UserTaskGivenBack():
            changes = {"assignee": event.owner, "owner": None, "follow_up_at": None}
        case events.UserTaskPutOff():
            changes = {"follow_up_at": event.follow_up_at}
        case events.UserTaskPrioritised():
            changes = {"priority": event.priority}
    return dataclasses.replace(task, **changes)


def _emergency(emergency: Emergency, heard: Heard) -> Emergency:
    event = heard.event
    if not isinstance(event, access.EmergencyReviewed):
        return emergency
    is_over = event.verdict == "foelges_op"
    return dataclasses.replace(
        emergency,
        until=min(emergency.until, heard.at) if is_over else emergency.until,
        reviewed_at=heard.at,
        reviewed_by=heard.actor,
        verdict=event.verdict,
    )


_AFTER: dict[str, Any] = {
    "case": _case,
    "record": _record,
    "deadline": _deadline,
    "user task": _user_task,
    "emergency": _emergency,
    **retold_flows.AFTER,
}
