"""A case as it was at an instant, put together from its events alone.

Nothing is read but the history: what the tables say now has no part in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flowcase.values import Value


class Event(Protocol):
    """One opened event, with when it happened and where."""

    @property
    def at(self) -> dt.datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def instance(self) -> str | None: ...
    @property
    def event(self) -> Any: ...


@dataclass
class RecordThen:
    id: str
    entity: str
    case: str | None
    values: dict[str, Value]
    written_at: dt.datetime
    changed_at: dt.datetime


@dataclass
class DeadlineThen:
    id: str
    rule: str
    case: str | None
    status: str  # open, breached, met, cancelled
    due_at: dt.datetime
    opened_at: dt.datetime
    legal_basis: str
    rule_set: str
    start_fact: str
    start: Value
    met_at: dt.datetime | None = None
    seconds_late: int | None = None  # after the due instant when it was met
    breached_at: dt.datetime | None = None


@dataclass
class TaskThen:
    """A user task that was open."""

    instance: str
    element: str
    name: str
    assignee: str | None
    candidate_groups: tuple[str, ...]
    created_at: dt.datetime
    due_at: dt.datetime | None
    case: str | None = None  # that its variables named


@dataclass
class FlowThen:
    """An instance, where its tokens were and where they had been."""

    id: str
    process: str
    status: str
    started_at: dt.datetime
    entered: dict[str, str] = field(default_factory=dict)  # element instance -> element, not left yet
    done: list[str] = field(default_factory=list)  # elements that were left, in order
    definition: str | None = None  # since it was moved to another version; None: still as it began

    @property
    def here(self) -> list[str]:
        return list(dict.fromkeys(self.entered.values()))


@dataclass
class Moment:
    """Everything of one case at one instant; `facts` is None before there was a case."""

    facts: dict[str, Value] | None = None
    rule_set: str = ""
    opened_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    outcome: str | None = None
    records: dict[str, RecordThen] = field(default_factory=dict)
    deadlines: dict[str, DeadlineThen] = field(default_factory=dict)
    tasks: dict[tuple[str, str], TaskThen] = field(default_factory=dict)
    flows: dict[str, FlowThen] = field(default_factory=dict)

    def of(self, case: str) -> Moment:
        """Without what belongs to others: a notification's history may tell of several children."""
        self.records = {id: each for id, each in self.records.items() if each.case == case}
        self.deadlines = {id: each for id, each in self.deadlines.items() if each.case == case}
        self.tasks = {key: each for key, each in self.tasks.items() if each.case in (None, case)}
        return self


def moment(events: Iterable[Event], at: dt.datetime) -> Moment:
    """What the events up to an instant (included) lead to; each stream's events come in their order."""
    found = Moment()
    for row in events:
        if row.at <= at and row.event is not None:
            _apply(found, row, row.event)
    return found


def _apply(found: Moment, row: Event, event: Any) -> None:
    flow = _flow(found, row, event)
    if flow is not None and row.kind in _OF_FLOWS:
        _apply_flow(found, flow, row, event)
    elif row.kind.startswith("Deadline"):
        _apply_deadline(found, row, event)
    elif row.kind in ("RecordCreated", "RecordUpdated", "RecordMoved", "NoteWritten"):
        _apply_record(found, row, event)
    elif row.kind == "DocumentErased" and event.document in found.records:
        found.records[event.document].values = {"status": "slettet"}
    elif row.kind == "CaseOpened":
        found.facts, found.opened_at = dict(event.facts), row.at
        found.rule_set = f"{event.rule_set}:{event.rule_set_version}"
    elif row.kind == "CaseFactSet" and found.facts is not None:
        found.facts[event.name] = event.value
    elif row.kind == "CaseRuleSetChanged":
        found.rule_set = f"{event.rule_set}:{event.rule_set_version}"
    elif row.kind == "CaseClosed":
        found.closed_at, found.outcome = row.at, event.outcome
    elif row.kind == "CaseReopened":
        found.closed_at, found.outcome = None, None


def _apply_record(found: Moment, row: Event, event: Any) -> None:
    if row.kind == "NoteWritten":
        values = {"type": event.kind, "kilde": event.source, "skrevet": row.at, "indhold": event.text}
        found.records[event.note] = RecordThen(event.note, "Notat", event.case, values, row.at, row.at)
        return
    values = {**event.open, **event.secret}
    known = found.records.get(event.record)
    if row.kind == "RecordCreated" or known is None:
        known = RecordThen(event.record, event.entity, event.case, values, row.at, row.at)
        found.records[event.record] = known
        return
    known.values |= values
    known.changed_at = row.at
    known.case = event.case if event.case is not None else known.case


def _apply_deadline(found: Moment, row: Event, event: Any) -> None:
    if row.kind == "DeadlineOpened":
        found.deadlines[event.deadline] = DeadlineThen(
            event.deadline,
            event.rule,
            event.case,
            "open",
            event.due_at,
            row.at,
            event.legal_basis,
            f"{event.rule_set}:{event.rule_set_version}",
            event.start_fact,
            event.start,
        )
        return
    known = found.deadlines.get(event.deadline)
    if known is None:
        return
    if row.kind == "DeadlineMoved":
        known.due_at, known.start = event.due_at, event.start
        if event.is_reopened:
            known.status, known.breached_at = "open", None
        if event.rule_set:
            known.rule_set = f"{event.rule_set}:{event.rule_set_version}"
    else:
        known.status = _DEADLINE_STATUS.get(row.kind, known.status)
        known.met_at = getattr(event, "met_at", known.met_at)
        known.seconds_late = getattr(event, "seconds_late", known.seconds_late)
        known.breached_at = getattr(event, "breached_at", known.breached_at)


_DEADLINE_STATUS = {"DeadlineMet": "met", "DeadlineBreached": "breached", "DeadlineCancelled": "cancelled"}
_OF_FLOWS: Mapping[str, str] = {
    "ElementEntered": "",
    "ElementCompleted": "",
    "ElementCancelled": "",
    "InstanceMigrated": "",
    "UserTaskRedrawn": "",
    "UserTaskCreated": "",
    "UserTaskClaimed": "",
    "UserTaskUnclaimed": "",
    "UserTaskHandedOver": "",
    "UserTaskDelegated": "",
    "UserTaskGivenBack": "",
    "UserTaskRescheduled": "",
    "UserTaskCompleted": "",
    "UserTaskCancelled": "",
    "InstanceCompleted": "completed",
    "InstanceCancelled": "cancelled",
    "InstanceFailed": "cancelled",
    "InstanceSuspended": "suspended",
    "InstanceResumed": "active",
}


def _flow(found: Moment, row: Event, event: Any) -> FlowThen | None:
    if row.instance is None:
        return None
    if row.kind == "InstanceStarted":
        found.flows[row.instance] = FlowThen(row.instance, event.process, "active", row.at)
    return found.flows.get(row.instance)


def _apply_flow(found: Moment, flow: FlowThen, row: Event, event: Any) -> None:
    status = _OF_FLOWS[row.kind]
    if status:
        flow.status = status
        if status in ("completed", "cancelled"):
            flow.entered.clear()
            found.tasks = {key: task for key, task in found.tasks.items() if key[0] != flow.id}
        return
    if row.kind == "ElementEntered":
        flow.entered[event.element_instance] = event.element
        return
    if row.kind in ("ElementCompleted", "ElementCancelled"):
        flow.entered.pop(event.element_instance, None)
        if row.kind == "ElementCompleted":
            flow.done.append(event.element)
        return
    if row.kind == "InstanceMigrated":
        _move(found, flow, event)
        return
    _apply_task(found, flow, row, event)


def _move(found: Moment, flow: FlowThen, event: Any) -> None:
    """Another version of the diagram: everything is where its element went."""
    flow.definition = event.target
    flow.done = [event.mapping.get(element, element) for element in flow.done]
    for key, element in flow.entered.items():
        flow.entered[key] = event.elements.get(key, event.mapping.get(element, element))
    for (instance, key), task in found.tasks.items():
        if instance == flow.id:
            task.element = flow.entered.get(key, task.element)


def _apply_task(found: Moment, flow: FlowThen, row: Event, event: Any) -> None:
    key = (flow.id, event.element_instance)
    if row.kind == "UserTaskCreated":
        found.tasks[key] = TaskThen(
            flow.id,
            event.element,
            event.name,
            event.assignee,
            tuple(event.candidate_groups),
            row.at,
            event.due_at,
            str(event.variables.get("sag_id") or "") or None,
        )
        return
    task = found.tasks.get(key)
    if task is None:
        return
    if row.kind in ("UserTaskClaimed", "UserTaskHandedOver", "UserTaskDelegated"):
        task.assignee = event.assignee
    elif row.kind == "UserTaskGivenBack":
        task.assignee = event.owner
    elif row.kind == "UserTaskUnclaimed":
        task.assignee = None
    elif row.kind == "UserTaskRescheduled":
        task.due_at = event.due_at
    elif row.kind == "UserTaskRedrawn":
        changes = event.changes
        task.element, task.name = event.element, changes.get("name", task.name)
        task.candidate_groups = tuple(changes.get("candidate_groups", task.candidate_groups))
        task.due_at = changes.get("due_at", task.due_at)
    else:
        del found.tasks[key]
