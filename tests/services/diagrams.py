"""Small diagrams of the service tests, written as sequences of elements."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import quoteattr

_NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


@dataclass(frozen=True)
class Node:
    id: str
    tag: str
    inside: str = ""
    attributes: str = ""
    roots: tuple[str, ...] = ()  # messages, signals, errors that it refers to
    outgoing: tuple[str, ...] | None = field(default=None)


def start(id: str = "start", inside: str = "", **options: tuple[str, ...]) -> Node:
    return Node(id, "startEvent", inside, roots=options.get("roots", ()))


def end(id: str = "end", inside: str = "", roots: tuple[str, ...] = ()) -> Node:
    return Node(id, "endEvent", inside, roots=roots)


def user_task(
    id: str,
    groups: str = "",
    form: str = "",
    properties: dict[str, str] | None = None,
    inside: str = "",
    assignee: str = "",
) -> Node:
    extension = "<zeebe:userTask/>"
    if assignee:
        extension += f"<zeebe:assignmentDefinition assignee={quoteattr(assignee)}/>"
    if groups:
        extension += f"<zeebe:assignmentDefinition candidateGroups={quoteattr(groups)}/>"
    if form:
        extension += f'<zeebe:formDefinition formId="{form}"/>'
    if properties:
        extension += "<zeebe:properties>"
        for name, value in properties.items():
            extension += f"<zeebe:property name={quoteattr(name)} value={quoteattr(value)}/>"
        extension += "</zeebe:properties>"
    return Node(id, "userTask", f"<extensionElements>{extension}</extensionElements>{inside}", f'name="{id}"')


def service_task(
    id: str, type: str, headers: dict[str, str] | None = None, retries: int = 3, priority: str = ""
) -> Node:
    extension = f'<zeebe:taskDefinition type="{type}" retries="{retries}"/>'
    if priority:
        extension += f'<zeebe:jobPriorityDefinition priority="{priority}"/>'
    if headers:
        extension += "<zeebe:taskHeaders>"
        for name, value in headers.items():
            extension += f'<zeebe:header key="{name}" value="{value}"/>'
        extension += "</zeebe:taskHeaders>"
    return Node(id, "serviceTask", f"<extensionElements>{extension}</extensionElements>")


def call(id: str, process: str) -> Node:
    extension = f'<zeebe:calledElement processId="{process}" propagateAllChildVariables="true"/>'
    return Node(id, "callActivity", f"<extensionElements>{extension}</extensionElements>")


def message(name: str, key: str = "") -> tuple[str, tuple[str, ...]]:
    """(inside of an event, roots)."""
    subscription = f"<zeebe:subscription correlationKey={quoteattr(key)}/>" if key else ""
    extension = f"<extensionElements>{subscription}</extensionElements>" if subscription else ""
    root = f'<message id="message_{name}" name="{name}">{extension}</message>'
    return f'<messageEventDefinition messageRef="message_{name}"/>', (root,)


def signal(name: str) -> tuple[str, tuple[str, ...]]:
    root = f'<signal id="signal_{name}" name="{name}"/>'
    return f'<signalEventDefinition signalRef="signal_{name}"/>', (root,)


def timer(kind: str, text: str) -> str:
    return (
        f'<timerEventDefinition><{kind} xsi:type="tFormalExpression">{text}</{kind}></timerEventDefinition>'
    )


def properties(**values: str) -> str:
    inner = "".join(
        f'<zeebe:property name="flowcase.{name}" value="{value}"/>' for name, value in values.items()
    )
    return f"<extensionElements><zeebe:properties>{inner}</zeebe:properties></extensionElements>"


def catch(id: str, inside: str, roots: tuple[str, ...] = ()) -> Node:
    return Node(id, "intermediateCatchEvent", inside, roots=roots)


def throw(id: str, inside: str, roots: tuple[str, ...] = ()) -> Node:
    return Node(id, "intermediateThrowEvent", inside, roots=roots)


def boundary(
    id: str, attached_to: str, inside: str, *, to: str, interrupting: bool = True, roots: tuple[str, ...] = ()
) -> Node:
    cancel = str(interrupting).lower()
    attributes = f'attachedToRef="{attached_to}" cancelActivity="{cancel}"'
    return Node(id, "boundaryEvent", inside, attributes, roots, (to,))


def process(id: str, *nodes: Node, aside: tuple[Node, ...] = ()) -> bytes:
    """A file with one process: `nodes` one after the other; `aside` stand beside with their own flows."""
    flows: list[tuple[str, str]] = []
    for one, other in pairwise(nodes):
        flows.append((one.id, other.id))
    for node in aside:
        flows += [(node.id, target) for target in node.outgoing or ()]
    drawn = ""
    for node in (*nodes, *aside):
        incoming = "".join(f"<incoming>{a}_{b}</incoming>" for a, b in flows if b == node.id)
        outgoing = "".join(f"<outgoing>{a}_{b}</outgoing>" for a, b in flows if a == node.id)
        extension, rest = _split(node.inside)
        drawn += (
            f'<{node.tag} id="{node.id}" {node.attributes}>{extension}{incoming}{outgoing}{rest}</{node.tag}>'
        )
    drawn += "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in flows)
    roots = "".join(dict.fromkeys(root for node in (*nodes, *aside) for root in node.roots))
    return (
        f'<definitions {_NAMESPACES} id="d_{id}" targetNamespace="t">{roots}'
        f'<process id="{id}" name="{id}" isExecutable="true">{drawn}</process></definitions>'
    ).encode()


def _split(inside: str) -> tuple[str, str]:
    """BPMN wants extension elements before the flows and event definitions behind them."""
    closing = "</extensionElements>"
    if closing not in inside:
        return "", inside
    position = inside.index(closing) + len(closing)
    return inside[:position], inside[position:]
