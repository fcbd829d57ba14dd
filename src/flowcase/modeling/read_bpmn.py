"""Reads BPMN 2.0 with Camunda 8's extension elements into executable definitions."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from flowcase.errors import InvalidDefinition
from flowcase.modeling.definition import (
    Binding,
    CallDetails,
    CatchUp,
    DecisionDetails,
    Element,
    ElementKind,
    ErrorEvent,
    EscalationEvent,
    EventDefinition,
    Expression,
    JobDetails,
    MessageEvent,
    MultiInstance,
    ProcessDefinition,
    ScriptDetails,
    SequenceFlow,
    SignalEvent,
    StandardLoop,
    TerminateEvent,
    TimerEvent,
    TimerKind,
    UserTaskDetails,
    VariableMapping,
)
from flowcase.modeling.document import (
    Document,
    Node,
    Process,
    bpmn_child,
    is_true,
    local,
    read_document,
    reference,
    text_of,
    zeebe_child,
    zeebe_children,
)
from flowcase.modeling.publishing import publishing_fields, read_properties
from flowcase.modeling.rules import findings_that_block_reading

_KINDS = {
    "task": ElementKind.MANUAL_TASK,  # a task without a type is done elsewhere: it passes straight through
    **{kind.value: kind for kind in ElementKind},
}
_CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"})


_FILES_KEPT = 128  # more than a municipality has diagrams; what is read of one never changes


@dataclass(frozen=True)
class BpmnFile:
    """What one file holds: its executable processes in document order."""

    file: str
    content_hash: str  # SHA-256 of the file's bytes, hex
    processes: tuple[ProcessDefinition, ...]

    def process(self, process_id: str) -> ProcessDefinition:
        """Raises KeyError for a process that the file does not hold."""
        return next(iter(p for p in self.processes if p.id == process_id), None) or _missing(process_id)


def _missing(process_id: str) -> ProcessDefinition:
    raise KeyError(process_id)


@functools.lru_cache(maxsize=_FILES_KEPT)
def read_bpmn(content: bytes, file: str) -> BpmnFile:
    """The executable processes of a file; the same content is read once.

    Raises InvalidDefinition when the file cannot be read truthfully: no XML, no executable process, or
    an element for which there is no definition. What else the deploy check refuses is not repeated here,
    so that a definition which was deployed once stays readable when the check becomes stricter.
    """
    document = read_document(content, file)
    findings = findings_that_block_reading(document)
    if findings:
        raise InvalidDefinition(findings)
    content_hash = hashlib.sha256(content).hexdigest()
    return BpmnFile(
        file,
        content_hash,
        tuple(
            _read_process(document, process, content_hash)
            for process in document.processes
            if process.is_executable
        ),
    )


def expression(text: str | None) -> Expression | None:
    """Camunda 8's convention: a leading `=` makes it FEEL, anything else is the value itself."""
    if text is None or not text.strip():
        return None
    stripped = text.strip()
    if stripped.startswith("="):
        return Expression(stripped[1:].strip())
    return Expression(stripped, is_static=True)


def feel(text: str | None) -> Expression | None:
    """A field that is always FEEL, with or without the leading `=` (conditions, collections, scripts)."""
    found = expression(text)
    return Expression(found.text) if found else None


def _read_process(document: Document, process: Process, content_hash: str) -> ProcessDefinition:
    version_tag = zeebe_child(process.xml, "versionTag")
    return ProcessDefinition(
        id=process.id,
        name=process.name,
        file=document.file,
        content_hash=content_hash,
        version_tag=version_tag.get("value") if version_tag is not None else None,
        elements={node.id: _read_element(document, process, node) for node in process.nodes},
        flows={
            flow.id: SequenceFlow(
                id=flow.id,
                source=flow.source_ref or "",
                target=flow.target_ref or "",
                name=flow.name,
                condition=feel(text_of(flow.condition)),
                line=flow.line,
            )
            for flow in process.flows
        },
        properties=read_properties(process.xml),
        documentation=_documentation(process.xml),
    )


def _documentation(xml: etree._Element) -> str:
    return text_of(bpmn_child(xml, "documentation"))


def _read_element(document: Document, process: Process, node: Node) -> Element:
    inputs, outputs = _mappings(node.xml)
    properties = read_properties(node.xml)
    job = _job(node)
    is_user_task = node.tag == "userTask"
    return Element(
        id=node.id,
        kind=ElementKind.EVENT_SUB_PROCESS if node.is_event_sub_process else _KINDS[node.tag],
        name=node.name or node.name_or_place,
        line=node.line,
        parent=node.scope.id if node.scope.node else None,
        lane=process.lanes.get(node.id),
        incoming=tuple(flow.id for flow in node.incoming),
        outgoing=tuple(flow.id for flow in node.outgoing),
        default_flow=node.default_flow,
        event=_event(document, node, properties, job),
        is_interrupting=node.is_interrupting,
        attached_to=node.attached_to.id if node.attached_to else None,
        inputs=inputs,
        outputs=outputs,
        loop=_loop(node),
        form_id=_form_id(node.xml) if node.tag == "startEvent" else None,
        user_task=_user_task(node) if is_user_task else None,
        job=None if is_user_task else job,
        script=_script(node),
        decision=_decision(node),
        call=_call(node) if node.tag == "callActivity" else None,
        message=_task_message(document, node, job),
        properties=properties,
        documentation=_documentation(node.xml),
    )


def _mappings(xml: etree._Element) -> tuple[tuple[VariableMapping, ...], tuple[VariableMapping, ...]]:
    inputs: list[VariableMapping] = []
    outputs: list[VariableMapping] = []
    for mapping in zeebe_children(xml, "ioMapping"):
        for item in mapping:
            source = expression(item.get("source")) or Expression("", is_static=True)
            side = inputs if local(item) == "input" else outputs
            side.append(VariableMapping(source, item.get("target", "").strip()))
    return tuple(inputs), tuple(outputs)


# --- events ----------------------------------------------------------------------------------------


def _event(
    document: Document, node: Node, properties: Mapping[str, str], job: JobDetails | None
) -> EventDefinition | None:
    definitions = node.event_definitions()
    if not definitions:
        return None
    xml = definitions[0]
    kind = local(xml)
    if kind == "timerEventDefinition":
        return _timer(xml, properties)
    if kind == "messageEventDefinition":
        # A throwing message event with a task definition is a job, as in Camunda 8.
        return None if job else _message(document, node, xml.get("messageRef"))
    if kind == "signalEventDefinition":
        signal = document.resolve("signal", reference(xml.get("signalRef")))
        name = expression(signal.get("name") if signal is not None else None)
        scope = properties.get("flowcase.scope") or (
            read_properties(signal).get("flowcase.scope") if signal is not None else None
        )
        return SignalEvent(name or Expression("", is_static=True), is_global=scope == "global")
    if kind == "errorEventDefinition":
        error = document.resolve("error", reference(xml.get("errorRef")))
        return ErrorEvent((error.get("errorCode") or None) if error is not None else None)
    if kind == "escalationEventDefinition":
        escalation = document.resolve("escalation", reference(xml.get("escalationRef")))
        return EscalationEvent((escalation.get("escalationCode") or None) if escalation is not None else None)
    return TerminateEvent()


def _timer(xml: etree._Element, properties: Mapping[str, str]) -> TimerEvent:
    timing = bpmn_child(xml, *(kind.value for kind in TimerKind))
    kind = TimerKind(local(timing)) if timing is not None else TimerKind.DATE
    default = CatchUp.ONCE if kind is TimerKind.CYCLE else CatchUp.ALL
    named = properties.get("flowcase.catchUp")
    return TimerEvent(
        kind=kind,
        expression=expression(text_of(timing)) or Expression("", is_static=True),
        catch_up=CatchUp(named) if named in set(CatchUp) else default,
        calendar=properties.get("flowcase.calendar") or None,
    )


def _message(document: Document, node: Node, ref: str | None) -> MessageEvent:
    message = document.resolve("message", reference(ref))
    subscription = zeebe_child(message, "subscription") if message is not None else None
    publishing = publishing_fields(node.xml)
    correlation_key = feel(subscription.get("correlationKey")) if subscription is not None else None
    if publishing.get("correlationKey"):
        correlation_key = expression(publishing["correlationKey"])
    starts_process = node.tag == "startEvent" and node.scope.node is None
    catches = node.tag in _CATCHING
    return MessageEvent(
        name=expression(message.get("name") if message is not None else None)
        or Expression("", is_static=True),
        correlation_key=None if starts_process else correlation_key,
        time_to_live=None if catches else expression(publishing.get("timeToLive")),
        message_id=None if catches else expression(publishing.get("messageId")),
    )


def _task_message(document: Document, node: Node, job: JobDetails | None) -> MessageEvent | None:
    if node.tag == "receiveTask" or (node.tag == "sendTask" and job is None):
        return _message(document, node, node.xml.get("messageRef"))
    return None


# --- activities ------------------------------------------------------------------------------------


def _loop(node: Node) -> MultiInstance | StandardLoop | None:
    xml = node.loop_characteristics()
    if xml is None:
        return None
    if local(xml) == "standardLoopCharacteristics":
        maximum = (xml.get("loopMaximum") or "").strip()
        return StandardLoop(
            condition=feel(text_of(bpmn_child(xml, "loopCondition"))),
            test_before=is_true(xml.get("testBefore")),
            maximum=int(maximum) if maximum.isdecimal() and len(maximum) < 10 else None,
        )
    zeebe = zeebe_child(xml, "loopCharacteristics")
    attributes = zeebe.attrib if zeebe is not None else {}
    return MultiInstance(
        is_sequential=is_true(xml.get("isSequential")),
        input_collection=feel(attributes.get("inputCollection")) or Expression("[]"),
        input_element=(attributes.get("inputElement") or "").strip() or None,
        output_collection=(attributes.get("outputCollection") or "").strip() or None,
        output_element=feel(attributes.get("outputElement")),
        completion_condition=feel(text_of(bpmn_child(xml, "completionCondition"))),
    )


def _form_id(xml: etree._Element) -> str | None:
    form = zeebe_child(xml, "formDefinition")
    return (form.get("formId") or None) if form is not None else None


def _user_task(node: Node) -> UserTaskDetails:
    assignment = zeebe_child(node.xml, "assignmentDefinition")
    schedule = zeebe_child(node.xml, "taskSchedule")
    priority = zeebe_child(node.xml, "priorityDefinition")

    def of(xml: etree._Element | None, name: str) -> Expression | None:
        return expression(xml.get(name)) if xml is not None else None

    return UserTaskDetails(
        form_id=_form_id(node.xml),
        called=expression(read_properties(node.xml).get("flowcase.name")),
        assignee=of(assignment, "assignee"),
        candidate_groups=of(assignment, "candidateGroups"),
        candidate_users=of(assignment, "candidateUsers"),
        due_date=of(schedule, "dueDate"),
        follow_up_date=of(schedule, "followUpDate"),
        priority=of(priority, "priority"),
    )


def _job(node: Node) -> JobDetails | None:
    definition = zeebe_child(node.xml, "taskDefinition")
    if definition is None:
        return None
    return JobDetails(
        type=expression(definition.get("type")) or Expression("", is_static=True),
        retries=expression(definition.get("retries")) or Expression("3", is_static=True),
        priority=_job_priority(node.xml),
        headers={
            header.get("key", ""): header.get("value", "")
            for headers in zeebe_children(node.xml, "taskHeaders")
            for header in headers
            if local(header) == "header"
        },
    )


def _job_priority(xml: etree._Element) -> Expression | None:
    """Of the task itself, else of the process around it."""
    around: etree._Element | None = xml
    while around is not None:
        drawn = zeebe_child(around, "jobPriorityDefinition")
        if drawn is not None and drawn.get("priority"):
            return expression(drawn.get("priority"))
        around = None if local(around) == "process" else around.getparent()
    return None


def _script(node: Node) -> ScriptDetails | None:
    script = zeebe_child(node.xml, "script") if node.tag == "scriptTask" else None
    if script is None:
        return None
    return ScriptDetails(
        feel(script.get("expression")) or Expression("null"), script.get("resultVariable") or None
    )


def _decision(node: Node) -> DecisionDetails | None:
    called = zeebe_child(node.xml, "calledDecision") if node.tag == "businessRuleTask" else None
    if called is None:
        return None
    return DecisionDetails(
        decision_id=expression(called.get("decisionId")) or Expression("", is_static=True),
        result_variable=called.get("resultVariable") or "",
        binding=_binding(called),
        version_tag=called.get("versionTag") or None,
    )


def _call(node: Node) -> CallDetails:
    called = zeebe_child(node.xml, "calledElement")
    if called is None:
        target = reference(node.xml.get("calledElement"))
        return CallDetails(process_id=expression(target) or Expression("", is_static=True))
    return CallDetails(
        process_id=expression(called.get("processId"))
        or feel(called.get("processIdExpression"))
        or Expression("", is_static=True),
        propagate_all_parent_variables=is_true(called.get("propagateAllParentVariables"), default=True),
        propagate_all_child_variables=is_true(called.get("propagateAllChildVariables"), default=True),
        binding=_binding(called),
        version_tag=called.get("versionTag") or None,
    )


def _binding(xml: etree._Element) -> Binding:
    named = xml.get("bindingType")
    return Binding(named) if named in set(Binding) else Binding.LATEST
