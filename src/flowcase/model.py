"""The vocabulary of a step: commands that go into the engine, events that come out, and statuses.

`engine.advance(definition, state, command, now=..., facts=...)` returns an `Advance`. Every event is
recorded by `tx.record` in the history and applied to the tables by exactly one applier
(`store/appliers.py`). Events of the engine describe one process instance; which instance, case, actor
and instant they belong to is known to the transaction and added there.

`element_instance` is a short key, unique within its process instance for all time and the same on
every replay. `scope` is the element instance of the enclosing scope; None is the instance itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flowcase.values import Value

Values = Mapping[str, Value]


class InstanceStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class UserTaskStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class JobStatus(StrEnum):
    PENDING = "pending"  # waits for a worker, or for its next try
    CLAIMED = "claimed"
    COMPLETED = "completed"
    FAILED = "failed"  # retries are used up: an incident is open
    CANCELLED = "cancelled"


class TimerStatus(StrEnum):
    PENDING = "pending"
    FIRED = "fired"
    CANCELLED = "cancelled"


class IncidentStatus(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class IncidentKind(StrEnum):
    """Why a process instance cannot go on by itself."""

    EXPRESSION_FAILED = "expression_failed"
    NO_FLOW_TAKEN = "no_flow_taken"
    UNCAUGHT_ERROR = "uncaught_error"
    JOB_FAILED = "job_failed"
    HANDLER_FAILED = "handler_failed"
    DECISION_FAILED = "decision_failed"
    CALLED_PROCESS_MISSING = "called_process_missing"
    CALLED_PROCESS_SUSPENDED = "called_process_suspended"
    RUNAWAY_LOOP = "runaway_loop"


# --- commands --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Command:
    """Something to do to one process instance."""


@dataclass(frozen=True, kw_only=True)
class StartInstance(Command):
    """Start at the none start event, or at `start_element` (message, signal or timer start event)."""

    variables: Values = field(default_factory=dict)
    start_element: str | None = None
    is_called: bool = False  # by a call activity: an error that nobody catches fails the instance


@dataclass(frozen=True, kw_only=True)
class CompleteElement(Command):
    """Finish a waiting user task, manual task, job, decision or call with its result variables.

    The engine applies the drawn output mapping to `variables`. A decision's result comes as
    `{"result": value}` and lands in the result variable; a called process hands over all its variables
    and the propagation flags decide.
    """

    element_instance: str
    variables: Values = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ThrowError(Command):
    """A handler, or a called process, ended in a BPMN error: find the boundary event that catches it."""

    element_instance: str
    code: str
    message: str = ""
    variables: Values = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ThrowEscalation(Command):
    """A called process escalated: find the boundary event; the element goes on unless it interrupts."""

    element_instance: str
    code: str
    variables: Values = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FailElement(Command):
    """An inside handler or decision failed: raise an incident at the element, which stays where it is."""

    element_instance: str
    kind: IncidentKind
    message: str


@dataclass(frozen=True, kw_only=True)
class RetryElement(Command):
    """Try an element with an incident again: its expressions, its job, its decision or its call."""

    element_instance: str


@dataclass(frozen=True, kw_only=True)
class FireTimer(Command):
    """A due timer; a cycle schedules its next occurrence. `late_after` is what `skip` counts as missed."""

    timer: str
    late_after: dt.timedelta = dt.timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class DeliverMessage(Command):
    """A correlated message for one subscription of this instance."""

    subscription: str
    variables: Values = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DeliverSignal(Command):
    """A broadcast signal for one subscription of this instance."""

    subscription: str
    variables: Values = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SetVariables(Command):
    """An operator's change; `scope` None is the process instance."""

    variables: Values
    scope: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReevaluateTimers(Command):
    """Facts have changed: compute the due instants of pending date and duration timers anew."""


@dataclass(frozen=True, kw_only=True)
class MoveTimer(Command):
    """A person sets when a pending timer is due; facts that change later leave it there."""

    timer: str
    due_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class SkipElement(Command):
    """An operator lets a waiting element be done without it, with results as if it had been."""

    element_instance: str
    variables: Values = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CancelToken(Command):
    """An operator takes one of several tokens of a scope away."""

    element_instance: str


@dataclass(frozen=True, kw_only=True)
class MoveToken(Command):
    """An operator lets a token wait at another element of the same scope."""

    element_instance: str
    target: str


@dataclass(frozen=True, kw_only=True)
class GoBack(Command):
    """Be where an earlier saved state of this instance was. Refused where others have answered since."""

    earlier: bytes


@dataclass(frozen=True, kw_only=True)
class MigrateInstance(Command):
    """Go on under another version of the process, each element under the one that takes over from it."""

    target: str  # process definition id
    mapping: Mapping[str, str]  # element of the new version by element of the present one
    entered: Mapping[str, dt.datetime] = field(default_factory=dict)  # by element instance, where known


@dataclass(frozen=True, kw_only=True)
class UndoMigration(Command):
    """Be again what the instance was before it was moved to another version."""

    target: str  # process definition id of the version before
    before: bytes  # the state under it


@dataclass(frozen=True, kw_only=True)
class CancelInstance(Command):
    reason: str


# --- events ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened; past tense; never changes meaning once released."""


@dataclass(frozen=True, kw_only=True)
class InstanceStarted(Event):
    """The engine knows the first two; the transaction adds the others. Older releases wrote none of them."""

    process: str
    variables: Values
    definition: str | None = None  # process definition id
    case_code: str | None = None
    parent: str | None = None  # the instance that called it, and the element instance that did
    parent_element_instance: str | None = None
    depth: int = 0
    rule_set: str | None = None
    start_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class ElementEvent(Event):
    """What every event about one element carries."""

    element: str
    element_instance: str


@dataclass(frozen=True, kw_only=True)
class ElementEntered(ElementEvent):
    kind: str
    scope: str | None = None
    loop_counter: int | None = None  # 1-based, inside a multi-instance or loop body


@dataclass(frozen=True, kw_only=True)
class ElementCompleted(ElementEvent):
    kind: str


@dataclass(frozen=True, kw_only=True)
class ElementCancelled(ElementEvent):
    kind: str


@dataclass(frozen=True, kw_only=True)
class FlowTaken(Event):
    flow: str


@dataclass(frozen=True, kw_only=True)
class UserTaskCreated(ElementEvent):
    name: str
    form: str | None
    assignee: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    due_at: dt.datetime | None
    follow_up_at: dt.datetime | None
    priority: int  # 0 to 100, default 50
    variables: Values  # what is visible at the task: mapped inputs over enclosing scopes


@dataclass(frozen=True, kw_only=True)
class UserTaskCompleted(ElementEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class UserTaskCancelled(ElementEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class UserTaskRescheduled(ElementEvent):
    """Its due or follow-up instant was computed anew, because a deadline moved."""

    due_at: dt.datetime | None
    follow_up_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class JobRequested(ElementEvent):
    """A service or send task halts here until somebody answers with CompleteElement or ThrowError."""

    type: str
    headers: Mapping[str, str]
    inputs: Values  # with input mappings: exactly what is mapped; without: everything visible
    retries: int
    priority: int = 0  # the higher first


@dataclass(frozen=True, kw_only=True)
class JobCancelled(ElementEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class DecisionRequested(ElementEvent):
    decision: str
    binding: str
    version_tag: str | None
    inputs: Values


@dataclass(frozen=True, kw_only=True)
class CallRequested(ElementEvent):
    process: str
    binding: str
    version_tag: str | None
    variables: Values


@dataclass(frozen=True, kw_only=True)
class CallCancelled(ElementEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class TimerScheduled(ElementEvent):
    """`element` is the event drawn; `element_instance` the activity or event that waits for it."""

    timer: str  # key, unique within the instance
    due_at: dt.datetime  # aware UTC
    kind: str
    catch_up: str
    repetitions_left: int | None  # after this occurrence; None for an endless cycle; 0 for one shot


@dataclass(frozen=True, kw_only=True)
class TimerRescheduled(ElementEvent):
    timer: str
    due_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class TimerFired(ElementEvent):
    timer: str
    due_at: dt.datetime  # what had been planned; the history adds when it happened


@dataclass(frozen=True, kw_only=True)
class TimerSkipped(ElementEvent):
    """An occurrence that catch-up policy `once` or `skip` left out."""

    timer: str
    due_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class TimerCancelled(ElementEvent):
    timer: str


@dataclass(frozen=True, kw_only=True)
class MessageSubscribed(ElementEvent):
    subscription: str
    name: str
    correlation_key: str
    is_interrupting: bool


@dataclass(frozen=True, kw_only=True)
class MessageReceived(ElementEvent):
    subscription: str
    name: str


@dataclass(frozen=True, kw_only=True)
class MessageUnsubscribed(ElementEvent):
    subscription: str


@dataclass(frozen=True, kw_only=True)
class MessagePublished(ElementEvent):
    name: str
    correlation_key: str
    variables: Values
    time_to_live: dt.timedelta | None
    message_id: str | None


@dataclass(frozen=True, kw_only=True)
class SignalSubscribed(ElementEvent):
    subscription: str
    name: str
    is_global: bool


@dataclass(frozen=True, kw_only=True)
class SignalReceived(ElementEvent):
    subscription: str
    name: str


@dataclass(frozen=True, kw_only=True)
class SignalUnsubscribed(ElementEvent):
    subscription: str


@dataclass(frozen=True, kw_only=True)
class SignalBroadcast(ElementEvent):
    name: str
    is_global: bool
    variables: Values


@dataclass(frozen=True, kw_only=True)
class ErrorThrown(ElementEvent):
    code: str
    message: str
    caught_by: str | None  # element id; None: an incident, or the calling instance


@dataclass(frozen=True, kw_only=True)
class EscalationThrown(ElementEvent):
    code: str
    caught_by: str | None  # None: goes to the calling instance, else stays a fact of the history
    variables: Values


@dataclass(frozen=True, kw_only=True)
class VariablesChanged(Event):
    scope: str | None
    changes: Values  # new values by name
    element: str | None = None  # whose result it was


@dataclass(frozen=True, kw_only=True)
class IncidentRaised(ElementEvent):
    kind: str
    message: str  # no personal data


@dataclass(frozen=True, kw_only=True)
class IncidentResolved(ElementEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class InstanceMigrated(Event):
    """Goes on under another version of its process; everything keeps its key."""

    source: str  # process definition id
    target: str
    mapping: Mapping[str, str]  # new element by old one, of those that were in use and have another id now
    elements: Mapping[str, str]  # new element by element instance
    subscriptions: Mapping[str, str]  # new element by key of timer or subscription
    is_undone: bool = False  # whether this is the way back
    version: int | None = None  # of the state that it had before; added by the transaction


@dataclass(frozen=True, kw_only=True)
class UserTaskRedrawn(ElementEvent):
    """An open user task has got what a new version draws, or a name by new facts.

    Who works on it and the draft stay.
    """

    changes: Values  # name, form, candidate_groups, candidate_users, due_at, follow_up_at, priority


@dataclass(frozen=True, kw_only=True)
class InstanceCompleted(Event):
    end_elements: tuple[str, ...]  # ids of the end events reached at process level, in order
    variables: Values


@dataclass(frozen=True, kw_only=True)
class InstanceCancelled(Event):
    reason: str


@dataclass(frozen=True, kw_only=True)
class InstanceFailed(Event):
    """A BPMN error left a called process: the calling instance gets it at its call activity."""

    code: str
    message: str
    variables: Values


@dataclass(frozen=True)
class Advance:
    """What one command led to. `state` is opaque to everyone but `engine`."""

    state: Any  # engine.State: `.to_bytes()`; pass it on to the next `advance`, then do not use it again
    events: tuple[Event, ...]
