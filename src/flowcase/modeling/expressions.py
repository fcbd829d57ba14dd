"""Every place of a BPMN file where an expression, or text that may be one, is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from flowcase.feel import Expression, FeelSyntaxError, compile_expression
from flowcase.modeling.document import (
    Document,
    Node,
    bpmn_child,
    local,
    reference,
    text_of,
    zeebe_child,
    zeebe_children,
)


@dataclass(frozen=True)
class Written:
    """One text, where it stands and what it is."""

    xml: etree._Element
    field: str  # in a reader's words: "condition", "correlation key"
    text: str  # as written, trimmed
    is_feel_only: bool  # plain text has no meaning here

    @property
    def is_feel(self) -> bool:
        return self.text.startswith("=")

    @property
    def feel(self) -> str:
        return self.text[1:].strip() if self.is_feel else self.text


@lru_cache(maxsize=8192)
def parse(text: str) -> Expression | FeelSyntaxError:
    """The expression, or why it is none."""
    try:
        return compile_expression(text)
    except FeelSyntaxError as error:
        return error


def written_in_process(document: Document) -> Iterator[Written]:
    """All of them in the processes that run and the messages and signals that those use."""
    for node in document.relevant_nodes():
        yield from written_at(document, node)
    for flow in document.relevant_flows():
        yield from _text(flow.condition, "condition", feel_only=True)
    for process in document.relevant_processes():
        yield from _mappings(process.xml)


def written_at(document: Document, node: Node) -> list[Written]:
    """Those of one node, in the order in which they are read; looked for once."""
    found = document.written.get(node)
    if found is None:
        found = document.written[node] = list(_written_at(document, node))
    return found


def _written_at(document: Document, node: Node) -> Iterator[Written]:
    xml = node.xml
    yield from _mappings(xml)
    yield from _loop(node)
    for definition in node.event_definitions():
        if local(definition) == "timerEventDefinition":
            for name in ("timeDate", "timeDuration", "timeCycle"):
                yield from _text(bpmn_child(definition, name), "timer")
        for kind in ("message", "signal"):
            yield from _referred(document, kind, definition.get(f"{kind}Ref"), node)
    if node.tag in {"receiveTask", "sendTask"}:
        yield from _referred(document, "message", xml.get("messageRef"), node)
    for holder in zeebe_children(xml, "properties"):
        for item in holder:
            if (item.get("name") or "").strip() in _PROPERTIES:
                yield from _attribute(item, "value", _PROPERTIES[item.get("name", "").strip()], False)
    for name, attribute, field, feel_only in _ATTRIBUTES:
        for found in zeebe_children(xml, name):
            yield from _attribute(found, attribute, field, feel_only)


_PROPERTIES = {
    "flowcase.correlationKey": "correlation key",
    "flowcase.timeToLive": "time to live",
    "flowcase.messageId": "message id",
    "flowcase.name": "name",
}
_ATTRIBUTES = (
    ("taskDefinition", "type", "job type", False),
    ("taskDefinition", "retries", "number of retries", False),
    ("jobPriorityDefinition", "priority", "priority of the job", False),
    ("script", "expression", "script", True),
    ("calledDecision", "decisionId", "decision id", False),
    ("calledElement", "processId", "process id", False),
    ("calledElement", "processIdExpression", "process id", True),
    ("assignmentDefinition", "assignee", "assignee", False),
    ("assignmentDefinition", "candidateGroups", "candidate groups", False),
    ("assignmentDefinition", "candidateUsers", "candidate users", False),
    ("taskSchedule", "dueDate", "due date", False),
    ("taskSchedule", "followUpDate", "follow-up date", False),
    ("priorityDefinition", "priority", "priority", False),
    ("publishMessage", "correlationKey", "correlation key", False),
    ("publishMessage", "messageId", "message id", False),
    ("publishMessage", "timeToLive", "time to live", False),
)


def _mappings(xml: etree._Element) -> Iterator[Written]:
    for mapping in zeebe_children(xml, "ioMapping"):
        for item in mapping:
            yield from _attribute(item, "source", f"source of the {local(item)} mapping", False)


def _loop(node: Node) -> Iterator[Written]:
    xml = node.loop_characteristics()
    if xml is None:
        return
    yield from _text(bpmn_child(xml, "loopCondition"), "loop condition", feel_only=True)
    yield from _text(bpmn_child(xml, "completionCondition"), "completion condition", feel_only=True)
    for found in zeebe_children(xml, "loopCharacteristics"):
        yield from _attribute(found, "inputCollection", "input collection", True)
        yield from _attribute(found, "outputElement", "output element", True)


def _referred(document: Document, kind: str, ref: str | None, node: Node) -> Iterator[Written]:
    found = document.resolve(kind, reference(ref))
    if found is None:
        return
    yield from _attribute(found, "name", f"{kind} name", False)
    subscription = zeebe_child(found, "subscription")
    starts_process = node.tag == "startEvent" and node.scope.node is None
    if subscription is not None and not starts_process:
        yield from _attribute(subscription, "correlationKey", "correlation key", True)


def _attribute(xml: etree._Element, name: str, field: str, feel_only: bool) -> Iterator[Written]:
    text = (xml.get(name) or "").strip()
    if text:
        yield Written(xml, field, text, feel_only)


def _text(xml: etree._Element | None, field: str, *, feel_only: bool = False) -> Iterator[Written]:
    text = text_of(xml)
    if xml is not None and text:
        yield Written(xml, field, text, feel_only)
