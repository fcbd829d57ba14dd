"""Executable definitions: what a diagram says, resolved and without XML.

`modeling.read_bpmn` makes these from a file; `engine` runs them; `services` and `web` look things up
in them. They are immutable and rebuilt from the stored file, never serialised themselves: the
content hash of the file is their identity. An expression field holds FEEL text without the leading
`=`; where BPMN allows plain text or an expression (`=` in front, Camunda 8's convention), the field is
an `Expression` whose `is_static` says which it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Expression:
    """FEEL text, or a literal when the diagram gave plain text."""

    text: str
    is_static: bool = False  # True: `text` itself is the value


class ElementKind(StrEnum):
    """Every flow node that the dialect knows."""

    START_EVENT = "startEvent"
    END_EVENT = "endEvent"
    INTERMEDIATE_CATCH_EVENT = "intermediateCatchEvent"
    INTERMEDIATE_THROW_EVENT = "intermediateThrowEvent"
    BOUNDARY_EVENT = "boundaryEvent"
    USER_TASK = "userTask"
    MANUAL_TASK = "manualTask"
    SERVICE_TASK = "serviceTask"
    SCRIPT_TASK = "scriptTask"
    BUSINESS_RULE_TASK = "businessRuleTask"
    SEND_TASK = "sendTask"
    RECEIVE_TASK = "receiveTask"
    CALL_ACTIVITY = "callActivity"
    SUB_PROCESS = "subProcess"
    EVENT_SUB_PROCESS = "eventSubProcess"
    EXCLUSIVE_GATEWAY = "exclusiveGateway"
    INCLUSIVE_GATEWAY = "inclusiveGateway"
    PARALLEL_GATEWAY = "parallelGateway"
    EVENT_BASED_GATEWAY = "eventBasedGateway"


# --- event definitions -----------------------------------------------------------------------------


class TimerKind(StrEnum):
    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"  # ISO 8601 repetition (R3/PT1H) or cron with five or six fields


class CatchUp(StrEnum):
    """What happens to occurrences that fell due while nothing ran (`flowcase.catchUp`)."""

    ALL = "all"
    ONCE = "once"
    SKIP = "skip"


@dataclass(frozen=True)
class TimerEvent:
    kind: TimerKind
    expression: Expression
    catch_up: CatchUp
    calendar: str | None = None  # `flowcase.calendar`: name of a working calendar for cycles


@dataclass(frozen=True)
class MessageEvent:
    name: Expression
    correlation_key: Expression | None  # None at a process start event
    time_to_live: Expression | None = None  # throw side only: ISO 8601 duration
    message_id: Expression | None = None  # throw side only


@dataclass(frozen=True)
class SignalEvent:
    name: Expression
    is_global: bool = False  # `flowcase.scope = global`; otherwise the signal stays within its case


@dataclass(frozen=True)
class ErrorEvent:
    code: str | None  # None at a catching event: every code


@dataclass(frozen=True)
class EscalationEvent:
    code: str | None  # None at a catching event: every code


@dataclass(frozen=True)
class TerminateEvent:
    pass


EventDefinition = TimerEvent | MessageEvent | SignalEvent | ErrorEvent | EscalationEvent | TerminateEvent


# --- activities' details ---------------------------------------------------------------------------


@dataclass(frozen=True)
class VariableMapping:
    """One `zeebe:input` or `zeebe:output`: `target` may be a dotted path."""

    source: Expression
    target: str


@dataclass(frozen=True)
class MultiInstance:
    is_sequential: bool
    input_collection: Expression
    input_element: str | None
    output_collection: str | None
    output_element: Expression | None
    completion_condition: Expression | None = None


@dataclass(frozen=True)
class StandardLoop:
    condition: Expression | None  # loop goes on while true
    test_before: bool
    maximum: int | None


@dataclass(frozen=True)
class UserTaskDetails:
    form_id: str | None = None
    called: Expression | None = None  # instead of the name that is drawn
    assignee: Expression | None = None
    candidate_groups: Expression | None = None  # static: comma-separated names; FEEL: list of text
    candidate_users: Expression | None = None
    due_date: Expression | None = None
    follow_up_date: Expression | None = None
    priority: Expression | None = None


@dataclass(frozen=True)
class JobDetails:
    """A service or send task, or any task with `zeebe:taskDefinition`."""

    type: Expression
    retries: Expression  # default: static "3"
    headers: Mapping[str, str] = field(default_factory=dict)
    priority: Expression | None = None  # the task's, else its process's; None is 0


@dataclass(frozen=True)
class ScriptDetails:
    expression: Expression
    result_variable: str | None


class Binding(StrEnum):
    LATEST = "latest"
    DEPLOYMENT = "deployment"
    VERSION_TAG = "versionTag"


@dataclass(frozen=True)
class DecisionDetails:
    decision_id: Expression
    result_variable: str
    binding: Binding = Binding.LATEST
    version_tag: str | None = None


@dataclass(frozen=True)
class CallDetails:
    process_id: Expression
    propagate_all_parent_variables: bool = True
    propagate_all_child_variables: bool = True
    binding: Binding = Binding.LATEST
    version_tag: str | None = None


# --- nodes and flows -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Element:
    """A flow node. Only the details that fit its kind are set."""

    id: str
    kind: ElementKind
    name: str = ""
    line: int | None = None
    parent: str | None = None  # id of the enclosing (event) sub-process; None at process level
    lane: str | None = None  # name of the innermost lane
    incoming: tuple[str, ...] = ()  # sequence flow ids, in document order
    outgoing: tuple[str, ...] = ()
    default_flow: str | None = None
    event: EventDefinition | None = None
    is_interrupting: bool = True  # boundary events and start events of event sub-processes
    attached_to: str | None = None  # boundary events
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    loop: MultiInstance | StandardLoop | None = None
    form_id: str | None = None  # start events: the form that is filled in at a start by hand
    user_task: UserTaskDetails | None = None
    job: JobDetails | None = None
    script: ScriptDetails | None = None
    decision: DecisionDetails | None = None
    call: CallDetails | None = None
    message: MessageEvent | None = None  # receive tasks; send tasks without a task definition
    properties: Mapping[str, str] = field(default_factory=dict)  # `zeebe:property`
    documentation: str = ""


@dataclass(frozen=True, kw_only=True)
class SequenceFlow:
    id: str
    source: str
    target: str
    name: str = ""
    condition: Expression | None = None
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class ProcessDefinition:
    """One executable process of one file."""

    id: str
    name: str
    file: str
    content_hash: str  # SHA-256 of the file's bytes, hex
    version_tag: str | None = None
    elements: Mapping[str, Element]  # all of them, nested ones too, in document order
    flows: Mapping[str, SequenceFlow]
    properties: Mapping[str, str] = field(default_factory=dict)
    documentation: str = ""

    @property
    def called(self) -> str:
        """Its name, else its id."""
        return self.name or self.id

    def children(self, parent: str | None) -> tuple[Element, ...]:
        """The elements directly inside a sub-process, or inside the process for None."""
        return tuple(element for element in self.elements.values() if element.parent == parent)
