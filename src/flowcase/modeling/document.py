"""A BPMN file as its rules and its reader see it: nodes, flows and scopes with their XML and their lines.

Nothing is judged here. What a reference should have led to is None when it leads nowhere, and every
element of the file is kept, the ones too that the dialect refuses.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from lxml import etree

from flowcase.modeling.safe_xml import parse_xml
from flowcase.modeling.tag_lines import correct_lines

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMN_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_EXTENSIONS = f"{{{BPMN}}}extensionElements"

TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
    }
)
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
CALLS = frozenset({"callActivity"})
ACTIVITIES = TASKS | SUB_PROCESSES | CALLS
GATEWAYS = frozenset(
    {
        "exclusiveGateway",
        "inclusiveGateway",
        "parallelGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "implicitThrowEvent",
    }
)
CHOREOGRAPHY_NODES = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS | CHOREOGRAPHY_NODES

EVENT_DEFINITIONS = frozenset(
    {
        "timerEventDefinition",
        "messageEventDefinition",
        "signalEventDefinition",
        "errorEventDefinition",
        "escalationEventDefinition",
        "terminateEventDefinition",
        "compensateEventDefinition",
        "cancelEventDefinition",
        "linkEventDefinition",
        "conditionalEventDefinition",
    }
)


def local(xml: etree._Element) -> str:
    """The element's name without its namespace."""
    tag = xml.tag
    return tag.rpartition("}")[2]


def namespace(xml: etree._Element) -> str:
    tag = xml.tag
    return tag[1 : tag.index("}")] if tag[0] == "{" else ""


@functools.cache  # of names that stand in the code
def _tags(names: Collection[str]) -> frozenset[str]:
    return frozenset(f"{{{BPMN}}}{name}" for name in names)


def bpmn_children(xml: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The direct children of the BPMN namespace that have one of these names."""
    tags = _tags(names)
    # One name is looked for faster by lxml, several faster by us.
    return xml.iterchildren(*tags) if len(tags) == 1 else (child for child in xml if child.tag in tags)


def bpmn_child(xml: etree._Element, *names: str) -> etree._Element | None:
    return next(bpmn_children(xml, *names), None)


def zeebe_children(xml: etree._Element, name: str) -> Iterator[etree._Element]:
    """The extension elements of the Camunda 8 namespace with this name at a BPMN element."""
    for holder in xml.iterchildren(_EXTENSIONS):
        yield from holder.iterchildren(f"{{{ZEEBE}}}{name}")


def zeebe_child(xml: etree._Element, name: str) -> etree._Element | None:
    return next(zeebe_children(xml, name), None)


def text_of(xml: etree._Element | None) -> str:
    """All text inside an element, trimmed; empty for None."""
    return "".join(xml.itertext()).strip() if xml is not None else ""


def reference(text: str | None) -> str | None:
    """The id that a QName attribute refers to: a prefix says nothing within one file."""
    if not text or not text.strip():
        return None
    return text.strip().rpartition(":")[2]


def _on_one_line(name: str) -> str:
    return " ".join(name.split())


def is_true(text: str | None, default: bool = False) -> bool:
    return default if text is None else text.strip() in {"true", "1"}


@dataclass(eq=False, slots=True)
class Scope:
    """A process, or a sub-process of any kind: what holds nodes and flows of its own."""

    id: str
    name: str
    tag: str
    xml: etree._Element
    parent: Scope | None
    process: Process
    node: Node | None  # the sub-process as a node of its parent scope; None for a process
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    @property
    def called(self) -> str:
        return _on_one_line(self.name) or self.id

    @property
    def is_event_sub_process(self) -> bool:
        return self.tag in SUB_PROCESSES and is_true(self.xml.get("triggeredByEvent"))

    @property
    def line(self) -> int | None:
        return self.xml.sourceline

    def start_events(self) -> list[Node]:
        return [node for node in self.nodes if node.tag == "startEvent"]


@dataclass(eq=False, slots=True)
class Process:
    """One `bpmn:process` with everything in it, nested scopes too, in document order."""

    id: str
    name: str
    xml: etree._Element
    is_executable: bool
    scopes: list[Scope] = field(default_factory=list)  # the first is the process itself
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    lanes: dict[str, str] = field(default_factory=dict)  # node id -> name of the innermost lane

    @property
    def line(self) -> int | None:
        return self.xml.sourceline

    @property
    def scope(self) -> Scope:
        return self.scopes[0]

    def named_items(self) -> list[Process | Node | Flow]:
        """Itself, its nodes and its flows."""
        return [self, *self.nodes, *self.flows]


# What an event on an edge is called where it has no name: Danish, as the names that are drawn.
_ON_EDGE = {
    "timer": "Timer",
    "message": "Besked",
    "signal": "Signal",
    "error": "Fejl",
    "escalation": "Eskalering",
}


@dataclass(eq=False, slots=True)
class Node:
    """A flow node of any kind."""

    id: str
    name: str
    tag: str
    xml: etree._Element
    scope: Scope
    inner: Scope | None = None  # of a sub-process
    incoming: list[Flow] = field(default_factory=list)
    outgoing: list[Flow] = field(default_factory=list)
    attached_to: Node | None = None
    boundary_events: list[Node] = field(default_factory=list)

    @property
    def called(self) -> str:
        return self.name_or_place or self.id

    @property
    def name_or_place(self) -> str:
        """Its name; of a boundary event without one, what it is and where; else nothing."""
        name, host = _on_one_line(self.name), self.attached_to
        if name or host is None or self.tag != "boundaryEvent":
            return name
        return f"{_ON_EDGE.get(self.event_kind(), 'Hændelse')} på »{_on_one_line(host.name) or host.id}«"

    @property
    def line(self) -> int | None:
        return self.xml.sourceline

    @property
    def is_event_sub_process(self) -> bool:
        return self.inner is not None and self.inner.is_event_sub_process

    @property
    def is_interrupting(self) -> bool:
        attribute = "cancelActivity" if self.tag == "boundaryEvent" else "isInterrupting"
        return is_true(self.xml.get(attribute), default=True)

    @property
    def default_flow(self) -> str | None:
        return reference(self.xml.get("default"))

    def event_definitions(self) -> list[etree._Element]:
        """Its own event definitions and, for `eventDefinitionRef`, nothing: those are refused."""
        tags = _tags(EVENT_DEFINITIONS)
        return [child for child in self.xml if child.tag in tags]

    def event_kind(self) -> str:
        """`timer`, `message`, ... of its event definition; `none` without one, `multiple` with several."""
        definitions = self.event_definitions()
        if not definitions:
            return "none"
        return "multiple" if len(definitions) > 1 else local(definitions[0]).removesuffix("EventDefinition")

    def loop_characteristics(self) -> etree._Element | None:
        return bpmn_child(self.xml, "standardLoopCharacteristics", "multiInstanceLoopCharacteristics")


@dataclass(eq=False, slots=True)
class Flow:
    """A sequence flow; `source` and `target` are None when the reference leads to no node."""

    id: str
    name: str
    xml: etree._Element
    scope: Scope
    source_ref: str | None
    target_ref: str | None
    source: Node | None = None
    target: Node | None = None

    @property
    def line(self) -> int | None:
        return self.xml.sourceline

    @property
    def tag(self) -> str:
        return "sequenceFlow"

    @property
    def called(self) -> str:
        """Its name; else where it leads, as far as it leads somewhere."""
        if not self.source or not self.target:
            return _on_one_line(self.name) or self.id
        return _on_one_line(self.name) or f"{self.source.called} → {self.target.called}"

    @property
    def condition(self) -> etree._Element | None:
        return bpmn_child(self.xml, "conditionExpression")

    @property
    def is_default(self) -> bool:
        return self.source is not None and self.source.default_flow == self.id


@dataclass(eq=False, slots=True)
class Document:
    """A parsed BPMN file."""

    file: str
    root: etree._Element
    processes: list[Process] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    root_elements: dict[str, etree._Element] = field(default_factory=dict)  # messages, errors, ... by id
    ids: dict[str, list[etree._Element]] = field(default_factory=dict)  # outside the diagram interchange
    names: dict[str, str] = field(default_factory=dict)
    reckoned: dict[str, tuple[object, list]] = field(default_factory=dict)  # once, for several rules
    written: dict[Node, list] = field(default_factory=dict)  # expressions of a node, once for several rules

    @property
    def is_bpmn(self) -> bool:
        return self.root.tag == f"{{{BPMN}}}definitions"

    def relevant_processes(self) -> list[Process]:
        """The executable processes; all of them when none is, so that one upload names every defect."""
        executable = [process for process in self.processes if process.is_executable]
        return executable or self.processes

    def relevant_scopes(self) -> Iterator[Scope]:
        for process in self.relevant_processes():
            yield from process.scopes

    def relevant_nodes(self) -> Iterator[Node]:
        for process in self.relevant_processes():
            yield from process.nodes

    def relevant_flows(self) -> Iterator[Flow]:
        for process in self.relevant_processes():
            yield from process.flows

    def resolve(self, kind: str, identifier: str | None) -> etree._Element | None:
        """The message, error, escalation or signal that an id leads to, if it is one of that kind."""
        found = self.root_elements.get(identifier or "")
        return found if found is not None and local(found) == kind else None


def read_document(content: bytes, file: str) -> Document:
    """Parse a file. Raises InvalidDefinition when it is no readable XML; a root that is no BPMN is kept."""
    root = parse_xml(content, file)
    document = Document(file, root)
    if not document.is_bpmn:
        return document
    correct_lines(root, content)
    for xml in root:
        if namespace(xml) != BPMN:
            continue
        identifier = xml.get("id")
        if local(xml) == "process":
            _read_process(document, xml)
        elif identifier:
            document.root_elements.setdefault(identifier, xml)
    for xml in root.iter(f"{{{BPMN}}}*"):
        if identifier := xml.get("id"):
            document.ids.setdefault(identifier, []).append(xml)
    _connect(document)
    return document


def _read_process(document: Document, xml: etree._Element) -> None:
    process = Process(
        xml.get("id", ""), xml.get("name", ""), xml, is_executable=is_true(xml.get("isExecutable"))
    )
    document.processes.append(process)
    top = Scope(process.id, process.name, "process", xml, None, process, None)
    process.scopes.append(top)
    waiting = deque([top])
    # Breadth first with a list of its own: a file may nest deeper than Python's stack.
    while waiting:
        scope = waiting.popleft()
        for child in scope.xml:
            if namespace(child) != BPMN:
                continue
            tag = local(child)
            if tag in FLOW_NODES:
                node = Node(child.get("id", ""), child.get("name", ""), tag, child, scope)
                scope.nodes.append(node)
                if tag in SUB_PROCESSES:
                    node.inner = Scope(node.id, node.name, tag, child, scope, process, node)
                    process.scopes.append(node.inner)
                    waiting.append(node.inner)
            elif tag == "sequenceFlow":
                flow = Flow(
                    child.get("id", ""),
                    child.get("name", ""),
                    child,
                    scope,
                    reference(child.get("sourceRef")),
                    reference(child.get("targetRef")),
                )
                scope.flows.append(flow)
            elif tag == "laneSet":
                _read_lanes(process, child)
    order = {child: position for position, child in enumerate(xml.iter())}
    process.nodes = sorted((n for s in process.scopes for n in s.nodes), key=lambda node: order[node.xml])
    process.flows = sorted((f for s in process.scopes for f in s.flows), key=lambda flow: order[flow.xml])
    for node in process.nodes:
        document.nodes.setdefault(node.id, node)
    for flow in process.flows:
        document.flows.setdefault(flow.id, flow)


def _read_lanes(process: Process, lane_set: etree._Element) -> None:
    # An inner lane comes later in document order than the lane around it, and so has the last word.
    for lane in lane_set.iter(f"{{{BPMN}}}lane"):
        name = lane.get("name") or lane.get("id", "")
        for ref in bpmn_children(lane, "flowNodeRef"):
            if identifier := reference(ref.text):
                process.lanes[identifier] = name


def _connect(document: Document) -> None:
    for process in document.processes:
        for flow in process.flows:
            flow.source = document.nodes.get(flow.source_ref or "")
            flow.target = document.nodes.get(flow.target_ref or "")
            if flow.source:
                flow.source.outgoing.append(flow)
            if flow.target:
                flow.target.incoming.append(flow)
        for node in process.nodes:
            if node.tag == "boundaryEvent":
                node.attached_to = document.nodes.get(reference(node.xml.get("attachedToRef")) or "")
                if node.attached_to:
                    node.attached_to.boundary_events.append(node)
